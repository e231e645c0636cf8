"""The parts of the page on facilities: cards, where, ways of paying, time, what is still cash only, the map and the list."""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path

import pandas as pd
import streamlit as st

from charts.map import tile_map
from charts.registers import counts, cumulative, stacked_shares
from kpis.facilities import CASHLESS, METHODS, STATUSES, Facility, by, by_place, by_status, cash_only, counted, methods
from kpis.facilities import over_time as days_of
from kpis.scorecard import Scored
from kpis.settings import settings
from kpis.text import format_date
from pages.parts import cached
from pages.parts.asked import choose_part
from pages.parts.cards import headline_value
from pages.parts.entry import as_of
from pages.parts.figure import Ready, kept_block, ready
from pages.parts.registers import Block, block, bureau_names, card, day_word, shown_under
from pages.parts.text import has_words, language, named, t

TILES = "municipalities.csv"


def cards(facilities: list[Facility], rollout: Scored | None) -> None:
    """Show the headline numbers: as published, and what the list holds."""
    made = cached.made("facility cards", code="", as_of=as_of(), language=language(), make=lambda: _cards(facilities, rollout))
    with st.grid(4, min_column_width=200):
        for title, value, note in made:
            card(title, value, note)


def _cards(facilities: list[Facility], rollout: Scored | None) -> list[tuple[str, str, str]]:
    single = counted(facilities)
    statuses, ways, cash = by_status(single), methods(single), cash_only(facilities)
    figure = rollout.judgement.figure if rollout is not None else None
    return [
        (t("fac_card_published"), headline_value(rollout, figure), format_date(figure.period.end, language()))
        if rollout is not None and figure is not None
        else (t("fac_card_published"), "―", t("fac_no_published")),
        (
            t("fac_card_list"), f"{statuses['introduced']} / {len(single)}",
            t("fac_card_list_note", klass=statuses["class_level_only"], announced=statuses["announced"], unknown=statuses["unknown"]),
        ),
        (t("fac_card_three"), f"{ways['standard']} / {len(single)}", t("fac_card_three_note", unstated=ways["unstated"])),
        (t("fac_card_cash"), str(len(cash)), t("fac_card_cash_note", noplan=sum(f.planned is None for f in cash))),
    ]  # fmt: skip


def kind_word(kind: str) -> str:
    """Return the word for a kind of facility; one that has no words is shown as its code."""
    return t(f"facility_{kind}") if has_words(f"facility_{kind}") else kind


def where(facilities: list[Facility]) -> None:
    """Compare bureaus or kinds of facility by status."""
    st.subheader(t("fac_by"))
    field = choose_part("by", ("bureau", "kind"), t("by_choose"), lambda f: t("reg_by_bureau") if f == "bureau" else t("fac_kind"))
    block("facilities_by", lambda: _where(facilities, field), suffix=field)


def _where(facilities: list[Facility], field: str) -> Block:
    names = bureau_names()
    single = counted(facilities)
    home = {f.bureau: shown_under(f.bureau) if f.bureau else "" for f in single}
    found: dict[str, dict[str, int]] = {}
    for value, each in by(single, field, order=list(names)[:-1] if field == "bureau" else ()).items():
        into = found.setdefault(home.get(value, value) if field == "bureau" else value, dict.fromkeys(STATUSES, 0))
        for status, n in each.items():
            into[status] += n
    words = {v: names.get(v, v) if field == "bureau" else kind_word(v) for v in found}
    frame = pd.DataFrame([{"label": words[v], **c} for v, c in found.items()])
    largest = max(found, key=lambda v: sum(found[v].values()))
    title = t("reg_by_bureau") if field == "bureau" else t("fac_kind")
    return {
        "figure": stacked_shares(frame, [(s, t(f"cashless_{s}")) for s in STATUSES], unit=t("unit_facility")),
        "sentence": t(
            "fac_by_sentence", dimension=title, largest=words[largest], n=sum(found[largest].values()),
            done=found[largest]["introduced"],
        ),
        "table": pd.DataFrame(
            [
                {title: words[v], t("fac_total"): sum(c.values()), **{t(f"cashless_{s}"): c[s] for s in STATUSES}}
                for v, c in found.items()
            ]
        ),
        "csv": pd.DataFrame([{field: v, **c} for v, c in found.items()]),
    }  # fmt: skip


def ways_of_paying(facilities: list[Facility]) -> None:
    """Show how many facilities take each way of paying."""
    block("facility_methods", lambda: _ways(counted(facilities)))


def _ways(single: list[Facility]) -> Block:
    found = methods(single)
    frame = pd.DataFrame([{"label": t(f"method_{m}"), "count": found[m]} for m in (*METHODS, "standard", "unstated")])
    stated = found["unstated"] < len(single)
    return {
        "title": t("fac_methods"), "figure": counts(frame, unit=t("unit_facility"), total=len(single)) if stated else None,
        "sentence": t("fac_methods_sentence", total=len(single), **found) if stated else "", "why_empty": t("fac_methods_why"),
        "table": frame.set_axis([t("col_method"), t("fac_total")], axis=1), "csv": pd.DataFrame([found]),
    }  # fmt: skip


def over_time(facilities: list[Facility]) -> None:
    """Show the days that the list gives, done and planned."""
    block("facilities_over_time", lambda: _time(counted(facilities)))


