// Lines of Japanese end between phrases (never ポイ/ント). Where the browser does not see to that by itself (Safari, Firefox), BudouX marks them.
if (!CSS.supports("word-break", "auto-phrase")) {
  const marking = document.createElement("script");
  marking.src = document.currentScript.dataset.phrases ?? "phrases.js";
  document.head.append(marking);
}
