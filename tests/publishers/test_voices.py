"""Voices of readers against a real public process: sent without an account, kept apart, decided by the office, heard with the next edition."""

from __future__ import annotations

import contextlib
import http.client
import json
import pickle
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from starlette.responses import Response
from starlette.types import Message

from api import doors
from kpis.errors import ChangedMeanwhile, CopyRefused, FigureRefused, NotAllowed, SchemaRefused, StepRefused
from kpis.reporting import people
from kpis.reporting.voices import decide
from kpis.reporting_vocabulary import VoiceState
from kpis.settings import Settings
from kpis.store import tables
from kpis.store.store import Store
from kpis.voices.often import Often
from kpis.voices.store import SCHEMA, VOICE, Voices, opened
from kpis.voices.words import is_personal
from publishers import backup
from publishers.editions import publication
from publishers.editions.on_disk import Edition
from tests.conftest import POSTGRES
from tests.killed import events, killed_before
from tests.loops import run_apart
from tests.publishers import house
from tests.publishers.public_server import public_server
from tests.publishers.shown import unheld
from tests.put_back import lost
from tests.shared import postgresql
from tests.small_government import ANNA, OFFICE

pytestmark = pytest.mark.server
CODE, HOST, FORM = "electronic_decision_rate", "reform.example.jp", "application/x-www-form-urlencoded"
TODAY = date(2026, 11, 27)
PATH = "/api/v1/voices"


