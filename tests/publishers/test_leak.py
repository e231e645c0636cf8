"""Nothing private is published: secrets planted in every private table and column are in no file and no answer."""

from __future__ import annotations

import io
import json
import re
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from PIL import Image
from sqlalchemy import Boolean, Date, DateTime, Float, Integer, LargeBinary, insert, select, update

from kpis.declared import part_of
from kpis.government import government, settled
from kpis.store import tables
from kpis.store.store import Store
from kpis.store.tables import table_of
from publishers.editions import on_disk
from publishers.editions.public_tables import PRIVATE, PUBLIC
from tests.bench.viewer import Viewer
from tests.publishers.house import House, built, small
from tests.publishers.public_server import public_server

pytestmark = pytest.mark.server

WORD = "Himitsu"  # every planted secret begins so
TOLD = "Koukai"  # and what is public of what bureaus write
OPEN = government().open_parts
NUMBER = 918273645.5  # and every planted number begins so
AGREED: dict[str, Any] = {
    "state": None, "role": "reform_office", "row_kind": "observation", "confidence": "low", "register_name": "facility",
    "reason_class": "error", "vintage": 2, "bureau_code": "DIGITAL", "period_code": "FY2021", "project_code": "CP1", "parent_code": None,
}  # fmt: skip


def secret(model: Any, column: Any, tag: str) -> Any:
    """Return a value that is recognised wherever it turns up."""
    if isinstance(column.type, (Boolean, Integer)):
        return 1
    if isinstance(column.type, Float):
        return NUMBER
    if isinstance(column.type, DateTime):
        return datetime(2001, 2, 3, 4, 5, 6)
    if isinstance(column.type, Date):
        return date(2001, 2, 3)
    if isinstance(column.type, LargeBinary):
        return f"{WORD}-{tag}".encode()
    return f"{WORD}-{model.__tablename__}-{column.name}-{tag}"


