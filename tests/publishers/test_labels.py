"""The labels before the values of a table on a phone."""

from __future__ import annotations

from publishers.site.labels import labels


def test_each_column_has_its_heading_by_number() -> None:
    assert labels(["指標", "Value"]) == '--c1:"指標";--c2:"Value"'


def test_no_heading_ends_its_string_or_begins_another_rule() -> None:
    told = labels(['a"};b{\\', "c\nd"])
    assert told == '--c1:"a\\22 };b{\\5c ";--c2:"c\\a d"'
