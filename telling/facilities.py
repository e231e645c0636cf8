"""Blocks of the register of facilities: cards, places, payment methods, time, remaining cash-only facilities, map and list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from charts.shapes import Counts, Shares, Steps, Tile, Tiles
from charts.style import FULL, MANY, NONE, SOME
from kpis.figures.facilities import (
    CASHLESS,
    ENDED,
    METHODS,
    STATUSES,
    Facility,
    after_plan,
    by,
    by_place,
    by_status,
    cash_only,
    counted,
    methods,
    taking,
)
from kpis.figures.facilities import over_time as days_of
from kpis.figures.scorecard import Scored, figure_text
from kpis.government import government
from kpis.text import format_date, texts_of
from telling.blocks import Block, Card, Cell, Flat, Number, Telling, ended_line, in_both, taken_from
from telling.words import Words

FIELDS = ("bureau", "kind")


def title(telling: Telling, facilities: Sequence[Facility], headline: str) -> str:
    """Return how many facilities accept cashless payment, as published and by the register; ``headline`` may be blank."""
    single = counted(facilities)
    w = telling.words
    statuses, taken = by_status(single), len(taking(facilities))
    values = {"total": w.number(len(single)), "done": w.number(statuses["introduced"])}
    sentence = w("fac_title", value=headline, **values) if headline else w("fac_title_list", **values)
    return sentence + (w("fac_title_taking", taking=w.number(taken)) if statuses["class_level_only"] else "")


def cards(telling: Telling, facilities: Sequence[Facility], rollout: Scored | None) -> list[Card]:
    """Return the headline numbers: published ones, and those of the register."""
    w, single = telling.words, counted(facilities)
    statuses, ways, cash = by_status(single), methods(facilities), cash_only(facilities)
    figure = rollout.judgement.figure if rollout else None
    if rollout is not None and figure is not None:
        shown = Number(figure.value, figure_text(rollout.entry.definition, figure, w.language))
        first = Card(w("fac_card_published"), shown, format_date(figure.period.end, w.language))
    else:
        first = Card(w("fac_card_published"), "―", w("fac_no_published"))
    listed = w(
        "fac_card_list_note", klass=statuses["class_level_only"], announced=statuses["announced"],
        cash=statuses["not_cashless"], unknown=statuses["unknown"],
    )  # fmt: skip
    no_plan, classes = sum(f.planned is None for f in cash), sum(f.is_class for f in cash)
    cash_note = (w("fac_card_cash_classes", classes=classes) if classes else "") + w("fac_card_cash_note", noplan=no_plan)
    return [
        first,
        Card(w("fac_card_list"), Number(statuses["introduced"], f"{statuses['introduced']} / {len(single)}"), listed, (("show", "introduced"),)),
        Card(
            w("fac_card_three"), Number(ways["standard"], f"{ways['standard']} / {len(taking(facilities))}"),
            w("fac_card_three_note") + (w("fac_card_unstated", unstated=ways["unstated"]) if ways["unstated"] else ""), (("show", "standard"),),
        ),
        Card(w("fac_card_cash"), len(cash), cash_note, (("show", "cash"),)),
    ]  # fmt: skip


SHOWN = ("introduced", "standard", "cash")  # the lists behind headline numbers and bureaus' counts


def chosen(telling: Telling, facilities: Sequence[Facility], *, show: str = "", bureau: str = "") -> list[Facility]:
    """Return the facilities behind a count, filtered by bureau and selection.

    Args:
        telling: the organisation of bureaus.
        show: one of ``SHOWN``; blank: all.
    """
    own = [f for f in facilities if not bureau or telling.home(f.bureau) == bureau]
    if show == "cash":
        return cash_only(own)
    if show == "standard":
        return [f for f in taking(own) if f.has_standard]
    return [f for f in counted(own) if f.status == "introduced"] if show else own


def kind_word(telling: Telling, kind: str) -> str:
    """Return the word for a kind of facility; its code if there is none."""
    return telling.words(f"facility_{kind}") if telling.words.has(f"facility_{kind}") else kind


def _words(telling: Telling) -> tuple[tuple[str, str], ...]:
    return tuple((s, telling.words(f"cashless_{s}")) for s in STATUSES)


def _counted(telling: Telling, field: str, code: str, names: dict[str, str], counts: dict[str, int]) -> Flat:
    return {
        "organisation": telling.view, "dimension": field, "value_code": code or "not_stated", **names, "facilities_count": sum(counts.values()),
        **{f"{s}_count": counts[s] for s in STATUSES},
    }  # fmt: skip


def where(telling: Telling, facilities: Sequence[Facility], field: str) -> Block:
    """Compare bureaus or kinds of facility by status."""
    w, single = telling.words, counted(facilities)
    is_bureau = field == "bureau"
    counts = by(single, field, order=list(telling.bureaus) if is_bureau else (), home=telling.home if is_bureau else None)
    words = {v: telling.bureau_with_end(v) if is_bureau else kind_word(telling, v) for v in counts}
    name = w("reg_by_bureau") if is_bureau else w("fac_kind")
    heads = (name, w("fac_total"), *(word for _, word in _words(telling)))
    rows: tuple[tuple[Cell, ...], ...] = tuple((words[v], sum(c.values()), *(c[s] for s in STATUSES)) for v, c in counts.items())
    flat = tuple(_counted(telling, field, v, _names(telling, field, v), c) for v, c in counts.items())
    empty = Block(key=f"facilities_by_{field}", columns=heads, rows=rows, flat=flat, file="facility_breakdowns")
    if not counts:
        return replace(empty, why_empty=w("fac_empty"))
    largest = max(counts, key=lambda v: (bool(v), sum(counts[v].values())))  # "not stated" is no bureau
    own, unstated = counts[largest], sum(counts.get("", {}).values())
    sentence = w(
        f"fac_by_{field}_sentence",
        largest=words[largest],
        n=sum(own.values()),
        done=own["introduced"],
        klass=own["class_level_only"],
    ) + (w("fac_by_unstated", unstated=unstated) if unstated and largest else "")
    shape = Shares(tuple((words[v], c, "") for v, c in counts.items()), _words(telling), w("unit_facility"))
    return _taken(replace(empty, sentence=sentence, shape=shape), telling, facilities, w("ed_compare", dimension=name))


def _taken(block: Block, telling: Telling, facilities: Sequence[Facility], heading: str = "") -> Block:
    return taken_from(block, telling, "facilities", [f.source_code for f in facilities], heading=heading)


def _names(telling: Telling, field: str, value: str) -> dict[str, str]:
    if field == "bureau":
        row = telling.bureaus.get(value)
        return texts_of(row, "name") if row else in_both("reg_no_bureau")
    key = f"facility_{value}"
    return in_both(key) if telling.words.has(key) else {"name_ja": value, "name_en": value}


def ways_of_paying(telling: Telling, facilities: Sequence[Facility]) -> Block:
    """Count the payment methods accepted by facilities that take cashless payment."""
    w, total = telling.words, len(taking(facilities))
    ways = methods(facilities)
    bars = tuple((w(f"method_{m}"), ways[m]) for m in (*METHODS, "standard", "unstated"))
    stated = ways["unstated"] < total
    block = Block(
        key="facility_methods", title=w("fac_methods"),
        sentence=w("fac_methods_sentence", total=total, **ways) if stated else "",
        columns=(w("col_method"), w("fac_total")), rows=bars,
        flat=tuple({"payment_group": m, **in_both(f"method_{m}"), "facilities_count": n} for m, n in ways.items()),
        shape=Counts(bars, w("unit_facility"), total) if stated else None, why_empty=w("fac_methods_why"),
        file="facility_methods",
    )  # fmt: skip
    return _taken(block, telling, facilities)


def over_time(telling: Telling, facilities: Sequence[Facility]) -> Block:
    """Return the number of facilities by date of introduction of cashless payment, actual and planned."""
    w, single = telling.words, counted(facilities)
    days = days_of(facilities)
    done = [f for f in single if f.status in CASHLESS]
    dated, planned = sum(f.since is not None for f in done), sum(f.planned is not None for f in single)
    heads = (w("col_day"), w("fac_done_word"), w("fac_plan_word"))
    rows = tuple((format_date(d, w.language), a, b) for d, a, b in days)
    flat: tuple[Flat, ...] = tuple({"day": d, "introduced_so_far_count": a, "planned_so_far_count": b} for d, a, b in days)
    empty = Block(key="facilities_over_time", title=w("fac_time"), columns=heads, rows=rows, flat=flat, file="facilities_over_time")
    if not days:
        return replace(empty, why_empty=w("fac_time_why"))
    lines = [(w("fac_done_word"), tuple((d, float(a)) for d, a, _ in days), False)]
    if planned:
        lines.append((w("fac_plan_word"), tuple((d, float(b)) for d, _, b in days), True))
    sentence, undated = w("fac_time_sentence", done=dated), len(done) - dated
    if planned:
        later, waiting = after_plan(facilities, as_of=telling.as_of)
        sentence += w("fac_time_all_later" if later == planned else "fac_time_planned", planned=planned)
        sentence += w("fac_time_later", later=later) if 0 < later < planned else ""
        sentence += w("fac_time_waiting", waiting=waiting) if waiting else ""
    sentence += (w("fac_time_undated", undated=undated) if undated else "") + w("fac_time_apart")
    block = replace(empty, sentence=sentence, shape=Steps(tuple(lines), w("unit_facility"), w.language))
    return _taken(block, telling, facilities)


def cash_places(telling: Telling, facilities: Sequence[Facility]) -> Block:
    """List the facilities that are still cash only, and until when."""
    w, cash_only_places = telling.words, cash_only(facilities)
    sentence = w("fac_cash_sentence", n=len(cash_only_places)) if cash_only_places else w("fac_cash_none")
    return _list(telling, cash_only_places, key="cash_only", title=w("fac_cash"), sentence=sentence, until=True)


def whole_list(telling: Telling, facilities: Sequence[Facility]) -> Block:
    """List every row, including aggregate rows for classes of facilities."""
    sentence = telling.words("fac_list_sentence", total=len(facilities), classes=sum(f.is_class for f in facilities))
    if gone := sum(f.status == ENDED for f in facilities):
        sentence += telling.words("list_ended", count=telling.words.number(gone))
    return _list(telling, facilities, key="facilities", sentence=sentence)


def _list(
    telling: Telling, facilities: Sequence[Facility], *, key: str, sentence: str, title: str = "", until: bool = False
) -> Block:
    w = telling.words
    with_ends = any(f.ended or f.status == ENDED for f in facilities)
    names = {f.code: f.name for f in facilities}
    # The end date comes first: on a phone, columns further right are out of sight.
    heads = [w("col_facility"), *([w("col_until")] if until else []), w("reg_by_bureau"), w("col_kind")]
    if not until:
        heads += [w(k) for k in ("col_status", "col_method", "col_since", "col_due", "col_place", "col_class")]
        heads += [w("col_ended")] * with_ends
    with_notes = any(f.note_ja or f.note_en for f in facilities)  # an edition holds no internal notes
    heads += [w("col_note")] * with_notes + [w("source")]
    rows = []
    for f in facilities:
        row: list[Cell] = [f.name, *([telling.day(f.planned, f.planned_precision) or w("not_set")] if until else [])]
        row += [telling.bureau_with_end(f.bureau) if f.bureau else "", kind_word(telling, f.kind)]
        if not until:
            row += [
                w(f"cashless_{f.status}"), w("list_comma").join(w(f"method_{m}") for m in f.methods),
                telling.day(f.since, f.since_precision), telling.day(f.planned, f.planned_precision),
                w("list_comma").join(place_names(w, f)), w("answer_yes") if f.is_class else "",
            ]  # fmt: skip
            gone = ended_line(telling, f.ended_reason, f.ended, f.ended_precision, names.get(f.successor, f.successor))
            row += [gone] * with_ends
        row += [w.named(f, "note") or f.note_en] * with_notes
        rows.append((*row, telling.source(f.source_code)))
    return Block(
        key=key, title=title, sentence=sentence, columns=tuple(heads), rows=tuple(rows), flat=tuple(_flat(f) for f in facilities),
        is_table_open=True, file="facilities",
    )  # fmt: skip


def place_names(words: Words, facility: Facility) -> list[str]:
    """Return the municipalities of a facility in the language shown, as the map has them; one that the map lacks as it is stored."""
    shown = {place.name_ja: words.named(place) for place in government().places}
    return [shown.get(name, name) for name in facility.places]


def _flat(f: Facility) -> Flat:
    return {
        "facility_code": f.code, "name_ja": f.name, "kind": f.kind, "is_class": f.is_class, "bureau_code": f.bureau,
        "municipality_ja": ";".join(f.places), "payment_methods": ";".join(f.methods), "cashless_status": f.status,
        "cashless_since": f.since, "planned_for": f.planned, "ended_on": f.ended, "ended_reason": f.ended_reason,
        "successor_code": f.successor, "is_sample": f.is_sample, "source_code": f.source_code,
    }  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    """A municipality with its counts; ``name`` is its name in the language shown."""

    name: str
    code: str
    name_ja: str
    name_en: str
    counts: dict[str, int]


def tiles(telling: Telling, facilities: Sequence[Facility]) -> Block:
    """Return the places on the government's tile map, with a list of the same numbers."""
    w = telling.words
    counts, layout = by_place(counted(facilities)), government().places
    on_map = {place.name_ja for place in layout}
    tiles_drawn: list[Tile] = []
    listed: list[_Place] = []
    for place in layout:
        own = counts.get(place.name_ja, dict.fromkeys(STATUSES, 0))
        name = w.named(place)
        short = name[:-1] if _is_japanese(name) and len(name) > 2 else name
        total, done = sum(own.values()), sum(own[s] for s in CASHLESS)
        tiles_drawn.append(
            Tile(
                column=place.column, row=place.row, name=short, place=name, done=done, total=total,
                rings=government().outlines.get(place.municipality_code, ()), code=place.municipality_code,
            )
        )  # fmt: skip
        listed.append(_Place(name=name, code=place.municipality_code, name_ja=place.name_ja, name_en=place.name_en, counts=own))
    elsewhere = [
        _Place(name=name or w("form_unknown"), code=name, name_ja=name, name_en=name, counts=own)
        for name, own in counts.items()
        if name not in on_map
    ]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (place.name, sum(place.counts.values()), *(place.counts[s] for s in STATUSES))
        for place in [*(placed for placed in listed if sum(placed.counts.values())), *elsewhere]
    )
    flat = tuple(
        _counted(telling, "municipality", p.code, texts_of(p, "name") if p.code else in_both("form_unknown"), p.counts)
        for p in [*listed, *elsewhere]
    )
    heads = (w("col_place"), w("fac_total"), *(word for _, word in _words(telling)))
    empty = Block(key="facilities_map", columns=heads, rows=rows, flat=flat, file="facility_breakdowns")
    places = sum(t.total > 0 for t in tiles_drawn)
    if not places:
        return replace(empty, why_empty=w("fac_map_why"))
    sentence = w("fac_map_sentence", places=places, none=sum(counts.get("", {}).values()))
    fills = (
        (NONE, w("fac_map_fill_none")),
        (SOME, w("fac_map_fill_some", most=FULL - 1)),
        (MANY, w("fac_map_fill_many", least=FULL)),
    )
    shape = Tiles(tuple(tiles_drawn), upright=all(_is_japanese(tile.name) for tile in tiles_drawn), fills=fills)
    notes = (w("fac_map_note"), *([w("fac_map_source")] if shape.is_outlined else []))
    return _taken(replace(empty, sentence=sentence, shape=shape, notes=notes), telling, facilities, w("fac_map"))


def _is_japanese(name: str) -> bool:
    """Return whether a place name is Japanese: its suffix (区, 市) can be dropped, and it can be written vertically."""
    return name >= "\u2e80"
