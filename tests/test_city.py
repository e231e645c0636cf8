"""Nothing of Tokyo is in code: a made-up city and the census example run from data alone, and nothing they say is Tokyo's.

The city (``tests/city``, every figure made up) has three bureaus, a fiscal year from January, the clock of Paris, two themes of its own
and no project.
"""

from __future__ import annotations

import csv
import re
import shutil
from collections import defaultdict
from pathlib import Path

import pytest

from kpis.government import government
from kpis.settings import ROOT, settings
from kpis.store.store import utc_now
from loaders.workbook.door import issue_template
from publishers.editions import publication
from tests.all_said import Instance, fill, of_files, of_pages, read, use
from tests.bench.viewer import Viewer, served
from tests.pages.charts_seen import run

pytestmark = pytest.mark.server

CITY = ROOT / "tests" / "city"
JAPAN = ROOT / "data" / "examples" / "japan"
OF_TOKYO = re.compile(
    r"東京|都政|都民|都の|都立|都庁|Tokyo|TMG|シン・?トセイ|Shin-?Tosei|構造改革室|5つのレス|(?:ペーパー|FAX|はんこ|タッチ)レス|コア・プロジェクト|リーディング・プロジェクト|LPX"
    r"|区市町村と島|\bwards\b|[Ff]ive[-_ ]less|\blesses\b|[Cc]ore projects?\b|[Ll]eading projects?\b|31 leading"
)
# Where a fiscal year begins in April, a clock is Japan's and open data have its layouts.
OF_JAPAN = re.compile(
    r"\+09:00|4月から|since April|to March|自治体標準オープンデータ|municipal standard data|全国地方公共団体コード"
)


def named(said: object, words: re.Pattern[str]) -> dict[str, list[str]]:
    """Return what was found: the words with a little round them → the places."""
    found: dict[str, list[str]] = defaultdict(list)
    for place, text in said:  # type: ignore[attr-defined]
        for each in words.finditer(text):
            found[text[max(0, each.start() - 20) : each.end() + 20].replace("\n", " ")].append(place)
    return dict(found)


@pytest.mark.parametrize("folder", [CITY, JAPAN], ids=["a made-up city", "the census of Japan"])
def test_another_government_says_nothing_of_tokyo(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every page, workbook, edition, answer, feed, citation, meeting material and file of open data, in both languages."""
    instance = Instance(folder / "catalogue", folder / "official", tmp_path)
    use(instance, monkeypatch)
    try:
        store, period = fill(instance), "FY2025-Q1"
        words = OF_TOKYO if folder == JAPAN else re.compile(f"{OF_TOKYO.pattern}|{OF_JAPAN.pattern}")
        assert named(of_files(instance, store, period=period), words) == {}
        assert named(of_pages(instance), words) == {}
    finally:
        settings.cache_clear()


def test_the_words_are_found_where_they_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The search can fail: the shipped government says its own words, in a page, a workbook and a file of open data."""
    instance = Instance(ROOT / "data" / "catalogue", ROOT / "data" / "official", tmp_path)
    use(instance, monkeypatch)
    try:
        store = fill(instance)
        content, _ = issue_template(store, "GENERAL", "FY2022-Q3", actor="test")
        assert named((("workbook", text) for text in read(content)), OF_JAPAN)
        edition = publication.publish(store, note="note", now=utc_now(), chosen=instance.chosen)
        for name in ("site/index.html", "site/en/index.html", "site/data/datapackage.json", "site/feed.atom"):
            assert named(((name, text) for text in read((edition.folder / name).read_bytes())), OF_TOKYO), name
        assert (edition.folder / "site" / "five-less.html").is_file()
    finally:
        settings.cache_clear()


def test_a_sixth_theme_is_rows_of_the_catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file of code changes: it stands on the page of themes, in the static edition and in the workbook of the meeting and of a bureau."""
    for part in ("catalogue", "official"):
        shutil.copytree(ROOT / "data" / part, tmp_path / part)
    _add(tmp_path / "catalogue" / "themes.csv", like={"theme_code": "cashless"}, theme_code="dustless", name_ja="ほこりレス",
         name_en="Dust-less", shown_as="card", of_register="")  # fmt: skip
    _add(tmp_path / "catalogue" / "indicators.csv", like={"indicator_code": "electronic_decision_rate"}, indicator_code="dust_rate",
         theme="dustless", name_ja="ほこりのない部屋", name_en="Rooms without dust")  # fmt: skip
    _add(tmp_path / "official" / "observations.csv", like={"indicator_code": "electronic_decision_rate", "period_code": "2023-03"},
         indicator_code="dust_rate", value="61.5", numerator="", denominator="")  # fmt: skip
    instance = Instance(tmp_path / "catalogue", tmp_path / "official", tmp_path)
    use(instance, monkeypatch)
    try:
        assert government().cards[-1] == "dustless" and len(government().cards) == 6
        store = fill(instance)
        said = defaultdict(str)
        for place, text in of_files(instance, store, period="FY2022-Q4"):
            said[place] += text
        for place in ("edition site/five-less.html", "edition site/index.html", "meeting workbook ja", "edition site/bureaus.html"):
            assert "ほこりレス" in said[place], place
        assert "Dust-less" in said["edition site/en/five-less.html"] and "dust_rate" in said["edition site/data/status.csv"]
        books = [text for place, text in said.items() if place.startswith("workbook ")]
        assert books and all("ほこりのない部屋" in text for text in books)
        with served("server:app", **instance.environment) as port:
            viewer = Viewer(port)
            for page in ("", "five_less"):
                assert "ほこりレス" in run(viewer, page, "").words(), page
            viewer.close()
    finally:
        settings.cache_clear()


def _add(path: Path, *, like: dict[str, str], **changed: str) -> None:
    """Add a row to a file that is another one with changes."""
    rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    row = next(r for r in rows if all(r[name] == value for name, value in like.items()))
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, list(row), lineterminator="\n").writerow({**row, **changed})
