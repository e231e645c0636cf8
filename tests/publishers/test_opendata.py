"""Open data: valid packages, machine-readable tables, three formats that say the same, nothing that runs in a spreadsheet."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import Any

import frictionless
import pyarrow.parquet as pq
import pytest

from kpis.as_text import FORMULA, clean
from kpis.declared import said_of
from kpis.moment import Moment
from kpis.settings import ROOT, Settings
from kpis.state import State
from kpis.store import tables
from kpis.store.store import Store
from publishers.editions import on_disk
from publishers.editions.public_tables import PUBLIC, public_names
from publishers.opendata import package as opendata
from publishers.opendata.municipal_standard import FACILITY_COLUMNS, with_check_digit
from publishers.opendata.package import FORMATS, Resource
from tests.publishers.house import House

pytestmark = pytest.mark.edition


@pytest.fixture(scope="module")
def data(published: House) -> Path:
    return on_disk.opened(published.folder, 2).folder / "site" / "data"


@pytest.fixture(scope="module")
def package(data: Path) -> dict[str, Any]:
    return dict(json.loads((data / "datapackage.json").read_text(encoding="utf-8")))


def test_the_data_package_passes_the_frictionless_validator(data: Path, package: dict[str, Any]) -> None:
    report = frictionless.Package(str(data / "datapackage.json")).validate()
    assert report.valid, report.flatten(["type", "title", "message"])
    assert len(package["resources"]) == len(list(data.glob("*.parquet"))) >= 18


def test_the_validator_would_notice_a_wrong_cell(data: Path, tmp_path: Path) -> None:
    for path in data.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    spoilt = (tmp_path / "targets.csv").read_bytes().replace(b',"70",', b',"about 70",', 1)
    (tmp_path / "targets.csv").write_bytes(spoilt)
    assert not frictionless.Package(str(tmp_path / "datapackage.json")).validate().valid


def test_the_package_names_licence_edition_sources_checksums_and_describes_every_field(data: Path, package: dict[str, Any]) -> None:
    assert package["licenses"] == [
        {"name": "CC-BY-4.0", "title": "CC BY 4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}
    ]
    assert (
        package["version"] == "2"
        and len(package["sources"]) > 200
        and all(s["path"].startswith("http") for s in package["sources"])
    )
    for resource in package["resources"]:
        content = (data / resource["path"]).read_bytes()
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}" and resource["bytes"] == len(content)
        assert all(f["description"] and f["type"] for f in resource["schema"]["fields"])
        assert all((data / other).is_file() for other in resource["alternates"])


def test_the_licence_is_set_per_instance(monkeypatch: pytest.MonkeyPatch, small_house: House) -> None:
    monkeypatch.setenv("LICENCE_NAME", "PDL 1.0")
    monkeypatch.setenv("LICENCE_URL", "https://www.digital.go.jp/resources/open_data/public_data_license_v1.0")
    made = small_house.publish()
    package = json.loads((made.folder / "site" / "data" / "datapackage.json").read_text(encoding="utf-8"))
    assert package["licenses"][0]["title"] == "PDL 1.0" and "PDL 1.0" in (made.folder / "site" / "index.html").read_text(
        encoding="utf-8"
    )
    assert Settings().licence_name == "PDL 1.0"


# Formats that say the same ------------------------------------------------------------------------------------------


def typed(cell: str, kind: str) -> Any:
    """Read a CSV cell by its declared type; a text loses the apostrophe that keeps it from running."""
    if kind == "string":
        return cell[1:] if cell[:1] == "'" and FORMULA.match(cell[1:]) else cell
    if cell == "":
        return None
    if kind == "boolean":
        return cell == "true"
    return {
        "number": float,
        "integer": int,
        "date": date.fromisoformat,
        "datetime": lambda t: datetime.fromisoformat(t.rstrip("Z")),
    }[kind](cell)


def test_csv_json_and_parquet_hold_the_same_rows(data: Path, package: dict[str, Any]) -> None:
    compared = 0
    for resource in package["resources"]:
        kinds = {f["name"]: f["type"] for f in resource["schema"]["fields"]}
        table = list(csv.DictReader(io.StringIO((data / resource["path"]).read_bytes().decode("utf-8-sig"), newline="")))
        objects = json.loads((data / resource["alternates"][0]).read_text(encoding="utf-8"))
        columns = pq.read_table(data / resource["alternates"][1]).to_pylist()
        assert len(table) == len(objects) == len(columns)
        for a, b, c in zip(table, objects, columns, strict=True):
            for name, kind in kinds.items():
                from_json = typed(b[name], kind) if isinstance(b[name], str) and kind in ("date", "datetime") else b[name]
                packed = c[name].replace(tzinfo=None) if isinstance(c[name], datetime) else c[name]
                assert (typed(a[name], kind) or None) == (from_json or None) == (packed or None) or (
                    typed(a[name], kind) == from_json == packed
                ), (resource["path"], name)
                compared += 1
    assert compared > 20_000


def written(resource: Resource, form: str) -> bytes:
    file = io.BytesIO()
    FORMATS[form](resource, file)
    return file.getvalue()


def test_two_tables_may_mean_two_things_by_one_name() -> None:
    own = Resource("x", {"period_code": "string", "value": "number"}, (), (), {"period_code": {"ja": "月", "en": "month"}})
    other = Resource("y", {"period_code": "string"}, (), ())
    assert (own.describe("period_code"), own.describe("period_code", "en")) == ("月", "month")
    assert own.describe("value") == opendata.describe("value") and other.describe("period_code") == opendata.describe("period_code")


HOSTILE = ['=HYPERLINK("http://evil")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＋1", "－1", "＠x"]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_runs_as_a_formula_in_a_spreadsheet_and_json_keeps_it_as_it_is(text: str) -> None:
    made = Resource("x", {"a": "string", "n": "number"}, ({"a": text, "n": -3.5},), ())
    (row,) = csv.DictReader(io.StringIO(written(made, "csv").decode("utf-8-sig"), newline=""))
    assert row["a"] == "'" + clean(text) and row["n"] == "-3.5"
    assert (
        json.loads(written(made, "json"))[0]["a"]
        == clean(text)
        == pq.read_table(io.BytesIO(written(made, "parquet"))).to_pylist()[0]["a"]
    )


def test_a_hostile_figure_text_stays_harmless_all_the_way_to_the_published_file(small_house: House) -> None:
    said = {"indicator_code": "touchless_services", "text_ja": "=cmd|' /C calc'!A0", "value": "", "denominator": ""}
    small_house.correct("seal_abolished_procedures", "FY2022-Q2", **said, reason_class="", reason_text="")
    made = small_house.publish()
    cells = [
        c
        for row in csv.reader(io.StringIO((made.folder / "site" / "data" / "observations.csv").read_bytes().decode("utf-8-sig")))
        for c in row
    ]
    assert "'=cmd|' /C calc'!A0" in cells and not [c for c in cells if c.startswith("=")]


def test_the_same_edition_gives_the_same_bytes(published: House) -> None:
    frozen = Store(on_disk.opened(published.folder, 2).url)
    held = on_disk.opened(published.folder, 2)
    for resource in opendata.resources(Moment(state=State(frozen), as_of=held.as_of)):
        for form in FORMATS:
            assert written(resource, form) == (held.folder / "site" / "data" / f"{resource.name}.{form}").read_bytes(), (
                resource.name
            )


# Standard layouts ---------------------------------------------------------------------------------------------------


def test_facilities_have_the_columns_of_the_municipal_standard(data: Path, published: House) -> None:
    content = (data / "public_facilities.csv").read_bytes()
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert tuple(rows[0]) == FACILITY_COLUMNS
    facilities = [r for r in published.store.all_of(tables.Facility) if not r["is_class"]]
    assert [r["ID"] for r in rows] == [f["facility_code"] for f in facilities]
    assert {r["全国地方公共団体コード"] for r in rows} == {"130001"} and {r["地方公共団体名"] for r in rows} == {"東京都"}
    placed = {r["ID"]: (r["緯度"], r["経度"]) for r in rows if r["緯度"]}
    assert len(placed) > 30 and all(24 < float(a) < 46 and 122 < float(b) < 154 for a, b in placed.values())
    assert all(r["所在地_連結表記"].startswith("東京都") for r in rows if r["所在地_市区町村"])
    assert len(FACILITY_COLUMNS) == 56 and len(set(FACILITY_COLUMNS)) == 56
    codes = {r["所在地_市区町村"]: r["所在地_全国地方公共団体コード"] for r in rows if r["所在地_市区町村"]}
    assert codes["台東区"] == "131067" and codes["府中市"] == "132063" and all(len(c) == 6 for c in codes.values())


def test_a_check_digit_is_that_of_the_published_codes() -> None:
    """Codes as the Ministry of Internal Affairs publishes them."""
    for whole in ("011002", "131016", "131067", "132039", "272035", "462209"):
        assert with_check_digit(whole[:5]) == whole
    assert with_check_digit("") == ""


def test_the_dcat_catalogue_can_be_harvested(data: Path, package: dict[str, Any]) -> None:
    """What CKAN's DCAT harvester needs: identifiers, titles, licence, publisher, and per file an address, size and checksum."""
    found = json.loads((data / "catalog.jsonld").read_text(encoding="utf-8"))
    assert found["@type"] == "dcat:Catalog" and set(found["@context"]) >= {"dcat", "dct", "foaf", "xsd"}
    assert len(found["dcat:dataset"]) == len(package["resources"])
    identifiers = [d["dct:identifier"] for d in found["dcat:dataset"]]
    assert len(set(identifiers)) == len(identifiers)
    for described in found["dcat:dataset"]:
        assert {t["@language"] for t in described["dct:title"]} == {"ja", "en"} and described["dct:publisher"]["foaf:name"]
        assert described["dct:license"]["@id"].startswith("https://creativecommons.org")
        assert [d["dct:format"] for d in described["dcat:distribution"]] == ["CSV", "JSON", "PARQUET"]
        for spread in described["dcat:distribution"]:
            address = spread["dcat:downloadURL"]["@id"]
            assert address.startswith("https://reform.example.jp/data/")
            content = (data / address.rsplit("/", 1)[1]).read_bytes()
            assert (
                spread["dcat:byteSize"] == len(content)
                and spread["spdx:checksum"]["spdx:checksumValue"] == hashlib.sha256(content).hexdigest()
            )


