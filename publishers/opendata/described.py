"""Machine-readable descriptions of the open data: a Frictionless data package and a DCAT catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kpis.government_files import PublisherFields
from kpis.languages import say
from kpis.store import tables
from publishers.opendata.package import FORMATS, MEDIA, Resource, title
from telling.words import Words


def data_package(
    made: Iterable[Resource], files: Mapping[str, tuple[int, str]], about: Mapping[str, Any], *, who: PublisherFields,
    sources: Iterable[tables.Source], site: str, address: str,
) -> dict[str, Any]:  # fmt: skip
    """Describe the tables as a Frictionless data package.

    Args:
        files: file name → (bytes, SHA-256).
        about: of the edition: number, date, note, licence, version of the software.
        address: public address of the static edition.
    """
    described = []
    for r in made:
        size, sha256 = files[f"{r.name}.csv"]
        schema: dict[str, Any] = {
            "fields": [
                {
                    "name": name, "type": kind, "title": r.describe(name), "description": f"{r.describe(name)} / {r.describe(name, 'en')}",
                    **({"format": "default"} if kind in ("date", "datetime") else {}),
                }
                for name, kind in r.fields.items()
            ],
            "missingValues": [""],
        }  # fmt: skip
        if r.key:
            schema["primaryKey"] = list(r.key)
        described.append(
            {
                "name": r.name.replace("_", "-"), "path": f"{r.name}.csv", "profile": "tabular-data-resource", "title": title(r.name),
                "description": f"{title(r.name)} / {title(r.name, 'en')}", "format": "csv", "mediatype": "text/csv",
                "encoding": "utf-8", "bytes": size, "hash": f"sha256:{sha256}", "dialect": {"lineTerminator": "\r\n", "quoteChar": '"'},
                "schema": schema, "alternates": [f"{r.name}.json", f"{r.name}.parquet"],
            }
        )  # fmt: skip
    return {
        "profile": "tabular-data-package", "name": who.identifier, "title": site, **({"homepage": f"{address}/"} if address else {}),
        "version": str(about["edition"]), "created": about["published_at"], "softwareVersion": about["software_version"],
        "description": say("package_description", site=site, edition=about["edition"], as_of=about["as_of"], note=about["note"]),
        "licenses": [{"name": about["licence_name"].replace(" ", "-"), "title": about["licence_name"], "path": about["licence_url"]}],
        "contributors": [{"title": who.name_ja, "role": "publisher"}],
        "sources": [{"title": s.title, "path": s.url} for s in sources],
        "keywords": [*who.keywords_ja, *who.keywords_en], "resources": described,
    }  # fmt: skip


def dcat_catalogue(
    made: Iterable[Resource], files: Mapping[str, tuple[int, str]], about: Mapping[str, Any], *, who: PublisherFields, site: str,
    address: str,
) -> dict[str, Any]:  # fmt: skip
    """Describe the tables as a DCAT catalogue in JSON-LD, one data set per table, for a CKAN harvester.

    Uses the terms read by ckanext-dcat (``ckanext/dcat/profiles/euro_dcat_ap_base.py``): the version of a data set is
    ``owl:versionInfo``, the address of a file ``dcat:downloadURL``, and its format ``dcat:mediaType``.
    """
    issued = {"@type": "xsd:dateTime", "@value": about["published_at"]}
    agent = {"@type": "foaf:Organization", "foaf:name": _in_both(who.name_ja, who.name_en)}
    licence = {"@id": about["licence_url"]}
    languages = [{"@id": f"http://publications.europa.eu/resource/authority/language/{code}"} for code in ("JPN", "ENG")]
    data_sets = []
    for r in made:
        distributions = []
        for form in FORMATS:
            size, sha256 = files[f"{r.name}.{form}"]
            distributions.append(
                {
                    "@id": f"{address}/data/{r.name}.{form}", "@type": "dcat:Distribution", "dct:title": f"{r.name}.{form}",
                    "dcat:downloadURL": {"@id": f"{address}/data/{r.name}.{form}"},
                    "dcat:accessURL": {"@id": f"{address}/data.html"}, "dct:format": form.upper(),
                    "dcat:mediaType": MEDIA[form].split(";")[0], "dcat:byteSize": size, "dct:license": licence,
                    "spdx:checksum": {"@type": "spdx:Checksum", "spdx:algorithm": "sha256", "spdx:checksumValue": sha256},
                }
            )  # fmt: skip
        data_sets.append(
            {
                "@id": f"{address}/data/{r.name}", "@type": "dcat:Dataset", "dct:identifier": f"{who.identifier}-{r.name}",
                "dct:title": _in_both(f"{site} {title(r.name)}", title(r.name, "en")),
                "dct:description": _in_both(title(r.name), title(r.name, "en")), "dct:issued": issued, "dct:modified": issued,
                "dct:language": languages, "dct:publisher": agent, "dct:license": licence,
                "dcat:keyword": [*who.keywords_ja, *who.keywords_en], "dcat:landingPage": {"@id": f"{address}/data.html"},
                "dcat:version": str(about["edition"]), "owl:versionInfo": str(about["edition"]),
                "dcat:distribution": distributions,
            }
        )  # fmt: skip
    return {
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/", "foaf": "http://xmlns.com/foaf/0.1/",
            "xsd": "http://www.w3.org/2001/XMLSchema#", "spdx": "http://spdx.org/rdf/terms#", "owl": "http://www.w3.org/2002/07/owl#",
        },
        "@id": f"{address}/data/catalog.jsonld", "@type": "dcat:Catalog", "dct:title": site,
        "dct:description": _in_both(Words("ja")("ed_data_lead"), Words("en")("ed_data_lead")), "dct:language": languages, "dct:publisher": agent,
        "dct:license": licence, "dct:issued": issued, "foaf:homepage": {"@id": f"{address}/"}, "dcat:dataset": data_sets,
    }  # fmt: skip


def _in_both(ja: str, en: str) -> list[dict[str, str]]:
    return [{"@language": "ja", "@value": ja}, {"@language": "en", "@value": en}]