def _time(single: list[Facility]) -> Block:
    found = days_of(single)
    done = [f for f in single if f.status in CASHLESS]
    dated = sum(f.since is not None for f in done)
    table = pd.DataFrame([{t("col_day"): d, t("fac_done_word"): a, t("fac_plan_word"): b} for d, a, b in found])
    title = t("fac_time")
    if not found:
        return {"title": title, "figure": None, "sentence": "", "why_empty": t("fac_time_why"), "table": table}
    lines = [(t("fac_done_word"), [(d, a) for d, a, _ in found], False)]
    if planned := sum(f.planned is not None for f in single):
        lines.append((t("fac_plan_word"), [(d, b) for d, _, b in found], True))
    return {
        "title": title, "figure": cumulative(lines, unit=t("unit_facility")), "table": table,
        "csv": pd.DataFrame(found, columns=["day", "done_count", "planned_count"]),
        "sentence": t("fac_time_sentence", done=dated, planned=planned, undated=len(done) - dated),
    }  # fmt: skip


def cash_places(facilities: list[Facility]) -> None:
    """List what is still cash only, and until when."""
    kept_block("cash_only", lambda: _cash(facilities))


def _cash(facilities: list[Facility]) -> Ready:
    found = cash_only(facilities)
    table = pd.DataFrame([_line(f, until=True) for f in found])
    return ready(
        None, title=t("fac_cash"), sentence=t("fac_cash_sentence", n=len(found)) if found else t("fac_cash_none"),
        table=table, csv=pd.DataFrame([_flat(f) for f in found]), is_table_open=True,
    )  # fmt: skip


def _line(f: Facility, *, until: bool = False) -> dict[str, str]:
    source = next((s["url"] for s in cached.rows("Source") if s["source_code"] == f.source_code), "")
    row = {t("col_facility"): f.name}
    if until:  # first: on a phone, what stands further right is not seen
        row[t("col_until")] = day_word(f.planned, f.planned_precision) or t("not_set")
    row |= {t("reg_by_bureau"): bureau_names().get(f.bureau, ""), t("col_kind"): kind_word(f.kind)}
    if not until:
        row |= {
            t("col_status"): t(f"cashless_{f.status}"), t("col_method"): t("list_comma").join(t(f"method_{m}") for m in f.methods),
            t("col_since"): day_word(f.since, f.since_precision), t("col_due"): day_word(f.planned, f.planned_precision),
            t("col_place"): t("list_comma").join(f.places), t("col_class"): t("answer_yes") if f.is_class else "",
        }  # fmt: skip
    return {**row, t("col_note"): f.note, t("source"): source}


def _flat(f: Facility) -> dict[str, object]:
    return {
        "facility_code": f.code, "name_ja": f.name, "kind": f.kind, "is_class": f.is_class, "bureau_code": f.bureau,
        "municipality_ja": ";".join(f.places), "payment_methods": ";".join(f.methods), "cashless_status": f.status,
        "cashless_since": f.since, "planned_for": f.planned, "is_sample": f.is_sample, "source_code": f.source_code,
    }  # fmt: skip


@lru_cache(maxsize=2)
def tile_layout(path: Path) -> tuple[dict[str, str], ...]:
    """Read where each place stands on the map of tiles; no file, no map."""
    if not path.is_file():
        return ()
    with path.open(encoding="utf-8-sig", newline="") as file:
        return tuple(csv.DictReader(file))


def tiles(facilities: list[Facility]) -> None:
    """Show the places on a map of tiles, with the list that says the same."""
    st.subheader(t("fac_map"))
    block("facilities_map", lambda: _tiles(counted(facilities)))


def _tiles(single: list[Facility]) -> Block:
    found = by_place(single)
    layout = tile_layout(settings().layouts_dir / TILES)
    named_there = {row["name_ja"] for row in layout}
    rows = []
    for place in layout:
        own = found.get(place["name_ja"], dict.fromkeys(STATUSES, 0))
        total, done = sum(own.values()), sum(own[s] for s in CASHLESS)
        short = named(place)[:-1] if language() == "ja" and len(named(place)) > 2 else named(place)
        rows.append(
            {
                "column": int(place["column"]), "row": int(place["row"]), "name": short, "done": done,
                "numbers": f"{done}/{total}" if total else "", "hover": f"{named(place)}: {done} / {total}", "total": total,
                "place": named(place), "code": place["municipality_code"], **own,
            }
        )  # fmt: skip
    frame = pd.DataFrame(rows)
    listed = [r for r in rows if r["total"]]
    elsewhere = [
        {"place": name or t("form_unknown"), "code": "", "total": sum(own.values()), **own}
        for name, own in found.items() if name not in named_there
    ]  # fmt: skip
    none = sum(found.get("", {}).values())
    table = pd.DataFrame(
        [
            {t("col_place"): r["place"], t("fac_total"): r["total"], **{t(f"cashless_{s}"): r[s] for s in STATUSES}}
            for r in [*listed, *elsewhere]
        ]
    )
    flat = pd.DataFrame(
        [
            {
                "municipality_code": r["code"],
                "municipality": r["place"],
                "facilities_count": r["total"],
                **{s: r[s] for s in STATUSES},
            }
            for r in [*rows, *elsewhere]
        ]
    )
    if not listed:
        return {"figure": None, "sentence": "", "why_empty": t("fac_map_why"), "table": table, "csv": flat}
    return {
        "figure": tile_map(frame, upright=language() == "ja"), "table": table, "csv": flat, "notes": (t("fac_map_note"),),
        "sentence": t("fac_map_sentence", places=len(listed), none=none),
    }  # fmt: skip


def whole_list(facilities: list[Facility]) -> None:
    """List every row, classes included."""
    st.subheader(t("fac_list"))
    kept_block("facilities", lambda: _all(facilities))


def _all(facilities: list[Facility]) -> Ready:
    return ready(
        None, sentence=t("fac_list_sentence", total=len(facilities), classes=sum(f.is_class for f in facilities)),
        table=pd.DataFrame([_line(f) for f in facilities]), csv=pd.DataFrame([_flat(f) for f in facilities]), is_table_open=True,
    )  # fmt: skip
