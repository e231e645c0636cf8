// Follows a link of a text or a table to a page of the dashboard without loading everything anew: as going back and forward does it. Such a
// link says its language, as every link within the dashboard does; any other, and one opened in a tab of its own, the browser follows.
addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const link = event.target.closest?.('[data-testid="stHtml"] a[href], [data-testid="stMarkdownContainer"] a[href]');
  if (!link || link.origin !== location.origin || link.hash || link.hasAttribute("download")) return;
  if (!new URLSearchParams(link.search).has("lang") || /\.|\/api\//.test(link.pathname)) return;
  event.preventDefault();
  history.pushState({}, "", link.href);
  dispatchEvent(new PopStateEvent("popstate", { state: {} }));
  document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0);
}, true);
