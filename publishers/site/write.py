"""The static public edition: plain files for any web server, Japanese at the root and each other language in its own folder.

HTML first: every number and table is in the page; the drawings are inline SVG, with tooltips added by a small self-hosted
script. No other host is contacted. Assets carry a checksum in their name, so they may be cached for ever.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any, BinaryIO

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from charts.themes import svg_sheet
from kpis.as_text import shown
from kpis.government import government
from kpis.languages import SOURCE, codes
from kpis.moment import Moment
from kpis.periods import parse_instant
from kpis.settings import ROOT, Settings
from kpis.store import tables
from kpis.voices.heard import heard
from kpis.voices.store import opened
from publishers.editions.on_disk import Edition, sha256_of
from publishers.notices.calendar import of_publications
from publishers.opendata import described, package
from publishers.opendata.breakdowns import breakdowns
from publishers.opendata.municipal_standard import public_facilities
from publishers.site import attention, foreign, search
from publishers.site.embed import card_svg
from publishers.site.feed import atom, sitemap
from publishers.site.headed import defined
from publishers.site.labels import filled, is_nothing, kind, labels, picked, with_roles
from publishers.site.lines import lined
from publishers.site.offered import file_of_card
from publishers.site.pages import pages_of
from publishers.site.phrases import phrases_asked, phrases_marked
from publishers.site.seen import large
from publishers.site.share import share_picture
from publishers.site.site import Site
from telling.for_machines import status_json
from telling.voices import grade_words, mean_sentence, of_page, shown_voices
from telling.words import Words, has_page

HERE = Path(__file__).parent
ASSETS = ("site.css", "matrix.css", "paper-tables.css", "site.js", "slash.js")


def write(
    moment: Moment, about: Mapping[str, Any], changes: Sequence[Mapping[str, Any]], target: Path, *,
    history: Sequence[tuple[Edition, Sequence[Mapping[str, Any]]]], chosen: Settings,
) -> None:  # fmt: skip
    """Write the static edition with its open data, pictures, feed, calendar and sitemap.

    Args:
        moment: the edition, as of its date.
        about: its manifest, as far as known.
        changes: against the previous edition.
        target: a folder that does not exist yet.
        history: earlier editions still shown, newest first.
    """
    target.mkdir(parents=True)
    site = Site(moment, about, changes, history, chosen, {}, heard(opened(chosen), before=about["compared_with"]))
    _write_assets(site, target)
    sizes = _write_data(site, target / "data")
    (target / "embed").mkdir()
    search.write(site, target / "search", site.languages("search.html"))
    environment = _environment()
    addresses: list[str] = []
    for language in codes():
        words = Words(language)
        prefix = words.folder
        for path, template, context in pages_of(site, words, sizes):
            here = prefix + path
            up = "../" * here.count("/")
            html = environment.get_template(template).render(
                {
                    "site": site, "w": words, "path": path, "here": here, "up": up, "home": partial(_home, up, words), "description": "", "lead": "",
                    "section": path if "/" not in path else path.split("/")[0] + ".html", "has_chart": False, **context,
                }
            )  # fmt: skip
            _write(target / here, foreign.marked(_squeezed(lined(defined(with_roles(html), words, explained=set()))), language))
            site.charts.write(target)
            if language == SOURCE and path != "404.html":
                addresses.append(path)
        for item in site.moment.own if has_page("indicators", language) else ():
            view, code = site.view(item, words), item.entry.definition.code
            _write(target / f"{file_of_card(code, language)}.svg", card_svg(view, site.citation(words)))
            site.charts.of(view)  # also of a single figure, which no page draws
        site.charts.write(target)
        if has_page("feed.atom", language):
            _write(target / prefix / "feed.atom", atom(site, words))
            days = of_publications(moment, language, chosen, now=parse_instant(str(about["published_at"])))
            (target / prefix / "calendar.ics").write_bytes(days)
    _write(target / "sitemap.xml", sitemap(site, addresses))
    place = f"Sitemap: {site.address}/sitemap.xml\n" if site.address else ""
    _write(target / "robots.txt", f"User-agent: *\nAllow: /\n{place}")


def _home(up: str, words: Words, page: str) -> str:
    """Return the relative path to the folder of a page: that of the language, or the Japanese one where the page is not translated."""
    return up + (words.folder if has_page(page, words.language) else "")


@cache
def _environment() -> Environment:
    """Return the template environment; templates are compiled once."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=shown,
        auto_reload=False,
    )
    made.tests["nothing"] = is_nothing
    made.globals |= {"labels": labels, "kind": kind, "filled": filled, "picked": picked, "is_nothing": is_nothing, "large": large}
    made.globals |= {"of_page": of_page, "mean_sentence": mean_sentence, "shown_voices": shown_voices, "grade_words": grade_words}
    return made


