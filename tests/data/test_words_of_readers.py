"""What a reader is told names no column: neither a text of the pages nor the method as a page shows it."""

from __future__ import annotations

import re

import pytest
from babel.messages.pofile import read_po
from sqlmodel import SQLModel

from kpis.figures.records import STATUSES
from kpis.settings import ROOT
from kpis.store import tables
from kpis.text import status_word
from publishers.site import seen
from telling.method import method, names, sections
from telling.words import Words

pytestmark = pytest.mark.unit

# Subjects of those who keep lists or call commands and the API: they are told the columns of their files.
OF_FILES = {"api", "asking", "commands", "faults", "files", "guide", "loading", "machine"}
COLUMNS = {column.name for table in SQLModel.metadata.tables.values() for column in table.c if "_" in column.name} | {
    "as_of",
    "known_at",
}
WORD = re.compile(r"[a-z]+(?:_[a-z]+)+")


def test_no_text_of_a_page_names_a_column() -> None:
    assert tables.Observation.__tablename__ in SQLModel.metadata.tables and "set_order" in COLUMNS
    wrong = []
    for path in sorted((ROOT / "data" / "text").glob("*/*.po")):
        if path.stem in OF_FILES:
            continue
        with path.open("rb") as file:
            for message in read_po(file):
                told = re.sub(r"\{[^{}]*\}", "", str(message.string))  # a blank is filled in
                if message.id and (named := set(WORD.findall(told)) & COLUMNS):
                    wrong.append((f"{path.parent.name}/{path.name}", message.id, named))
    assert wrong == []


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_method_is_told_in_words_and_its_fields_are_listed_once_for_machines(language: str) -> None:
    words = Words(language)
    for section in sections(words):
        assert not re.findall(r"`|[a-z]+_[a-z_]+", section.text), section.heading
        assert [rule.number for rule in section.rules] and all(rule.name and "`" not in rule.text for rule in section.rules)
        if language == "ja":
            assert not re.findall(
                r"(?<![A-Za-z/])(?:ratio|stock|ceiling|reduction|completion|level|qualitative|direction|vintage)\b", section.text
            )
    listed = dict(names(words))
    in_document = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", method(words)))
    statuses = {name for name in in_document if words.has(f"status_{name}")}
    assert in_document - statuses <= set(listed.values()), "each field that the document names has words (data/text/*/method.po)"
    assert len(listed) == len(names(words)), "one word, one meaning"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_status_says_what_it_means_where_it_is_pointed_at_and_where_it_is_opened(language: str) -> None:
    words = Words(language)
    for status in (*STATUSES, "no_current"):
        said = words(f"meaning_{status}")
        assert said and f'title="{said}"' in seen.mark(status, status_word(status, language), words)
    told = seen.meanings(["missed", "missed", "behind"], "/about#method", words)
    assert told.count("<dt>") == 2 and "<details" in told and "<summary>" in told and 'href="/about#method"' in told
