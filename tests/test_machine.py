"""What the machine or the database does wrong, met on the command line: named in both languages, with an exit code of its own, no traceback."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from itertools import product
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import ProgrammingError, SQLAlchemyError

from kpis.memory import enough
from kpis.settings import ROOT, Settings, settings
from kpis.store.store import Store
from kpis.store.unavailable import EXIT_CODES, unavailable
from publishers.backup import make_backup
from tests.command import command
from tests.shared import copied, empty, postgresql, shipped

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "")
pytestmark = pytest.mark.edition
ADD = ("user", "add", "sato@example.org", "--role", "reform_office")
needs_postgres = pytest.mark.skipif(not POSTGRES, reason="TEST_POSTGRES_URL is not set: no PostgreSQL")


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def ends_named(done: CompletedProcess[str], key: str) -> None:
    """Hold the end of a command against what it is to be: its code, one line in each language, nothing of the program's inside."""
    assert done.returncode == EXIT_CODES[key], done.stderr
    assert "Traceback" not in done.stderr and "sqlalche.me" not in done.stderr and ".py" not in done.stderr
    japanese, english = done.stderr.strip().split("\n", 1)[0], done.stderr.replace("\n", " ")
    assert any("ぁ" <= sign <= "ん" for sign in japanese) and " the " in f" {english.lower()}"


def damaged(path: Path) -> Path:
    """Write a database whose pages, all but the first, are not what was written."""
    content = bytearray(shipped().read_bytes())
    for at in range(4096, len(content), 4096):
        content[at : at + 64] = b"\xff" * 64
    path.write_bytes(content)
    return path


def test_a_damaged_database(tmp_path: Path) -> None:
    ends_named(command(*ADD, DATABASE_URL=url(damaged(tmp_path / "damaged.db"))), "database_damaged")


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    other.write_text("これはデータベースではない\n" * 100, encoding="utf-8")
    before = other.read_bytes()
    ends_named(command(*ADD, DATABASE_URL=url(other)), "database_no_database")
    assert other.read_bytes() == before


def test_a_folder_where_the_database_is_to_be(tmp_path: Path) -> None:
    ends_named(command("init", DATABASE_URL=url(tmp_path)), "database_unopened")


