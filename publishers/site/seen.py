"""Counts, cards and projects of the overview as HTML, for dashboard and static edition; styled by ``assets/seen.css``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache

from markupsafe import Markup, escape

from charts.svg.sparkline import card_address
from kpis.as_text import shown
from kpis.figures.records import STATUSES, Judgement
from kpis.figures.scorecard import Scored, Tally
from kpis.text import signs_of_scales, status_word
from publishers.site.attention import strip
from publishers.site.block_views import cell
from publishers.site.headed import folded
from publishers.site.labels import (
    PAIR,
    each,
    filled,
    is_nothing,
    is_one_value,
    labels,
    link,
    picked,
    plain_table,
    small,
    with_roles,
)
from publishers.site.lines import lined
from publishers.site.views import mark
from telling.blocks import Block, Number, columns_of
from telling.blocks import Card as HeadlineNumber
from telling.cards import CardRows, Pairs, card_of, notes_of
from telling.latest import Latest
from telling.overview import groups, shown_first, theme_name
from telling.overview_projects import OverviewLine
from telling.quarters import Quarter
from telling.shifts import IndicatorStanding, Shifted
from telling.words import Words

_LONG = re.compile(r"(?:^|>)[^<]*[!-;=?-~]{31}")  # a word without a break opportunity, outside of tags
SENTENCE = 60  # characters; a longer text counts as a sentence
WIDEST = 10  # columns beyond which a table is not printed as one; one less if a column holds sentences
ListOf = Callable[[str, str], str]  # group of a tally and status → address of the counted list
PageOf = Callable[[str], str]  # code → address of its page
PictureOf = Callable[[CardRows], Markup]


def stands(judged: Judgement, words: Words) -> Markup:
    """Return the status of an indicator: its mark, and the notes that qualify it."""
    word, is_old = status_word(judged.status, words.language), judged.standing == "last_known"
    return _stands(judged.status, word, notes_of(judged, words), words, is_old=is_old)


def _stands(status: str, word: str, notes: Sequence[str], words: Words, *, is_old: bool) -> Markup:
    beside = Markup(' <span class="cd-notes">{}</span>').format(words("list_comma").join(notes)) if notes else ""
    return Markup("{}{}").format(mark(status, word, words, is_old=is_old), beside)


def meanings(statuses: Iterable[str], method: str, words: Words) -> Markup:
    """Return the meanings of statuses as a folded list; ``method`` is the address of the rules."""
    known_statuses = [status for status in dict.fromkeys(statuses) if words.has(f"meaning_{status}")]
    rules = Markup('<p><a href="{}">{}</a></p>').format(method, words("meanings_rules"))
    return folded(
        [(status_word(status, words.language), words(f"meaning_{status}")) for status in known_statuses], words, after=rules
    )


def band(counted: Tally, list_of: ListOf, words: Words, *, method: str) -> Markup:
    """Return the counts in three groups: current, without a current figure, and not judged; each count links to its list."""

    def counts(group: str, counts_of: dict[str, int]) -> Markup:
        return _linked_counts(group, counts_of, list_of, words)

    last = dict(counted.last_known)
    without = counted.unreported + sum(last.values())
    before = (
        Markup('<span class="tally-marks"><span class="tally-last">{}</span>{}</span>').format(
            words("band_last"), counts("last_known", last)
        )
        if last
        else Markup("")
    )
    parts = [
        (words("band_now"), counted.judged, counts("current", dict(counted.current))),
        (
            words("band_without"), without,
            counts("unreported", {"unreported": counted.unreported} if counted.unreported else {}) + before,
        ),
        (words("band_unjudged"), sum(counted.unjudged.values()), counts("unjudged", dict(counted.unjudged))),
    ]  # fmt: skip
    lines = ((label, words.number(total), marks) for label, total, marks in parts)
    made = each('<div><p>{} <b>{}</b></p><p class="tally-marks">{}</p></div>', lines)
    statuses = (*counted.current, *(["unreported"] if counted.unreported else []), *last, *counted.unjudged)
    return Markup('<div class="tally">{}</div>{}').format(made, meanings((s for s in STATUSES if s in statuses), method, words))


def tallied(counted: Tally, list_of: ListOf, words: Words) -> Markup:
    """Return the same counts with one line per non-empty group, for one bureau or project among others."""
    lines = (
        (Markup('<span class="tally-last">{}</span>').format(label) if label else "", _linked_counts(group, counts, list_of, words))
        for group, label, counts in groups(counted, words)
    )
    return Markup('<div class="tl">{}</div>').format(each('<p class="tally-marks">{}{}</p>', lines))


def _linked_counts(group: str, counts: Mapping[str, int], list_of: ListOf, words: Words) -> Markup:
    """Return the counts of a group's statuses that are not 0, each as a mark that links to its list."""
    counted = [status for status in STATUSES if counts.get(status)]
    marks = ((list_of(group, s), mark(s, f"{status_word(s, words.language)} {counts[s]}", words)) for s in counted)
    return each('<a href="{}">{}</a>', marks)