def test_every_description_of_a_field_is_used_and_in_both_languages(package: dict[str, Any]) -> None:
    notes = tomllib.loads((ROOT / "data" / "fields.toml").read_text(encoding="utf-8"))
    used = {f["name"] for r in package["resources"] for f in r["schema"]["fields"]}
    kept_inside = {name for model in PUBLIC for name in {*PUBLIC[model].split()} - {*public_names(model)}}
    declared = {name for model in PUBLIC for name in said_of(model)} - kept_inside
    assert declared.isdisjoint(notes["fields"]), "told where the field is declared"
    assert declared | set(notes["fields"]) == used
    assert all(n["ja"] and n["en"] for part in notes.values() for n in part.values())


CODE = re.compile(r"[a-z][a-z0-9_]*")
NAMES_ROWS = re.compile(r"\w*_code")  # the key of a row of another table, which is where it is told


def coded(data: Path, package: dict[str, Any]) -> dict[tuple[str, str], tuple[str, set[str]]]:
    """Return every column whose values are words in small Latin letters: what it means, and these values."""
    found = {}
    for resource in package["resources"]:
        rows = list(csv.DictReader((data / resource["path"]).open(encoding="utf-8-sig")))
        for f in resource["schema"]["fields"]:
            values = {row[f["name"]] for row in rows} - {""}
            if f["type"] == "string" and values and not NAMES_ROWS.fullmatch(f["name"]) and all(map(CODE.fullmatch, values)):
                found[resource["name"], f["name"]] = (f["description"], values)
    return found