@dataclass
class Spoken:
    """A public process with voices, and the office behind it."""

    house: house.House
    edition: Edition
    voices: Voices
    port: int
    chosen: Settings

    def ask(
        self, method: str, path: str = PATH, body: bytes | str | None = None, **headers: str
    ) -> tuple[int, dict[str, str], str]:
        """Ask the process as a browser behind the proxy does."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        line.request(method, path, body, {"Host": HOST, **{name.replace("_", "-"): value for name, value in headers.items()}})
        answer = line.getresponse()
        told = answer.read().decode()
        line.close()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, told

    def say(self, **fields: str) -> int:
        """Send the form of the page of an indicator; return the status."""
        given = {"kind": "indicator", "code": CODE, "grade": "4", "words": "", "lang": "ja", "edition": "1", "website": ""}
        return self.ask("POST", PATH, urlencode({**given, **fields}), Content_Type=FORM)[0]


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spoken]:
    folder = tmp_path_factory.mktemp("voices")
    own = house.small(folder)
    for email, role in ((OFFICE, "reform_office"), (ANNA, "bureau_manager")):
        bureau = "GENERAL" if email == ANNA else None
        people.add_person(own.store, actor=people.COMMAND_LINE, email=email, role=role, bureau_code=bureau)
    url = f"sqlite:///{folder / 'voices.db'}"
    chosen = Settings(
        EDITIONS_DIR=own.folder, PUBLIC_URL=f"https://{HOST}", VOICES_URL=url, VOICES_ADDRESS=PATH, SIGNING_KEY_FILE=folder / "signing.key"
    )  # type: ignore[call-arg]  # fmt: skip
    edition = publication.publish(own.store, note="試験の公表", now=own.at, chosen=chosen)
    with public_server(own.folder, PUBLIC_URL=f"https://{HOST}", VOICES_URL=url, RATE_VOICE="40 per hour") as port:
        yield Spoken(own, edition, Voices(url), port, chosen)


def test_a_form_without_a_script_is_taken_and_leads_back_to_its_page(spoken: Spoken) -> None:
    page = (spoken.edition.folder / "site" / "indicators" / f"{CODE}.html").read_text(encoding="utf-8")
    form = re.search(r'<form method="post" action="([^"]+)">(.*?)</form>', page, flags=re.S)
    assert form is not None and form[1] == PATH
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form[2]))
    body = urlencode({**fields, "grade": "5", "words": "分かりやすい", "website": ""})
    origin = {"Content_Type": FORM, "Accept": "text/html", "Origin": f"https://{HOST}"}
    status, headers, _ = spoken.ask("POST", PATH, body, Referer=f"https://{HOST}/indicators/{CODE}.html?a=1", **origin)
    assert (status, headers["location"]) == (303, f"/indicators/{CODE}.html?a=1#voice-said") and 'id="voice-said"' in page
    voice = spoken.voices.listed()[0]
    assert (voice.subject_code, voice.grade, voice.words, voice.edition, voice.state) == (CODE, 5, "分かりやすい", 1, "new")
    policy = spoken.ask("GET", f"/site/indicators/{CODE}.html")[1]["content-security-policy"]
    assert "form-action 'self'" in policy
    for elsewhere in ("https://evil.example/x", f"https://{HOST}//evil.example/x", "", "http://[::1", "https://[", "javascript:x"):
        status, headers, told = spoken.ask("POST", PATH, body, Referer=elsewhere, **origin)
        assert (status, headers.get("location")) == (201, None) and "<p" in told, elsewhere


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"grade": "0"}, 400), ({"grade": "6"}, 400), ({"grade": ""}, 400), ({"grade": "４"}, 400), ({"grade": "4.0"}, 400),
        ({"code": "no_such"}, 400), ({"code": "' OR 1=1 --"}, 400), ({"kind": "bureau", "code": "GENERAL"}, 400), ({"kind": "site", "code": CODE}, 400),
        ({"code": "../" + CODE}, 400), ({"words": "x" * 1001}, 400), ({"words": "x" * 20_000}, 413), ({"admin": "1"}, 400),
    ],
)  # fmt: skip
def test_what_is_no_voice_is_refused_and_not_kept(spoken: Spoken, fields: dict[str, str], status: int) -> None:
    before = sum(spoken.voices.counts().values())
    assert spoken.say(**fields) == status
    assert sum(spoken.voices.counts().values()) == before


def test_wrong_methods_types_and_pages_of_others_are_refused(spoken: Spoken) -> None:
    before = sum(spoken.voices.counts().values())
    good = urlencode({"kind": "indicator", "code": CODE, "grade": "1"})
    for method in ("PUT", "DELETE", "PATCH"):
        assert spoken.ask(method, PATH, good, Content_Type=FORM)[0] == 405
    assert spoken.ask("POST", "/api/v1/indicators", good, Content_Type=FORM)[0] == 405, "there is no other door"
    for kind in ("application/json", "text/plain", "multipart/form-data; boundary=x", ""):
        assert spoken.ask("POST", PATH, good, Content_Type=kind)[0] == 415, kind
    for origin in ("https://evil.example", "null", f"http://{HOST}"):
        assert spoken.ask("POST", PATH, good, Content_Type=FORM, Origin=origin)[0] == 403, origin
    for body in (b"grade=1&grade=5&kind=site&code=", b"\xff\xfe", b"grade", b"grade=%ff&kind=site&code=", b""):
        assert spoken.ask("POST", PATH, body, Content_Type=FORM)[0] == 400, body
    assert spoken.say(website="https://spam.example") == 201, "a program is thanked"
    assert sum(spoken.voices.counts().values()) == before


def test_words_are_text_and_what_looks_personal_waits(spoken: Spoken) -> None:
    assert spoken.say(words="\u202e\x1b[31m<script>alert(1)</script>電話は０３－１２３４－５６７８") == 201
    voice = spoken.voices.listed()[0]
    assert voice.is_held and voice.words.startswith("[31m<script>")
    act = {"actor": OFFICE, "to": VoiceState.PUBLISHED, "today": TODAY, "answer_ja": "直しました"}
    with pytest.raises(StepRefused):
        decide(spoken.house.store, spoken.voices, voice, **act)  # type: ignore[arg-type]
    with pytest.raises(NotAllowed):
        decide(spoken.house.store, spoken.voices, voice, **{**act, "actor": ANNA})  # type: ignore[arg-type]
    assert spoken.voices.one(voice.id).state == "new"


def test_the_next_edition_tells_the_mean_and_the_answers_and_nothing_else(spoken: Spoken) -> None:
    for grade in "3344":
        assert spoken.say(grade=grade, words="a@b.jp https://b.jp 言葉") == 201
    waiting = [v for v in spoken.voices.listed() if v.words.endswith("言葉")]
    act = {"actor": OFFICE, "today": TODAY}
    decide(
        spoken.house.store,
        spoken.voices,
        waiting[0],
        to=VoiceState.PUBLISHED,
        answer_ja="<b>直しました</b>",
        is_looked_through=True,
        **act,
    )  # type: ignore[arg-type]
    decide(spoken.house.store, spoken.voices, waiting[1], to=VoiceState.HIDDEN, **act)  # type: ignore[arg-type]
    with pytest.raises(ChangedMeanwhile):  # a colleague who still has it on the screen as it was
        decide(
            spoken.house.store,
            spoken.voices,
            waiting[0],
            to=VoiceState.PUBLISHED,
            answer_ja="違う答え",
            is_looked_through=True,
            **act,
        )  # type: ignore[arg-type]
    assert spoken.voices.one(waiting[0].id).answer_ja == "<b>直しました</b>"
    assert "voice_published" in {line.action for line in people.audit_trail(spoken.house.store, actor=OFFICE)[0]}
    spoken.house.at += timedelta(days=360)
    second = publication.publish(spoken.house.store, note="次", now=spoken.house.at, chosen=spoken.chosen)
    tally = spoken.voices.tallies(edition=1)["indicator", CODE, 1]
    assert tally.mean is not None and tally.count >= 6
    page = unheld((second.folder / "site" / "indicators" / f"{CODE}.html").read_text(encoding="utf-8"))
    assert f"平均{tally.mean:.1f}({tally.count}人)" in page and "&lt;b&gt;直しました&lt;/b&gt;" in page
    assert page.count("<blockquote>") == 1 and "alert(1)" not in page
    told = json.loads(spoken.ask("GET")[2])
    assert [each["words"] for each in told["answered"]] == ["a＠b.jp https：//b.jp 言葉"] and told["before"] == 1
    assert told["grades"] == [
        {
            "kind": "indicator",
            "code": CODE,
            "count": tally.count,
            "mean": tally.mean,
            "grades": {str(g): n for g, n in tally.grades.items()},
        }
    ]
    other = next(path for path in (second.folder / "site" / "indicators").glob("*.html") if CODE not in path.name)
    assert "平均" not in re.search(r'<section class="voice".*?</section>', other.read_text(encoding="utf-8"), flags=re.S)[0]  # type: ignore[index]


def test_nobody_can_be_found_in_the_database(spoken: Spoken) -> None:
    stored = {column for row in spoken.voices.rows() for column in row}
    assert stored == {
        "id", "subject_kind", "subject_code", "edition", "grade", "words", "language", "said_on", "is_held", "state", "answer_ja", "answer_en", "answered_on",
    }  # fmt: skip
    assert (spoken.house.folder.parent / "signing.key").read_bytes() not in Path(
        spoken.voices.engine.url.database or ""
    ).read_bytes()


def test_a_backup_holds_voices_and_gives_them_back(spoken: Spoken, tmp_path: Path) -> None:
    backup.make_backup(spoken.house.store, tmp_path / "kept", spoken.chosen)
    empty = Store(f"sqlite:///{tmp_path / 'empty.db'}")
    empty.migrate()
    there = spoken.chosen.model_copy(
        update={
            "voices_url": f"sqlite:///{tmp_path / 'v.db'}",
            "editions_dir": tmp_path / "editions",
            "signing_key_file": tmp_path / "key",
        }
    )
    for nowhere in (there.model_copy(update={"voices_url": ""}), there):
        if nowhere is there:  # one that another instance keeps is not written into
            other = Voices(there.voices_url)
            other.say("site", "", grade=1, words="他の庁の声", language="ja", edition=1, said_on=TODAY)
        with pytest.raises(CopyRefused, match="Nothing was changed"):
            backup.restore(tmp_path / "kept", empty, nowhere)
        assert empty.count(tables.Observation) == 0 and not there.editions_dir.exists()
    with other.engine.begin() as connection:
        connection.execute(VOICE.delete())
    backup.restore(tmp_path / "kept", empty, there)
    assert Voices(there.voices_url).rows() == spoken.voices.rows()


@pytest.mark.skipif(not POSTGRES, reason="TEST_POSTGRES_URL is not set: no PostgreSQL")
def test_a_backup_moves_voices_to_the_other_kind_of_database_and_back(spoken: Spoken, tmp_path: Path) -> None:
    backup.make_backup(spoken.house.store, tmp_path / "kept", spoken.chosen)
    with (
        postgresql(POSTGRES, "no tables", lambda store: None) as bare,
        postgresql(POSTGRES, "no tables", lambda store: None) as base,
    ):

        def at(name: str, voices_url: str) -> Settings:
            folder = tmp_path / name
            return spoken.chosen.model_copy(
                update={"voices_url": voices_url, "editions_dir": folder / "editions", "signing_key_file": folder / "signing.key"}
            )

        moved = at("moved", base.url)
        backup.restore(tmp_path / "kept", bare, moved)
        held = opened(moved)
        assert held is not None and held.rows() == spoken.voices.rows()
        held.say("site", "", grade=2, words="移した後の声", language="ja", edition=1, said_on=TODAY)
        backup.make_backup(bare, tmp_path / "moved_kept", moved)
        back = at("back", f"sqlite:///{tmp_path / 'back.db'}")
        backup.restore(tmp_path / "moved_kept", Store(f"sqlite:///{tmp_path / 'own.db'}"), back)
        returned = Voices(back.voices_url)
        assert returned.rows() == held.rows() and len(returned.rows()) == len(spoken.voices.rows()) + 1
        returned.say("site", "", grade=3, words="番号は続く", language="ja", edition=1, said_on=TODAY)
        held.engine.dispose()


def test_a_restore_that_was_cut_off_after_the_voices_is_done_again(spoken: Spoken, tmp_path: Path) -> None:
    backup.make_backup(spoken.house.store, tmp_path / "kept", spoken.chosen)

    def into(name: str) -> tuple[Store, Settings]:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        places = {
            "voices_url": f"sqlite:///{folder / 'v.db'}",
            "editions_dir": folder / "editions",
            "signing_key_file": folder / "key",
        }
        return Store(f"sqlite:///{folder / 'own.db'}"), spoken.chosen.model_copy(update=places)

    steps = events(lambda: backup.restore(tmp_path / "kept", *into("whole")))
    assert steps[-2:] == ["commit", "commit"], "the rows come last; then what was read is closed"
    assert killed_before(lambda: backup.restore(tmp_path / "kept", *into("cut")), len(steps) - 2)
    store, there = into("cut")
    assert store.count(tables.Observation) == 0 and Voices(there.voices_url).rows() == spoken.voices.rows()
    backup.restore(tmp_path / "kept", store, there)
    assert Voices(there.voices_url).rows() == spoken.voices.rows() and lost(spoken.house.store, store) == []


def test_a_flood_ends_and_pages_are_read_all_the_same(spoken: Spoken) -> None:
    told = [spoken.say() for _ in range(60)]
    assert 429 in told and told[-1] == 429
    status, headers, _ = spoken.ask("POST", PATH, urlencode({"kind": "site", "code": "", "grade": "5"}), Content_Type=FORM)
    assert status == 429 and int(headers["retry-after"]) > 0
    assert spoken.ask("GET")[0] == 200 and spoken.ask("GET", "/site/")[0] == 200


@pytest.mark.parametrize(
    ("mode", "url", "status"), [("public", "", 405), ("local", "sqlite:///v.db", 405), ("public", "sqlite:///v.db", 204)]
)
def test_without_a_database_there_is_no_door(monkeypatch: pytest.MonkeyPatch, mode: str, url: str, status: int) -> None:
    chosen = Settings().model_copy(update={"mode": mode, "voices_url": url})
    monkeypatch.setattr(doors, "settings", lambda: chosen)
    sent: list[Message] = []

    async def heard(message: Message) -> None:
        sent.append(message)

    run_apart(
        doors.Doors(Response(status_code=204))({"type": "http", "method": "POST", "path": PATH, "headers": []}, _nothing, heard)
    )
    assert sent[0]["status"] == status


async def _nothing() -> Message:
    return {"type": "http.request"}


def test_a_day_forgets_who_spoke_on_the_day_before() -> None:
    often, noon = Often(), datetime(2026, 11, 27, 12)
    assert [bool(often.seconds_to_wait("192.0.2.7", noon)) for _ in range(11)] == [False] * 10 + [True]
    assert not often.seconds_to_wait("192.0.2.8", noon) and not often.seconds_to_wait("192.0.2.7", noon + timedelta(days=1))
    assert b"192.0.2" not in pickle.dumps([often._salt, list(often._counts.storage.events)])  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("words", "is_held"),
    [
        ("mail a.b@example.jp", True), ("０９０ー１２３４ー５６７８まで", True), ("03 (1234) 5678", True), ("〒163-8001", True), ("西新宿2丁目8", True),
        ("https://example.jp", True), ("WWW.example.jp", True), ("2022年度の98.5%が分かりにくい", False), ("", False), ("第3四半期の1,234件", False),
    ],
)  # fmt: skip
def test_what_looks_like_somebodys_data_is_held(words: str, is_held: bool) -> None:
    assert is_personal(words) is is_held


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_database_of_either_kind_makes_its_tables_once_and_takes_voices_back(engine: str, tmp_path: Path) -> None:
    if engine == "postgresql" and not POSTGRES:
        pytest.skip("TEST_POSTGRES_URL is not set: no PostgreSQL")
    with contextlib.ExitStack() as stack:
        url = f"sqlite:///{tmp_path / 'v.db'}"
        if engine == "postgresql":
            base = stack.enter_context(postgresql(POSTGRES, "no tables", lambda store: None))
            url = base.url
        first, rows = [Voices(url) for _ in range(4)], []
        with ThreadPoolExecutor(4) as together:  # as processes that begin at once
            list(together.map(lambda each: each.say("site", "", grade=5, words="", language="ja", edition=1, said_on=TODAY), first))
        rows = first[0].rows()
        assert [each["grade"] for each in rows] == [5] * 4 and first[0].version() == 1
        with pytest.raises(FigureRefused):
            first[0].put_back(rows)
        first[0].say("site", "", grade=1, words="後", language="ja", edition=1, said_on=TODAY)
        assert first[0].tallies()["site", "", 1].grades[5] == 4 and first[0].listed()[0].words == "後"
        with first[0].engine.begin() as connection:
            connection.execute(VOICE.delete())
        first[0].put_back(rows)
        first[0].say("site", "", grade=2, words="番号", language="ja", edition=1, said_on=TODAY)
        assert len({each["id"] for each in first[0].rows()}) == 5
        with first[0].engine.begin() as connection:
            connection.execute(SCHEMA.update().values(version=99))
        with pytest.raises(SchemaRefused):
            Voices(url).counts()
        for each in first:
            each.engine.dispose()


def test_a_folder_that_a_group_may_write_to_gives_a_file_it_may_write_to(tmp_path: Path) -> None:
    for mode, expected in ((0o2770, 0o660), (0o750, 0o600)):
        folder = tmp_path / f"{mode:o}"
        folder.mkdir()
        folder.chmod(mode)
        held = Voices(f"sqlite:///{folder / 'voices.db'}")
        held.say("site", "", grade=5, words="", language="ja", edition=1, said_on=TODAY)
        assert (folder / "voices.db").stat().st_mode & 0o777 == expected
        held.engine.dispose()