def _pairs(pairs: Pairs, name: str) -> Markup:
    rows = each(PAIR, ((label, _unbroken(value)) for label, value in pairs))
    return Markup('<dl class="{}">{}</dl>').format(name, rows)


def _unbroken(value: str) -> Markup | str:
    """Return a value whose period in brackets is kept on one line."""
    number, bracket, period = value.rpartition("(")
    return Markup('{}<span class="of">({}</span>').format(number, period) if bracket else value


@lru_cache(maxsize=1)
def _unit() -> re.Pattern[str]:
    """Return the pattern of the unit after a number at the end of a value, except units that are a single sign."""
    signs = signs_of_scales()
    return re.compile(f"(?<=[\\d{signs}])( ?)([^\\d{signs}%<> ][^\\d{signs}%<>]+)(?=</data>$|$)")


def large(value: str, *, is_text: bool = False) -> Markup:
    """Return a value in large type: the number large, its denominator and verbal unit small; a text unchanged."""
    if is_text:
        return escape(value)
    html = str(escape(value))
    parted, parts = re.subn(
        r" (/ [^<]+)(?=</data>$|$)", r' <span class="un">\1</span>', html
    )  # a line may end at the space on a small phone
    return Markup(f'<span class="vl">{parted}</span>' if parts else _unit().sub(r'\1<span class="un">\2</span>', html))


def within(card: CardRows) -> Markup:
    """Return the picture of a card as inline SVG, since a browser makes a document of each linked SVG file."""
    return Markup(card.picture)


def behind_address(card: CardRows) -> Markup:
    """Return the picture of a card as an image, for pages of Streamlit, which removes SVG from HTML."""
    return Markup('<img class="cp" src="{}" alt="{}">').format(card_address(card.picture), card.alt) if card.picture else Markup("")


def cards(listed: Iterable[CardRows], page_of: PageOf, words: Words, *, picture: PictureOf = within) -> Markup:
    """Return cards side by side, with rows aligned between them."""
    made = Markup("")
    for card in listed:
        name = link(page_of(card.code), card.name)
        rows = (
            Markup('<h3 class="cd-head"><span>{}</span>{}</h3>').format(card.title or card.name, mark(card.status, card.word, words, is_old=card.is_old)),
            Markup('<p class="cd-name">{}</p>').format(name),
            Markup('<p class="cd-value{}"><b>{}</b> <span>{}</span></p>').format(
                " cd-words" if card.is_text else "", large(card.value, is_text=card.is_text), card.period
            ),
            _pairs(card.aims, "cd-aims"), Markup('<div class="cd-picture">{}</div>').format(picture(card)), _pairs(card.before, "cd-before"),
            Markup('<p class="cd-notes">{}</p>').format(words("list_comma").join(card.notes)),
        )  # fmt: skip
        made += Markup('<article class="cd">{}</article>').format(Markup("").join(rows))
    return Markup(shown(Markup('<div class="cds">{}</div>').format(made)))


