// What a screen reader hears of a page that Streamlit draws, where Streamlit has no word for it: pictures that stand beside their word are not
// read by the English name of their file, nor the lines of a chart that has its sentence; the menu and the search are found as such; and what
// stands in Japanese on a page of another language says so, for a voice that can read it. What its own parts say in English is told anew. Whoever
// chooses another language on the page is read to in that one.
(() => {
  const html = document.documentElement, japanese = /[\u3041-\u3096\u30a1-\u30fa\u3400-\u9fff\uf900-\ufaff々〆]/g;
  const set = (e, name, value) => { if (e.getAttribute(name) !== value) e.setAttribute(name, value); };
  function parts(root) {
    for (const e of root.querySelectorAll('[role=img][translate=no][aria-label$=" icon"]')) {
      const held = e.closest("button, a, summary, label, p, li, td, th, h1, h2, h3, [data-testid=stMarkdownContainer]") ?? e.parentElement;
      if (held.textContent.trim() !== e.textContent.trim()) set(e, "aria-hidden", "true");
    }
    for (const e of root.querySelectorAll("#js-plotly-tester, [role=figure][aria-label] .main-svg")) set(e, "aria-hidden", "true");
    for (const e of root.querySelectorAll(".st-key-menu")) set(e, "role", "navigation");
    for (const e of root.querySelectorAll(".st-key-find")) set(e, "role", "search");
    // Streamlit's own words are English: theirs are written over by the style sheet, in the language of the page.
    const own = (name) => JSON.parse(getComputedStyle(html).getPropertyValue(name) || '""');
    for (const e of root.querySelectorAll("[data-testid=stFileUploaderDropzone] > span > button")) set(e, "aria-label", own("--choose-file"));
    for (const e of root.querySelectorAll("[data-testid=stFileUploaderDropzone] [aria-label='Add files']")) set(e, "aria-label", own("--choose-file"));
    for (const e of root.querySelectorAll("[data-testid=stFileChipDeleteBtn] button")) set(e, "aria-label", `${own("--remove")}: ${e.closest("[data-testid=stFileChip]").querySelector("[data-testid=stFileChipName]").title}`);
    for (const e of root.querySelectorAll("[data-testid=stFileChip] [role=alert]")) if (e.textContent !== own("--file-refused")) e.textContent = own("--file-refused");
    for (const e of root.querySelectorAll('[aria-label^="Help for "]')) set(e, "aria-label", e.ariaLabel.replace("Help for", `${own("--help")}:`));
    for (const e of root.querySelectorAll("[data-testid=InputInstructions] span")) {
      const press = e.textContent.startsWith("Press ") ? (e.textContent.includes("+") ? "ctrl" : "enter") : "";
      if (press) set(e, "data-press", press);
      else if ("press" in e.dataset) delete e.dataset.press;
    }
  }
  // Own words, not those of what stands in it; Japanese where at least a third of the letters are.
  const isJapanese = (text) => {
    const theirs = text.match(japanese)?.length ?? 0;
    return theirs > 0 && theirs * 2 >= (text.match(/[a-z]/gi)?.length ?? 0);
  };
  function told(e) {
    if (!e || e.closest("script, style, noscript") || (e.hasAttribute("lang") && !("told" in e.dataset))) return;
    const own = [...e.childNodes].map((n) => (n.nodeType === 3 ? n.data : "")).join("").trim();
    const above = e.parentElement?.closest("[lang]")?.lang || html.lang;
    const wanted = !own ? "" : isJapanese(own) ? "ja" : /[a-z]/i.test(own) ? html.lang : "";
    if (wanted && wanted !== above) { set(e, "lang", wanted); e.dataset.told = ""; }
    else if ("told" in e.dataset) { e.removeAttribute("lang"); delete e.dataset.told; }
  }
  function words(root) {
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    let last = null;
    for (let n = walk.nextNode(); n; n = walk.nextNode()) if (n.parentElement !== last) told((last = n.parentElement));
  }
  const changed = new Set();
  let asked = false;
  function look() {
    asked = false;
    const isHeld = (e) => { for (let p = e.parentElement; p; p = p.parentElement) if (changed.has(p)) return true; return false; };
    const roots = [...changed].filter((e) => e.isConnected && !isHeld(e));
    changed.clear();
    const drawn = document.getElementById("content");
    const isOther = drawn && drawn.lang !== html.lang;
    if (isOther) { html.lang = drawn.lang; html.dir = drawn.dir; }
    parts(document);
    if (isOther) words(html);
    else if (!html.lang.startsWith("ja")) roots.forEach(words);
  }
  new MutationObserver((list) => {
    for (const each of list) changed.add(each.type === "characterData" ? each.target.parentElement ?? html : each.target);
    if (!asked) { asked = true; requestAnimationFrame(look); }
  }).observe(html, { subtree: true, childList: true, characterData: true });
})();