def test_every_code_that_occurs_is_told_in_the_dictionary(data: Path, package: dict[str, Any]) -> None:
    columns = coded(data, package)
    assert {name for _, name in columns} >= {
        "status",
        "kind",
        "theme",
        "applicant",
        "dimension",
        "adopted_precision",
        "grade",
        "standing",
    }
    told = {key: set(CODE.findall(described)) for key, (described, _) in columns.items()}
    assert {key: values - told[key] for key, (_, values) in columns.items() if values - told[key]} == {}
    assert "no_current" in columns["strips", "status"][1], "a code of the strips alone is looked at too"


def test_rows_of_both_organisations_are_those_that_the_dictionary_says(data: Path, package: dict[str, Any]) -> None:
    covers = {
        row["indicator_code"]: row["scope_code"] for row in csv.DictReader((data / "indicators.csv").open(encoding="utf-8-sig"))
    }
    rows = list(csv.DictReader((data / "strips.csv").open(encoding="utf-8-sig")))
    places = {(covers[row["indicator_code"]] == row["bureau_code"], row["organisation"]) for row in rows}
    assert places == {(True, "then"), (False, "then"), (False, "now")}
    described = next(
        f["description"]
        for r in package["resources"]
        if r["name"] == "strips"
        for f in r["schema"]["fields"]
        if f["name"] == "organisation"
    )
    assert "scope_code" in described
    broken = [
        row
        for name in ("procedure", "facility")
        for row in csv.DictReader((data / f"{name}_breakdowns.csv").open(encoding="utf-8-sig"))
    ]
    assert {row["organisation"] for row in broken if row["dimension"] != "bureau"} == {"then"}
