// Runs once, when the article's pane is there: `element` is the pane, `trigger` tells the server
// of an event, `watch` calls back when the server has sent another article.

const OPEN = "article-open";
let opener = null; // the citation to which the focus goes back
let wanted = null; // a place in an article that the server has been asked for

const pane = element.closest("#pane");
const article = () => element.querySelector("#article");

function placeOf(hash) {
  const [kind, document, start, end, answerStart, answerEnd] = hash.slice(1).split("-");
  return kind === "cite" ? [document, start, end, answerStart, answerEnd].map(Number) : null;
}

// The DOM position of a place in the text, or null when the block that holds it is not shown.
function position(at, atEnd) {
  for (const block of element.querySelectorAll("[data-start]")) {
    let left = at - Number(block.dataset.start);
    if (left < 0 || (atEnd && left === 0)) continue;
    const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (atEnd ? left <= node.length : left < node.length) return [node, left];
      left -= node.length;
    }
  }
  return null;
}

function rangeOf(start, end) {
  const from = position(start, false);
  const to = position(end, true);
  if (!from || !to) return null;
  const range = document.createRange();
  range.setStart(...from);
  range.setEnd(...to);
  return range;
}

function highlight(name, range) {
  if (window.CSS?.highlights) {
    CSS.highlights.delete(name);
    if (range) CSS.highlights.set(name, new Highlight(range));
  } else if (range && name === "quote") {
    getSelection().removeAllRanges(); // older browsers: the quote is selected
    getSelection().addRange(range);
  }
}

// Highlight a place and bring it into view; `answered`: the server has sent what it has of that place.
function show(place, answered = false) {
  const [number, start, end, answerStart, answerEnd] = place;
  const range = Number(article().dataset.document) === number ? rangeOf(start, end) : null;
  wanted = range || answered ? null : place;
  if (wanted) trigger("select", { number, start });
  if (!range) return;
  highlight("quote", range);
  highlight("answer", answerStart >= 0 ? rangeOf(answerStart, answerEnd) : null);
  document.body.classList.add(OPEN);
  range.startContainer.parentElement.focus({ preventScroll: true });
  const words = range.getBoundingClientRect();
  const seen = pane.getBoundingClientRect();
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const above = Math.max(48, (seen.height - words.height) / 2); // below the bar with the Close button
  pane.scrollBy({ top: words.top - seen.top - above, behavior: calm ? "auto" : "smooth" });
}

function unmark() {
  highlight("quote", null);
  highlight("answer", null);
}

function close() {
  unmark();
  document.body.classList.remove(OPEN);
  if (opener?.isConnected) opener.focus();
  opener = null;
}

async function copy(link) {
  const text = decodeURIComponent(link.hash.slice("#copy-".length));
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.body.appendChild(document.createElement("textarea"));
    area.value = text;
    area.select();
    document.execCommand("copy"); // without https, or in a frame that may not use the clipboard
    area.remove();
    link.focus();
  }
  link.said ??= link.textContent;
  link.textContent = article().dataset.copied;
  setTimeout(() => (link.textContent = link.said), 2000);
}

document.addEventListener(
  "click",
  (event) => {
    const it = event.target.closest?.("a.cite, a.copy, button.close, button.turn, button.show-article");
    if (!it) return;
    event.preventDefault();
    event.stopPropagation();
    if (it.matches(".close")) return close();
    if (it.matches(".copy")) return copy(it);
    if (it.matches(".turn")) return trigger("select", { number: Number(article().dataset.document), start: Number(it.value) });
    opener = it;
    if (it.matches(".cite")) return show(placeOf(it.hash));
    document.body.classList.add(OPEN);
    article().focus();
  },
  true,
);

document.addEventListener("keydown", (event) => {
  const other = event.isComposing || event.target.closest?.("[role=listbox], [role=combobox]");
  if (event.key === "Escape" && !other && document.body.classList.contains(OPEN)) close();
});

// The keyboard scrolls what has the focus.
pane.tabIndex = 0;
pane.setAttribute("role", "region");

function arrived() {
  unmark();
  pane.setAttribute("aria-label", article().dataset.label);
  document.documentElement.lang = article().dataset.language;
  if (wanted) show(wanted, true);
  else pane.scrollTo(0, 0);
}
watch("value", arrived);
arrived();

// What comes later, or again: Gradio labels each message with its HTML, which a screen reader
// would read out; the banner names the host.
function mend() {
  for (const one of document.querySelectorAll("#chat [data-testid][aria-label]")) one.removeAttribute("aria-label");
  for (const host of document.querySelectorAll(".host:empty")) {
    host.textContent = location.host;
    host.href = location.origin + location.pathname;
  }
}
new MutationObserver(mend).observe(document.body, { subtree: true, childList: true });
mend();

// The question has the focus where that brings up no keyboard and takes none from a publisher's page.
if (window.top !== window) document.documentElement.classList.add("framed");
else if (matchMedia("(min-width: 60rem)").matches) document.querySelector("#asking textarea")?.focus();
