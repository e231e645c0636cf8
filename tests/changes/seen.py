"""What the changes of this folder give, seen in a house that was changed: loaded, reported and corrected, on pages, in the API, in an edition."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
import urllib.parse
import urllib.request
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from openpyxl.utils import get_column_letter
from sqlalchemy import CheckConstraint, text

from kpis.government import settle
from kpis.reporting.people import COMMAND_LINE, add_person
from kpis.reporting.reports import warnings_of
from kpis.reporting.submissions import approve, confirm, submit
from kpis.settings import ROOT, settings
from kpis.store import tables
from kpis.store.store import Store, utc_now
from loaders.load import load_file
from loaders.workbook.door import issue_template
from loaders.workbook.layout import load_layout
from loaders.workbook.submit import receive
from publishers.editions import publication
from tests.all_said import PERSON, Instance, fill
from tests.bench.viewer import Viewer, served
from tests.pages.charts_seen import run
from tests.publishers.shown import unheld

BUREAU, PERIOD, TODAY, LEE = "PARKS", "FY2025-Q1", date(2025, 4, 20), "lee@parks.example.org"


def migrated(folder: Path) -> None:
    """An older database comes to the tables of the classes, CHECKs included; a new one is made of the classes and shows no fault of a migration."""
    older = Store(f"sqlite:///{folder / 'older.db'}")
    older.migrate(to="0001")
    older.migrate()
    with older.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.SQLModel.metadata) == []
        made = dict(connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")).tuples().all())
    for name, table in tables.SQLModel.metadata.tables.items():
        for check in table.constraints:
            if isinstance(check, CheckConstraint):
                assert f"CONSTRAINT {check.name} CHECK ({check.sqltext})" in made[name]


def reported(store: Store) -> None:
    """Let the bureau report a figure of the new kind with the new fields, correct one spot and add another; the office approves it."""
    add_person(store, actor=COMMAND_LINE, email=LEE, role="bureau_manager", bureau_code=BUREAU)
    content, _ = issue_template(store, BUREAU, PERIOD, actor=COMMAND_LINE)
    book, layout = openpyxl.load_workbook(io.BytesIO(content)), load_layout()

    def place(sheet: str, name: str) -> str:
        return get_column_letter([c.name for c in layout.columns[sheet]].index(name) + 1)

    def codes_of(sheet: str, name: str) -> list[object]:
        return [cell.value for cell in book[layout.sheets[sheet]][place(sheet, name)]]

    def put(row: int, sheet: str = "wifi_spots", **given: object) -> None:
        for name, value in given.items():
            book[layout.sheets[sheet]][f"{place(sheet, name)}{row}"].value = value

    asked = codes_of("observations", "indicator_code").index("dry_left") + 1
    put(asked, "observations", numerator=60, denominator=100, certainty="高い")
    put(codes_of("procedures", "procedure_code").index("P1") + 1, "procedures", certainty="低い")
    codes = codes_of("wifi_spots", "wifi_spot_code")
    assert codes[1:3] == ["W2", "W3"] and str(codes[3]).startswith("PARKS-W")
    put(3, wifi_status="修理中", reason_class="書き誤り", reason_text="機器の故障を見落とした")
    put(4, name_ja="西の公園", wifi_status="整備予定")
    out = io.BytesIO()
    book.save(out)
    refused = receive(store, out.getvalue(), actor=LEE, name="parks.xlsx", today=TODAY).reading.errors
    assert [(p.kind, p.cell) for p in refused] == [("missing", f"{place('wifi_spots', 'name_en')}4")], refused
    put(4, name_en="West park")
    out = io.BytesIO()
    book.save(out)
    kept = receive(store, out.getvalue(), actor=LEE, name="parks.xlsx", today=TODAY).uploaded
    assert kept is not None
    with store.reading() as session:
        doubts = warnings_of(session, session.get_one(tables.Submission, kept.report_id))
    confirm(store, kept.report_id, actor=LEE, revision=kept.revision, reasons={w.id: "見本" for w in doubts})
    submit(store, kept.report_id, actor=LEE, revision=kept.revision, today=TODAY)
    assert approve(store, kept.report_id, actor=PERSON, revision=kept.revision) == 4


def listed(store: Store) -> None:
    """A list takes the place of the one before, as CSV and as XLSX; what it says otherwise is a correction, what ended is decided."""
    rows = list(csv.DictReader((ROOT / "tests/city/official/wifi_spots.csv").read_text(encoding="utf-8").splitlines()))
    rows[0] |= {"ended_on": "2025-02-28", "ended_reason": "closed"}
    rows[2]["wifi_status"] = "under_repair"  # as the bureau has said; the list is its source again
    book = openpyxl.Workbook()
    book.active.append(list(rows[0]))  # type: ignore[union-attr]
    for row in rows:
        book.active.append([row.get(name, "") for name in rows[0]])  # type: ignore[union-attr]
    out = io.BytesIO()
    book.save(out)
    report = load_file(store, out.getvalue(), name="wifi_spots.xlsx", kind="wifi_spots.csv")
    assert (report.accepted, report.problems) == (2, []), report.problems
    swapped = b"wifi_spot_code,name_ja,name_en,latitude,longitude,wifi_status,source_code\nW9,X,X,2.3,48.8,open,REPORT\n"
    problems = load_file(store, swapped, name="more.csv", kind="wifi_spots.csv").problems
    assert [p.rule for p in problems] == ["swapped", "row_gone", "row_gone"], problems


def on_pages(port: int) -> None:
    """It stands in the menu, with its counts, its list and a page of each row."""
    viewer = Viewer(port)
    for language, words in (
        ("ja", ("公衆無線LAN: 3件", "修理中", "整備予定")),
        ("en", ("Public Wi-Fi: 3", "Under repair", "Planned")),
    ):
        seen = run(viewer, "wifi_spots", f"lang={language}")
        assert not seen.of("exception"), seen.of("exception")
        assert [word for word in words if word not in seen.words()] == [], seen.words()
        assert any(link.startswith("wifi_spots") for link in seen.menu)
        (one,) = (link for link in seen.links() if "code=W3" in link)
        row = viewer.read("wifi_spots", one.partition("?")[2])
        said = " ".join([*row[0], *(table.to_csv() for table in row[1])])
        assert [w for w in ("機器の故障を見落とした", words[1], "open", "under_repair") if w not in said] == [], said
    narrowed = run(viewer, "wifi_spots", "status=planned&q=川岸")
    assert sum("code=W" in link for link in narrowed.links()) == 1
    assert "W99" in " ".join(run(viewer, "wifi_spots", "code=W99").texts())
    for language, words in (("ja", "3件(修理中 1、整備予定 2)"), ("en", "3 (Under repair 1, Planned 2)")):
        assert words in run(viewer, "bureau", f"code={BUREAU}&lang={language}").words()
    texts, held = viewer.read("indicator", "code=dry_left&as_of=2025-04-30&lang=ja")
    said = " ".join([*texts, *(table.to_csv() for table in held)])
    assert [word for word in ("乾いた土地の残り", "25.0%", "残りの割合") if word not in said] == [], said
    for language, words in (("ja", "報告した局の確信の度合い"), ("en", "how sure the bureau is of it")):
        own = " ".join(table.to_csv() for table in viewer.read("procedures", f"code=P1&lang={language}")[1])
        assert words in own and "低い" in own, own
    viewer.close()


def answered(port: int, path: str) -> Any:
    """Return what the open API answers."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/{path}", timeout=60) as answer:
        return json.loads(answer.read())