def theme_cards(every: Sequence[Scored], page_of: PageOf, words: Words, *, as_of: date, picture: PictureOf = within) -> Markup:
    """Return one card per theme, for its first headline indicator; empty if no theme has one."""
    listed = [
        card_of(s, words, as_of=as_of, title=theme_name(s.entry.theme, words), is_narrow=True) for s in shown_first(every).of_themes
    ]
    return cards(listed, page_of, words, picture=picture) if listed else Markup("")


def numbers(listed: Iterable[HeadlineNumber], list_of: Callable[[HeadlineNumber], str], words: Words) -> Markup:
    """Return headline numbers side by side with their meanings; ``list_of`` returns the address of a number's list, or blank."""
    made = Markup("")
    for number in listed:
        there = "" if isinstance(number.value, Number) and not number.value.value else list_of(number)
        link = (
            Markup(' <a href="{}" aria-label="{}: {}">{}</a>').format(there, words("to_list"), number.title, words("to_list"))
            if there
            else ""
        )
        made += Markup('<div><dt>{}</dt><dd class="nm-value">{}</dd><dd>{}{}</dd></div>').format(
            number.title, cell(number.value, words), number.note, link
        )
    return Markup(shown(Markup('<dl class="nm">{}</dl>').format(made)))


def head(card: CardRows, words: Words, *, method: str) -> Markup:
    """Return the head of an indicator's page: mark, value, and one line of reference values."""
    pairs = (*((words("period"), card.period) for _ in [0] if card.period), *card.aims, *card.before)
    rows = each(PAIR, pairs)
    value = Markup('<p class="hd-value{}">{}</p>').format(
        " cd-words" if card.is_text else "", large(card.value, is_text=card.is_text)
    )
    made = Markup('<div class="hd"><p class="hd-mark">{}</p>{}<dl>{}</dl></div>')
    return Markup(
        shown(
            made.format(_stands(card.status, card.word, card.notes, words, is_old=card.is_old), value, rows)
            + meanings([card.status], method, words)
        )
    )


def facts(pairs: Pairs) -> Markup:
    """Return facts side by side, each below its name."""
    rows = each(PAIR, pairs)
    return Markup(shown(Markup('<div class="hd"><dl>{}</dl></div>').format(rows)))


def quarters(listed: Sequence[Quarter], words: Words, *, caption: str) -> Markup:
    """Return the last quarters, side by side or, on a phone, each a line or two; empty if there are none."""
    if not listed:
        return Markup("")
    heads = (words("line_quarter"), words("status"), words("actual"), words("planned"), words("att_gap"))
    rows = []
    for quarter in listed:
        period = Markup(" <small>{}</small>").format(quarter.period) if quarter.period else ""
        gap = Markup("<b>{}</b>").format(quarter.gap) if quarter.is_short else quarter.gap
        actual = Markup("{}{}").format(quarter.actual, period)
        rows.append((quarter.name, mark(quarter.status, quarter.word, words), actual, quarter.planned, gap))
    at = filled(rows)
    named = picked(heads, at)
    template = f'<table class="qt" style="{escape(labels(named))}" aria-label="{{}}"><thead><tr>{{}}</tr></thead><tbody>{{}}</tbody></table>'
    made = plain_table(template, named, [picked(row, at) for row in rows], caption=caption)
    return with_roles(str(shown(made)))


def brief(card: CardRows, words: Words) -> Markup:
    """Return the heading of a chart among others: name, mark with notes, value and period."""
    rows = Markup('<h3 class="bf">{}</h3><p class="bf">{}</p><p class="bf bf-value{}"><b>{}</b> <span>{}</span></p>')
    status = _stands(card.status, card.word, card.notes, words, is_old=card.is_old)
    value = large(card.value, is_text=card.is_text)
    return Markup(shown(rows.format(card.name, status, " cd-words" if card.is_text else "", value, card.period)))


