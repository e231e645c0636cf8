"""Every CSV file of an edition against every rule for machine-readable tables, and an example that breaks each rule."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from publishers.editions import on_disk
from publishers.opendata.municipal_standard import FACILITY_COLUMNS
from tests.publishers.house import House
from tests.publishers.readability import RULES, findings

pytestmark = pytest.mark.edition

GOOD = '"a_code","n"\r\n"A","1"\r\n"B",""\r\n'
FIELDS = {"a_code": "string", "n": "number"}


@pytest.fixture(scope="module")
def data(published: House) -> Path:
    return on_disk.opened(published.folder, 2).folder / "site" / "data"


def test_no_csv_file_breaks_a_rule(data: Path) -> None:
    package = json.loads((data / "datapackage.json").read_text(encoding="utf-8"))
    looked_at, wrong = set(), {}
    for resource in package["resources"]:
        fields = {f["name"]: f["type"] for f in resource["schema"]["fields"]}
        described = {f["name"]: f["description"] for f in resource["schema"]["fields"]}
        key = tuple(resource["schema"].get("primaryKey", ()))
        looked_at.add(resource["path"])
        if found := findings((data / resource["path"]).read_bytes(), fields, key=key, described=described):
            wrong[resource["path"]] = found[:5]
    columns = {c: "number" if c in ("緯度", "経度", "高度の値") else "string" for c in FACILITY_COLUMNS}
    units = {"緯度": "緯度(度)", "経度": "経度(度)", "高度の値": "高度の値(m)"}
    looked_at.add("public_facilities.csv")
    if found := findings((data / "public_facilities.csv").read_bytes(), columns, key=("ID",), described=units):
        wrong["public_facilities.csv"] = found[:5]
    assert wrong == {}
    assert looked_at == {p.name for p in data.glob("*.csv")} and len(looked_at) > 30


BROKEN: dict[str, list[Any]] = {
    "1": [GOOD.encode(), b"\xef\xbb\xbf\"a_code\",\"n\"\r\n\"\xff\",\"1\"\r\n", '"a_code","n"\r\n"A,"1"\r\n"'],
    "2-6": ['"a_code","n"\r\n"=1+1","1"\r\n', '"a_code","n"\r\n"＝A1","1"\r\n', '"a_code","n"\r\n"-x","1"\r\n'],
    "4-1": ['"表1",""\r\n"a_code","n"\r\n', '"n","a_code"\r\n"1","A"\r\n'],
    "4-2": ['"a_code","n"\r\n"A;B","1"\r\n', '"a_code","n"\r\n"A","10(20)"\r\n'],
    "4-3": ['"a_code","n"\r\n"A","約5"\r\n', '"a_code","n"\r\n"A","1,000"\r\n', '"a_code","n"\r\n"A","5件"\r\n'],
    "4-4": ['"a_code","n"\r\n"A ","1"\r\n', '"a_code","n"\r\n"A\nB","1"\r\n', '"a_code","n"\r\n"東\u3000京","1"\r\n'],
    "4-5": ['"a_code","n"\r\n"A"\r\n', '"a_code","n"\r\n"A","1"\r\n"A","2"\r\n'],
    "4-6": ['"a_code","a_code"\r\n"A","1"\r\n', '"a_code",""\r\n"A","1"\r\n', '"a_code","n"\r\n"〃","1"\r\n', '"a_code","n"\r\n"","1"\r\n'],
    "4-7": ["no unit"],
    "4-8": ['"a_code","n"\r\n"①","1"\r\n', '"a_code","n"\r\n"ﾄｳｷｮｳ","1"\r\n', '"a_code","n"\r\n"㎡","1"\r\n'],
    "4-9": ["era", "day"],
    "4-10": ["place", "short code"],
    "4-11": ['"a_code","n"\r\n"A","…"\r\n', '"a_code","n"\r\n"A","***"\r\n', '"a_code","n"\r\n"N/A","1"\r\n'],
    "4-12": ["a_code,n\r\nA,1\r\n", '"a_code","n"\r\n"A",1\r\n'],
    "4-13": ['"a_code","n"\r\n"A","1"\r\n"",""\r\n"B","2"\r\n'],
    "4-14": ['"a_code","n"\r\n"A","1"\r\n"a_code","n"\r\n"B","2"\r\n'],
}  # fmt: skip
SPECIAL: dict[str, tuple[str, dict[str, str]]] = {
    "no unit": (GOOD, FIELDS),
    "era": ('"period_code","n"\r\n"令和4年度","1"\r\n', {"period_code": "string", "n": "number"}),
    "day": ('"d","n"\r\n"2022/4/1","1"\r\n', {"d": "date", "n": "number"}),
    "place": ('"municipality_ja","n"\r\n"千代田","1"\r\n', {"municipality_ja": "string", "n": "number"}),
    "short code": ('"全国地方公共団体コード","n"\r\n"13101","1"\r\n', {"全国地方公共団体コード": "string", "n": "number"}),
}


def test_the_good_example_breaks_no_rule_and_every_rule_has_one_that_breaks_it() -> None:
    assert findings(GOOD.encode("utf-8-sig"), FIELDS, key=("a_code",), described={"n": "値(件)"}) == []
    assert set(BROKEN) == set(RULES) and len(RULES) == 16
    assert all(words for words, _ in RULES.values())


@pytest.mark.parametrize(("item", "example"), [(item, e) for item, examples in BROKEN.items() for e in examples])
def test_each_rule_can_be_broken(item: str, example: Any) -> None:
    text, fields = SPECIAL.get(example, (example, FIELDS)) if isinstance(example, str) else (example, FIELDS)
    content = text if isinstance(text, bytes) else text.encode("utf-8-sig")
    described = {"n": "値" if example == "no unit" else "値(件)"}
    found = findings(content, fields, key=("a_code",) if "a_code" in fields else (), described=described)
    assert [f for f in found if f.split(" ")[0] == item], (item, found)
