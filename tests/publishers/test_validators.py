"""Feed, sitemap and catalogue against the schemas of those who defined them: RFC 4287, sitemaps.org, DCAT as ckanext-dcat reads it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rdflib
from lxml import etree
from rdflib import Graph, Literal, Namespace, URIRef

from publishers.editions import on_disk
from tests.publishers.house import House

pytestmark = pytest.mark.edition

SCHEMAS = Path(__file__).parent / "schemas"
ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
SPDX = Namespace("http://spdx.org/rdf/terms#")


@pytest.fixture(scope="module")
def site(published: House) -> Path:
    return on_disk.opened(published.folder, 2).folder / "site"


# Atom ---------------------------------------------------------------------------------------------------------------


def atom_faults(tree: Any) -> list[str]:
    """Return what RFC 4287 does not allow: its RELAX NG grammar, then the rules that it states beside the grammar."""
    grammar = etree.RelaxNG(etree.parse(SCHEMAS / "rfc4287.rng"))
    found = [] if grammar.validate(tree) else [str(e) for e in grammar.error_log]
    feed = tree.getroot()
    has_author = feed.find(f"{ATOM}author") is not None
    for entry in feed.findall(f"{ATOM}entry"):
        if not has_author and entry.find(f"{ATOM}author") is None:
            found.append("an entry without an author in a feed without one")
        links = entry.findall(f"{ATOM}link")
        if entry.find(f"{ATOM}content") is None and not [x for x in links if x.get("rel", "alternate") == "alternate"]:
            found.append("an entry with neither content nor an alternate link")
    ids = [e.text for e in feed.iter(f"{ATOM}id")]
    if len(set(ids)) != len(ids):
        found.append("two entries with one id")
    return found


@pytest.mark.parametrize("path", ["feed.atom", "en/feed.atom"])
def test_the_feed_passes_the_schema_of_rfc_4287(site: Path, path: str) -> None:
    assert atom_faults(etree.parse(site / path)) == []


SPOILT_FEEDS: dict[str, Callable[[Any], object]] = {
    "a day that is no instant": lambda f: setattr(f.find(f"{ATOM}updated"), "text", "2026-11-25"),
    "no id": lambda f: f.remove(f.find(f"{ATOM}id")),
    "two titles": lambda f: f.append(copy.deepcopy(f.find(f"{ATOM}title"))),
    "a link that leads nowhere": lambda f: f.find(f"{ATOM}link").attrib.pop("href"),
    "a media type that is none": lambda f: f.find(f"{ATOM}link").set("type", "html"),
    "an unknown attribute": lambda f: f.set("odd", "1"),
    "no author": lambda f: f.remove(f.find(f"{ATOM}author")),
    "an entry without a link": lambda f: [f.find(f"{ATOM}entry").remove(x) for x in f.find(f"{ATOM}entry").findall(f"{ATOM}link")],
    "an id twice": lambda f: setattr(f.findall(f"{ATOM}entry")[1].find(f"{ATOM}id"), "text", f.findall(f"{ATOM}entry")[0].findtext(f"{ATOM}id")),
}  # fmt: skip


@pytest.mark.parametrize("fault", SPOILT_FEEDS)
def test_a_spoilt_feed_is_noticed(site: Path, fault: str) -> None:
    tree = etree.parse(site / "feed.atom")
    SPOILT_FEEDS[fault](tree.getroot())
    assert atom_faults(tree), fault


# Sitemap ------------------------------------------------------------------------------------------------------------


def sitemap_faults(tree: Any) -> list[str]:
    """Return what the schema of sitemaps.org does not allow, the links to other languages included."""
    schema = etree.XMLSchema(etree.parse(SCHEMAS / "sitemap-with-languages.xsd"))
    return [] if schema.validate(tree) else [str(e) for e in schema.error_log]


def test_the_sitemap_passes_the_schema_of_sitemaps_org(site: Path) -> None:
    tree = etree.parse(site / "sitemap.xml")
    assert sitemap_faults(tree) == [] and len(tree.getroot()) > 300


SPOILT_SITEMAPS: dict[str, Callable[[Any], object]] = {
    "no address": lambda s: s[0].remove(s[0].find(f"{SITEMAP}loc")),
    "an address too short": lambda s: setattr(s[0].find(f"{SITEMAP}loc"), "text", "http://x"),
    "a day as people write it": lambda s: setattr(s[0].find(f"{SITEMAP}lastmod"), "text", "令和8年11月25日"),
    "an order of its own": lambda s: s[0].insert(0, s[0].find(f"{SITEMAP}lastmod")),
    "an unknown element": lambda s: etree.SubElement(s[0], "{http://example.jp/}more"),
    "a link without language": lambda s: s[0][-1].attrib.pop("hreflang"),
}


@pytest.mark.parametrize("fault", SPOILT_SITEMAPS)
def test_a_spoilt_sitemap_is_noticed(site: Path, fault: str) -> None:
    tree = etree.parse(site / "sitemap.xml")
    SPOILT_SITEMAPS[fault](tree.getroot())
    assert sitemap_faults(tree), fault


# DCAT ---------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def graph(site: Path) -> Graph:
    return Graph().parse(site / "data" / "catalog.jsonld", format="json-ld")


def test_the_catalogue_is_read_as_rdf_with_every_term_that_a_ckan_harvester_takes(site: Path, graph: Graph) -> None:
    """The terms of ckanext-dcat's profile (euro_dcat_ap_base.py): what it looks up per catalogue, data set and file."""
    package = json.loads((site / "data" / "datapackage.json").read_text(encoding="utf-8"))
    (catalogue,) = graph.subjects(rdflib.RDF.type, rdflib.DCAT.Catalog)
    for term in (
        rdflib.DCTERMS.title,
        rdflib.DCTERMS.description,
        rdflib.DCTERMS.publisher,
        rdflib.DCTERMS.license,
        rdflib.FOAF.homepage,
    ):
        assert graph.value(catalogue, term) is not None, term
    data_sets = set(graph.objects(catalogue, rdflib.DCAT.dataset))
    assert data_sets == set(graph.subjects(rdflib.RDF.type, rdflib.DCAT.Dataset)) and len(data_sets) == len(package["resources"])
    identifiers = {str(graph.value(d, rdflib.DCTERMS.identifier)) for d in data_sets}
    assert len(identifiers) == len(data_sets)
    for data_set in data_sets:
        assert isinstance(data_set, URIRef)
        for term in (rdflib.DCTERMS.title, rdflib.DCTERMS.description):
            assert {v.language for v in graph.objects(data_set, term) if isinstance(v, Literal)} == {"ja", "en"}
        issued = graph.value(data_set, rdflib.DCTERMS.issued)
        assert isinstance(issued, Literal) and issued.datatype == rdflib.XSD.dateTime and issued.value is not None
        assert (
            str(graph.value(data_set, rdflib.OWL.versionInfo)) == "2"
            and len(list(graph.objects(data_set, rdflib.DCAT.keyword))) > 3
        )
        assert isinstance(graph.value(data_set, rdflib.DCAT.landingPage), URIRef)
        publisher = graph.value(data_set, rdflib.DCTERMS.publisher)
        assert publisher is not None and graph.value(publisher, rdflib.FOAF.name) is not None
        assert {str(v).rsplit("/", 1)[-1] for v in graph.objects(data_set, rdflib.DCTERMS.language)} == {"JPN", "ENG"}
        files = list(graph.objects(data_set, rdflib.DCAT.distribution))
        assert len(files) == 3
        for file in files:
            address, size = graph.value(file, rdflib.DCAT.downloadURL), graph.value(file, rdflib.DCAT.byteSize)
            assert isinstance(address, URIRef) and isinstance(graph.value(file, rdflib.DCAT.accessURL), URIRef)
            content = (site / "data" / str(address).rsplit("/", 1)[1]).read_bytes()
            assert isinstance(size, Literal) and int(size) == len(content)
            assert (
                str(graph.value(file, rdflib.DCAT.mediaType)).count("/") == 1
                and graph.value(file, rdflib.DCTERMS.format) is not None
            )
            assert isinstance(graph.value(file, rdflib.DCTERMS.license), URIRef)
            checksum = graph.value(file, SPDX.checksum)
            assert checksum is not None and len(str(graph.value(checksum, SPDX.checksumValue))) == 64


def test_no_term_of_the_catalogue_is_misspelt(graph: Graph) -> None:
    """Closed namespaces of rdflib know their terms: a misspelt one would be read by nobody."""
    known = {
        str(space[term])
        for space in (rdflib.DCAT, rdflib.DCTERMS, rdflib.FOAF, rdflib.OWL, rdflib.RDF)
        for term in space.__annotations__
        if not term.startswith("_")
    }
    known |= {"http://www.w3.org/ns/dcat#version"}  # of DCAT 3, younger than rdflib's list
    known |= {str(SPDX[name]) for name in ("checksum", "algorithm", "checksumValue", "Checksum")}
    used = {str(p) for p in graph.predicates()} | {str(o) for o in graph.objects(predicate=rdflib.RDF.type)}
    assert sorted(used - known) == [] and len(used) > 20
