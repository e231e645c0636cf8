"""What an eye stops at, as far as a machine can tell: words broken or cut, text on text, columns and boxes that say nothing, patches."""

from __future__ import annotations

from collections.abc import Iterator

from playwright.sync_api import Page

SMALLEST, SMALLEST_PRINTED = 11.5, 8.9  # pixels
SHEET = 680  # pixels between the margins of A4
# Kinds → up to five places of each. Lengths are of CSS pixels; what is hidden, folded or meant as code is left out.
LOOK = """([smallest, without]) => {
    const told = {}, root = document.querySelector('[data-testid=stApp]') || document.body;
    const say = (kind, text) => { const l = told[kind] ??= []; text = text.replace(/\\s+/g, ' ').trim(); if (l.length < 5 && !l.includes(text)) l.push(text); };
    const away = e => { for (let p = e; p && p !== root; p = p.parentElement) if (getComputedStyle(p).clipPath !== 'none') return true; return false; };
    const shown = e => e.checkVisibility({visibilityProperty: true, opacityProperty: true}) &&
        !e.closest('.vh, .skip, script, style, noscript, code, pre, caption, option, [data-testid=stSkipToContent], [data-testid=stHeader], [data-testid=stToolbar], [data-testid=stElementToolbar], [data-testid=stIconMaterial], .mk, .modebar' + without) && !away(e);
    const box = (node, from, to) => { range.setStart(node, from); range.setEnd(node, to); return range.getClientRects()[0]; };
    const range = document.createRange(), lines = [];
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const node = walker.currentNode, text = node.data, parent = node.parentElement;
        if (!text.trim() || !shown(parent)) continue;
        range.selectNodeContents(node);
        const rects = [...range.getClientRects()].filter(r => r.width > 1 && r.height > 1);
        if (!rects.length || rects[0].right < 0) continue;
        const drawn = parent.closest('svg'), style = getComputedStyle(parent);
        for (const r of rects) lines.push({r, node, drawn, text: text.slice(0, 40)});
        if (!drawn && parseFloat(style.fontSize) > 0 && parseFloat(style.fontSize) < smallest) say('text is small', `${style.fontSize}: ${text.slice(0, 40)}`);
        const tops = new Set(rects.map(r => Math.round(r.top)));
        if (drawn || tops.size < 2) continue;
        if (tops.size >= 4 && text.trim().length / tops.size < 3.5) say('upright text', text.slice(0, 60));
        for (let i = 1; i < text.length; i++) {
            const a = text[i - 1], b = text[i];
            const unit = /[\\d０-９]/.test(a) && /[\\d%％件局年月日人枚時分秒号期か区円倍点歳台ポ校所万億)）]/.test(b) || /[第年月和約億万]/.test(a) && /\\d/.test(b);
            const word = /[ァ-ヴー]/.test(a) && /[ァ-ヴー]/.test(b) || /[A-Za-z]/.test(a) && /[A-Za-z]/.test(b);
            if (!unit && !word) continue;
            const one = box(node, i - 1, i), two = box(node, i, i + 1);
            if (!one || !two || two.top - one.top < 5) continue;
            const around = (text.slice(0, i).match(/[^\\s、。「」()]*$/)[0] + '/' + text.slice(i).match(/^[^\\s、。「」()]*/)[0]);
            if (word && /[A-Za-z]/.test(a) && around.length > 25) continue;
            say(unit ? 'a number and its unit are parted' : 'broken within a word', around.slice(-50));
        }
    }
    for (const e of root.querySelectorAll('span.nw')) {
        const held = e.parentElement, apart = /flex|grid/.test(getComputedStyle(held).display) && [...held.childNodes].some(n => n.nodeType === 3 && n.data.trim());
        if (apart && shown(e)) say('a sentence is taken apart', held.textContent);
    }
    lines.sort((a, b) => a.r.top - b.r.top);
    for (let i = 0; i < lines.length; i++) {
        const a = lines[i];
        for (let j = i + 1; j < lines.length && lines[j].r.top < a.r.bottom; j++) {
            const b = lines[j];
            if (a.node === b.node || a.drawn !== b.drawn) continue;
            const wide = Math.min(a.r.right, b.r.right) - Math.max(a.r.left, b.r.left), tall = Math.min(a.r.bottom, b.r.bottom) - Math.max(a.r.top, b.r.top);
            if (wide > 4 && tall > Math.min(a.r.height, b.r.height) * .45) say('text on text', `${a.text} | ${b.text}`);
        }
    }
    for (const e of root.querySelectorAll('*')) {
        if (e.closest('svg') || !shown(e)) continue;
        const style = getComputedStyle(e), text = (e.innerText || '').trim();
        const cut = /hidden|clip/.test(style.overflowX) && e.scrollWidth > e.clientWidth + 2, low = /hidden|clip/.test(style.overflowY) && e.scrollHeight > e.clientHeight + 4;
        if (text && (cut || low) && e.clientWidth > 20 && e.clientHeight > 8 && !/^(INPUT|TEXTAREA|SELECT)$/.test(e.tagName)) say('words are cut', `${e.className.toString().slice(0, 30)}: ${text.slice(0, 50)}`);
        const r = e.getBoundingClientRect();
        if (!text && r.width > 60 && r.height > 24 && parseFloat(style.borderTopWidth) > 0 && parseFloat(style.borderLeftWidth) > 0 && style.borderTopStyle !== 'none' &&
            !e.matches('input, textarea, button, img, canvas, iframe') && !e.querySelector('img, svg, canvas, input, textarea, button, iframe, video'))
            say('empty box', `${e.tagName} ${e.className.toString().slice(0, 40)} ${Math.round(r.width)}x${Math.round(r.height)}`);
    }
    const columns = {};  // of all tables of one kind together: those below each other keep the same columns
    for (const table of root.querySelectorAll('table')) {
        const is_folded = !shown(table);  // the rest of a table whose first rows are shown: what it fills is no empty column
        const rows = [...table.tBodies].flatMap(b => [...b.rows]).filter(r => r.cells.length > 1), heads = table.tHead && [...table.tHead.rows].at(-1).cells;
        if (!rows.length || !heads || is_folded && !(`${table.className} 0 ${heads[0].textContent}` in columns)) continue;
        for (let c = 0; c < heads.length; c++) {
            const name = heads[c].textContent, held = columns[`${table.className} ${c} ${name}`] ??= {name: name || `column ${c + 1}`, rows: 0, blank: 0};
            held.rows += rows.length;
            held.blank += rows.filter(r => r.cells.length === heads.length && /^[—–-]?$/.test((is_folded ? r.cells[c].textContent : r.cells[c].innerText).trim()) && !r.cells[c].querySelector('img, svg, .mk') && (is_folded || r.cells[c].checkVisibility())).length;
        }
    }
    for (const {name, rows, blank} of Object.values(columns)) if (rows > 1 && blank === rows) say('a column says nothing', name);
    return told;
}"""
# How far to the right a text or a picture of a page goes.
WIDTH = """() => Math.max(...[...document.querySelectorAll('main *, [data-testid=stMain] *')].filter(e => e.checkVisibility() && !e.closest('svg, .vh, .js-plotly-plot, [class*=hidden]') &&
    (e.tagName === 'IMG' || [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))).map(e => e.getBoundingClientRect()).filter(r => r.width > 2).map(r => r.right))"""