def table(listed: Sequence[CardRows], page_of: PageOf, words: Words, *, caption: str, picture: PictureOf = within) -> Markup:
    """Return cards as table rows, for more of them than fit side by side."""
    heads = ("status", "since_indicator", "value", "target", "previous", "year_earlier", "card_shape")
    rows = []
    for card in listed:
        aims, before = dict(card.aims), dict(card.before)
        cells = (
            mark(card.status, card.word, words, is_old=card.is_old),
            link(page_of(card.code), card.name),
            Markup("<b>{}</b> {}").format(card.value, small(card.period)),
            aims.get(words("target"), ""), before.get(words("previous"), ""), before.get(words("year_earlier"), ""), picture(card),
        )  # fmt: skip
        rows.append(cells)
    return _table("indicators", tuple(words(head) for head in heads), rows, caption=caption, numbers=(2, 3, 4, 5))


def compared(listed: Sequence[CardRows], page_of: PageOf, words: Words, *, caption: str) -> Markup:
    """Return a table of indicators with plan, previous period and previous year, one row each."""
    heads = ("status", "since_indicator", "value", "planned", "previous", "year_earlier")
    rows = []
    for card in listed:
        before, plan = dict(card.before), dict(card.aims).get(words("planned"), "")
        rows.append(
            (
                _stands(card.status, card.word, card.notes, words, is_old=card.is_old),
                link(page_of(card.code), card.name),
                Markup("<b>{}</b> {}").format(card.value, small(card.period)),
                Markup("{} {}").format(plan, small(card.gap)) if card.gap else plan,
                before.get(words("previous"), ""), before.get(words("year_earlier"), ""),
            )
        )  # fmt: skip
    return _table("indicators", tuple(words(head) for head in heads), rows, caption=caption, numbers=(2, 3, 4, 5))


def since(listed: Sequence[Shifted], page_of: PageOf, words: Words, *, caption: str) -> Markup:
    """Return a table of indicators with a changed status: reason, earlier and present status."""

    def stood(at: IndicatorStanding) -> Markup:
        return Markup("{} {}").format(mark(at.status, at.word, words), at.value)

    rows = [(link(page_of(shift.code), shift.name), shift.why, stood(shift.before), stood(shift.after)) for shift in listed]
    heads = tuple(words(head) for head in ("since_indicator", "since_reason", "since_before", "since_after"))
    return _table("since", heads, rows, caption=caption, numbers=())


def latest(listed: Iterable[Latest], page_of: PageOf, words: Words) -> Markup:
    """Return the latest changes as a list: indicator, old and new value, status of a new figure, date, kind of change, reason."""
    made = Markup("")
    for change in listed:
        before = Markup("{} → ").format(cell(change.before, words)) if change.before else ""
        made += Markup('<li><a href="{}">{}</a> {}<b>{}</b> {} <small>{} {}{}</small></li>').format(
            page_of(change.scored.entry.definition.code), change.name, before, cell(change.after, words),
            stands(change.scored.judgement, words) if change.is_new else "", change.day, change.kind, change.why,
        )  # fmt: skip
    return lined(str(shown(Markup('<ul class="la">{}</ul>').format(made))))


def turned(listed: Iterable[tuple[str, tuple[str, str], str]], words: Words) -> Markup:
    """Return a list of changed statuses: name, both statuses, and the sentence of the new judgement."""
    made = Markup("")
    for name, statuses, sentence in listed:
        marks = Markup(" → ").join(mark(s, status_word(s, words.language), words) for s in statuses)
        made += Markup("<li>{} {} <small>{}</small></li>").format(name, marks, sentence)
    return lined(str(shown(Markup('<ul class="la">{}</ul>').format(made))))