def test_a_database_that_another_keeps_locked(tmp_path: Path) -> None:
    held = tmp_path / "held.db"
    shutil.copy(shipped(), held)
    with closing(sqlite3.connect(held, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode=WAL")
        other.execute("BEGIN IMMEDIATE")
        ends_named(command(*ADD, DATABASE_URL=url(held), DATABASE_WAIT_SECONDS="1"), "database_busy")
    assert command(*ADD, DATABASE_URL=url(held)).returncode == 0, "nothing is left of it"


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """Give a disk of a few megabytes of its own."""
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if made.returncode != 0:
        pytest.skip("ディスクを作れません / no disk can be mounted here: needs the rights of the system")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_disk_that_is_full_and_one_that_only_reads(tmp_path: Path) -> None:
    with ExitStack() as stack:
        disk = stack.enter_context(small_disk(tmp_path / "disk", 8))
        shutil.copy(shipped(), disk / "small.db")
        (disk / "rest").write_bytes(b"x" * (shutil.disk_usage(disk).free - 65_536))
        done = command("load", DATABASE_URL=url(disk / "fresh.db"))
        ends_named(done, "disk_full")
        (disk / "rest").unlink()
        (disk / "fresh.db").unlink(missing_ok=True)
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        ends_named(command(*ADD, DATABASE_URL=url(disk / "small.db")), "database_unopened")


def test_a_backup_that_finds_no_room_names_where_it_was_to_stand_and_leaves_nothing(tmp_path: Path) -> None:
    """No setting names the folder, and where the room was over at the last of the database it was "one of the disks"."""
    store, refusals = copied(shipped(), tmp_path / "own.db"), list[str]()
    chosen = Settings(EDITIONS_DIR=tmp_path / "editions", SIGNING_KEY_FILE=tmp_path / "own.key")
    size = shipped().stat().st_size
    with small_disk(tmp_path / "disk", 12) as disk:
        for room in range(size, size + 1_000_000, 100_000):
            (disk / "rest").write_bytes(b"x" * (shutil.disk_usage(disk).free - room))
            try:
                make_backup(store, disk / "night", chosen)
                shutil.rmtree(disk / "night")
            except (OSError, sqlite3.Error, SQLAlchemyError) as error:
                refusals.append(said_of(error))
            (disk / "rest").unlink()
            assert not list(disk.iterdir())
    assert refusals and all(str(tmp_path / "disk") in refusal for refusal in refusals)


@pytest.mark.parametrize("is_there", [True, False])
def test_a_catalogue_that_found_no_room_is_not_in_the_way_of_the_next_attempt(tmp_path: Path, is_there: bool) -> None:
    """It said that nothing was stored, and left half of one, in a folder that was refused then as not empty."""
    with small_disk(tmp_path / "disk", 1) as disk:
        own = disk / "own"
        if is_there:
            own.mkdir()
        (disk / "rest").write_bytes(b"x" * (shutil.disk_usage(disk).free - 40_960))
        ends_named(command("new", str(own)), "disk_full")
        assert [path.name for path in disk.rglob("*")] == ["rest", *(["own"] if is_there else [])]
        (disk / "rest").unlink()
        assert command("new", str(own)).returncode == 0


def test_what_cannot_be_reached_is_named_as_the_operator_knows_it(tmp_path: Path) -> None:
    """Of several databases, which: by its setting, and one that only a command names by its address, without the password."""
    store = tmp_path / "working.db"
    shutil.copy(shipped(), store)
    gone = "postgresql://anna:Zc3-vT9qLw1x@127.0.0.1:1/voices"
    places = {
        "DATABASE_URL": url(store),
        "EDITIONS_DIR": str(tmp_path / "editions"),
        "SIGNING_KEY_FILE": str(tmp_path / "signing.key"),
    }
    spoken = command("publish", "--yes", "--note", "試験", **places, PUBLIC_URL="https://example.jp", VOICES_URL=gone)
    ends_named(spoken, "database_gone")
    assert "VOICES_URL" in spoken.stderr and "DATABASE_URL" not in spoken.stderr
    assert not (tmp_path / "editions" / "0001").exists()
    copied = command("copy", "--to", gone, **places)
    ends_named(copied, "database_gone")
    assert "127.0.0.1:1/voices" in copied.stderr and "DATABASE_URL" not in copied.stderr and "Zc3" not in copied.stderr
    other = command("init", DATABASE_URL=gone)
    ends_named(other, "database_gone")
    assert "DATABASE_URL" in other.stderr and "VOICES_URL" not in other.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("publish -y", "-y という指定はありません"), ("copy", "--to を指定してください"), ("user add x@example.jp", "--role を指定"),
        ("run --port abc", "--port の値が正しくありません"), ("load --json=3", "--json の値が正しくありません"), ("nowhere", "書き方が正しくありません"),
        ("verify a b", "書き方が正しくありません"),
    ],
)  # fmt: skip
def test_a_command_that_is_written_wrongly_is_told_in_both_languages(words: str, said: str) -> None:
    done = command(*words.split())
    japanese, english = done.stderr.replace("\n", "").split("確かめてください。")
    assert done.returncode == 2 and said in japanese and "--help" in english and "()" not in done.stderr
    assert command("user").stderr.count("--help で") == 0, "without a word of what, the help alone"


@needs_postgres
def test_init_says_whether_the_database_can_be_written_to_and_has_all_its_tables() -> None:
    """A standby, or a role set up so, ended with 0; so did tables that somebody had changed, of which only later steps ended."""
    with postgresql(POSTGRES, "bare and brought up", Store.migrate) as store:
        address = store.engine.url.set(drivername="postgresql")
        before = store.state()
        assert (
            command("init", DATABASE_URL=address.render_as_string(hide_password=False)).returncode == 0 and store.state() == before
        )
        reads = address.update_query_dict({"options": "-c default_transaction_read_only=on"})
        ends_named(command("init", DATABASE_URL=reads.render_as_string(hide_password=False)), "database_read_only")
        with store.writing() as session:
            session.execute(text("ALTER TABLE observation DROP COLUMN note_ja"))
        done = command("init", DATABASE_URL=address.render_as_string(hide_password=False))
        assert done.returncode == 78 and "observation.note_ja" in done.stderr
        with pytest.raises(ProgrammingError) as lacking:
            store.book()
        assert (named := unavailable(lacking.value)) is not None and named.exit_code == 78


