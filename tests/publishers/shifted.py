"""The table of what changed since a day, written anew from the open API alone, as CSV and as it is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kpis.periods import parse_period
from tests.publishers.ledger import Item, Ledger, Table
from tests.publishers.tabled import read_in

DIRECT = {"is_worked_out": False, "is_rolled_up": False, "is_recast": False}  # as corrected by hand


def changed(
    ledger: Ledger, answer: Item, before: Mapping[tuple[str, str], Item], after: Mapping[tuple[str, str], Item]
) -> list[Table]:
    """Return what changed since a day: as a table for CSV, and as it is read, with marks."""
    w = ledger.words

    def stood(brief: Item, items: Mapping[tuple[str, str], Item], corrections: Sequence[Item] = ()) -> tuple[str, str]:
        item = items[brief["indicator"], brief["scope"]]
        value = ""
        if brief["period"]:
            value = ledger.figure(item, ledger.at(item, brief["period"]))
            value += w("in_brackets", text=parse_period(brief["period"]).label(ledger.language))
        if any(c["after"] is not None and c["period"] == brief["period"] for c in corrections):
            value = w("since_as_corrected", value=value)
        return value, ledger.status(item)

    def side(item: Item, correction: Item, name: str) -> str:
        flags = ("denominator", "is_approximate", "is_lower_bound")
        figure = {"value": correction[name], **{flag: correction[f"{name}_{flag}"] for flag in flags}, **DIRECT}
        return ledger.figure(item, figure) if correction[name] is not None else w("no_figure")

    def because(found: Item, corrections: Iterator[Item], item: Item) -> str:
        if found["reason"] == "new_period":
            return w("reason_new_period", period=parse_period(found["text"]).label(ledger.language))
        said = w(f"reason_{found['reason']}", text=read_in(ledger, found["text"] or ""))
        correction = None if found["reason"] in ("fell_due", "new_target", "aged") else next(corrections)
        if correction is None or correction["before"] is None:
            return said
        period = parse_period(correction["period"]).label(ledger.language)
        return w(
            "reason_from_to",
            reason=said,
            period=period,
            before=side(item, correction, "before"),
            after=side(item, correction, "after"),
        )

    def reasons(change: Item) -> str:
        corrections, item = iter(change["corrections"]), after[change["after"]["indicator"], change["after"]["scope"]]
        return w("comma").join(because(r, corrections, item) for r in change["reasons"])

    found = [
        (ledger.whose(c["after"]), stood(c["before"], before, c["corrections"]), stood(c["after"], after),
         reasons(c))
        for c in answer["changes"]
    ]  # fmt: skip
    keys = ("since_indicator", "since_before", "since_after", "since_reason")
    read = ("since_indicator", "since_reason", "since_before", "since_after")
    return [
        ([w(k) for k in keys], [[name, " ".join(old).strip(), " ".join(new).strip(), why] for name, old, new, why in found]),
        (
            [w(k) for k in read],
            [[name, why, " ".join(old[::-1]).strip(), " ".join(new[::-1]).strip()] for name, old, new, why in found],
        ),
    ]
