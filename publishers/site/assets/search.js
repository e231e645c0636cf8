// Finds by parts of names: loads the parts of the index that hold the pairs of letters typed, then the titles of what answers best.
const old = [...OLD], fresh = new Map();
for (let n = 0; n < old.length; n += 2) fresh.set(old[n], old[n + 1]);
const small = { ぁ: "あ", ぃ: "い", ぅ: "う", ぇ: "え", ぉ: "お", っ: "つ", ゃ: "や", ゅ: "ゆ", ょ: "よ", ゎ: "わ", ゕ: "か", ゖ: "け" };
const plain = (text) => [...[...text].map((c) => fresh.get(c) ?? c).join("").normalize("NFKC")].map((c) => fresh.get(c) ?? c).join("").toLowerCase();
const folded = (text) =>
  plain(text).replace(/[-‐‑–—―−ｰ]/g, "ー").replace(/(?<=[KANJI])(?:[ぁ-ゖ]{1,3}(?=[KANJI\s]|$)|[ヶケ](?=[KANJI]))/g, "")
    .replace(/[ァ-ヶ]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0x60)).replace(/[ぁぃぅぇぉっゃゅょゎゕゖ]/g, (c) => small[c])
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
const kanji = /[KANJI]/u;
const gramsOf = (words) => [...new Set(words.flatMap((w) => { const c = [...w]; return c.length < 2 ? c : c.slice(1).map((x, n) => c[n] + x); }))].slice(0, 14);
const lettersOf = (words) => [...new Set([...words.join("")].filter((c) => kanji.test(c)))].slice(0, 5);

// What finds a word with one letter other, missing, too many or changed with its neighbour, or shortened (選管).
function almost(word) {
  const c = [...word], some = "[^ ]", said = (...parts) => parts.flat().map((x) => x.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("");
  const ways = kanji.test(word) && c.length > 1 && c.length < 5 ? [c.map((x) => said(x)).join(`${some}{0,6}`)] : [];
  if (c.length >= (kanji.test(word) ? 3 : 4)) {
    c.forEach((_, n) => {
      const before = said(c.slice(0, n)), after = said(c.slice(n + 1));
      ways.push(before + some + after, before + after);
      if (n) ways.push(before + some + said(c.slice(n)), said(c.slice(0, n - 1), c[n], c[n - 1]) + after);
    });
  }
  return ways.length ? new RegExp(ways.join("|"), "u") : null;
}

// How much of pairs or letters each entry holds: those of frequent pairs are named in part, and used where there are no others.
async function covers(grams, kind) {
  await Promise.all(grams.map((g) => load(String(partOf(g)))));
  const told = grams.map((g) => {
    const [count = 0, ...gaps] = (held.pairs.get(partOf(g))[g] ?? "").split(" ").filter(Boolean).map((n) => parseInt(n, 36));
    return { gaps, weight: Math.log(1 + index.count / Math.max(1, count)) * (count ? 1 : 0.25), isCut: count > gaps.length };
  });
  const rare = told.filter((g) => !g.isCut && g.gaps.length), used = rare.length ? told.filter((g) => !g.isCut) : told;
  const total = used.reduce((sum, g) => sum + g.weight, 0), score = new Map();
  for (const { gaps, weight } of used) for (let n = 0, at = -1; n < gaps.length; n++) {
    at += gaps[n];
    if (!kind || index.kinds[kindAt(at)] === kind) score.set(at, (score.get(at) ?? 0) + weight / total);
  }
  return score;
}
let runs;
function kindAt(at) {
  if (!runs) {
    let end = 0;
    runs = index.runs.map(([kind, count]) => [(end += count), kind]);
  }
  let low = 0, high = runs.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (runs[middle][0] > at) high = middle;
    else low = middle + 1;
  }
  return runs[low][1];
}

async function search(asked, kind) {
  await load("about");
  const words = folded(asked).split(" ").filter(Boolean), grams = gramsOf(words), patterns = words.map(almost), score = await covers(grams, kind);
  const isGood = [...score.values()].some((cover) => cover > 0.95), byLetter = isGood ? new Map() : await covers(lettersOf(words), kind);
  const worth = (at) => Math.max(score.get(at) ?? 0, (byLetter.get(at) ?? 0) * 0.8);
  const first = [...new Set([...score.keys(), ...byLetter.keys()])].map((at) => [at, worth(at)]).filter(([, s]) => s >= 0.4);
  const listed = [], all = words.join(""), letters = words.reduce((sum, w) => sum + w.length, 0);
  let fetched = 0;
  for (const [at] of first.sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, 24)) {
    const row = Math.floor(at / index.row);
    if (!held.rows.has(row) && fetched++ > 8) continue; // a phone loads no more for one query
    await load(`${language}/${row}`);
    const [of, title, context, address, online] = held.rows.get(row)[at % index.row];
    const name = folded(title), joined = name.replaceAll(" ", "");
    const near = words.reduce((sum, w, n) => sum + w.length * (name.includes(w) ? 1 : patterns[n]?.test(name) ? 0.8 : 0), 0) / letters;
    const cover = Math.max(score.get(at) ?? 0, near * 0.9);
    if (cover < 0.4) continue;
    const whole = joined === all ? 0.6 : words.every((w) => name.includes(w)) ? 0.25 + (joined.startsWith(words[0]) ? 0.1 : 0) : 0;
    listed.push({ of, title, context, address, online, score: index.weights[kindAt(at)] + cover + whole + 0.25 * Math.min(1, grams.length / Math.max(1, joined.length)) });
  }
  listed.sort((a, b) => b.score - a.score);
  return listed.filter((each) => each.score >= listed[0].score * 0.4); // what holds less shares a letter or two by chance
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
  const every = await search(q.slice(0, 100), form.elements.kind.value), listed = every.slice(0, 15);
  said.textContent = listed.length ? list.dataset[every.length > listed.length ? "first" : "some"].replace("{count}", listed.length) : list.dataset.none;
  for (const each of listed) {
    const item = document.createElement("li"), link = document.createElement("a"), kind = document.createElement("span"), line = document.createElement("p");
    kind.textContent = form.elements.kind.querySelector(`[value="${each.of}"]`).textContent;
    link.textContent = each.title;
    link.href = list.dataset.root + each.address;
    line.textContent = each.context;
    for (const part of [link, line]) if (!language.startsWith("ja") && /[ぁ-ゖァ-ヺ一-鿿]/.test(part.textContent)) part.lang = "ja";
    if (each.online !== undefined) {
      const can = document.createElement("span"); // is of the page's language, whatever the line is of
      can.className = "can";
      can.lang = language;
      can.textContent = `${each.online ? list.dataset.online : list.dataset.offline} `;
      line.prepend(can);
    }
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
