// Whoever goes to another page by a link of the dashboard begins at its title: without this nothing has the focus on the new page, which a
// screen reader passes over in silence and from which the key Tab leads through the bar again. Choices on one page leave it where it is.
(() => {
  // Whether the ring round that title is for whoever uses keys (page.css): nobody else asked for it.
  addEventListener("keydown", (event) => { if (!event.ctrlKey && !event.metaKey && !event.altKey) document.documentElement.dataset.by = "keys"; }, true);
  addEventListener("pointerdown", () => { document.documentElement.dataset.by = "pointer"; }, true);
  let place = location.pathname, hasGone = false, hasBegun = false, frames = 0;
  addEventListener("popstate", () => { hasGone = true; hasBegun = false; }); // links of texts (links.js), back and forward
  addEventListener("click", (event) => { // Streamlit's own links, also one to the page that is shown, of something else
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || !event.target.closest?.("[data-testid=stPageLink] a[href]")) return;
    hasGone = true;
    hasBegun = false;
    document.querySelector("[data-testid=stMain]")?.scrollTo(0, 0);
  }, true);
  addEventListener("message", (told) => { // Streamlit says so to whoever embeds it, here itself, when a run has begun
    if (told.source !== window || told.data?.type !== "SET_CURRENT_PAGE_NAME") return;
    hasBegun = true;
    frames = 600;
    begin();
  });
  const isWritten = (e) => e.matches?.("input, textarea, [contenteditable], [role=spinbutton]") && !e.closest(".st-key-bar");
  function begin() {
    if (!hasBegun || (!hasGone && location.pathname === place) || document.querySelector("[data-testid=stApp]")?.dataset.testScriptState !== "notRunning") return;
    const title = document.querySelector("[data-testid=stMain] h1");
    if (!title || title.closest("[data-stale=true]")) { if (frames-- > 0) requestAnimationFrame(begin); return; } // its code may still be on its way
    hasGone = hasBegun = false;
    place = location.pathname;
    if (isWritten(document.activeElement)) return;
    title.tabIndex = -1;
    title.focus({ preventScroll: true });
  }
  // What opens over the page stands at its end: whoever opens it by a key is led into it, and back by Escape.
  let opener = null;
  addEventListener("click", (event) => {
    const button = event.detail === 0 && event.target.closest?.("[data-testid=stPopoverButton], [data-testid=stPopover] button");
    if (!button) return;
    let left = 60;
    const enter = () => {
      const first = document.querySelector("[data-testid=stPopoverBody] :is(a[href], button, input, textarea)");
      if (first) { opener = button; first.focus(); } else if (left--) requestAnimationFrame(enter);
    };
    requestAnimationFrame(enter);
  });
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && opener?.isConnected && event.target.closest?.("[data-testid=stPopoverBody]")) setTimeout(() => opener.focus());
  });
  new MutationObserver(() => requestAnimationFrame(begin)).observe(document.documentElement, { subtree: true, attributeFilter: ["data-test-script-state"] });
})();