def in_the_api(port: int) -> None:
    """Its rows and every number that its page shows."""
    rows = answered(port, "wifi_spots")
    assert rows["total"] == 4 and {r["wifi_spot_code"]: r["status"] for r in rows["wifi_spots"]}["W1"] == "ended"
    assert "note" not in rows["wifi_spots"][0] and rows["wifi_spots"][0]["name_en"]
    assert [
        r["name_ja"] for r in answered(port, f"wifi_spots?status=planned&query={urllib.parse.quote('川岸')}")["wifi_spots"]
    ] == ["川岸公園"]
    numbers = answered(port, "registers/wifi_spots")
    assert numbers["statuses"] == {"open": 0, "under_repair": 1, "planned": 2} and numbers["ended_count"] == 1
    assert numbers["by_bureau"] == {"PARKS": {"open": 0, "under_repair": 1, "planned": 2}}
    own = {bureau["code"]: bureau["wifi_spots"] for bureau in answered(port, "bureaus")["bureaus"]}
    assert own[BUREAU] == {"under_repair": 1, "planned": 2}, "as its page has it"
    before = answered(port, "registers/wifi_spots?as_of=2025-01-31")["statuses"]
    assert before == {"open": 1, "under_repair": 1, "planned": 2}, "it had not ended yet"