# What stays light where everything else is dark: a ground of its own, beyond a mark or a bar.
PATCHES = """() => {
    const bright = colour => { const [r, g, b, a] = (colour.match(/[\\d.]+/g) || []).map(Number); return (a ?? 1) > .5 && .2126 * r + .7152 * g + .0722 * b > 170; };
    return [...document.body.querySelectorAll('*')].filter(e => {
        const r = e.getBoundingClientRect();
        return r.width > 40 && r.height > 30 && !e.closest('svg, button, [role=button], .vh, .ask button') && e.checkVisibility({visibilityProperty: true}) && bright(getComputedStyle(e).backgroundColor);
    }).slice(0, 5).map(e => `${e.tagName.toLowerCase()} ${(e.dataset.testid || e.className.toString()).slice(0, 40)}: ${(e.innerText || '').slice(0, 40)}`);
}"""


def unsightly(page: Page, *, smallest: float = SMALLEST, without: str = "") -> Iterator[str]:
    """Say what an eye would stop at, a line for each place."""
    for kind, places in page.evaluate(LOOK, [smallest, without]).items():
        yield from (f"{kind}: {place}" for place in places)


def unsightly_on_paper(page: Page) -> Iterator[str]:
    """Say what an eye would stop at on a page as it is laid out for A4 upright, between its margins."""
    page.emulate_media(media="print")
    page.set_viewport_size({"width": SHEET, "height": 1200})
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    if (wide := int(page.evaluate(WIDTH))) > SHEET + 1:
        yield f"wider than the paper, so printed smaller or cut: {wide} of {SHEET} pixels"
    yield from unsightly(
        page, smallest=SMALLEST_PRINTED, without=", .js-plotly-plot"
    )  # drawn anew for a narrow window, as no printer does
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="null")


def patches(page: Page) -> Iterator[str]:
    """Say what is light on a dark page."""
    yield from (f"light on dark: {place}" for place in page.evaluate(PATCHES))
