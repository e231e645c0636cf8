"""The static edition: complete in both languages without a script, light, valid, linked to nothing that is not there."""

from __future__ import annotations

import itertools
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest

from kpis.errors import FigureRefused, NotFound
from kpis.languages import codes, say
from kpis.store import tables
from kpis.store.store import Store
from publishers.editions import on_disk
from publishers.site import export
from telling.citation import edition_address
from tests.publishers.house import House

pytestmark = pytest.mark.edition

ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
VOID = {"meta", "link", "img", "br", "hr", "input", "wbr"}


@pytest.fixture(scope="module")
def site(published: House) -> Path:
    return on_disk.opened(published.folder, 2).folder / "site"


class Read(HTMLParser):
    """What a page holds: tags with attributes, text without scripts, and whether tags are closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.wrong: list[str] = []
        self.feed(text)
        self.wrong += [f"<{t}> is never closed" for t in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {k: v or "" for k, v in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {k: v or "" for k, v in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> at {self.getpos()}")

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def all(self, tag: str) -> Iterator[dict[str, str]]:
        return (attributes for name, attributes in self.tags if name == tag)


def pages(site: Path) -> Iterator[tuple[str, Read]]:
    for path in sorted(site.rglob("*.html")):
        yield path.relative_to(site).as_posix(), Read(path.read_text(encoding="utf-8"))


def language_of(path: str) -> str:
    """Return the language of a page by its folder."""
    return next((code for code in codes() if path.startswith(f"{code}/")), "ja")


def test_every_page_is_there_in_every_language_that_has_it(site: Path, published: House) -> None:
    there = {p.relative_to(site).as_posix() for p in site.rglob("*.html")}
    japanese = {p for p in there if language_of(p) == "ja"}
    assert there == japanese | {f"en/{p}" for p in japanese} | {
        f"ja-Hira/{page}.html" for page in ("index", "overview", "five-less")
    }
    wanted = {
        "index",
        "five-less",
        "definitions",
        "projects",
        "bureaus",
        "procedures",
        "facilities",
        "method",
        "revisions",
        "data",
        "404",
    }
    assert {f"{n}.html" for n in wanted} <= japanese
    for model, column, folder in (
        (tables.Indicator, "indicator_code", "indicators"), (tables.Project, "project_code", "projects"),
        (tables.Bureau, "bureau_code", "bureaus"),
    ):  # fmt: skip
        assert {f"{folder}/{r[column]}.html" for r in published.store.all_of(model)} == {
            p for p in japanese if p.startswith(f"{folder}/")
        }


def test_every_page_is_well_formed_named_in_its_language_and_says_which_edition_it_is(site: Path) -> None:
    for path, page in pages(site):
        language = language_of(path)
        assert page.wrong == [], path
        assert next(page.all("html"))["lang"] == language, path
        assert sum(1 for _ in page.all("h1")) == 1 and sum(1 for _ in page.all("main")) == 1, path
        text = "".join(page.text)
        assert say("edition_line", language, number=2, day="").removesuffix(")") in text, path
        assert "https://reform.example.jp/editions/0002/" in text and "CC BY 4.0" in text, path
        properties = {a.get("property") or a.get("name"): a["content"] for a in page.all("meta") if "content" in a}
        assert properties["description"] and properties["og:title"] and properties["og:image"].endswith(".png"), path
        assert properties["og:url"] == f"https://reform.example.jp/{path}"
        described = properties["description"].rstrip("。. ")
        assert described == properties["og:description"].rstrip("。. ") and described[:1] == described[:1].upper(), (
            path,
            described,
        )
        halves = re.split(r"。|\. ", described, maxsplit=1)
        assert len(halves) < 2 or halves[0] not in halves[1], f"what is shared of {path} says a thing twice: {described}"
        if path.rsplit("/", 1)[-1] not in ("404.html", "actions.html"):  # their titles are all there is to say
            assert described != properties["og:title"].split(" — ")[0], f"what is shared of {path} says its name alone"


def test_english_pages_keep_no_japanese_words_of_the_site_itself(site: Path) -> None:
    """Names of sources and reasons stay in their language; the words of the pages do not."""
    for path in ("en/index.html", "en/five-less.html", "en/data.html", "en/projects.html"):
        html = (site / path).read_text(encoding="utf-8")
        html = re.sub(r'<a href="https?://[^>]*>.*?</a>', "", html)  # titles of sources
        html = re.sub(r'<(\w+) lang="ja">[^<]*</\1>', "", html)  # names that have no other, marked as Japanese
        html = html.replace("やさしい日本語", "").replace("日本語", "").replace("言語 Language", "")
        html = re.sub(r"<title>.*?</title>|<meta[^>]*>|<link[^>]*>", "", html) if path != "en/index.html" else html
        found = re.findall(r"[ぁ-んァ-ヶ一-龠]{2,}", re.sub(r"用紙の削減率を訂正|転記の誤り", "", html))
        assert found == [], (path, found[:5])


def test_the_front_page_says_the_published_rate_and_draws_as_many_dots(site: Path) -> None:
    rates = json.loads((site / "data" / "judgements.json").read_text(encoding="utf-8"))["indicators"]
    for folder in ("", "en/", "ja-Hira/"):
        html = (site / folder / "index.html").read_text(encoding="utf-8")
        (code,) = set(re.findall(r'class="lead">.*?indicators/(\w+)\.html', html))
        count = int(next(r["actual_value"] for r in rates if r["code"] == code))
        drawn = re.findall(r"<rect [^>]*?(class=\"no\")?/>", html[html.index('class="dots"') :].split("</svg>")[0])
        assert len(drawn) == 100 and drawn.count("") == count
        assert str(count) in re.findall("<h1>(.*?)</h1>", html)[0]
        assert {a.split("#")[1] for a in re.findall(r'href="[^"]*near\.html#\w+', html)} <= set(
            re.findall(r'<h2 id="(p\w+)"', (site / ("en/" if folder == "en/" else "") / "near.html").read_text(encoding="utf-8"))
        )


def test_no_page_asks_another_host_for_anything(site: Path) -> None:
    for path, page in pages(site):
        for tag, attributes in page.tags:
            asked = attributes.get("src") or (attributes.get("href") if tag == "link" else None)
            relations = attributes.get("rel", "")
            if asked and relations not in ("canonical", "alternate"):
                assert not urlsplit(asked).netloc, f"{path}: <{tag}> {asked}"
            assert not [a for a in attributes if a.startswith("on")], path
    style = next((site / "assets").glob("site.*.css")).read_text(encoding="utf-8")
    assert "url(" not in style.replace('url("data:image/svg+xml,', "") and "@import" not in style


def test_every_link_and_picture_leads_to_a_file_that_is_there(site: Path) -> None:
    there = {p.relative_to(site).as_posix() for p in site.rglob("*") if p.is_file()}
    for path, page in pages(site):
        for tag, attributes in page.tags:
            for name in ("href", "src"):
                target = attributes.get(name, "")
                if not target or target.startswith(("#", "data:")) or urlsplit(target).netloc:
                    if target.startswith("https://reform.example.jp/"):
                        assert target.removeprefix("https://reform.example.jp/").split("#")[0] in there, f"{path}: {target}"
                    continue
                found = urlsplit(urljoin(f"http://x/{path}", target)).path.lstrip("/")
                assert found in there, f"{path}: <{tag}> {target}"


def test_tables_and_pictures_are_labelled(site: Path) -> None:
    for path, page in pages(site):
        for attributes in page.all("svg"):
            roles = ("img", "group") if path.endswith("near.html") else ("img",)  # there the places of the map are links
            assert attributes.get("aria-hidden") == "true" or (attributes.get("role") in roles and attributes.get("aria-label")), (
                path
            )
        for attributes in page.all("th"):
            assert attributes.get("scope") in ("col", "row"), path
        for attributes in page.all("div"):
            if attributes.get("class") == "scroll":
                assert attributes["tabindex"] == "0" and attributes["role"] == "region" and attributes["aria-label"], path


def _without_charts(html: str) -> str:
    html = re.sub(r'<svg class="cp".*?</svg>', "", html, flags=re.S)
    return re.sub(r'<svg[^>]*class="chart.*?</svg>', "", html, flags=re.S)


def test_front_page_and_overview_weigh_at_most_60_and_150_kb_before_charts(site: Path) -> None:
    for path in ("index.html", "en/index.html", "overview.html", "en/overview.html"):
        html = (site / path).read_text(encoding="utf-8")
        loaded = set(re.findall(r'<(?:link rel="(?:stylesheet|icon)"|script)[^>]*(?:href|src)="([^"]+)"', html))
        assert len(loaded) >= 3, loaded  # style, icon, script
        weight = len(_without_charts(html).encode()) + sum(((site / path).parent / file).stat().st_size for file in loaded)
        assert weight <= (60_000 if path.endswith("index.html") else 150_000), (path, weight)


def test_no_place_to_break_is_a_box_beside_a_mark(site: Path) -> None:
    marks = [
        mark
        for file in site.rglob("*.html")
        for mark in re.findall(r'<span class="(?:sm|att-mark)[^>]*><i [^>]*></i>(.*?)</span>', file.read_text("utf-8"))
    ]
    assert len(marks) > 100 and not [mark for mark in marks if re.match(r"[^<]*<wbr>", mark)]


def test_a_page_loads_the_sheet_of_each_thing_that_stands_on_it(site: Path) -> None:
    kinds = {"matrix": 'class="mx"', "drawings": "<svg"}
    asked = dict.fromkeys(kinds, 0)
    for file in sorted(site.glob("**/*.html")):
        html = file.read_text(encoding="utf-8")
        if "<main" not in html:  # a card to embed brings its own style
            continue
        for sheet, sign in kinds.items():
            assert (f"/{sheet}." in html) == (sign in html.partition("<main")[2]), (file, sheet)
            asked[sheet] += sign in html
    assert all(asked.values()), asked


def test_headings_of_every_page_go_down_step_by_step(site: Path) -> None:
    for file in sorted(site.glob("**/*.html")):
        html = file.read_text(encoding="utf-8")
        levels = [int(level) for level in re.findall(r"<h([1-6])", html.partition("<main")[2])]
        stepped = [later for earlier, later in itertools.pairwise(levels) if later > earlier + 1]
        assert "<main" not in html or (levels[:1] == [1] and levels.count(1) == 1 and not stepped), (file, levels)


def test_colours_of_text_reach_the_contrast_of_wcag_aa(site: Path) -> None:
    style = next((site / "assets").glob("site.*.css")).read_text(encoding="utf-8")

    def light(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    def ratio(a: str, b: str) -> float:
        high, low = sorted((light(a), light(b)), reverse=True)
        return (high + 0.05) / (low + 0.05)

    for side in (1, 2):  # light, dark
        one = re.sub(r"light-dark\((#\w{6}|#\w{3}),(#\w{6}|#\w{3})\)", lambda pair, side=side: pair[side], style)
        named = dict(re.findall(r"--(\w+):(#\w{3,6})\b", one))
        paper = named.get("paper", "#ffffff")
        paper = paper if len(paper) == 7 else "#" + "".join(2 * sign for sign in paper[1:])
        pairs = [(colour, colour, paper) for colour in sorted(set(re.findall(r"[{;]color:(#\w{6})", one)))]
        assert len(pairs) > 5
        pairs += [("soft", named["soft"], paper), ("soft", named["soft"], named["fill"]), ("link", named["key"], paper)]
        assert [p for p in pairs if ratio(p[1], p[2]) < 4.5] == []


def test_the_feed_is_valid_atom_with_every_edition_and_correction(site: Path) -> None:
    """The musts of RFC 4287: ids, titles, updated instants, an author, a self link, distinct ids, text or link per entry."""
    for language, prefix in (("ja", ""), ("en", "en/")):
        root = ET.parse(site / f"{prefix}feed.atom").getroot()
        assert root.tag == f"{ATOM}feed" and root.get("{http://www.w3.org/XML/1998/namespace}lang") == language
        assert all(len(root.findall(f"{ATOM}{name}")) == 1 for name in ("id", "title", "updated"))
        assert root.find(f"{ATOM}author/{ATOM}name") is not None
        (own,) = [x for x in root.findall(f"{ATOM}link") if x.get("rel") == "self"]
        assert own.get("href") == root.findtext(f"{ATOM}id") == f"https://reform.example.jp/{prefix}feed.atom"
        entries = root.findall(f"{ATOM}entry")
        ids = [e.findtext(f"{ATOM}id") for e in entries]
        assert len(set(ids)) == len(ids) == 3 and all(urlsplit(i or "").scheme == "https" for i in ids)
        for entry in entries:
            assert entry.findtext(f"{ATOM}title") and entry.findtext(f"{ATOM}summary")
            assert datetime.fromisoformat(entry.findtext(f"{ATOM}updated") or "").tzinfo
            assert [x.get("rel") for x in entry.findall(f"{ATOM}link")] == ["alternate"]
    titles = [e.findtext(f"{ATOM}title") or "" for e in ET.parse(site / "feed.atom").getroot().findall(f"{ATOM}entry")]
    assert titles == ["公表版 第2号", "訂正: コピー用紙調達量の削減率(本庁部門) 令和4年度 72.0% → 71.0%", "公表版 第1号"]


def test_the_sitemap_is_valid_and_names_every_page_with_its_other_language(site: Path) -> None:
    """The musts of the protocol: namespace, at most 50,000 absolute addresses of one host, W3C days, no address twice."""
    root = ET.parse(site / "sitemap.xml").getroot()
    assert root.tag == f"{SITEMAP}urlset"
    found = [url.findtext(f"{SITEMAP}loc") or "" for url in root]
    assert all(url.tag == f"{SITEMAP}url" and next(iter(url)).tag == f"{SITEMAP}loc" for url in root)
    assert len(found) == len(set(found)) < 50_000 and (site / "sitemap.xml").stat().st_size < 50_000_000
    assert {f.removeprefix("https://reform.example.jp/") for f in found} == {
        p.relative_to(site).as_posix() for p in site.rglob("*.html") if p.name != "404.html"
    }
    for url in root:
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", url.findtext(f"{SITEMAP}lastmod") or "")
        names = {x.get("hreflang") or "": x.get("href") for x in url.findall("{http://www.w3.org/1999/xhtml}link")}
        page = (
            (url.findtext(f"{SITEMAP}loc") or "")
            .removeprefix("https://reform.example.jp/")
            .removeprefix("en/")
            .removeprefix("ja-Hira/")
        )
        assert names.keys() == {"ja", "en", *(["ja-Hira"] if page in ("index.html", "overview.html", "five-less.html") else [])}


def test_every_indicator_has_a_card_to_embed_in_both_languages(site: Path, published: House) -> None:
    codes = [r["indicator_code"] for r in published.store.all_of(tables.Indicator)]
    assert {p.stem for p in (site / "embed").glob("*.svg") if "-chart" not in p.stem} == {c + e for c in codes for e in ("", "-en")}
    card = ET.parse(site / "embed" / "paper_reduction_rate.svg").getroot()
    text = " ".join(card.itertext())
    for word in ("コピー用紙調達量の削減率", "達成", "71.0%", "目標 70.0%", "令和4年度", "公表版 第2号"):
        assert word in text, word
    for path in (site / "embed").glob("*.svg"):
        found = ET.parse(path).getroot()
        assert found.get("role") == "img" and found.get("aria-label")
        assert not [e for e in found.iter() if e.tag.rsplit("}", 1)[-1] in ("script", "image", "foreignObject", "use", "a")]


def test_the_share_picture_has_the_size_that_is_announced(site: Path) -> None:
    from PIL import Image

    assert Image.open(next((site / "assets").glob("share.*.png"))).size == (1200, 630)


def test_asset_names_carry_the_checksum_of_their_content(site: Path) -> None:
    import hashlib

    for path in (site / "assets").iterdir():
        assert hashlib.sha256(path.read_bytes()).hexdigest()[:12] == path.name.split(".")[1]


def test_hostile_names_do_not_become_markup(odd_site: Path) -> None:
    for path in odd_site.rglob("*"):
        if path.suffix in (".html", ".svg", ".atom"):
            text = path.read_text(encoding="utf-8")
            assert "<script>alert" not in text and "<img src=x" not in text, path
    ET.parse(odd_site / "embed" / "fax_reduction_rate.svg")
    assert "&lt;script&gt;alert(1)" in (odd_site / "indicators" / "fax_reduction_rate.html").read_text(encoding="utf-8")


def test_the_method_page_is_the_published_method(site: Path) -> None:
    assert "計画線" in (site / "method.html").read_text(encoding="utf-8")
    english = (site / "en" / "method.html").read_text(encoding="utf-8")
    assert "Planned path" in english and "計画線" not in english


def test_an_export_holds_the_edition_shown_and_the_earlier_ones_byte_for_byte(small_house: House, tmp_path: Path) -> None:
    for _ in range(2):
        small_house.publish()
    target = tmp_path / "away" / "out"
    made = export.export(target, chosen=small_house.chosen)
    assert made.number == 2 and (target / "index.html").is_file() and (target / "robots.txt").is_file()
    for number in (1, 2):
        copied, own = target / "editions" / f"{number:04d}", on_disk.opened(small_house.folder, number).folder
        kept = {p.relative_to(own / "site"): p.read_bytes() for p in (own / "site").rglob("*") if p.is_file()}
        proof = {Path(name): (own / name).read_bytes() for name in (on_disk.MANIFEST, on_disk.SIGNATURE)}
        assert {p.relative_to(copied): p.read_bytes() for p in copied.rglob("*") if p.is_file()} == {**kept, **proof}
    address = edition_address(2, small_house.chosen).removeprefix("https://reform.example.jp/")
    assert (target / address / "index.html").is_file()  # the address that citations name
    assert [p.name for p in target.parent.iterdir()] == ["out"]
    with pytest.raises(FigureRefused):
        export.export(target, chosen=small_house.chosen)
    with pytest.raises(NotFound):
        export.export(target.with_name("other"), number=7, chosen=small_house.chosen)


def test_what_an_edition_leaves_out_is_blank_for_a_page_that_asks(published: House) -> None:
    frozen = Store(on_disk.opened(published.folder, 2).url)
    assert {r["note_ja"] + r["note_en"] for r in frozen.all_of(tables.Procedure)} == {""} and {
        r["is_sample"] for r in frozen.all_of(tables.Facility)
    } == {False}
    assert frozen.one_of(tables.Indicator, "fax_reduction_rate")["name_en"] == "Reduction of faxes"
    assert {r["submission_id"] for r in frozen.all_of(tables.Observation)} == {None}


def test_a_page_is_called_by_what_it_is_about_and_whose_it_is_then_by_the_site(site: Path) -> None:
    for path, words in (("indicators/electronic_decision_rate.html", "各局 — "), ("bureaus.html", ""), ("index.html", "")):
        title = re.search("<title>(.*?)</title>", (site / path).read_text(encoding="utf-8"))
        assert title and title[1].endswith(f" — {words}{say('site', 'ja')}"), path