@pytest.fixture(scope="module")
def planted(tokyo: Store, tmp_path_factory: pytest.TempPathFactory) -> House:
    """An instance full of secrets, published twice."""
    made = built(tokyo, tmp_path_factory.mktemp("planted"))
    mail = f"{WORD}.person@secret.example.jp"
    with made.store.writing() as session:

        def put(model: Any, tag: str = "x", **given: Any) -> None:
            table = table_of(model)
            row = {c.name: secret(model, c, tag) for c in table.c if not (c.primary_key and isinstance(c.type, Integer))}
            for column in table.c:
                target = next((f.column.table.name for f in column.foreign_keys), None)
                if column.name in AGREED and AGREED[column.name] is not None and column.name in row:
                    row[column.name] = AGREED[column.name]
                if target == "user_account":
                    row[column.name] = mail
                elif target == "original_file":
                    row[column.name] = f"{WORD}-sha"
                elif target == "submission":
                    row[column.name] = 1
                elif target == "source":
                    row[column.name] = f"{WORD}-source"
                if column.type.python_type is datetime and column.name.endswith("_at"):
                    row[column.name] = row[column.name] if getattr(column.type, "timezone", False) is False else None
            row.update(given)
            session.execute(insert(table).values(**{k: v for k, v in row.items() if k in table.c}))

        put(tables.OriginalFile, sha256=f"{WORD}-sha", name=f"{WORD}-file-name.xlsx")
        put(tables.Source, source_code=f"{WORD}-source", grade="primary")
        put(tables.UserAccount, email=mail)
        put(tables.UserRole)
        for state, year in (("draft", 2019), ("submitted", 2020), ("returned", 2021), ("withdrawn", 2022)):
            put(
                tables.Submission, state, state=state, return_reason=f"{WORD}-return-{state}", decided_by=None, submitted_at=None,
                decided_at=None, period_code=f"FY{year}",
            )  # fmt: skip
        put(tables.SubmissionRow, fields_json=json.dumps({"value": NUMBER, "text": f"{WORD}-draft"}))
        other = f"{WORD}.deputy@secret.example.jp"
        put(tables.UserAccount, email=other)
        put(tables.Deputy, email=other, from_date=date(2001, 2, 3), until_date=date(2001, 2, 4))
        put(tables.IssuedTemplate)
        put(tables.SubmissionUpload, submission_id=1, revision=1)
        put(tables.RefusedFile)
        put(tables.SubmissionCheck, decision="sent_back")
        put(tables.Notice, occasion="returned", state="failed")
        put(tables.NoticeChoice, occasion="returned", how_often="daily")
        put(tables.NoticeReader)
        put(tables.Webhook, kind="teams")
        put(tables.ToldStatus)
        put(tables.AuditEvent)
        of_one = {"question_code": "Q001", "bureau_code": "DIGITAL"}
        put(tables.Question, question_code="Q001", state="open")
        put(tables.QuestionReply, **of_one, state="accepted", revision=1, decided_by=None)
        put(tables.QuestionUpload, **of_one, revision=1)
        put(
            tables.QuestionAnswer,
            **of_one,
            revision=1,
            row_number=1,
            values_json=json.dumps({"c1": f"{WORD}-answer", "c2": NUMBER}),
        )
        confirmed = {
            "is_sample": False,
            "period_code": "FY2022-Q4",
            "confirmed_at": datetime(2023, 1, 1),
        }  # and kept inside by decision
        put(tables.Assessment, indicator_code=None, **confirmed)
        put(tables.Assessment, **confirmed, indicator_code="fax_reduction_rate", project_code=None)
        put(
            tables.RegisterChange,
            before_json=f'{{"note_ja": "{WORD}-before"}}',
            after_json=f'{{"note_ja": "{WORD}-after"}}',
            row_code="F001",
        )
        real = dict(
            indicator_code="fax_reduction_rate",
            bureau_code="DIGITAL",
            vintage=1,
            reason_class=None,
            withdraws_vintage=None,
            finalises_vintage=None,
            is_preliminary=False,
        )
        put(tables.Observation, "draft", **real, period_code="2020-06", submission_id=1, is_sample=False)
        put(tables.Observation, "returned", **real, period_code="2021-07", submission_id=3, is_sample=False)
        put(tables.Observation, "sample", **real, period_code="2021-08", submission_id=None, is_sample=True)
        for model, key in (
            (tables.Procedure, "procedure_code"),
            (tables.Facility, "facility_code"),
            (tables.Milestone, "milestone_code"),
        ):
            table = table_of(model)
            like = dict(session.execute(select(table).limit(1)).first()._mapping)  # type: ignore[union-attr]
            text = {k: f"{WORD}-sample-{k}" for k in like if k.endswith("_ja") or k in ("note", key)}
            session.execute(insert(table).values(**{**like, **text, "is_sample": True}))
        plain = {  # of what bureaus write, what the government opens is told; all else is planted
            "indicator_code": "fax_reduction_rate", "project_code": None, "bureau_code": "DIGITAL", "period_code": "FY2022-Q4",
            "source_code": "shintosei-8a0d3d80", "ended_on": None, "ended_reason": None, "successor_code": None, "is_sample": False,
            "ended_on_precision": "unknown", "first_known_at": datetime(2023, 1, 1), "action_state": "open", "effect_value": 3.0,
            "due_on": date(2023, 3, 31), "new_due_on": None, "done_on": None, "new_due_on_precision": "unknown", "due_on_precision": "day",
            "done_on_precision": "unknown",
        }  # fmt: skip
        for model in (tables.Commentary, tables.Action):
            opened = {n: f"{TOLD}-{n}" for n in PUBLIC[model].split() if part_of(model, n) in OPEN and n not in plain}
            put(model, **plain, **opened, **{f"{model.__tablename__}_code": f"{TOLD}-1"})  # type: ignore[attr-defined]
        for model in PUBLIC:  # and every private column of every published row
            table = table_of(model)
            inside = {"note", "note_ja", "note_en", "details_json"} - set(PUBLIC[model].split())
            hidden = {c.name: f"{WORD}-{model.__tablename__}-{c.name}" for c in table.c if c.name in inside}  # type: ignore[attr-defined]
            if "file_sha256" in table.c:
                hidden["file_sha256"] = f"{WORD}-sha"
            if hidden:
                session.execute(update(table).values(**hidden))
    made.publish("最初")
    made.correct("paper_reduction_rate", "FY2022", value="71.0")
    made.publish("訂正")
    return made


def readings(content: bytes, name: str) -> Iterator[bytes]:
    """Yield everything that a reader could find in a file: its bytes, and for packed forms what they hold."""
    yield content
    if name.endswith(".parquet"):
        yield json.dumps(pq.read_table(io.BytesIO(content)).to_pylist(), ensure_ascii=False, default=str).encode()
    if name.endswith(".png"):
        yield json.dumps(Image.open(io.BytesIO(content)).info, default=str).encode()


PLANTED = re.compile(rf"{WORD}|918273645|918,273,645|91,827|9\.1827|918\.27|2001-02-03|2001年2月|3 Feb 2001".encode(), re.I)


def test_what_the_government_opens_is_told_and_the_rest_stays(planted: House) -> None:
    files = [p for p in planted.folder.rglob("*") if p.is_file() and p.suffix in (".csv", ".html", ".json")]
    said = b" ".join(p.read_bytes() for p in files).decode(errors="ignore")
    for name in ("cause_ja", "obstacle_en", "response_ja", "measure_ja", "section_ja", "effect_ja", "state_reason_ja"):
        assert f"{TOLD}-{name}" in said, name
    assert {part_of(tables.Action, "role_ja"), part_of(tables.Action, "person")} & set(OPEN) == set()


