"""Catalogues as people really fill them in: each slip is named in its file, at its row; none ends in a fault, none passes in silence."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kpis.errors import FigureRefused, GovernmentUnreadable
from kpis.government import read
from kpis.languages import written
from loaders.missing import read_dropped
from loaders.new_catalogue import look_over

CITY = Path(__file__).resolve().parents[1] / "city"
Change = Callable[[Path], object]
OWN = ("themes.csv", "unit_kinds.csv", "correction_reasons.csv")


def last_row(content: bytes) -> bytes:
    return content.strip().split(b"\n")[-1]


def raw(name: str, change: Callable[[bytes], bytes]) -> Change:
    return lambda folder: (folder / name).write_bytes(change((folder / name).read_bytes()))


def columns(name: str, **added: Callable[[dict[str, str]], str]) -> Change:
    """Return a change that adds columns, each worked out from its row."""

    def change(folder: Path) -> None:
        rows = [*csv.DictReader(io.StringIO((folder / name).read_text("utf-8")))]
        rows = [{**row, **{column: made(row) for column, made in added.items()}} for row in rows]
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)

    return change


def successions(*lines: str) -> Change:
    head = "predecessor_code,successor_code,relation,effective_date,share"
    return lambda folder: (folder / "successions.csv").write_text("\n".join([head, *lines]) + "\n", "utf-8")


def looked_over(tmp_path: Path, *changes: Change) -> list[str]:
    shutil.copytree(CITY / "catalogue", tmp_path / "catalogue")
    shutil.copytree(CITY / "official", tmp_path / "official")
    for change in changes:
        change(tmp_path / "catalogue")
    found = list(look_over(tmp_path))
    assert all(written(each.remedy) and written(each.remedy, "en") for each in found)
    return [f"{each.place}: {written(each.remedy)}" for each in found]


@pytest.mark.parametrize("encoding", ["cp932", "utf-16"])
@pytest.mark.parametrize("name", [*OWN, "government.toml"])
def test_a_file_of_the_government_in_another_encoding_is_named(tmp_path: Path, name: str, encoding: str) -> None:
    (found,) = looked_over(tmp_path, raw(name, lambda content: content.decode().replace("³", "3").encode(encoding)))
    assert found.startswith(name) and "UTF-8" in found


@pytest.mark.parametrize("encoding", ["cp932", "utf-16"])
def test_what_was_decided_of_rows_that_are_gone_in_another_encoding_is_named(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "dropped.csv"
    path.write_bytes("list,row_key,decision,reason,ended_on\nprocedures.csv,P1,never,誤りの登録,\n".encode(encoding))
    with pytest.raises(FigureRefused, match="UTF-8"):
        read_dropped(tmp_path)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda content: content.strip() + b"\n" + last_row(content) + b"\n", "1行だけ"),
        (lambda content: content.strip() + b",,extra\n", "1行目に列名のある列の値"),
        (lambda content: content.replace(b"name_ja", b"name_en", 1), "列名の重複"),
        (lambda content: content.strip() + b',"\n', "引用符"),
        (lambda content: content.strip() + b"\nnew\n", "行目"),
    ],
    ids=["a code twice", "a cell too many", "a column twice", "an open quotation mark", "a row that is not filled in"],
)
@pytest.mark.parametrize("name", OWN)
def test_a_slip_in_a_list_of_the_government_is_named(
    tmp_path: Path, name: str, change: Callable[[bytes], bytes], says: str
) -> None:
    found = looked_over(tmp_path, raw(name, change))
    assert found and all(line.startswith(name) for line in found) and any(says in line for line in found)


@pytest.mark.edition
@pytest.mark.parametrize("name", OWN)
def test_blank_lines_blank_columns_and_the_mark_of_the_beginning_are_nothing(tmp_path: Path, name: str) -> None:
    spread = raw(name, lambda content: b"\xef\xbb\xbf\r\n" + content.replace(b"\n", b",,\r\n\r\n"))
    facts = raw("government.toml", lambda content: b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n"))
    assert looked_over(tmp_path, spread, facts) == []
    assert len(read(tmp_path / "catalogue").themes) == 2


def test_a_row_that_cannot_be_read_is_named_by_its_line(tmp_path: Path) -> None:
    shutil.copytree(CITY / "catalogue", tmp_path / "catalogue")
    (tmp_path / "catalogue" / "themes.csv").write_bytes((CITY / "catalogue" / "themes.csv").read_bytes() + b"\n\nnew\n")
    with pytest.raises(GovernmentUnreadable, match=r"themes\.csv 6行目"):
        read(tmp_path / "catalogue")


@pytest.mark.parametrize(
    ("west", "south", "east", "north", "says"),
    [(10, 50, 11, 49, "south は north より小さい"), (11, 49, 10, 50, "west は east より小さい")],
)
def test_an_area_lies_between_its_bounds(tmp_path: Path, west: int, south: int, east: int, north: int, says: str) -> None:
    area = f"\n[area]\nsouth = {south}\nnorth = {north}\nwest = {west}\neast = {east}\n".encode()
    without = re.compile(rb"\n\[area\]\n(?:\w+ = .*\n)+")
    found = looked_over(tmp_path, raw("government.toml", lambda content: without.sub(b"\n", content) + area))
    assert any(line.startswith("government.toml") and says in line for line in found), found


BUREAUS, INDICATORS = "bureaus.csv", "indicators.csv"


@pytest.mark.edition
@pytest.mark.parametrize(
    ("change", "place", "says"),
    [
        (raw(INDICATORS, lambda c: c.replace(b"0.95,0.6", b"0.6,0.95")), INDICATORS, "threshold_behind は threshold_on_track 以下"),
        (columns(INDICATORS, minimum_value=lambda _: "100", maximum_value=lambda _: "0"), INDICATORS, "minimum_value は maximum_value 以下"),
        *(
            (columns(INDICATORS, **{name: lambda row: row["indicator_code"]}), INDICATORS, f"{name} は自分以外")
            for name in ("replaced_by_code", "paired_with_code", "sibling_code")
        ),
        (
            columns(INDICATORS, replaced_by_code=lambda r: {"canopy_rate": "water_used", "water_used": "canopy_rate"}.get(r["indicator_code"], "")),
            f"{INDICATORS} ", "自分自身に戻らない",
        ),
        (raw(BUREAUS, lambda c: c.replace(b",whole,,", b",whole,PARKS,")), f"{BUREAUS} E2", "自分自身に戻らない"),
        (columns(BUREAUS, parent_code=lambda row: row["bureau_code"]), BUREAUS, "parent_code は自分以外"),
        (columns(BUREAUS, valid_from=lambda _: "2020-01-02", valid_to=lambda _: "2020-01-01"), BUREAUS, "valid_to は valid_from より前"),
        (successions("PARKS,PARKS,rename,2025-01-01,1"), "successions.csv", "successor_code は自分以外"),
        (successions("PARKS,LIBRARIES,rename,2025-01-01,1", "LIBRARIES,PARKS,rename,2025-01-01,1"), "successions.csv B2", "自分自身に戻らない"),
        (successions("PARKS,LIBRARIES,merge,,1", "LIBRARIES,CITY,merge,,1", "CITY,PARKS,transfer,,1"), "successions.csv B2", "自分自身に戻らない"),
    ],
)  # fmt: skip
def test_what_cannot_be_of_a_catalogue_is_named_at_its_row(tmp_path: Path, change: Change, place: str, says: str) -> None:
    found = looked_over(tmp_path, change)
    assert any(line.startswith(place) and says in line for line in found), found


@pytest.mark.edition
@pytest.mark.parametrize(
    "lines",
    [
        ("PARKS,LIBRARIES,transfer,2025-01-01,0.1", "LIBRARIES,PARKS,transfer,2025-01-01,0.1"),
        ("PARKS,LIBRARIES,transfer,2024-01-01,0.1", "LIBRARIES,PARKS,transfer,2025-01-01,0.1"),
    ],
)
def test_two_units_may_hand_parts_of_their_work_to_each_other(tmp_path: Path, lines: tuple[str, ...]) -> None:
    assert looked_over(tmp_path, successions(*lines)) == []


OFFICIAL = "../official"


@pytest.mark.edition
@pytest.mark.parametrize(
    ("name", "column", "value", "says"),
    [
        (INDICATORS, "stale_after_days", "1" + "0" * 20, "36525 以下"),
        (INDICATORS, "publication_lag_days", "1000000000", "36525 以下"),
        ("targets.csv", "set_order", "1" + "0" * 20, "9999 以下"),
        ("targets.csv", "set_order", "-1", "1 以上"),
        *((INDICATORS, column, "1e20", "15けた") for column in ("tolerance", "minimum_value")),
        *(("targets.csv", column, "1e20", "15けた") for column in ("value", "denominator")),
        ("baselines.csv", "value", "-1e15", "15けた"),
        *((f"{OFFICIAL}/observations.csv", column, "1e20", "15けた") for column in ("numerator", "sample_size")),
        (f"{OFFICIAL}/procedures.csv", "applications_count", "1e20", "15けた"),
        (f"{OFFICIAL}/facilities.csv", "longitude", "", "latitude と longitude は両方"),
    ],
)  # fmt: skip
def test_a_number_that_cannot_be_stored_is_named_at_its_cell(tmp_path: Path, name: str, column: str, value: str, says: str) -> None:
    """A number beyond what a database or a calendar takes ended in a fault, or stood on the pages."""
    found = looked_over(tmp_path, columns(name, **{column: lambda _: value}))
    assert found and all(re.match(rf"{Path(name).name} [A-Z]+\d+: ", line) and says in line for line in found), found


def test_a_rule_of_several_columns_is_named_at_its_cell_with_their_values(tmp_path: Path) -> None:
    (first, *_) = looked_over(tmp_path, columns(BUREAUS, valid_from=lambda _: "2020-01-02", valid_to=lambda _: "2020-01-01"))
    assert first.startswith("bureaus.csv H2: valid_from=2020-01-02, valid_to=2020-01-01: valid_to は valid_from より前")


@pytest.mark.edition
def test_a_row_that_stands_twice_is_named_by_its_number(tmp_path: Path) -> None:
    (found,) = looked_over(tmp_path, raw(BUREAUS, lambda content: content.strip() + b"\n" + last_row(content) + b"\n"))
    assert found.startswith("bureaus.csv 6行目")


@pytest.mark.edition
def test_what_a_workbook_asks_about_a_row_of_a_register_is_told_of_a_list(tmp_path: Path) -> None:
    more = columns(f"{OFFICIAL}/procedures.csv", online_count=lambda row: "9999" if row["procedure_code"] == "P1" else "")
    later = columns(f"{OFFICIAL}/facilities.csv", cashless_since=lambda row: "2199-01-01" if row["facility_code"] == "F1" else "")
    half = columns(
        f"{OFFICIAL}/procedures.csv",
        applications_count=lambda row: row["applications_count"] + ".5" * (row["procedure_code"] == "P2"),
    )
    found = "\n".join(looked_over(tmp_path, more, later, half))
    assert "online_count=9,999 > 1,200" in found and "cashless_since=2199-01-01" in found and "applications_count=5,200.5" in found


def calendar(line: str) -> Change:
    """Return a change of one entry of the calendar of government.toml."""
    name = line.partition(" ")[0].encode()
    without = re.compile(rb"\n" + name + rb" = [^\n]*")
    return raw("government.toml", lambda content: without.sub(b"", content).replace(b"[calendar]", b"[calendar]\n" + line.encode()))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        *((f'closed = ["{day}"]', f"{day} はありません") for day in ("02-30", "2027-02-29", "2027-04-31", "0000-01-01", "1-1", "sat", "１２-２９")),
        ("first_month = true", "整数"), ('first_month = "4"', "整数"),
        ("first_day = 0001-01-01", "1900年から2199年"), ("first_day = 9999-12-31", "1900年から2199年"),
        ('time_zone = "localtime"', "tz database"),
    ],
)  # fmt: skip
def test_a_calendar_that_cannot_be_is_named(tmp_path: Path, line: str, says: str) -> None:
    found = looked_over(tmp_path, calendar(line))
    assert len(found) == 1 and found[0].startswith("government.toml") and says in found[0], found


@pytest.mark.edition
@pytest.mark.parametrize("line", ['closed = ["02-29", "2028-02-29", "12-29"]', "first_month = 12", "first_day = 1900-01-01"])
def test_a_calendar_at_its_limits_is_read(tmp_path: Path, line: str) -> None:
    assert not [found for found in looked_over(tmp_path, calendar(line)) if found.startswith("government.toml")]


OTHER = "OTHER,別の市,Other city,whole,,1\n".encode()


@pytest.mark.edition
@pytest.mark.parametrize(
    ("change", "place", "says"),
    [
        (raw(BUREAUS, lambda c: c + OTHER), "bureaus.csv D6", "同じ時に一つ"),
        (raw(BUREAUS, lambda c: c.replace(b",whole,", b",department,")), "bureaus.csv D2", "政府全体(whole)の行"),
        (raw(BUREAUS, lambda c: c + OTHER.replace(b"OTHER", b"parks").replace(b"whole,", b"department,CITY")), "bureaus.csv A6", "大文字・小文字"),
        (raw("themes.csv", lambda c: c + "Greening,緑,Green,,,,\n".encode()), "themes.csv", "theme_code が Greening なのは1行だけ(2行目にもある)"),
        (columns("themes.csv", name_ja=lambda _: "\u200b\u202e"), "themes.csv", "値が必要"),
        (raw("government.toml", lambda c: c.replace("見直し係".encode(), "\u200b".encode())), "government.toml", "値が必要"),
        (columns(BUREAUS, name_jp=lambda _: "公園"), "bureaus.csv G1", "言語の符号"),
        (columns("themes.csv", name_jp=lambda _: "公園"), "themes.csv", "name_jp: 言語の符号で終わる列名"),
    ],
)  # fmt: skip
def test_a_second_government_an_alike_code_a_blank_name_and_no_language_are_named(
    tmp_path: Path, change: Change, place: str, says: str
) -> None:
    found = looked_over(tmp_path, change)
    assert any(line.startswith(place) and says in line for line in found), found


@pytest.mark.edition
def test_one_government_may_follow_another_and_a_name_is_stored_without_what_nobody_sees(tmp_path: Path) -> None:
    followed = OTHER.replace(b",whole,,1", b",whole,,0")
    assert looked_over(tmp_path, raw(BUREAUS, lambda c: c + followed), columns(BUREAUS, name_ain=lambda _: "kotan")) == []
    unseen = raw("themes.csv", lambda c: c.replace("緑化".encode(), "緑\u202e化".encode()))
    unseen(tmp_path / "catalogue")
    read.cache_clear()
    assert read(tmp_path / "catalogue").themes["greening"].name_ja == "緑化"