class OperationalError(Exception):
    """As psycopg raises it where there is no connection: without a code."""

    sqlstate = pgconn = None


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ('FATAL:  too many connections for role "mieruka"', "files_out"),
        ("FATAL:  sorry, too many clients already", "files_out"),
        ("FATAL:  remaining connection slots are reserved for roles with the SUPERUSER attribute", "files_out"),
        ('FATAL:  role "mieruka" is not permitted to log in', "database_refused"),
        ('FATAL:  no pg_hba.conf entry for host "10.0.0.1"', "database_refused"),
        ('FATAL:  password authentication failed for user "mieruka"', "database_refused"),
        ("fe_sendauth: no password supplied", "database_refused"),
        ('FATAL:  database "mieruka" does not exist', "database_refused"),
        ('FATAL:  permission denied for database "mieruka"', "database_refused"),
        ("FATAL:  the database system is starting up", "database_gone"),
        ("FATAL:  could not write init file", "disk_full"),  # which was said to be a wrong password
        ('FATAL:  could not write to file "pg_xlog/x": No space left on device', "disk_full"),
        ('FATAL:  could not open file "global/pg_filenode.map": Input/output error', "database_gone"),
        ("FATAL:  out of shared memory", "database_gone"),
        ("Connection refused", "database_gone"),
    ],
)
def test_what_postgresql_answers_before_there_is_a_connection_is_told_apart(words: str, key: str) -> None:
    named = unavailable(OperationalError(f"connection failed: {words}"))
    assert named is not None and named.message.key == key


def test_which_disk_is_full_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """With database, editions, temporary files and a target on disks of their own, "the disk" told nobody where to make room."""
    gathered = [("/a/b", str(tmp_path / "target" / "b"), str(OSError(28, "No space left on device", "/a/b")))]
    copying, of_a_copy = (
        OSError(28, "No space left on device", "/a/b", None, str(tmp_path / "target" / "c")),
        sqlite3.OperationalError(),
    )
    of_a_copy.sqlite_errorcode, vars(of_a_copy)["database"] = sqlite3.SQLITE_FULL, url(tmp_path / "target" / "c.db")
    monkeypatch.setattr("kpis.store.unavailable.NO_ROOM_BYTES", 0)
    for error in (shutil.Error(gathered), copying, of_a_copy):
        assert said_of(error) == f"The disk is full: {tmp_path / 'target'}."
    assert said_of(OperationalError("FATAL: could not write init file")) == "The disk is full: the disk of the database's server."
    assert said_of(OSError(28, "No space left on device")) == "The disk is full: one of the disks that are written to."
    with small_disk(tmp_path / "small", 1) as disk:
        monkeypatch.setenv("EDITIONS_DIR", str(disk / "editions"))
        settings.cache_clear()
        request.addfinalizer(settings.cache_clear)
        monkeypatch.setattr("kpis.store.unavailable.NO_ROOM_BYTES", 2_000_000)
        assert said_of(OSError(28, "No space left on device")) == f"The disk is full: {disk / 'editions'}."


def said_of(error: Exception) -> str:
    named = unavailable(error)
    assert named is not None
    return named.in_language("en").split(" Make room")[0]


@needs_postgres
def test_a_postgresql_that_is_not_there_refuses_or_says_nothing() -> None:
    there = make_url(POSTGRES).set(drivername="postgresql")

    def at(**parts: object) -> str:
        return there.set(**parts).render_as_string(hide_password=False)  # type: ignore[arg-type]

    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections and never answers
        port = silent.getsockname()[1]
        address = at(host="127.0.0.1", port=port, query={})
        ends_named(command(*ADD, DATABASE_URL=address, DATABASE_WAIT_SECONDS="2"), "database_silent")
    ends_named(command(*ADD, DATABASE_URL=address), "database_gone")
    refused = command(*ADD, DATABASE_URL=at(database="nothing_of_this_name"))
    ends_named(refused, "database_refused")
    assert there.password is None or there.password not in refused.stderr


