// Finds by parts of names: loads the parts of the index that hold the pairs of letters typed, then the titles of what answers best.
const old = [...OLD], fresh = new Map();
for (let n = 0; n < old.length; n += 2) fresh.set(old[n], old[n + 1]);
const small = { ぁ: "あ", ぃ: "い", ぅ: "う", ぇ: "え", ぉ: "お", っ: "つ", ゃ: "や", ゅ: "ゆ", ょ: "よ", ゎ: "わ" };
const plain = (text) => [...[...text].map((c) => fresh.get(c) ?? c).join("").normalize("NFKC")].map((c) => fresh.get(c) ?? c).join("").toLowerCase();
const folded = (text) =>
  plain(text).replace(/[-‐‑–—―−ｰ]/g, "ー").replace(/(?<=[KANJI])[ぁ-ゖ]{1,3}(?=[KANJI\s]|$)/g, "")
    .replace(/[ァ-ヶ]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0x60)).replace(/[ぁぃぅぇぉっゃゅょゎ]/g, (c) => small[c])
    .replace(/[^\p{L}\p{N}\p{M}\s]|ー|_/gu, (c) => (c === "ー" ? "" : " ")).trim().replace(/\s+/g, " ");
const held = { pairs: new Map(), rows: new Map() }, base = document.currentScript.dataset.parts, language = document.documentElement.lang;
let index;
globalThis.about = (what) => (index = what);
globalThis.pairs = (n, part) => held.pairs.set(n, part);
globalThis.rows = (n, part) => held.rows.set(n, part);
const loaded = new Map();
const load = (name) => {
  if (!loaded.has(name)) {
    loaded.set(name, new Promise((done, failed) => {
      const part = document.createElement("script");
      part.src = `${base}${name}.js`;
      part.onload = done;
      part.onerror = failed;
      document.head.append(part);
    }));
  }
  return loaded.get(name);
};
const partOf = (gram) => [...gram].reduce((n, c) => (n * 31 + c.codePointAt(0)) % 1000003, 0) % index.parts;
const gramsOf = (words) => [...new Set(words.flatMap((w) => { const c = [...w]; return c.length < 2 ? c : c.slice(1).map((x, n) => c[n] + x); }))].slice(0, 16);

async function search(asked, kind) {
  await load("about");
  const words = folded(asked).split(" ").filter(Boolean), grams = gramsOf(words);
  await Promise.all(grams.map((g) => load(String(partOf(g)))));
  const told = grams.map((g) => {
    const [count = 0, ...gaps] = (held.pairs.get(partOf(g))[g] ?? "").split(" ").filter(Boolean).map((n) => parseInt(n, 36));
    return { gaps, weight: Math.log(1 + index.count / Math.max(1, count)), isCut: count > gaps.length };
  });
  const used = told.some((g) => !g.isCut) ? told.filter((g) => !g.isCut) : told, total = used.reduce((sum, g) => sum + g.weight, 0), score = new Map();
  for (const { gaps, weight } of used) for (let n = 0, at = -1; n < gaps.length; n++) score.set((at += gaps[n]), (score.get(at) ?? 0) + weight / total);
  const first = [...score].filter(([, s]) => s >= 0.5).sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, kind ? 60 : 20), listed = [];
  let fetched = 0;
  for (const [at, cover] of first) {
    const row = Math.floor(at / index.row);
    if (!held.rows.has(row) && fetched++ > 9) continue; // a phone loads no more for one query
    await load(`${language}/${row}`);
    const [of, title, context, address, online] = held.rows.get(row)[at % index.row];
    if (kind && of !== kind) continue;
    const name = folded(title).replaceAll(" ", ""), all = words.join("");
    const whole = name === all ? 0.6 : words.every((w) => name.includes(w)) ? 0.25 + (name.startsWith(words[0]) ? 0.1 : 0) : 0;
    listed.push({ of, title, context, address, online, score: cover + whole + 0.25 * Math.min(1, grams.length / Math.max(1, name.length)) });
  }
  return listed.sort((a, b) => b.score - a.score).slice(0, 15);
}

const form = document.getElementById("find"), list = document.getElementById("results"), said = document.getElementById("said");
const asked = new URLSearchParams(location.search);
form.elements.q.value = asked.get("q") ?? "";
form.elements.kind.value = asked.get("kind") ?? "";
async function show() {
  const q = form.elements.q.value.trim();
  list.replaceChildren();
  said.textContent = "";
  if (!q) return;
  const listed = await search(q.slice(0, 100), form.elements.kind.value);
  said.textContent = listed.length ? list.dataset.some.replace("{count}", listed.length) : list.dataset.none;
  for (const each of listed) {
    const item = document.createElement("li"), link = document.createElement("a"), kind = document.createElement("span"), line = document.createElement("p");
    kind.textContent = form.elements.kind.querySelector(`[value="${each.of}"]`).textContent;
    link.textContent = each.title;
    link.href = list.dataset.root + each.address;
    line.textContent = each.context;
    if (each.online !== undefined) line.prepend(`${each.online ? list.dataset.online : list.dataset.offline} `);
    item.append(kind, " ", link, line);
    list.append(item);
  }
}
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const to = new URL(location.href);
  to.search = new URLSearchParams(new FormData(form)).toString();
  history.replaceState(null, "", to);
  show();
});
show();
