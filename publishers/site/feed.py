"""The feed of editions and corrections (Atom, RFC 4287), and the sitemap."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from xml.etree import ElementTree as ET

from kpis.as_text import clean
from kpis.languages import codes
from kpis.periods import local_day, parse_instant, parse_period
from publishers.site.site import Site
from telling.words import Words, has_page, whose

ATOM, SITEMAP, XHTML = "http://www.w3.org/2005/Atom", "http://www.sitemaps.org/schemas/sitemap/0.9", "http://www.w3.org/1999/xhtml"
CORRECTIONS = ("figure_corrected", "figure_withdrawn", "definition")


def _editions(site: Site) -> Iterable[tuple[Mapping[str, Any], Iterable[Mapping[str, Any]]]]:
    yield site.about, site.changes
    for edition, changes in site.history:
        yield edition.manifest, changes


def atom(site: Site, words: Words) -> str:
    """Return the feed in one language: one entry per edition and per correction, newest first."""
    ET.register_namespace("", ATOM)
    feed = ET.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": words.language})
    prefix = words.folder

    def put(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
        made = ET.SubElement(parent, f"{{{ATOM}}}{name}", {key: clean(value) for key, value in attributes.items()})
        made.text = clean(text) if text else text
        return made

    put(feed, "title", f"{words('site')} {words('ed_feed')}")
    own = site.address or "urn:mieruka"  # an entry needs an id even while the public address is unknown
    put(feed, "id", f"{own}/{prefix}feed.atom")
    put(feed, "updated", site.about["published_at"])
    put(feed, "link", rel="self", type="application/atom+xml", href=f"{site.address}/{prefix}feed.atom")
    put(feed, "link", rel="alternate", type="text/html", href=f"{site.address}/{prefix}revisions.html")
    put(put(feed, "author"), "name", words.named(site.about, "publisher") or words("site"))
    put(feed, "rights", f"{site.about['licence_name']} {site.about['licence_url']}")
    put(feed, "generator", "Mieruka", version=site.about["software_version"])
    for about, changes in _editions(site):
        number = about["edition"]
        page = f"{site.address}/{prefix}revisions.html#edition-{number}"
        entry = put(feed, "entry")
        put(entry, "title", words("ed_feed_edition", number=number))
        put(entry, "id", f"{own}/editions/{number:04d}/{prefix}")
        put(entry, "updated", about["published_at"])
        put(entry, "published", about["published_at"])
        put(entry, "link", rel="alternate", type="text/html", href=page)
        put(entry, "summary", about["note"])
        for n, change in enumerate(c for c in changes if c["kind"] in CORRECTIONS):
            entry = put(feed, "entry")
            period = parse_period(change["period_code"]).label(words.language) if change.get("period_code") else ""
            put(
                entry, "title",
                words(
                    "ed_correction", name=words.named(change) or change["code"],
                    whose=words("in_brackets", text=unit) if (unit := whose(change, words, site.moment.units)) else "",
                    period=period or change.get("field", ""),
                    old=words.named(change, "old") or "―", new=words.named(change, "new") or "―",
                ),
            )  # fmt: skip
            put(entry, "id", f"{own}/editions/{number:04d}/{prefix}#correction-{n + 1}")
            put(entry, "updated", about["published_at"])
            put(entry, "link", rel="alternate", type="text/html", href=f"{site.address}/{prefix}indicators/{change['code']}.html")
            why = (
                words.reason("edition_reason_", change["reason_class"])
                if change.get("reason_class")
                else words(f"edition_change_{change['kind']}")
            )
            put(
                entry,
                "summary",
                f"{words('colon').join(filter(None, (why, words.half(change.get('reason_text', '')))))} {words.named(change, 'size')}".strip(),
            )
            put(entry, "category", term=change["kind"])
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(feed, encoding="unicode") + "\n"


def sitemap(site: Site, paths: Iterable[str]) -> str:
    """Return the sitemap: every page in all languages, with alternates; empty if the public address is unknown."""
    ET.register_namespace("", SITEMAP)
    ET.register_namespace("xhtml", XHTML)
    root = ET.Element(f"{{{SITEMAP}}}urlset")
    for path in paths if site.address else ():
        both = {code: f"{site.address}/{Words(code).folder}{path}" for code in codes() if has_page(path, code)}
        for address in both.values():
            url = ET.SubElement(root, f"{{{SITEMAP}}}url")
            ET.SubElement(url, f"{{{SITEMAP}}}loc").text = address
            ET.SubElement(url, f"{{{SITEMAP}}}lastmod").text = local_day(parse_instant(site.about["published_at"])).isoformat()
            for language, other in both.items():
                ET.SubElement(url, f"{{{XHTML}}}link", {"rel": "alternate", "hreflang": language, "href": other})
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"
