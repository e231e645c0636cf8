// Enhances the drawings: the value nearest to the pointer, or chosen with the arrow keys, is written under the picture.
// Without this script every value stands in the table and in each point's own title.
for (const chart of document.querySelectorAll("svg.chart")) {
  const points = [...chart.querySelectorAll("circle:has(title)")].sort((a, b) => a.cx.baseVal.value - b.cx.baseVal.value);
  if (!points.length) continue;
  const said = document.createElement("p");
  said.className = "tip";
  said.setAttribute("aria-live", "polite");
  if (chart.getBoundingClientRect().width) chart.after(said); // the one of both widths that is shown
  chart.setAttribute("tabindex", "0");
  let at = -1;
  const show = (next) => {
    points[at]?.classList.remove("at");
    at = Math.max(0, Math.min(points.length - 1, next));
    points[at].classList.add("at");
    said.textContent = points[at].querySelector("title").textContent;
  };
  chart.addEventListener("pointermove", (event) => {
    const box = chart.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * chart.viewBox.baseVal.width;
    const away = points.map((p) => Math.abs(p.cx.baseVal.value - x));
    show(away.indexOf(Math.min(...away)));
  });
  chart.addEventListener("keydown", (event) => {
    if (event.key === "ArrowRight") show(at + 1);
    else if (event.key === "ArrowLeft") show(at < 0 ? points.length - 1 : at - 1);
    else return;
    event.preventDefault();
  });
}

// What embeds a chart, or leads to it, is copied by a press; without this script it is selected by hand.
for (const held of navigator.clipboard ? document.querySelectorAll(".tk[data-copy] code") : []) {
  const button = document.createElement("button");
  const said = held.closest(".tk").dataset;
  button.type = "button";
  button.textContent = said.copy;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(held.textContent);
    button.textContent = said.copied;
  });
  held.after(button);
}
