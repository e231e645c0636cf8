"""Pages with 40 bureaus × 60 indicators × 120 months (288,000 observations) against the same pages with the shipped data.

Both are served by uvicorn in their own process; their runs take turns, and the processor time of the server counts, so that a busy machine
slows neither. Besides the runs of a page that was seen before, the first run after a change of the data is given, and the memory at the end.

What is asked is whether a page grows with what is stored. With the shipped data the page of WATERWORKS has one indicator and no chart, with the
large ones sixty indicators: it is compared with the same sixty of a tenth of the history, which it shows in as many elements; the
page of the shipped data is told beside it.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import insert, select, update

from kpis.periods import month_code, parse_period
from kpis.store import tables, vintages
from kpis.store.store import Store
from tests.bench.measured import Measured, tell
from tests.bench.page_time import filled, usual
from tests.bench.viewer import Viewer, served

BUREAUS, INDICATORS, MONTHS = 40, 60, 120
TENTH = MONTHS // 10
DAY = date(2026, 3, 31)
PAGES = {
    "": "", "five_less": "", "indicator": "code=procedure_digitisation_rate", "procedures": "", "facilities": "", "projects": "",
    "projects ": "code=CP2", "bureau": "", "bureau ": "code=WATERWORKS", "changes": "", "about": "", "revisions": "",
}  # fmt: skip
OTHERWISE_UNLIKE = ("bureau ",)  # the shipped data show other subjects there


def table_of(name: str):  # type: ignore[no-untyped-def]
    """Return a table of the model by its name."""
    return tables.SQLModel.metadata.tables[name]


def enlarge(store: Store, *, months_count: int = MONTHS) -> int:
    """Let forty bureaus report sixty indicators for so many months up to the newest; return the number of observations made up."""
    organisation = store.organisation()
    whole = next(u.code for u in organisation.units if u.kind == "whole")
    current = list(organisation.owing(whole, DAY))
    extra = [f"BENCH{n:02d}" for n in range(BUREAUS - len(current))]
    bureaus = [*current, *extra][:BUREAUS]
    months = [month_code(date(2016 + (3 + n) // 12, (3 + n) % 12 + 1, 1)) for n in range(MONTHS - months_count, MONTHS)]
    with store.writing() as session:
        if extra:
            session.execute(
                insert(table_of("bureau")),
                [{"bureau_code": c, "name_ja": f"計測局{n}", "name_en": f"Bench bureau {n}", "kind": "office_bureau_level", "parent_code": whole,
                  "is_name_en_official": False, "valid_from_precision": "unknown", "valid_to_precision": "unknown", "is_current": True,
                  "sort_order": 900 + n, "note": ""} for n, c in enumerate(extra)],
            )  # fmt: skip
        table = table_of("indicator")
        kinds = ("ratio", "reduction", "ceiling", "stock", "completion", "level")
        rows = list(
            session.execute(
                select(table).where(table.c.kind.in_(kinds)).order_by(table.c.is_reported_by_bureaus.desc(), table.c.sort_order)
            )
        )
        chosen = rows[:INDICATORS]
        session.execute(
            update(table).where(table.c.indicator_code.in_([r.indicator_code for r in chosen])).values(is_reported_by_bureaus=True)
        )
        vintages.ensure_periods(session, set(months))
        source = session.execute(select(table_of("source").c.source_code)).scalar()
        observation = table_of("observation")
        held = {
            (r.indicator_code, r.bureau_code, r.period_code)
            for r in session.execute(select(observation.c.indicator_code, observation.c.bureau_code, observation.c.period_code))
        }
        made = 0
        for row in chosen:
            batch = []
            for b, bureau in enumerate(bureaus):
                for m, month in enumerate(months, start=MONTHS - months_count):
                    if (row.indicator_code, bureau, month) in held:
                        continue
                    base = 1000.0 + 10 * b
                    top = base * (0.2 + 0.6 * m / MONTHS)
                    is_rate = row.kind in ("ratio", "reduction")
                    batch.append(
                        {
                            "indicator_code": row.indicator_code, "bureau_code": bureau, "period_code": month, "vintage": 1,
                            "value": None if is_rate else top, "numerator": top if is_rate else None,
                            "denominator": base if row.kind in ("ratio", "stock", "completion") else None,
                            "base_value": base if row.kind == "reduction" else None, "text_ja": "", "text_en": "",
                            "is_approximate": False, "is_lower_bound": False, "is_year_to_date": row.kind == "ceiling",
                            "is_base_estimated": False, "is_sample": True,
                            "known_at": datetime.combine(parse_period(month).end, datetime.min.time()),
                            "recorded_at": datetime(2026, 4, 1), "source_code": source, "verified": False, "reason_text": "",
                            "note_ja": "", "note_en": "",
                        }
                    )  # fmt: skip
            session.execute(insert(observation), batch)
            made += len(batch)
    return made


def resident_mb(port: int) -> float:
    """Return the resident memory of the process that listens on a port, in megabytes."""
    for status in Path("/proc").glob("[0-9]*/cmdline"):
        if f"--port\0{port}\0".encode() in status.read_bytes():
            for line in (status.parent / "status").read_text().splitlines():
                if line.startswith("VmRSS"):
                    return int(line.split()[1]) / 1024
    return 0.0


def main() -> None:
    """Tell each page's run time with the large data as a ratio to that with the shipped data."""
    os.environ.pop("DATABASE_URL", None)
    if os.environ.get("BENCH_LARGE") == "0":
        return
    with tempfile.TemporaryDirectory() as folder:
        addresses = {key: filled(Path(folder) / f"{key}.db") for key in ("shipped", "tenth", "large")}
        tenth, made = enlarge(Store(addresses["tenth"]), months_count=TENTH), enlarge(Store(addresses["large"]))
        with ExitStack() as served_now:
            ports = {key: served_now.enter_context(served("server:app", DATABASE_URL=url)) for key, url in addresses.items()}
            every = {key: Viewer(port) for key, port in ports.items()}
            for name, query in PAGES.items():
                page, like = name.strip(), "tenth" if name in OTHERWISE_UNLIKE else "shipped"
                viewers = {key: viewer for key, viewer in every.items() if key != "tenth" or key == like}
                first = {key: viewer.run(page, query)[0] for key, viewer in viewers.items()}
                ms = usual(viewers, page, query, floor="")
                said = f"{ms['large']:.1f} ms, " + ", ".join(f"{key} {ms[key]:.1f} ms" for key in viewers if key != "large")
                said += f"; first run {first['large']:.1f} s, shipped {first['shipped']:.1f} s"
                what = f"{page or 'overview'} {query.partition('=')[2]}".strip()
                beside = like if like == "shipped" else f"{tenth:,} of the same subjects"
                tell([Measured(f"page {what}, {made:,} figures / {beside}", ms["large"] / ms[like], 1.2, said=said)])
            memory, shipped_memory = (resident_mb(ports[key]) for key in ("large", "shipped"))
            tell([Measured(f"memory of the server, {made:,} figures", memory, unit="MB", said=f"shipped {shipped_memory:.0f} MB")])
            for viewer in every.values():
                viewer.close()


if __name__ == "__main__":
    main()
