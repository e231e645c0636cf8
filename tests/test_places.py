"""Where commands read and write: a place that cannot be, or that must stay as it is, is named in both languages, and nothing is half done."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kpis.errors import CopyRefused, SchemaRefused, SettingsRefused
from kpis.languages import pair
from kpis.settings import ROOT, keeping, settings
from kpis.store.store import Store
from kpis.store.unavailable import EXIT_CODES, said_outside, unavailable, unusable
from kpis.store.upgrade import is_empty
from kpis.terminal import write_all
from publishers.backup import make_backup, restore
from publishers.editions import record
from publishers.editions.verify import verify
from tests.command import command
from tests.oidc import free_port
from tests.publishers.house import House, small
from tests.shared import copied, empty
from tests.test_machine import small_disk

pytestmark = pytest.mark.edition
QUARTER = ("--period", "FY2022-Q3")
BOOK = ("template", "--bureau", "GENERAL", *QUARTER)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """An instance with one edition."""
    made = small(tmp_path_factory.mktemp("house"))
    made.publish("最初の公表")
    return made


def around(house: House, **others: str) -> dict[str, str]:
    key = str(house.chosen.signing_key_file)
    return {"DATABASE_URL": house.store.url, "EDITIONS_DIR": str(house.folder), "SIGNING_KEY_FILE": key, **others}


def both(text: str, *, japanese: str, english: str) -> None:
    """Hold what a command said against a part of it in each language; the Japanese line has no English sentence in it."""
    flat = text.replace("\n", "")
    assert japanese.replace(" ", "") in flat.replace(" ", "") and english.replace(" ", "") in flat.replace(" ", ""), text
    assert "Traceback" not in text and "sqlalche.me" not in text and ".py:" not in text, text


def test_nothing_is_written_among_editions_or_into_a_backup(house: House, tmp_path: Path) -> None:
    """One file more, and neither proves any longer that it is what it was."""
    kept = tmp_path / "kept"
    make_backup(house.store, kept, house.chosen)
    link = tmp_path / "link"
    link.symlink_to(house.folder / "0001")
    before = sorted(house.folder.rglob("*"))
    for place in (house.folder / "0009", house.folder / "0001" / "site" / "x", link / "x", kept / "x", kept / "editions" / "x"):
        book = str(place) + ".xlsx"
        for words in (
            ("backup", str(place)), ("export", str(place)), ("new", str(place)), ("copy", "--to", f"sqlite:///{place}"),
            ("report", "-o", book, *QUARTER), (*BOOK, "-o", book),
        ):  # fmt: skip
            done = command(*words, **around(house))
            assert done.returncode == 2, (words, done.stderr)
            both(done.stderr, japanese="書き込めません", english="Nothing was changed")
    assert sorted(house.folder.rglob("*")) == before
    assert verify(house.folder, recorded=record.recorded(house.store)) == []
    again = tmp_path / "again.db"
    restore(kept, Store(f"sqlite:///{again}"), house.chosen)


def test_a_database_made_anew_beside_editions_is_said_and_never_kept_as_the_backup(house: House, tmp_path: Path) -> None:
    """The file of the database is gone: what an earlier version made in its place is empty, and so would be the backup of the night."""
    other = around(house, DATABASE_URL=copied(empty(), tmp_path / "gone.db").url)
    said = command("user", "list", **other)
    assert said.returncode == 0
    both(said.stderr, japanese="公表の記録が一つもありません", english="mieruka restore")
    done = command("backup", str(tmp_path / "night"), **other)
    assert done.returncode == 2 and not (tmp_path / "night").exists()
    both(done.stderr, japanese="公表の記録が一つもありません", english="has no record of any publication")
    with pytest.raises(CopyRefused):
        make_backup(Store(other["DATABASE_URL"]), tmp_path / "night", house.chosen)


def test_a_database_that_was_moved_aside_is_made_anew_by_no_command(house: House, tmp_path: Path) -> None:
    """A timer made an empty one, the server called it well, and the backup was then refused as there were rows."""
    kept, gone = tmp_path / "kept", tmp_path / "gone.db"
    make_backup(house.store, kept, house.chosen)
    other = around(house, DATABASE_URL=f"sqlite:///{gone}")
    for words in (
        ("notify",), ("pull",), ("user", "list"), ("key", "show"), ("verify",), ("backup", str(tmp_path / "night")), ("publish",), BOOK,
        ("check", str(house.chosen.catalogue_dir / "bureaus.csv")), ("copy", "--to", f"sqlite:///{tmp_path / 'copy.db'}"),
    ):  # fmt: skip
        done = command(*words, *(("-o", str(tmp_path / "b.xlsx")) if words is BOOK else ()), **other)
        assert done.returncode == EXIT_CODES["database_missing"], (words, done.stderr)
        both(done.stderr, japanese="移したか失ったのなら mieruka restore", english="made with mieruka init. Nothing was made")
    for words in (("init",), ("load",), ("run", "--port", str(free_port()))):
        done = command(*words, **other)
        assert done.returncode == 2, (words, done.stderr)
        both(done.stderr, japanese="公表の記録が一つもありません", english="mieruka restore")
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix == ".db") == []
    assert command("restore", str(kept), **other).returncode == 0 and gone.is_file(), "and nothing was in its way"


def test_an_empty_database_is_filled_by_those_commands_alone_that_begin_an_instance(bare: Store) -> None:
    url = bare.engine.url.set(drivername=bare.engine.url.get_backend_name()).render_as_string(hide_password=False)
    done = command("user", "list", DATABASE_URL=url)
    assert done.returncode == EXIT_CODES["database_empty"] and is_empty(bare.engine), done.stderr
    both(done.stderr, japanese="表が一つもありません", english="no table is in it")
    done = command("doctor", DATABASE_URL=url)
    assert done.returncode == 1 and is_empty(bare.engine), done.stderr
    both(done.stdout, japanese="表が一つもありません", english="put it back with mieruka restore")
    assert command("init", DATABASE_URL=url).returncode == 0
    assert command("user", "list", DATABASE_URL=url).returncode == 0


def test_a_backup_is_put_back_into_a_volume_of_its_own(house: House, tmp_path: Path) -> None:
    """In a container the folder of editions is where a volume begins: nothing is written beside it, and it cannot be exchanged."""
    kept = tmp_path / "kept"
    make_backup(house.store, kept, house.chosen)
    with small_disk(tmp_path / "volume", 64) as volume:
        (tmp_path / "own").mkdir()
        chosen = house.chosen.model_copy(update={"editions_dir": volume, "signing_key_file": tmp_path / "own" / "signing.key"})
        target = Store(f"sqlite:///{tmp_path / 'restored.db'}")
        shutil.copytree(kept / "editions" / "0001", volume / "0001")  # of one that was cut off: it goes on
        (volume / ".writing-elsewhere-1-0").mkdir()
        restore(kept, target, chosen)
        record.settle(target, volume)
        assert verify(volume, recorded=record.recorded(target)) == []
        left = [path.name for path in volume.iterdir() if path.name.startswith(".writing") and "elsewhere" not in path.name]
        assert left == []
        target.engine.dispose()


def test_a_sample_beside_the_editions_of_an_instance_is_no_lost_database(house: House, tmp_path: Path) -> None:
    """`demo` has a database of its own, and the folder of editions of the instance where it is begun."""
    sample = copied(empty(), tmp_path / "sample.db")
    assert [message.key for message in record.settle(sample, house.folder)] == ["editions_unknown"]
    sample.become_sample()
    assert record.settle(sample, house.folder) == []
    shutil.copytree(house.chosen.catalogue_dir, tmp_path / "catalogue")
    (tmp_path / "catalogue" / "sample.toml").unlink(missing_ok=True)
    demo = command(
        "demo", "--no-serve", "--database", str(tmp_path / "new.db"), **around(house, CATALOGUE_DIR=str(tmp_path / "catalogue"))
    )
    assert "sample.toml" in demo.stderr.replace("\n", "") and "mieruka restore" not in demo.stderr.replace("\n", " "), demo.stderr


@pytest.mark.parametrize(
    ("words", "code", "japanese", "english"),
    [
        (("backup", "/proc/x"), "place_unusable", "指定した場所を使えません", "A place cannot be used"),
        (("backup", "{file}/x"), "place_unusable", "指定した場所を使えません", "A place cannot be used"),
        (("backup", "{place}/" + "n" * 300), "place_unusable", "指定した場所を使えません", "A place cannot be used"),
        (("backup", "{dangling}"), None, "既にあります", "exists"),
        (("export", "/proc/x"), "place_unusable", "指定した場所を使えません", "A place cannot be used"),
        (("new", "{file}/x"), "place_unusable", "指定した場所を使えません", "A place cannot be used"),
        ((*BOOK, "-o", "/proc/x.xlsx"), "place_unusable", "指定した場所を使えません", "A place cannot be used"),
        (("load", "x" * 300), "place_unusable", "指定した場所を使えません", "A place cannot be used"),
        (("copy", "--to", "sqlite:////proc/x/x.db"), "place_unusable", "指定した場所を使えません", "A place cannot be used"),
        (("copy", "--to", "mysql://x/y"), None, "--to の値が正しくありません", "--to cannot have this value"),
        (("copy", "--to", "{place}/c.db"), None, "--to の値が正しくありません", "--to cannot have this value"),
        (("copy", "--to", "postgresql://[x/y"), None, "--to の値が正しくありません", "--to cannot have this value"),
        (("copy", "--to", "sqlite://"), None, "残りません", "keeps nothing of what is written"),
        (("copy", "--to", "sqlite:///:memory:"), None, "残りません", "keeps nothing of what is written"),
        (("copy", "--to", ""), None, "--to の値が正しくありません", "--to cannot have this value"),
        (("pull", "--sources", "{cut}"), None, "一覧", "cannot be read"),
        (("pull", "--sources", "{bytes}"), None, "一覧", "cannot be read"),
        (("pull", "--sources", "{wrong}"), None, "source 2 を直してください: location: 値が必要", "Correct source 2"),
        (("pull", "--sources", "{limits}"), None, "limits を直してください: timeout_seconds: 数", "Correct limits"),
        (("pull", "--sources", "{nothing}"), None, "nothing がありません", "nothing does not exist"),
        (("pull", "--sources", "{place}"), None, "フォルダーです", "is a folder"),
        (("load", "{nothing}"), None, "nothing: ファイルがありません)", "no such file"),
        (("load", "{place}"), None, "フォルダーです。ファイルを指定", "is a folder; name a file"),
        (("rollback", "x"), None, "EDITION の値が正しくありません(数字で書いてください)", "write a number"),
        (("rollback", "0"), None, "1 以上", "at least 1"),
        (("rollback",), None, "EDITION を指定してください", "Name EDITION"),
        (("run", "--port", "99999"), None, "65535 以下", "at most 65535"),
        (("publish", "--note"), None, "--note の値が正しくありません(値がありません)", "it has no value"),
        (("publish", "--yes=3"), None, "値は付けられません", "it takes no value"),
        (("nowhere",), None, "nowhere という命令はありません", "there is no command nowhere"),
        (("verify", "a", "b c"), None, "余分な語があります: b c", "words too many: b c"),
        (("report", "-o", "{place}/r.txt", *QUARTER), None, "--output の値が正しくありません", ".xlsx"),
    ],
)  # fmt: skip
def test_a_place_or_a_word_that_cannot_be_is_named(
    house: House, tmp_path: Path, words: tuple[str, ...], code: str | None, japanese: str, english: str
) -> None:
    places = {name: tmp_path / name for name in ("file", "dangling", "cut", "bytes", "wrong", "limits", "nothing")}
    places["file"].write_text("x")
    places["dangling"].symlink_to(tmp_path / "nowhere" / "x")
    places["cut"].write_text("x = [")
    places["bytes"].write_bytes(b"\xff\xfe[[")
    places["wrong"].write_text('[[source]]\nname = "a"\nlocation = "data"\n[[source]]\nname = "b"\n')
    places["limits"].write_text('[limits]\ntimeout_seconds = "soon"\n')
    done = command(*(word.format(place=tmp_path, **places) for word in words), **around(house))
    assert done.returncode == (EXIT_CODES[code] if code else 2), done.stderr
    both(done.stderr, japanese=japanese, english=english)
    said = done.stderr.replace("\n", "").split("。")[0]
    assert not any(each in said for each in ("Input should", "does not exist", "Invalid value for", "No such command", " / ")), said


def test_tables_that_no_migration_made_are_named_and_left(house: House, tmp_path: Path) -> None:
    """As those of an edition, or of another program that calls a table as we do."""
    edition = tmp_path / "edition.db"
    shutil.copy(house.folder / "0001" / "edition.db", edition)
    edition.chmod(0o600)
    held = edition.read_bytes()
    with pytest.raises(SchemaRefused) as refused:
        Store(f"sqlite:///{edition}").migrate()
    assert refused.value.message.key == "schema_foreign"
    for words in (("init",), ("copy", "--to", f"sqlite:///{edition}")):
        own = f"sqlite:///{edition}" if words == ("init",) else house.store.url
        done = command(*words, **around(house, DATABASE_URL=own))
        assert done.returncode == 78, done.stderr
        both(done.stderr, japanese="このプログラムが作っていない表", english="tables that this program did not make")
    assert len(edition.read_bytes()) == len(held)


def test_a_file_that_a_command_makes_is_whole_or_not_there(house: House, tmp_path: Path) -> None:
    """The disk is full, by a limit, in the middle of it."""

    def limited(words: tuple[str, ...], kilobytes: int) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, **around(house), "MIERUKA_MODE": "local"}
        return subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *words], env=environment, capture_output=True, text=True, check=False, cwd=ROOT,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes * 1024,) * 2),
        )  # fmt: skip

    made = tmp_path / "r.xlsx"
    made.write_bytes(b"of the quarter before")
    done = limited(("report", "-o", str(made), *QUARTER), 48)
    assert done.returncode == EXIT_CODES["disk_full"], done.stderr
    both(done.stderr, japanese="ディスクがいっぱい", english="The disk is full")
    left = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert left == {"r.xlsx": b"of the quarter before"}, "all four, or none"


def test_of_several_files_that_a_command_makes_none_is_there_where_one_had_no_room(tmp_path: Path) -> None:
    """The workbook of the quarter was new, its slides were those of the quarter before, and "nothing was stored"."""
    with small_disk(tmp_path / "disk", 1) as disk:
        (disk / "r.xlsx").write_bytes(b"of the quarter before")
        contents = {disk / "r.xlsx": b"x" * 300_000, disk / "r.pptx": b"x" * 1_000_000}
        with pytest.raises(OSError, match="No space left") as full:
            write_all(contents)
        named = unavailable(full.value)
        assert named is not None and named.message.key == "disk_full" and str(disk) in str(named)
        (disk / "r.pdf").mkdir()
        with pytest.raises(IsADirectoryError):
            write_all({disk / "r.xlsx": b"x", disk / "r.pdf": b"x"})
        (disk / "r.pdf").rmdir()
        assert {path.name: path.read_bytes() for path in disk.iterdir()} == {"r.xlsx": b"of the quarter before"}
        write_all({disk / "r.xlsx": b"x", disk / "r.pptx": b"y"})
        assert {path.name: path.read_bytes() for path in disk.iterdir()} == {"r.xlsx": b"x", "r.pptx": b"y"}


@pytest.mark.parametrize(
    ("error", "key"),
    [
        (lambda: OSError(27, "File too large"), "disk_full"),
        (lambda: RuntimeError("IO_ENOSPC"), "disk_full"),
        (lambda: ImportError("x.so: failed to map segment from shared object"), "memory_out"),
        (lambda: RuntimeError("system.dic: Cannot allocate memory (os error 12)"), "memory_out"),
        (lambda: RuntimeError("IO_SOMETHING"), None),
        (lambda: FileNotFoundError(2, "No such file or directory", "/srv/x"), None),
    ],
)
def test_what_libraries_say_of_the_machine_is_understood(error: Callable[[], Exception], key: str | None) -> None:
    assert (named.message.key if (named := unavailable(error())) else None) == key
    assert (unusable(error()) is not None) == isinstance(error(), FileNotFoundError)
    assert unusable(FileNotFoundError(2, "in the program, of no place")) is None


def test_what_is_said_outside_of_a_database_reads_as_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """The file of an edition is named by no setting; its address and what went wrong are the operator's."""
    error = OSError(5, "Input/output error", "/srv/editions/0001/edition.db")
    vars(error)["database"] = "sqlite:///file:/srv/editions/0001/edition.db"
    named = unavailable(error)
    assert named is not None
    assert "/srv" in "".join(pair(said_outside(named))), "on the operator's own machine all of it"
    monkeypatch.setenv("MIERUKA_MODE", "public")
    monkeypatch.setenv("EDITIONS_DIR", str(tmp_path))
    settings.cache_clear()
    request.addfinalizer(settings.cache_clear)
    japanese, english = pair(said_outside(named))
    assert "/srv" not in japanese + english and "-" not in japanese + english
    assert "内容は運用の記録にあります" in japanese and "the operator's log has it" in english
    gone = type(named)("database_gone", exit_code=69, database="sqlite:////srv/x", fault="x")
    assert (
        "データベースの設定と、" in pair(said_outside(gone))[0]
        and "Check the setting of the database" in pair(said_outside(gone))[1]
    )
    own = type(named)("database_gone", exit_code=69, database="VOICES_URL", fault="x")
    assert "VOICES_URLと、" in pair(said_outside(own))[0]


def test_an_address_to_copy_to_is_judged_as_the_settings_are() -> None:
    assert keeping("sqlite:///x.db") and keeping("postgresql://x@y/z")
    for wrong in ("", "x", "sqlite://", "mysql://x/y", "postgresql://x:port/y"):
        with pytest.raises(SettingsRefused):
            keeping(wrong)
