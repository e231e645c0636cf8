"""Two who move what the public sees at the same time: one of them is refused, or both come out as if one had waited for the other."""

from __future__ import annotations

import multiprocessing
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kpis.errors import FigureRefused, MierukaError
from kpis.settings import Settings
from kpis.store.store import Store, utc_now
from publishers.editions import on_disk, publication, record
from tests.begun import forked, processes
from tests.command import WAIT
from tests.publishers.house import House, small
from tests.small_government import OFFICE, SECOND

pytestmark = pytest.mark.edition


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> House:
    """Two editions of the small government, the second one shown."""
    house = small(tmp_path_factory.mktemp("two"))
    for note in ("一", "二"):
        publish(house, note)
    return house


@pytest.fixture
def two(original: House, tmp_path: Path) -> House:
    """The same, for each test anew."""
    original.store.engine.dispose()
    shutil.copytree(original.folder.parent, tmp_path, symlinks=True, dirs_exist_ok=True)
    return House(Store(f"sqlite:///{tmp_path / 'small.db'}"), tmp_path / "editions", original.at)


def chosen(house: House) -> Settings:
    return house.chosen.model_copy(update={"signing_key_file": house.folder.parent / "signing.key"})


def publish(house: House, note: str = "次", **given: Any) -> int:
    return publication.publish(house.store, note=note, now=utc_now(), viewer=OFFICE, chosen=chosen(house), **given).number


def back(house: House) -> None:
    publication.rollback(house.store, 1, reason="誤り", now=utc_now(), viewer=SECOND, chosen=chosen(house))


def rotate(house: House) -> None:
    record.rotate(house.store, chosen(house), now=utc_now())


def meanwhile(monkeypatch: pytest.MonkeyPatch, place: str, act: Callable[[], object]) -> None:
    """Have somebody else act right before a step of publishing or going back, once."""
    step = getattr(publication, place)

    def acted(*given: Any, **rest: Any) -> Any:
        monkeypatch.setattr(publication, place, step)
        act()
        return step(*given, **rest)

    monkeypatch.setattr(publication, place, acted)


def is_sound(house: House) -> bool:
    return record.faults(house.store, house.folder) == [] and record.settle(house.store, house.folder) == []


@pytest.mark.parametrize(
    ("act", "place"), [(back, "_write"), (back, "intend"), (rotate, "intend"), (publish, "intend")],
    ids=["going back early", "going back", "a new key", "publishing"],
)  # fmt: skip
def test_an_edition_is_not_shown_over_what_was_done_while_it_was_made(
    two: House, monkeypatch: pytest.MonkeyPatch, act: Callable[[House], object], place: str
) -> None:
    """It was signed with a key no longer in force, or said nothing of what disappeared against the edition shown by then."""
    meanwhile(monkeypatch, place, lambda: act(two))
    with pytest.raises(MierukaError):
        publish(two, "その間に")
    shown = on_disk.current(two.folder)
    assert is_sound(two) and shown is not None and shown.number == {back: 1, rotate: 2, publish: 3}[act]
    assert publish(two, "やり直し") == shown.number + 1 + (act is back) and is_sound(two)
    made = on_disk.current(two.folder)
    assert made is not None and made.manifest["compared_with"] == shown.number


def test_what_was_previewed_against_another_edition_is_not_published(two: House) -> None:
    preview = publication.preview(two.store, now=utc_now(), folder=two.folder)
    back(two)
    with pytest.raises(FigureRefused, match="preview"):
        publish(two, figures=preview.figures, shown=preview.compared_with)
    assert publish(two, figures=preview.figures, shown=1) == 3


def test_going_back_takes_back_what_was_published_meanwhile(two: House, monkeypatch: pytest.MonkeyPatch) -> None:
    meanwhile(monkeypatch, "signer", lambda: publish(two, "その間に"))
    back(two)
    assert [edition.number for edition in on_disk.shown(two.folder)] == [1] and is_sound(two)
    assert publish(two) == 4 and [edition.number for edition in on_disk.shown(two.folder)] == [4, 1]


def test_going_back_is_not_signed_with_a_key_that_was_replaced_meanwhile(two: House, monkeypatch: pytest.MonkeyPatch) -> None:
    signer = publication.signer

    def late(*given: Any, **rest: Any) -> record.Signer:
        own = signer(*given, **rest)
        rotate(two)
        return own

    monkeypatch.setattr(publication, "signer", late)
    with pytest.raises(FigureRefused, match="signing key"):
        back(two)
    monkeypatch.undo()
    assert is_sound(two)
    back(two)
    assert is_sound(two)


def _rotates(url: str, house: House, together: Any) -> None:
    store = Store(url)
    store.revision()
    together.wait(WAIT)
    record.rotate(store, chosen(house), now=utc_now())


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="needs fork: POSIX only")
def test_keys_introduced_at_once_follow_one_another(reporting: Store, tmp_path: Path) -> None:
    two = House(reporting, tmp_path / "editions", utc_now())
    publish(two)
    url, own = two.store.engine.url.render_as_string(hide_password=False), House(None, two.folder, two.at)  # type: ignore[arg-type]
    for _ in range(2):
        two.store.engine.dispose()
        together = processes.Barrier(3)
        running = [forked(_rotates, url, own, together) for _ in range(3)]
        for process in running:
            process.join(WAIT)
            assert process.exitcode == 0
        assert is_sound(two)
    assert len(record.recorded(two.store).keys) == 7 and publish(two) == 2 and is_sound(two)
    assert [path.name for path in two.folder.parent.iterdir() if ".next" in path.name] == []
