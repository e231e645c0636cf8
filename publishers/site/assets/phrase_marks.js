// Marks the ends of phrases with zero-width spaces, also in what is drawn later, and leaves them out of what is copied.
{
  const PLACE = "\u200b", MARKED = "phrased";
  const { htmlProcessor } = document.createElement("budoux-ja").parser;
  htmlProcessor.className = MARKED; // of each block that was marked; the styles are ours
  const root = document.documentElement;
  const mark = (blocks) => {
    const isJapanese = root.lang.startsWith("ja");
    root.classList.toggle("phrases", isJapanese);
    if (isJapanese) for (const block of blocks) if (block.isConnected) htmlProcessor.applyToElement(block);
    changes.takeRecords(); // our own
  };
  // What changed is marked again as a whole: where a phrase ends is told by what stands around it.
  const whole = (node) => {
    const element = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
    const block = element?.closest(`.${MARKED}`) ?? element;
    block?.classList.remove(MARKED);
    return block;
  };
  const changes = new MutationObserver((seen) => {
    const blocks = new Set(seen.flatMap(({ target, addedNodes }) => (addedNodes.length ? [...addedNodes] : [target]).map(whole)));
    blocks.delete(undefined);
    blocks.delete(null);
    mark(blocks);
  });
  mark([document.body]);
  changes.observe(document.body, { characterData: true, childList: true, subtree: true });
  new MutationObserver(() => mark([whole(document.body)])).observe(root, { attributes: true, attributeFilter: ["lang"] });

  addEventListener("copy", (event) => {
    const selection = getSelection();
    if (event.target.closest?.("input, textarea") || !`${selection}`.includes(PLACE)) return;
    const copied = document.createElement("div");
    for (let n = 0; n < selection.rangeCount; n++) copied.append(selection.getRangeAt(n).cloneContents());
    event.clipboardData.setData("text/plain", `${selection}`.replaceAll(PLACE, ""));
    event.clipboardData.setData("text/html", copied.innerHTML.replaceAll(PLACE, ""));
    event.preventDefault();
  });
}