@pytest.mark.parametrize(
    ("error", "key"),
    [
        (MemoryError, "memory_out"),
        (lambda: OSError(28, "No space left on device"), "disk_full"),
        (lambda: OSError(24, "Too many open files"), "files_out"),
        (lambda: BlockingIOError(11, "Resource temporarily unavailable"), "files_out"),
        (lambda: RuntimeError("can't start new thread"), "files_out"),
        (lambda: OSError(116, "Stale file handle"), "disk_fault"),
        (lambda: PermissionError(13, "Permission denied", "/srv/editions"), "file_not_permitted"),
        (lambda: OSError(5, "Input/output error"), "disk_fault"),
        (lambda: shutil.Error([("a", "b", str(OSError(28, "No space left on device", "b")))]), "disk_full"),
        (lambda: shutil.SameFileError("a is b"), None),
        (lambda: KeyError("a fault of the program"), None),
        (lambda: sqlite3.IntegrityError("UNIQUE constraint failed"), None),
    ],
)
def test_what_else_fails_is_named_or_is_a_fault_of_the_program(error: Callable[[], Exception], key: str | None) -> None:
    named = unavailable(error())
    assert (named.message.key if named else None) == key
    with pytest.raises(ValueError, match="something else") as outer:
        raise ValueError("while something else was done") from error()
    assert (told.message.key if (told := unavailable(outer.value)) else None) == key, "also where it is wrapped"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="ulimitがありません / no ulimit: POSIX alone has it")
def test_a_database_that_no_descriptor_is_left_for_is_not_said_to_be_missing(tmp_path: Path) -> None:
    """SQLite says the same of both."""
    made = tmp_path / "there.db"
    assert command("init", DATABASE_URL=url(made)).returncode == 0
    opens = f"""import os, resource, sqlite3
from kpis.store.unavailable import unavailable
def named():
    try:
        sqlite3.connect({f"file:{made}?mode=rw"!r}, uri=True).execute("SELECT 1 FROM alembic_version")
    except sqlite3.Error as error:
        print(unavailable(error).message.key)
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))  # in a container it may be a thousand million
taken = []
try:
    while True:
        taken.append(os.open(os.devnull, os.O_RDONLY))
except OSError:
    named()
for each in taken:
    os.close(each)
os.unlink({str(made)!r})
named()"""
    ran = subprocess.run([sys.executable, "-c", opens], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout.split() == ["files_out", "database_unopened"]


def limited(limit: str, program: tuple[str, ...], folder: Path) -> subprocess.CompletedProcess[str]:
    """Begin a program on no database under a limit of the shell, to its end."""
    return subprocess.run(
        ["bash", "-c", f'ulimit {limit}; exec "$@"', "-", sys.executable, *program], cwd=ROOT, capture_output=True, text=True,
        env={**os.environ, "DATABASE_URL": url(folder / "none.db")}, check=False,
    )  # fmt: skip


@pytest.mark.skipif(not hasattr(os, "fork"), reason="ulimitがありません / no ulimit: POSIX alone has it")
@pytest.mark.parametrize(
    ("program", "megabytes"),
    [*product([("manage.py", "init"), ("server.py",)], [60, 150, 350, 520]), (("server.py",), 760)],  # which served without search
)
def test_too_little_memory_to_load_the_program_is_said_before_it_is_loaded(
    program: tuple[str, ...], megabytes: int, tmp_path: Path
) -> None:
    done = limited(f"-v {megabytes * 1024}", program, tmp_path)
    ends_named(done, "memory_out")
    assert "ulimit -v" in done.stderr and f"{megabytes} MB" in done.stderr and done.stderr.count("\n") == 2
    assert not (tmp_path / "none.db").exists()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="ulimitがありません / no ulimit: POSIX alone has it")
