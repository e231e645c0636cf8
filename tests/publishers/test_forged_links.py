"""Links for a web server that lead elsewhere than to what was published: named, and made anew by the next command."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from publishers.editions import served
from tests.publishers import test_forgeries
from tests.publishers.test_forgeries import Forged

pytestmark = pytest.mark.edition
original, forged = test_forgeries.original, test_forgeries.forged  # two editions, for each test anew


def _led_away(f: Forged, target: Path) -> None:
    link = f.folder / "served" / "current"
    link.unlink()
    link.symlink_to(target)


def _site_led_away(f: Forged, target: Path) -> None:
    link = f.folder / "served" / "current" / "site"
    link.unlink()
    link.symlink_to(target)


def _made_a_folder(f: Forged, target: Path) -> None:
    (f.folder / "served" / "current").unlink()
    shutil.copytree(target, f.folder / "served" / "current")


def _all_led_away(f: Forged, target: Path) -> None:
    shutil.rmtree(f.folder / "served")
    (f.folder / "served").symlink_to(target)


def _withdrawn_one_shown(f: Forged, _: Path) -> None:
    (f.folder / "served" / "current" / "editions" / "0003").symlink_to("../../../0003")


@pytest.mark.skipif(
    os.name != "posix", reason="Windowsではリンクを作るのに特別な権限が要ります / on Windows making links needs a privilege"
)
@pytest.mark.parametrize("forge", [_led_away, _site_led_away, _made_a_folder, _all_led_away, _withdrawn_one_shown])
def test_links_for_a_web_server_that_lead_elsewhere_are_named_and_made_anew(
    forged: Forged, tmp_path: Path, forge: Callable[[Forged, Path], None]
) -> None:
    """It shows what lies there and proves nothing; the editions themselves are untouched."""
    assert not forged.found() and not forged.found(database=False)
    (tmp_path / "elsewhere" / "site").mkdir(parents=True)
    (tmp_path / "elsewhere" / "site" / "index.html").write_text("forged", encoding="utf-8")
    forge(forged, tmp_path / "elsewhere")
    assert forged.found() == {"served_other"} == forged.found(database=False)
    assert served.bring(forged.folder) and not served.bring(forged.folder)
    assert not forged.found()
    shown = forged.folder / "served" / "current"
    assert (shown / "site" / "index.html").samefile(forged.folder / "0002" / "site" / "index.html")
    assert sorted(path.name for path in (shown / "editions").iterdir()) == ["0001", "0002", "current.json", "keys.json"]
    assert (tmp_path / "elsewhere" / "site" / "index.html").read_text("utf-8") == "forged"
