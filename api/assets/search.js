// The key "/" leads to the search box, unless somebody is writing.
addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest?.("input, textarea, select, [contenteditable], [role=textbox], canvas")) return;
  const box = document.querySelector(".st-key-find input") ?? document.querySelector(".st-key-q input");
  if (!box) return;
  event.preventDefault();
  box.focus();
});