def _squeezed(html: str) -> str:
    """Return the page without blank lines."""
    return "\n".join(line for line in html.splitlines() if line.strip()) + "\n"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def _write_assets(site: Site, target: Path) -> None:
    """Write styles, scripts and pictures under names with their checksum.

    A page loads ``matrix.css``, ``drawings.css`` (the colours of drawings) and ``paper-tables.css`` only if it has such a table or a
    drawing (``base.html``).
    """
    contents = {name: (HERE / "assets" / name).read_bytes() for name in ASSETS}
    others = [(HERE / "assets" / name).read_bytes() for name in ("front.css", "search.css", "paper.css")]
    contents["site.css"] = b"".join([attention.style().encode(), contents["site.css"], *others])
    contents["paper-tables.css"] += (HERE / "assets" / "paper-seen.css").read_bytes()
    contents["drawings.css"] = svg_sheet().encode()
    contents["slash.js"] += phrases_asked()
    contents["phrases.js"] = phrases_marked()
    contents["search.js"] = search.script((HERE / "assets" / "search.js").read_text(encoding="utf-8"))
    contents["icon.png"] = (ROOT / "data" / "text" / "icon.png").read_bytes()
    contents["share.png"] = share_picture(site)
    (target / "assets").mkdir()
    for name, whole in contents.items():
        # Comments in style sheets are removed to reduce the size.
        content = re.sub(rb"/\*.*?\*/\n?", b"", whole, flags=re.S) if name.endswith(".css") else whole
        stem, ending = name.rsplit(".", 1)
        site.assets[name] = f"assets/{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{ending}"
        (target / site.assets[name]).write_bytes(content)


def _write_data(site: Site, folder: Path) -> list[dict[str, Any]]:
    """Write the open data; return name, titles, row count and file sizes per table."""
    folder.mkdir()
    made = [*package.resources(site.moment), *breakdowns(site)]
    who = government().publisher
    files: dict[str, tuple[int, str]] = {}

    def put(name: str, write: Callable[[BinaryIO], object]) -> None:
        path = folder / name
        with path.open("wb") as file:
            write(file)
        files[name] = (path.stat().st_size, sha256_of(path))

    for resource in made:
        for form, write in package.FORMATS.items():
            put(f"{resource.name}.{form}", partial(write, resource))
    if who.prefecture_ja:  # a layout of Japan's, for its local governments
        codes_of = {place.name_ja: place.municipality_code for place in government().places}
        put("public_facilities.csv", partial(public_facilities, site.moment, who, codes_of))
    put("judgements.json", lambda file: file.write(package.json_bytes(_judgements(site))))
    name = Words(SOURCE)("site")
    sources = site.moment.rows(tables.Source)
    package_json = described.data_package(made, files, site.about, who=who, sources=sources, site=name, address=site.address)
    put("datapackage.json", lambda file: file.write(package.json_bytes(package_json)))
    catalogue = described.dcat_catalogue(made, files, site.about, who=who, site=name, address=site.address)
    put("catalog.jsonld", lambda file: file.write(package.json_bytes(catalogue)))
    return [
        {
            "name": r.name, "rows": len(r.rows), "title_ja": package.title(r.name), "title_en": package.title(r.name, "en"),
            "sizes": {form: files[f"{r.name}.{form}"][0] for form in package.FORMATS},
        }
        for r in made
    ]  # fmt: skip


def _judgements(site: Site) -> dict[str, Any]:
    return {
        "edition": site.about["edition"], "as_of": site.about["as_of"], "rule_version": site.about["rule_version"],
        "indicators": [status_json(s, site.moment.book, as_of=site.moment.as_of) for s in site.moment.scored],
    }  # fmt: skip
