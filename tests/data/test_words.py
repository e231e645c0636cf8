"""The words of the pages: one place for each, every language, the same blanks to fill in, and none that no page uses."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from kpis import errors, languages
from kpis.figures.facilities import STATUSES as CASHLESS
from kpis.figures.registers import STATUSES as DIGITAL
from kpis.languages import CatalogueRefused, codes, filled, language
from kpis.registers import TOLD_BY_RECORD
from kpis.settings import ROOT, settings
from tests.command import command
from tests.rooms import FRAME, LEVELS
from tests.test_city import OF_TOKYO

CODE = "\n".join(
    path.read_text(encoding="utf-8")
    for path in [*(each for room in LEVELS for each in sorted((ROOT / room).rglob("*"))), *(ROOT / f"{name}.py" for name in FRAME)]
    if path.suffix in (".py", ".html", ".xml", ".txt", ".js")
)
JA, EN = (language(code).words for code in ("ja", "en"))
OTHERS = [code for code in codes() if code != "ja"]
# Each language writes numbers, days and periods with the parts that it needs.
FREE = {"large_numbers", *(key for key in JA if re.fullmatch("period_(calendar_year|year|quarter)(_short|_brief)?", key))}


def blanks(text: str) -> set[str]:
    """Return the names of the values that a text leaves to be filled in."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("code", codes())
@pytest.mark.parametrize(("prefix", "listed"), [("cashless", CASHLESS), ("digital", DIGITAL)])
def test_states_that_are_columns_side_by_side_have_words_of_their_own(code: str, prefix: str, listed: tuple[str, ...]) -> None:
    said = [languages.say(f"{prefix}_{state}", code) for state in listed]
    assert len({*said}) == len(said), said  # a table with two columns of one name is refused, and with it its page


def test_english_lacks_no_text() -> None:
    assert len(JA) > 1000
    assert languages.missing("en") == {}


@pytest.mark.parametrize("code", OTHERS)
def test_a_language_has_no_text_that_japanese_lacks_and_the_same_blanks(code: str) -> None:
    words = language(code).words
    assert sorted(words.keys() - JA.keys()) == []
    assert {key: text for key, text in words.items() if key not in FREE and blanks(text) != blanks(JA[key])} == {}


@pytest.mark.parametrize("code", codes())
def test_a_word_has_as_many_forms_as_its_language(code: str) -> None:
    forms = {
        key: spec.count("|") + 1
        for key, text in language(code).words.items()
        for _, _, spec, _ in string.Formatter().parse(text)
        if spec and "|" in spec
    }
    assert {key: count for key, count in forms.items() if count != language(code).forms} == {}


