text => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/markdown" }));
  link.download = "conversation.md";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}