def projects(listed: Sequence[OverviewLine], page_of: PageOf, words: Words, *, caption: str) -> Markup:
    """Return a table of projects: mark, name, strip, since when, indicators that are well, milestones, next milestone."""
    heads = (
        "status", "project", "att_strip_heading", "op_off_since", "op_good", "op_done", "op_late", "op_unseen", "op_next", "op_due",
    )  # fmt: skip

    def count(number: int, *, is_bad: bool = False) -> Markup:
        return Markup("<b>{}</b>" if is_bad and number else "{}").format(words.number(number) if number else "·")

    rows = [
        (
            mark(line.status, line.word, words), link(page_of(line.code), line.name) + (small(line.about) if line.about else ""),
            strip(line.strip), line.since or "—",
            f"{words.number(line.good)} / {words.number(line.judged)}" if line.judged else "—", count(line.done), count(line.late, is_bad=True),
            count(line.unseen), line.next_name or "—",
            Markup('<b class="late">{}</b>').format(line.next_day) if line.is_overdue else line.next_day or "—",
        )
        for line in listed
    ]  # fmt: skip
    return _table(
        "projects", tuple(words(head) for head in heads), rows, caption=caption, numbers=(4, 5, 6, 7), is_one_of_several=True
    )


def listing(block: Block, words: Words) -> Markup:
    """Return the table of a block, for long texts."""
    return listed_in_parts(block, words, first=len(block.rows))[0]


def listed_in_parts(block: Block, words: Words, *, first: int) -> tuple[Markup, Markup]:
    """Return the first rows of a block as a table, and the others as a second one with the same columns."""
    every = [[cell(value, words) for value in row] for row in block.rows]
    at = filled(every)
    rows, columns = [picked(row, at) for row in every], picked(columns_of(block), at)
    numbers = [place for place, column in enumerate(columns) if column.is_number]
    heads = [column.heading for column in columns]

    def part(some: Sequence[Sequence[object]]) -> Markup:
        return _table(
            block.key.replace("_", "-"), heads, some, caption=block.title or block.sentence, numbers=numbers, is_one_of_several=True
        )

    return part(rows[:first]), part(rows[first:]) if rows[first:] else Markup("")


def _table(
    name: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    caption: str,
    numbers: Sequence[int],
    is_one_of_several: bool = False,
) -> Markup:
    """Return a table, on phones blocks of label and value, without empty columns.

    Args:
        numbers: indices of numeric columns.
        is_one_of_several: it follows others of its kind, with the same columns.
    """
    if rows and not is_one_of_several:
        at = filled(rows)
        heads, rows, numbers = picked(heads, at), [picked(row, at) for row in rows], [at.index(n) for n in numbers if n in at]

    def kind(place: int, cell: object = "") -> Markup:
        names = [
            *(["n"] if place in numbers else []),
            *(["none"] if is_nothing(cell) else []),
            *(["long"] if _LONG.search(str(cell)) else []),  # the only column whose words may be broken
            *(["nw"] if is_one_value(cell) else []),
        ]  # hidden on a phone if empty
        return Markup(' class="{}"').format(" ".join(names)) if names else Markup("")

    texts = {
        at for at, cells in enumerate(zip(*rows, strict=True)) if any(len(Markup(cell).striptags()) > SENTENCE for cell in cells)
    }
    # On paper a column of sentences gets more of the width.
    kinds = [
        Markup(' class="{}"').format(" ".join(names)) if (names := ["txt"] * (at in texts) + ["n"] * (at in numbers)) else ""
        for at in range(len(heads))
    ]
    top = each('<th scope="col"{}>{}</th>', zip(kinds, heads, strict=True))
    lines = (((kind(at, cell), heads[at], cell) for at, cell in enumerate(row)) for row in rows)
    body = each("<tr>{}</tr>", ((each('<td{} data-label="{}">{}</td>', line),) for line in lines))
    titled = Markup('<caption class="vh">{}</caption>').format(caption) if caption else ""
    is_lines = name != "projects" and len(heads) >= (WIDEST - 1 if texts else WIDEST)
    made = Markup('<table class="tb tb-{}{}">{}<thead><tr>{}</tr></thead><tbody>{}</tbody></table>')
    return lined(with_roles(str(shown(made.format(name, " tb-lines" if is_lines else "", titled, top, body)))))
