"""Texts and tables of an indicator's page besides its series: definition, inputs of the status, targets, revisions, other sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from kpis.as_text import markdown
from kpis.figures.scorecard import Scored
from pages.parts import address, cached, prose
from pages.parts.data_table import Texts, arrow_of, texts_of
from pages.parts.registers import plain, table_of, telling
from pages.parts.text import linked, shown_name, t, viewer_words
from pages.parts.when import as_of
from publishers.site import seen
from publishers.site.headed import folded, meanings
from telling import facts, needed
from telling.blocks import Cell, Link
from telling.cards import card_of
from telling.overview import rule_line

REVISIONS_SHOWN = 50
SHOWN = 8  # rows shown; the rest are collapsed


@dataclass(frozen=True, slots=True)
class Facts:
    """Texts and tables of an indicator's page besides its series, cached per revision, moment and language."""

    head: str
    definition: str
    facts: pa.Table
    linked: tuple[tuple[str, str], ...]
    inputs: pa.Table
    inputs_explained: str
    rule: str
    targets: Texts
    revisions: Texts
    revisions_sentence: str
    readings: Texts
    needed: pa.Table | None
    needed_sentence: str


def pairs(pair_list: list[facts.Pair]) -> pa.Table:
    """Return names and values in Markdown as an Arrow table of two columns (``arrow_of``)."""
    return pa.table(
        {t("item"): [name for name, _ in pair_list], t("value"): [prose.in_cell(_as_markdown(value)) for _, value in pair_list]}
    )


def _as_markdown(value: Cell) -> str:
    """Return a value as Markdown: a link as a link, anything else as literal text."""
    return linked(value.words, value.address) if isinstance(value, Link) else markdown(str(plain(value)))


def heading(item: Scored) -> str:
    """Return as HTML: status, value and period, plan, target, previous value and the value of a year earlier."""
    words = viewer_words()
    return str(seen.head(card_of(item, words, as_of=as_of()), words, method=address.path("about") + "#method"))


def gather(item: Scored, units: Sequence[Scored]) -> Facts:
    """Return the texts and tables of an indicator's page.

    Args:
        item: the indicator in its own scope.
        units: its judgements for its own scope and for units, whose revisions are listed.
    """
    words = (("replaced_by_code", "successor"), ("paired_with_code", "pair_link"))
    catalogue, current_telling = cached.moment().indicators, telling()
    row = catalogue[item.entry.definition.code]
    takes = needed.block(item, current_telling.words)
    meant = meanings(current_telling.words, "row")
    revised = facts.revisions(current_telling, units, most=REVISIONS_SHOWN)
    return Facts(
        needed=arrow_of(table_of(takes)) if takes is not None and takes.rows else None,
        needed_sentence=markdown(takes.sentence) if takes is not None else "",
        head=heading(item),
        definition=shown_name(row, "definition"),
        facts=pairs(facts.facts(current_telling, row)),
        linked=tuple(
            (code, f"{t(word)}: {shown_name(catalogue[code]) if code in catalogue else code}")
            for key, word in words
            if (code := getattr(row, key))
        ),
        inputs=pairs(inputs := facts.inputs(current_telling, item)),
        inputs_explained=folded([(name, meant[name]) for name, _ in inputs if name in meant], current_telling.words),
        rule=rule_line(item, current_telling.words),
        targets=texts_of(facts.targets(current_telling, item), current_telling.words, first=SHOWN),
        revisions=texts_of(revised, current_telling.words, first=SHOWN),
        revisions_sentence=markdown(revised.sentence),
        readings=texts_of(facts.readings(current_telling, item), current_telling.words, first=SHOWN),
    )
