// Prepares a page for paper: what of it is not printed, and pictures of tables that are painted on the screen; print.css does the rest.
addEventListener("beforeprint", () => {
  const own = (name) => { try { return JSON.parse(getComputedStyle(document.documentElement).getPropertyValue(name)); } catch { return ""; } };
  const line = document.querySelector(".st-key-view_line summary [data-testid=stMarkdownContainer]")?.textContent ?? "";
  const shown = line.split("\u00a0\u30fb ").slice(0, -1); // the last is the way to change them
  document.documentElement.style.setProperty("--sheet", JSON.stringify([document.title, ...shown.map((part) => part.replaceAll(" ", "\u00a0"))].join("\u00a0\u30fb ")));
  // Ways to other pages, lists of which nothing was chosen, and those whose choice is the title, are for the screen.
  const link = (e) => /^arrow_(forward|back)/.test(e.querySelector("[data-testid=stIconMaterial]")?.textContent ?? "");
  const title = document.querySelector("[data-testid=stMain] h1")?.textContent.trim() ?? "";
  const open = (e) => [own("--any"), own("--choose"), "", title].includes(e.querySelector("input")?.value ?? "");
  for (const [what, isNone] of [["stPageLink", link], ["stSelectbox", open]])
    for (const e of document.querySelectorAll(`[data-testid=${what}]`)) if (isNone(e)) e.dataset.print = "none";
  for (const e of document.querySelectorAll("[data-testid=stColumn]:has([data-testid=stPageLink][data-print])"))
    if ([...e.querySelectorAll("[data-testid=stElementContainer]")].every((c) => c.querySelector("[data-testid=stHeading], [data-print]"))) e.dataset.print = "none"; // a heading of nothing
  // What is pressed, typed into or folded is not printed, and so no place where a heading and what it heads may part; nor is what holds nothing else.
  const pressed = ["stButton", "stButtonGroup", "stDownloadButton", "stFileUploader", "stLinkButton", "stMultiSelect", "stNumberInput", "stPagination", "stPopover", "stTextArea"];
  const main = document.querySelector("[data-testid=stMain]") ?? document.body, parts = "[data-testid=stElementContainer]";
  const left = (e) => pressed.includes(e.firstElementChild?.dataset.testid) || e.querySelector(":scope > [data-testid=stTextInput] input:placeholder-shown, :scope > [data-print]") || e.closest("[data-testid=stForm], [data-testid=stPopover], details:not([open])");
  for (const e of main.querySelectorAll(parts)) if (!e.closest(".st-key-view_line") && left(e)) e.dataset.print = "none";
  for (const e of main.querySelectorAll("[data-testid=stLayoutWrapper]"))
    if (e.querySelector(parts) && ![...e.querySelectorAll(parts)].some((part) => !part.dataset.print)) e.dataset.print = "none";
  for (const table of document.querySelectorAll('[data-testid="stDataFrame"]')) {
    const painted = [...table.querySelectorAll("canvas")].filter((c) => c.width && c.height);
    if (!painted.length || table.querySelector(".print-table")) continue;
    const whole = document.createElement("canvas");
    whole.width = painted[0].width;
    whole.height = painted[0].height;
    for (const part of painted) whole.getContext("2d").drawImage(part, 0, 0);
    const picture = new Image();
    const [red, green, blue] = whole.getContext("2d").getImageData(2, 2, 1, 1).data;
    picture.className = red + green + blue < 384 ? "print-table is-dark" : "print-table"; // paper is light, however it was painted
    picture.alt = "";
    picture.style.setProperty("--print-width", `${painted[0].getBoundingClientRect().width}px`);
    picture.src = whole.toDataURL();
    table.append(picture);
    table.classList.add("has-print-table");
  }
});
addEventListener("afterprint", () => {
  for (const e of document.querySelectorAll("[data-print]")) delete e.dataset.print;
  for (const picture of document.querySelectorAll("img.print-table")) {
    picture.parentElement.classList.remove("has-print-table");
    picture.remove();
  }
});
