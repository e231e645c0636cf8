// Makes charts and tables, which are drawn for the width of the screen, as narrow as the paper; print.css does the rest.
addEventListener("beforeprint", () => {
  for (const box of document.querySelectorAll(".svg-container")) {
    const { width, height } = box.getBoundingClientRect();
    if (!width || !height) continue;
    box.style.setProperty("--print-ratio", `${width} / ${height}`);
    box.style.setProperty("--print-width", `${width}px`);
    for (const drawn of box.querySelectorAll(":scope > .main-svg")) drawn.setAttribute("viewBox", `0 0 ${width} ${height}`);
  }
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
  for (const drawn of document.querySelectorAll(".svg-container > .main-svg")) drawn.removeAttribute("viewBox");
  for (const picture of document.querySelectorAll("img.print-table")) {
    picture.parentElement.classList.remove("has-print-table");
    picture.remove();
  }
});