@pytest.mark.parametrize("program", [("manage.py", "init"), ("manage.py", "doctor"), ("server.py",)])
def test_too_few_files_to_load_the_program_are_said_before_it_is_loaded(program: tuple[str, ...], tmp_path: Path) -> None:
    """It was a traceback, or a database that cannot be opened, as it happened."""
    for files in (6, 31):
        done = limited(f"-n {files}", program, tmp_path)
        ends_named(done, "files_out")
        assert "ulimit -n" in done.stderr and f"{files}" in done.stderr and done.stderr.count("\n") == 2
    assert not (tmp_path / "none.db").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="/procが要ります / /proc is needed")
@pytest.mark.parametrize("program", [("manage.py", "init"), ("server.py",)])
def test_ctrl_c_while_the_program_is_loaded_is_no_traceback(program: tuple[str, ...], tmp_path: Path) -> None:
    """For its first seconds it ended in pages of those of the libraries."""
    begun = subprocess.Popen(
        [sys.executable, *program], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "DATABASE_URL": url(tmp_path / "none.db")},
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  # a shell lets what it begins behind it hear no Ctrl-C
    )  # fmt: skip
    until = time.monotonic() + 60
    while "pydantic_core" not in Path(f"/proc/{begun.pid}/maps").read_text() and time.monotonic() < until:
        time.sleep(0.005)
    begun.send_signal(signal.SIGINT)
    _, words = begun.communicate(timeout=60)
    assert begun.returncode == 2 and words.splitlines() == [
        "止めました。行ったと表示したことのほかは、何も変えていません。", "Stopped. Nothing was changed but for what it says was done.",
    ]  # fmt: skip
    assert not (tmp_path / "none.db").exists()


def test_a_command_that_is_stopped_says_no_more_than_it_knows() -> None:
    """Of a ``pull`` of three sources that was stopped after the first it said that nothing was changed."""
    for cause, words in (("KeyboardInterrupt()", "but for what it says was done"), ("None", "Given up. Nothing was changed.")):
        stops = f"import manage, typer\ndef app(**_):\n    raise typer.Abort from {cause}\nmanage.app = app\nmanage.main()"
        done = subprocess.run([sys.executable, "-c", stops], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 2 and words in done.stderr and done.stderr.count("\n") == 2


def test_a_library_that_gets_no_memory_is_no_fault_of_the_program(capsys: pytest.CaptureFixture[str]) -> None:
    for error in (ImportError("libsqlite3.so.0: failed to map segment from shared object"), MemoryError()):
        with pytest.raises(SystemExit) as end, enough():
            raise error
        assert end.value.code == EXIT_CODES["memory_out"]
        said = capsys.readouterr().err
        assert "メモリーが足りません" in said and "not enough memory" in said
    with pytest.raises(ImportError, match="No module"), enough():
        raise ImportError("No module named 'streamlit'")


def test_that_nothing_was_published_is_no_proof_and_an_edition_without_figures_is_asked_about(tmp_path: Path) -> None:
    places = {
        "DATABASE_URL": url(tmp_path / "new.db"),
        "EDITIONS_DIR": str(tmp_path / "editions"),
        "SIGNING_KEY_FILE": str(tmp_path / "signing.key"),
    }
    copied(empty(), tmp_path / "new.db")
    done = command("verify", **places)
    assert done.returncode == 0 and "何も確かめていません" in done.stdout and "nothing was proved" in done.stdout.replace("\n", " ")
    (tmp_path / "elsewhere").mkdir()
    done = command("verify", str(tmp_path / "elsewhere"), **places)
    assert done.returncode == 2 and "公表版がありません" in done.stderr and "nothing was proved" in done.stderr.replace("\n", " ")
    done = command("publish", "--note", "空", **places, PUBLIC_URL="https://example.jp")
    assert done.returncode == 2 and "数値が1件もありません" in done.stderr and "not one figure" in done.stderr.replace("\n", " ")
    assert not (tmp_path / "editions" / "0001").exists()