def test_a_government_that_opens_nothing_publishes_none_of_it(tmp_path: Path) -> None:
    """Not a word of what bureaus write: no column, and of registers that say nothing else no row."""
    own = tmp_path / "catalogue"
    shutil.copytree(government().folder, own)
    facts = (own / "government.toml").read_text(encoding="utf-8")
    (own / "government.toml").write_text(re.sub(r"\[open\]\nparts = .*\n", "", facts), encoding="utf-8")
    house = small(tmp_path)
    subject = {"bureau_code": "GENERAL", "indicator_code": "electronic_decision_rate", "project_code": None, "source_code": "PLAN"}
    like = {"period_code": "FY2022-Q3", "is_sample": False, "vintage": 1, "listed_in": "", "note": "", "verified": False}
    house.add(
        tables.Commentary, commentary_code=f"{WORD}-1", cause_ja=f"{WORD} cause", **subject, **like, **_blank(tables.Commentary)
    )
    house.add(tables.Action, action_code=f"{WORD}-2", measure_ja=f"{WORD} measure", **subject, **like, **_blank(tables.Action))
    with house.store.writing() as session:
        session.execute(update(table_of(tables.Observation)).values(note_ja=f"{WORD} remark"))
    with settled(own):
        house.publish("何も開かない")
    leaks = {str(p.relative_to(house.folder)) for p in house.folder.rglob("*") if p.is_file() and found_in(p.read_bytes(), p.name)}
    assert leaks == set()


def _blank(model: Any) -> dict[str, Any]:
    """Return the texts and words of a register that nobody filled in."""
    fields = model.model_fields.items()
    return {n: f.default for n, f in fields if not f.is_required() and (n.endswith(("_ja", "_en", "_precision")) or n in ("person", "action_state"))
            and n not in ("cause_ja", "measure_ja")}  # fmt: skip


def found_in(content: bytes, name: str) -> list[bytes]:
    return [m.group() for reading in readings(content, name) for m in PLANTED.finditer(reading)]


def test_the_secrets_are_really_there(planted: House) -> None:
    """The check can fail: the working database is full of them."""
    path = Path(planted.store.url.removeprefix("sqlite:///"))
    planted.store.engine.dispose()
    assert len(found_in(path.read_bytes(), path.name)) > 1000
    assert {"note", "note_ja", "note_en", "is_sample", "submission_id", "file_sha256", "details_json"} <= PRIVATE
    assert found_in(f"<td>{WORD.upper()}</td>".encode(), "x.html") and found_in(b"918,273,645.5", "x.html")


def test_no_planted_byte_is_in_any_published_file(planted: House) -> None:
    files = [p for p in planted.folder.rglob("*") if p.is_file()]
    assert len(files) > 1000
    leaks = {str(p.relative_to(planted.folder)): found for p in files if (found := found_in(p.read_bytes(), p.name))}
    assert leaks == {}


def test_no_planted_byte_is_in_any_answer_of_the_public_process(planted: House) -> None:
    """Every page over its websocket, every file and every address of the open API, of both editions."""
    sites = [
        f"/editions/{e.number:04d}/{name.removeprefix('site/')}"
        for e in on_disk.shown(planted.folder)
        for name in e.manifest["files"]
        if name.startswith("site/data/") or name.endswith(("index.html", ".atom", "revisions.html"))
    ]
    api = ["/api/health", "/api/v1/editions", "/api/v1/indicators", "/api/v1/observations", "/api/v1/status", "/feed.atom"]
    api += [f"/api/v1/{n}?edition={e}" for n in ("observations", "status", "indicators") for e in (1, 2)]
    api += [
        "/api/v1/observations?unit=DIGITAL",
        "/api/v1/submissions",
        "/api/v1/user_account",
        "/api/v1/questions",
        "/data/../../edition.db",
        "/edition.db",
    ]
    with public_server(planted.folder) as port:
        for address in [*sites, *api]:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}{address}", timeout=120) as answer:
                    content = answer.read()
            except urllib.error.HTTPError as error:
                content = error.read()
            assert found_in(content, address) == [], address
        viewer = Viewer(port)
        pages = [
            "",
            "five_less",
            "procedures",
            "facilities",
            "projects",
            "projects?code=CP2",
            "bureau",
            "bureau?code=DIGITAL",
            "changes",
        ]
        pages += ["about", "revisions", "indicator?code=fax_reduction_rate", "indicator?code=paper_reduction_rate"]
        for page in [*pages, "submit", "review", "publish", "questions", "questions?question=Q001"]:
            for language in ("ja", "en"):
                name, _, query = page.partition("?")
                for raw in viewer.answers(name, f"{query}&lang={language}".lstrip("&")):
                    assert found_in(raw, page) == [], page
                    assert b"has encountered an error" not in raw, page
        viewer.close()