@pytest.mark.parametrize("code", codes())
def test_the_catalogues_of_a_language_agree_on_it_and_its_plural(code: str) -> None:
    heads = {
        (str(head.get("Language")), str(head.get("Plural-Forms")))
        for path in (settings().text_dir / code).glob("*.po")
        for head in [dict(languages.read_catalogue(path).mime_headers)]
    }
    assert len(heads) == 1 and heads.pop()[0].replace("_", "-") == code


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for the Japanese catalogues of another set of texts."""
    monkeypatch.setenv("TEXT_DIR", str(tmp_path))
    settings.cache_clear()
    (tmp_path / "ja").mkdir()
    yield tmp_path / "ja"
    settings.cache_clear()


def test_a_key_that_stands_twice_is_refused_with_its_place(folder: Path) -> None:
    (folder / "language.po").write_text('msgid "language_name"\nmsgstr "日本語"\n', encoding="utf-8")
    (folder / "one.po").write_text('msgid "a"\nmsgstr "A"\n\nmsgid "b"\nmsgstr "B"\n\nmsgid "a"\nmsgstr "C"\n', encoding="utf-8")
    with pytest.raises(CatalogueRefused, match=r"one\.po:7: .*'a'"):
        language("ja")
    (folder / "one.po").write_text('msgid "a"\nmsgstr "A"\n', encoding="utf-8")
    (folder / "two.po").write_text('\nmsgid "a"\nmsgstr "A"\n', encoding="utf-8")
    with pytest.raises(CatalogueRefused, match=r"two\.po:2: .*'a' stands in one\.po too"):
        language("ja")
    (folder / "two.po").write_text('msgid "b"\nmsgstr B\n', encoding="utf-8")
    (folder / "three.po").write_text('msgid "c"\nnonsense\n', encoding="utf-8")
    with pytest.raises(CatalogueRefused, match=r"three\.po:2: "):
        language("ja")


def test_the_command_lists_what_a_language_lacks(tmp_path: Path) -> None:
    assert "0 not translated" in command("untranslated", "en").stderr
    listed = command("untranslated", "eo")
    assert f"{len(JA)} not translated" in listed.stderr
    (tmp_path / "all.po").write_text(listed.stdout, encoding="utf-8")
    read = {str(m.id): m.auto_comments for m in languages.read_catalogue(tmp_path / "all.po") if m.id}
    assert read.keys() == JA.keys()
    japanese, english = languages.as_written("ja"), languages.as_written("en")
    lines = {k: {line.strip() for text in (japanese[k], english[k]) for line in text.splitlines()} - {""} for k in read}
    assert {k for k, above in read.items() if lines[k] - {line.strip() for line in above}} == set(), "both languages stand above it"


def test_every_key_that_the_code_asks_for_exists() -> None:
    by = "|".join(["t", "words", "say", "localised", "Message", *(name for name in vars(errors) if name[0].isupper())])
    asked = {key for key in re.findall(rf"\b(?:{by})\(\s*[\"'](\w+)[\"']", CODE) if not key.endswith("_")}
    assert len(asked) > 400
    assert sorted(asked - JA.keys()) == []


def test_no_text_is_left_that_nothing_asks_for() -> None:
    """A key may be put together, as ``t("kind_" + kind)``: then its first part stands in the code."""
    starts = set(re.findall(r"[\"'](\w+_|stage )(?:\"|'|\{)", CODE))
    starts |= {f"{register.kind}_" for register in TOLD_BY_RECORD.values()}  # its statuses
    asked = set(re.findall(r"(?=[\"']([\w ]+)[\"'])", CODE))
    unused = [k for k in JA if k not in asked and not k.startswith(tuple(starts))]
    assert unused == []


NOUNS = sorted({many.split()[0] for text in EN.values() for _, many in re.findall(r"\{\w+:([^|{}]*)\|([^{}]*)\}", text)})


@pytest.mark.parametrize(
    ("count", "word"), [(1, "project"), ("1", "project"), (0, "projects"), (2, "projects"), ("1,000", "projects"), (21, "projects")]
)
def test_a_count_chooses_its_word(count: object, word: str) -> None:
    assert filled("{n} core {n:project|projects} ({name})", {"n": count, "name": "|"}, "en") == f"{count} core {word} (|)"
    assert filled("{n:>3}", {"n": 1}) == "  1"


def test_no_english_count_stands_before_a_plural_that_cannot_be_one() -> None:
    """A count that may be 1 names both words: ``{count} {count:project|projects}``."""
    assert len(NOUNS) > 20 and {"projects", "indicators", "milestones"} <= set(NOUNS)
    nouns = "|".join(n for n in NOUNS if n.endswith("s") and n not in ("is", "has", "does"))
    found = {key: m[0] for key, text in EN.items() if (m := re.search(rf"\{{\w+\}}(?: core| open| of the)? (?:{nouns})\b", text))}
    assert found == {}


# All rooms and the frame speak by key alone; what a field means is declared where the field is (``Said``, ``Translated``).
SPEAK_BY_KEY = (*LEVELS, *(f"{name}.py" for name in FRAME))
DECLARATIONS = ("Said", "PrecisionOf", "Translated")
READ_OR_WRITTEN_IN_FILES = {
    "kpis/as_text.py": {" ,;:(、"},  # what a text that is cut short does not end with
    "kpis/periods.py": {"令和", "平成", "元"},  # years of an era, which Babel does not write
    "kpis/store/tables/registers.py": {"ほか", "・;、", ";；、"},  # how places and channels are written
    "charts/style.py": {"游ゴシック"},  # the font of workbooks
    "kpis/figures/plausible.py": {"ポイント", "円"},  # units of the catalogue
    "telling/method.py": {r" ?\((?:`[^`]+`(?:, |、)?)+\)|[*`]", ":。. ", r"[。:=]|\. "},  # how docs/method.md is written
    "loaders/files/layouts.py": {"ー"},  # a dash for nothing
    "loaders/workbook/layout.py": {"「", "」"},  # round a Japanese word, as it stands in the sheet
    "loaders/workbook/template.py": {'yyyy"年"m"月"d"日"', "「", "」 "},  # a number format, quotes of the Japanese column
    "kpis/voices/words.py": {
        "[‐‑‒–—―−ー－]",
        r"[丁番]目?\s?\d+|\d+\s?(?:丁目|番地)|\d+-\d+-\d+",
    },  # how houses and telephones are written
    "pages/parts/prose.py": {"(?<=の)[一-鿿]{2}(?=[、。])"},  # two signs at the end of a title's line
    "pages/parts/recorded.py": {r"(?P<ja>[^;/]*[ぁ-\u9fff][^;/]*) / (?P<en>[ -~]+?)(?=;|$)"},  # a text in both languages
    "publishers/site/labels.py": {r"[ァ-ー]{3}|[A-Za-z]{6}"},  # a word, as no date or count has
    "publishers/site/search.py": {"鿿"},  # the last of the characters
    "publishers/site/share.py": {"/System/Library/Fonts/ヒラギノ角ゴシック W6.ttc"},
}
AS_WRITTEN_ELSEWHERE = {
    "kpis/figures/folding.py",  # how Japanese is typed: kana, dashes, okurigana
    "kpis/line_breaks.py", "publishers/site/lines.py", "publishers/site/foreign.py",  # where its lines end, and by what signs it is told
    "loaders/files/cells.py", "loaders/files/formats.py",  # the forms of numbers and days that are read
    "publishers/opendata/municipal_standard.py",  # the columns of a standard
}  # fmt: skip
JAPANESE = re.compile("[ぁ-ゖァ-ヺー一-鿿、。「」]")  # also the signs that a list or a sentence is written with


def texts_of(source: str) -> set[str]:
    """Return the Japanese texts of a source besides its docstrings and what its fields are declared to mean."""
    tree = ast.parse(source)
    declared = (n for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id in DECLARATIONS)
    meanings = {id(part) for call in declared for part in call.args}
    told = (n for n in ast.walk(tree) if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant))
    besides = meanings | {id(n.value) for n in told}
    found = (n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in besides)
    return {str(n.value) for n in found if JAPANESE.search(str(n.value))}


def test_no_word_of_the_first_government_stands_in_the_program() -> None:
    """Neither in code, comments and texts, nor in the words of the search: what is Tokyo's is in its catalogue and its figures."""
    folders = [*LEVELS, "data/text", "data/layouts", "data/search", "deploy"]
    files = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix not in (".pyc", ".png")]
    files += [ROOT / "data" / "fields.toml", *(ROOT / f"{name}.py" for name in FRAME)]
    words = re.compile(rf"{OF_TOKYO.pattern}|都営|都電|都税|都議会|豊洲|築地|警視庁|metro\.tokyo")
    is_general = {"ペーパーレス", "タッチレス"}  # paperless and contactless are words of any office
    said = {
        path.relative_to(ROOT).as_posix(): {
            *words.findall(path.read_text(encoding="utf-8").replace("Asia/Tokyo", ""))
        }  # the time of all Japan
        for path in files
        if path.is_file()
    }
    assert len(said) > 500
    assert {name: left for name, each in said.items() if (left := each - is_general)} == {}
    assert words.search((ROOT / "data" / "catalogue" / "same_words.csv").read_text(encoding="utf-8"))


def test_no_japanese_stands_in_code() -> None:
    paths = [p for room in SPEAK_BY_KEY for p in ([ROOT / room] if room.endswith(".py") else (ROOT / room).rglob("*.py"))]
    assert len(paths) > 200
    names = {path: path.relative_to(ROOT).as_posix() for path in paths}
    told = {name: texts_of(path.read_text(encoding="utf-8")) for path, name in names.items() if name not in AS_WRITTEN_ELSEWHERE}
    assert {name: texts for name, texts in told.items() if texts} == READ_OR_WRITTEN_IN_FILES, "nor is one allowed that is gone"


def test_a_planted_text_is_found() -> None:
    source = 'N: Annotated[str, Said("名称", "name")]\n\ndef f(n):\n    """説明"""\n    return f"{n}件", Named("名"), "en"  # 注\n'
    assert texts_of(source) == {"件", "名"}


def test_easy_japanese_takes_in_the_end_of_a_range_where_japanese_does() -> None:
    easy = {key: text for key, text in language("ja-Hira").words.items() if re.search("より(?:多|少|前)", text)}
    assert easy
    taken_in = {key for key in easy if re.search("以[上下内前]", JA[key])}
    assert taken_in == set(), taken_in