def figures_in_the_api(port: int) -> None:
    """A figure of the new kind is worked out by its record, and comes with the new field."""
    (own,) = (f for f in answered(port, "observations?indicator=dry_left") if f["unit"] == BUREAU)
    assert (own["value"], own["is_worked_out"], own["certainty"]) == (40.0, True, "高い")
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/procedures.csv", timeout=60) as answer:
        rows = {r["procedure_code"]: r for r in csv.DictReader(io.StringIO(answer.read().decode("utf-8-sig")))}
    assert rows["P1"]["certainty"] == "低い"


def in_an_edition(instance: Instance, store: Store) -> None:
    """Pages in both languages, rows in the open data, and what each column means."""

    def rows_of(table: str) -> list[dict[str, str]]:
        with (site / "data" / f"{table}.csv").open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    site = publication.publish(store, note="note", now=utc_now(), chosen=instance.chosen).folder / "site"
    for folder, words, of_bureau in (
        ("", ("公衆無線LAN: 3件", "修理中", "川岸公園"), "3件(修理中 1、整備予定 2)"),
        ("en/", ("Public Wi-Fi: 3", "Under repair", "Riverside park"), "3 (Under repair 1, Planned 2)"),
    ):
        page = (site / f"{folder}wifi_spots.html").read_text(encoding="utf-8")
        assert [word for word in words if word not in page] == []
        assert "wifi_spots.html" in (site / f"{folder}index.html").read_text(encoding="utf-8")
        own = unheld((site / f"{folder}bureaus/{BUREAU}.html").read_text(encoding="utf-8"))
        assert of_bureau in own, "as its page of the dashboard has it"
    rows = {row["wifi_spot_code"]: row for row in rows_of("wifi_spots")}
    assert rows["W3"]["wifi_status"] == "under_repair" and rows["W3"]["vintage"] == "3" and "note" not in rows["W3"]
    package = json.loads((site / "data" / "datapackage.json").read_text(encoding="utf-8"))
    meant = {r["path"]: {f["name"]: f["description"] for f in r["schema"]["fields"]} for r in package["resources"]}
    assert all(meant["wifi_spots.csv"].values())
    for table in ("observations", "vintages"):
        (own,) = (r for r in rows_of(table) if (r["indicator_code"], r["bureau_code"]) == ("dry_left", BUREAU))
        assert own["certainty"] == "高い" and "how sure" in meant[f"{table}.csv"]["certainty"]
    assert [r["certainty"] for r in rows_of("procedures") if r["procedure_code"] == "P1"] == ["低い"]
    assert any(r["indicator_code"] == "dry_left" and r["value"] == "25" for r in rows_of("status"))


def main(folder: Path) -> None:
    """See it everywhere."""
    instance = Instance(ROOT / "tests" / "city" / "catalogue", ROOT / "tests" / "city" / "official", folder)
    os.environ |= instance.environment
    settings.cache_clear()
    settle(None)
    store = fill(instance)
    migrated(folder)
    reported(store)
    listed(store)
    with served("server:app", **instance.environment) as port:
        on_pages(port)
        in_the_api(port)
        figures_in_the_api(port)
    in_an_edition(instance, store)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
