"""What is killed: each operation with how it begins, what it does, and how to tell whether nothing, all, or something between was done."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from kpis.errors import CopyRefused
from kpis.moment import Moment
from kpis.reporting import choices, outbox, reports, submissions
from kpis.reporting.notices import put
from kpis.reporting.occasions import Due
from kpis.reporting_vocabulary import Occasion
from kpis.settings import Settings
from kpis.state import State
from kpis.store import tables
from kpis.store.store import Store, utc_now
from kpis.store.upgrade import differing, newest_version, version_of
from kpis.voices.store import Voices, opened
from loaders.load import load_file
from loaders.sample import is_made, make_sample
from publishers.backup import make_backup, restore
from publishers.editions import on_disk, publication, record
from publishers.notices import hooks, rounds
from publishers.notices.smtp import message_id
from publishers.site.export import export
from tests.kpis.test_upgrade import filled
from tests.posting import Took, mail_server
from tests.put_back import lost
from tests.shared import postgresql
from tests.small_government import ANNA, IN_TIME, OFFICE, PERIOD, figure

LOADED = b"""indicator_code,bureau_code,period_code,numerator,denominator,source_code
electronic_decision_rate,GENERAL,FY2022-Q3,400,1000,PLAN
electronic_decision_rate,DIGITAL,FY2022-Q3,300,1000,PLAN
"""
OLD, NEW = "nothing", "all"
BEGUN = "begun, and known as such"  # of what is done in many steps: the next start says so and goes on
SIZES = """[reporting]
complete = ["FY2022-Q3"]
open = "FY2022-Q4"
issued_on = 2022-07-01
reviewed_on = 2023-04-28
[electronic_decision_rate]
denominator = 300
"""
POSTGRES = os.environ.get("TEST_POSTGRES_URL", "")
HELD = 2  # figures that the small government begins with


@dataclass(frozen=True, slots=True)
class Instance:
    """One instance with its folders; each kill has one of its own."""

    url: str
    folder: Path

    @property
    def store(self) -> Store:
        """Open the database anew, as the next process does."""
        return Store(self.url)

    @property
    def chosen(self) -> Settings:
        """Return its settings."""
        return Settings(  # type: ignore[call-arg]
            EDITIONS_DIR=self.folder / "editions", SIGNING_KEY_FILE=self.folder / "own" / "signing.key", PUBLIC_URL="https://reform.example.jp",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Operation:
    """What is killed.

    Args:
        name: of it.
        begin: brings an instance to where it can be done.
        work: does it; done again, it must end well whatever was left.
        state: ``OLD``, ``NEW``, ``BEGUN``, or in words what is none of these.
        is_bare: it begins from a database without tables.
        beside: what runs beside it, as a mail server, while it is killed and done again.
    """

    name: str
    begin: Callable[[Instance], object]
    work: Callable[[Instance], object]
    state: Callable[[Instance], str]
    is_bare: bool = False
    beside: Callable[[Instance], AbstractContextManager[object]] = nullcontext


def _counted(table: type, before: int, after: int) -> Callable[[Instance], str]:
    def state(instance: Instance) -> str:
        count = instance.store.count(table)
        return {before: OLD, after: NEW}.get(count, f"{count} rows of {table.__name__}")

    return state


def _load(instance: Instance) -> None:
    report = load_file(instance.store, LOADED, name="later.csv", kind="observations.csv")
    assert not report.problems and (report.accepted == 2 or report.is_repeat), report.problems


def _upload(instance: Instance) -> None:
    submissions.upload(
        instance.store,
        submissions.FilledWorkbook(rows=[figure(numerator=700.0, denominator=1000.0)], content=b"1", name="a.xlsx"),
        actor=ANNA,
        bureau_code="GENERAL",
        period_code=PERIOD,
    )


def _submitted(instance: Instance) -> None:
    _upload(instance)
    submissions.submit(instance.store, 1, actor=ANNA, revision=1, today=IN_TIME)


def _approve(instance: Instance) -> None:
    if reports.report(instance.store, 1, viewer=OFFICE).state != "approved":
        submissions.approve(instance.store, 1, actor=OFFICE, revision=1)


def _approved(instance: Instance) -> str:
    state, figures = reports.report(instance.store, 1, viewer=OFFICE).state, instance.store.count(tables.Observation)
    lines = len(instance.store.all_of(tables.AuditEvent, action="approved"))
    return {("submitted", HELD, 0): OLD, ("approved", HELD + 1, 1): NEW}.get(
        (state, figures, lines), f"{state}, {figures} figures, {lines} lines"
    )


def _settled(instance: Instance) -> list[int]:
    """Return the editions that the public may see, once the next start has finished or undone what was left."""
    record.settle(instance.store, instance.chosen.editions_dir)
    assert record.faults(instance.store, instance.chosen.editions_dir) == []
    assert not [path.name for path in instance.chosen.editions_dir.glob(".*")], "nothing is left beside"
    return [edition.number for edition in on_disk.shown(instance.chosen.editions_dir)]


def _publish(instance: Instance) -> None:
    record.settle(instance.store, instance.chosen.editions_dir)
    if 2 not in record.recorded(instance.store).editions:
        figures = publication.preview(instance.store, now=utc_now(), folder=instance.chosen.editions_dir).figures
        publication.publish(instance.store, note="公表", now=utc_now(), figures=figures, chosen=instance.chosen)


def _first_edition(instance: Instance) -> None:
    _load(instance)
    publication.publish(instance.store, note="最初", now=utc_now(), chosen=instance.chosen)


def _two_editions(instance: Instance) -> None:
    _first_edition(instance)
    publication.publish(instance.store, note="二つ目", now=utc_now(), chosen=instance.chosen)


def _published(instance: Instance) -> str:
    shown, lines = _settled(instance), len(instance.store.all_of(tables.AuditEvent, action="publish"))
    return {((1,), 1): OLD, ((2, 1), 2): NEW}.get((tuple(shown), lines), f"editions {shown}, {lines} lines")


def _roll_back(instance: Instance) -> None:
    record.settle(instance.store, instance.chosen.editions_dir)
    if _settled(instance) != [1]:
        publication.rollback(instance.store, 1, reason="取り下げ", now=utc_now(), chosen=instance.chosen)


def _rolled_back(instance: Instance) -> str:
    shown, lines = _settled(instance), len(instance.store.all_of(tables.AuditEvent, action="rollback"))
    return {((2, 1), 0): OLD, ((1,), 1): NEW}.get((tuple(shown), lines), f"editions {shown}, {lines} lines")


def _export(instance: Instance) -> None:
    if not (instance.folder / "exported").exists():
        export(instance.folder / "exported", number=None, chosen=instance.chosen)


def _exported(instance: Instance) -> str:
    target = instance.folder / "exported"
    if not target.exists():
        return OLD
    wanted = {
        name.removeprefix("site/")
        for name in on_disk.opened(instance.chosen.editions_dir, 1).manifest["files"]
        if name.startswith("site/")
    }
    there = {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()}
    return NEW if wanted <= there else f"{len(wanted - there)} files are missing"


def _migrated(instance: Instance) -> str:
    version = version_of(instance.store.engine)
    if version == newest_version():
        with instance.store.engine.connect() as connection:
            assert differing(connection) == []
        assert Moment(state=State(instance.store), as_of=date(2023, 3, 31)).projects
    return {"0007": OLD, newest_version(): NEW}.get(str(version), str(version))


def _with_voices(instance: Instance) -> Settings:
    return instance.chosen.model_copy(update={"voices_url": f"sqlite:///{instance.folder / 'voices.db'}"})


def _backed_up(instance: Instance) -> None:
    """Make a backup with everything in it: an edition, a voice, and notices that wait, which may have been sent when it is put back."""
    _first_edition(instance)
    _to_be_mailed(instance)
    spoken = Voices(_with_voices(instance).voices_url)
    spoken.say("site", "", grade=4, words="見やすい", language="ja", edition=1, said_on=date(2023, 2, 1))
    spoken.engine.dispose()
    make_backup(instance.store, instance.folder / "kept", _with_voices(instance))
    _closed(_with_voices(instance))


def _closed(chosen: Settings) -> None:
    """Close what this process keeps open of voices: what is forked shares no connection."""
    if (spoken := opened(chosen)) is not None:
        spoken.engine.dispose()


def _target(instance: Instance) -> Settings:
    place = instance.folder / "machine"
    return instance.chosen.model_copy(
        update={
            "editions_dir": place / "editions",
            "signing_key_file": place / "own" / "signing.key",
            "voices_url": f"sqlite:///{place / 'voices.db'}",
        }
    )


def _target_url(instance: Instance) -> str:
    """Return the database to restore into: a file, or that which was made for it beside."""
    other = instance.folder / "target_url"
    return other.read_text() if other.exists() else f"sqlite:///{instance.folder / 'machine' / 'restored.db'}"


def _restore(instance: Instance) -> None:
    target = Store(_target_url(instance))
    try:
        restore(instance.folder / "kept", target, _target(instance))
    except CopyRefused as refused:
        if refused.message.key != "copy_onto_rows":  # it is there already
            raise
    record.settle(target, _target(instance).editions_dir)
    target.engine.dispose()
    _closed(_target(instance))


def _restored(instance: Instance) -> str:
    target, chosen = Store(_target_url(instance)), _target(instance)
    target.migrate()
    if target.count(tables.Observation) == 0:
        return OLD
    if Voices(_with_voices(instance).voices_url).rows() != Voices(chosen.voices_url).rows():
        return "other voices"
    record.settle(target, chosen.editions_dir)
    faults = record.faults(target, chosen.editions_dir)
    target.engine.dispose()
    return "; ".join([*lost(instance.store, target), *(each.message.key for each in faults)]) or NEW


def _into_a_volume(instance: Instance) -> None:
    """Let the folder of editions be there already, as where a volume begins, with what a volume has of itself."""
    _backed_up(instance)
    _target(instance).editions_dir.mkdir()


@contextmanager
def another_postgresql(instance: Instance) -> Iterator[None]:
    """Give an empty PostgreSQL database to restore into."""
    with postgresql(POSTGRES, "bare", lambda _store: None) as other:
        (instance.folder / "target_url").write_text(other.engine.url.render_as_string(hide_password=False))
        other.engine.dispose()
        yield


def _back_up(instance: Instance) -> None:
    if not (instance.folder / "kept").exists():
        make_backup(instance.store, instance.folder / "kept", instance.chosen)


def _kept(instance: Instance) -> str:
    if not (instance.folder / "kept").exists():
        return OLD
    with tempfile.TemporaryDirectory(dir=instance.folder) as name:  # a machine of its own at each look
        proof = replace(instance, folder=Path(name))
        (proof.folder / "machine").mkdir()
        restore(instance.folder / "kept", Store(f"sqlite:///{proof.folder / 'proof.db'}"), _target(proof))
    return NEW


def _sizes(instance: Instance) -> None:
    (instance.folder / "sample.toml").write_text(SIZES, encoding="utf-8")


def _demo(instance: Instance) -> None:
    if not is_made(instance.store):
        make_sample(
            instance.store, instance.folder / "sample.toml", quarters=(PERIOD,), open_quarter=None, folder=instance.folder / "books"
        )


def _made(instance: Instance) -> str:
    store = instance.store
    reported = store.all_of(tables.Submission)
    counts = ([r["state"] for r in reported], len({r["bureau_code"] for r in reported}), store.count(tables.Observation))
    if is_made(store):
        return NEW if counts == (["approved"] * 2, 2, 2) else f"made, {counts}"  # what was published of single bureaus is left out
    if store.is_sample():
        return BEGUN if len(reported) == counts[1] else f"doubled: {counts}"
    return OLD if counts == ([], 0, HELD) else f"not marked as a sample: {counts}"


def _to_be_told(instance: Instance) -> None:
    _submitted(instance)
    address = hooks.looked_over("mattermost", "http://127.0.0.1:9/hooks/abc")  # where nobody takes it
    channel = choices.NewChannel(kind="mattermost", name="x", address=address, language="ja", is_internal=True)
    choices.add_channel(instance.store, channel, actor=OFFICE)
    submissions.give_back(instance.store, 1, actor=OFFICE, revision=1, reason="x")


def _notify(instance: Instance) -> None:
    chosen = instance.chosen.model_copy(
        update={"notice_hours": "00:00-23:59", "smtp_host": "127.0.0.1", "smtp_port": 9, "mail_from": "kpi@example.jp"}
    )
    was_left = any(row["claim"] for row in instance.store.all_of(tables.Notice))
    later = outbox.LEASE * 2 if was_left else timedelta()  # what a dead process had claimed is claimed again once that has run out
    rounds.go(instance.store, chosen, clock=lambda: utc_now() + later)


def _told(instance: Instance) -> str:
    every = instance.store.all_of(tables.Notice)
    rows = [row for row in every if row["occasion"] != Occasion.SUBMITTED]  # nobody is asked to review what was returned meanwhile
    tried = [row for row in rows if row["attempts"] or row["state"] == "unknown"]
    odd = [row["state"] for row in rows if row["state"] not in ("waiting", "claimed", "sending", "unknown")]
    if odd or any(row["state"] != "withheld" for row in every if row not in rows):
        return f"{[row['state'] for row in every]} though nobody takes anything"
    return NEW if len(tried) == len(rows) else BEGUN if tried or any(row["claim"] for row in rows) else OLD


MAILS = 6  # to each manager of two bureaus


@contextmanager
def _mail_beside(instance: Instance) -> Iterator[None]:
    with mail_server(instance.folder) as mails:
        (instance.folder / "port").write_text(str(mails.port))
        yield


def _to_be_mailed(instance: Instance) -> None:
    with instance.store.writing(is_figures=False) as session:
        for bureau in ("GENERAL", "DIGITAL"):
            facts = {"bureau": bureau, "period": PERIOD}
            put(session, [Due(Occasion.RETURNED, f"submission {n}", bureau, {**facts, "report": n}) for n in range(MAILS)])


def _mailed_as(instance: Instance) -> Settings:
    return instance.chosen.model_copy(
        update={
            "notice_hours": "00:00-23:59", "smtp_host": "127.0.0.1", "smtp_port": int((instance.folder / "port").read_text()), "smtp_security": "none",
            "mail_from": "kpi@example.jp",
        }
    )  # fmt: skip


def _mail(instance: Instance) -> None:
    was_left = any(row["claimed_until"] for row in instance.store.all_of(tables.Notice))
    later = outbox.LEASE * 2 if was_left else timedelta()
    rounds.go(instance.store, _mailed_as(instance), clock=lambda: utc_now() + later)


def _mailed(instance: Instance) -> str:
    """Hold what arrived against what the outbox says: nothing twice, nothing that is said to be sent missing, nothing forgotten."""
    rows = instance.store.all_of(tables.Notice)
    arrived = Counter(str(mail["Message-ID"]) for mail in Took(0, instance.folder / "mails").mails())
    states = Counter(row["state"] for row in rows)
    names = {message_id([row["id"]], instance.chosen): row["state"] for row in rows}
    if twice := [name for name, count in arrived.items() if count > 1]:
        return f"{len(twice)} twice"
    if missing := [name for name, state in names.items() if state == "sent" and name not in arrived]:
        return f"{len(missing)} said to be sent, and not here"
    if early := [name for name, state in names.items() if state in ("waiting", "claimed") and name in arrived]:
        return f"{len(early)} here, and would be sent again"
    if odd := set(states) - {"waiting", "claimed", "sending", "unknown", "sent"}:
        return f"{sorted(odd)}"
    if states["unknown"] + states["sending"] > 1:
        return f"{states['unknown'] + states['sending']} of which nobody knows, where one was under way"
    done = states["sent"] + states["unknown"]
    return NEW if done == len(rows) else BEGUN if done or states["claimed"] or states["sending"] else OLD


OPERATIONS = (
    Operation("load", lambda _instance: None, _load, _counted(tables.Observation, HELD, HELD + 2)),
    Operation("upload", lambda _instance: None, _upload, _counted(tables.SubmissionRow, 0, 1)),
    Operation("approve", _submitted, _approve, _approved),
    Operation("publish", _first_edition, _publish, _published),
    Operation("rollback", _two_editions, _roll_back, _rolled_back),
    Operation("export", _first_edition, _export, _exported),
    Operation(
        "migrate",
        lambda instance: filled(instance.store, "0007"),
        lambda instance: instance.store.migrate(),
        _migrated,
        is_bare=True,
    ),
    Operation("backup", _first_edition, _back_up, _kept),
    Operation("restore", _backed_up, _restore, _restored),
    Operation("volume", _into_a_volume, _restore, _restored),
    Operation("url", _backed_up, _restore, _restored, beside=another_postgresql),
    Operation("demo", _sizes, _demo, _made),
    Operation("notify", _to_be_told, _notify, _told),
    Operation("mail", _to_be_mailed, _mail, _mailed, beside=_mail_beside),
)
