// Runs once, when the article's pane is there: `element` is the pane, `trigger` tells the server
// of an event, `watch` calls back when the server sends another article.

const OPEN = "article-open";
let opener = null; // the citation to which the focus goes back
let wanted = null; // a place in an article that is not shown yet

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

function show(place) {
  const [number, start, end, answerStart, answerEnd] = place;
  const range = Number(article().dataset.document) === number ? rangeOf(start, end) : null;
  if (!range) {
    if (wanted) return (wanted = null); // the server's article does not hold it either
    wanted = place;
    return trigger("select", { number, start });
  }
  wanted = null;
  highlight("quote", range);
  highlight("answer", answerStart >= 0 ? rangeOf(answerStart, answerEnd) : null);
  document.body.classList.add(OPEN);
  element.querySelector(".close").hidden = false;
  const block = range.startContainer.parentElement;
  block.focus({ preventScroll: true });
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  block.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
}

function close() {
  highlight("quote", null);
  highlight("answer", null);
  document.body.classList.remove(OPEN);
  element.querySelector(".close").hidden = true;
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
  const said = link.textContent;
  link.textContent = article().dataset.copied;
  setTimeout(() => (link.textContent = said), 2000);
}

document.addEventListener(
  "click",
  (event) => {
    const link = event.target.closest?.("a.cite, a.copy, button.close, .show-article");
    if (!link) return;
    if (link.matches("button.close")) return close();
    event.preventDefault();
    event.stopPropagation();
    if (link.matches("a.copy")) return copy(link);
    opener = link;
    if (link.matches("a.cite")) return show(placeOf(link.hash));
    document.body.classList.add(OPEN);
    element.querySelector(".close").hidden = false;
    article().focus();
  },
  true,
);

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && document.body.classList.contains(OPEN)) close();
});

watch("value", () => wanted && show(wanted));

// The keyboard scrolls what has the focus.
const pane = element.closest("#pane");
pane.tabIndex = 0;
pane.setAttribute("role", "region");
pane.setAttribute("aria-label", article().dataset.label);

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
document.documentElement.lang = article().dataset.language;
