"""Server run time of each page as a ratio to a floor page of the same elements, at the shipped size and at 100 times the history."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert, select
from streamlit.testing.v1 import AppTest

from kpis import models
from kpis.settings import ROOT, settings
from kpis.store import Store
from loaders.catalogue import load_folder

PAGES, RUNS, TIMES = ("overview", "five_less", "indicator"), 15, 100


def timed(test: AppTest) -> float:
    """Return the median server time of a rerun in seconds."""
    test.run(timeout=60)
    assert not test.exception, test.exception
    spent = []
    for _ in range(RUNS):
        began = time.perf_counter()
        test.run(timeout=60)
        spent.append(time.perf_counter() - began)
    return statistics.median(spent)


def floor(counts: dict[str, int]) -> None:
    """Draw as many elements of each kind as a page has, with constant data: what Streamlit itself costs."""
    import pandas as pd
    import plotly.graph_objects as go
    import streamlit as st

    frame = pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "z"]})
    picture = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9"/></svg>'
    draw = {
        "markdown": lambda i: st.markdown(f"text {i}"),
        "caption": lambda i: st.caption(f"text {i}"),
        "subheader": lambda i: st.subheader(f"text {i}"),
        "header": lambda i: st.header(f"text {i}"),
        "title": lambda i: st.title(f"text {i}"),
        "info": lambda i: st.info(f"text {i}"),
        "flex_container": lambda _: st.container(border=True).empty(),
        "image": lambda _: st.image(picture, width="stretch"),
        "page_link": lambda i: st.page_link(f"https://example.org/{i}", label="link"),
        "plotly_chart": lambda i: st.plotly_chart(go.Figure(go.Scatter(x=[1, 2, 3], y=[1, 2, 3])), theme=None, key=f"c{i}"),
        "expander": lambda i: st.expander(f"text {i}").empty(),
        "dataframe": lambda _: st.dataframe(frame),
        "download_button": lambda i: st.download_button("csv", b"a,b", "a.csv", key=f"d{i}"),
        "table": lambda _: st.table(frame),
        "selectbox": lambda i: st.selectbox("pick", ["a", "b"], key=f"s{i}"),
    }
    with st.sidebar:
        st.subheader("site")
        st.segmented_control("language", ["a", "b"])
        st.date_input("day")
    for kind, count in counts.items():
        for i in range(count if kind in draw else 0):
            draw[kind](i)


def floor_test(page: AppTest) -> AppTest:
    """Return the floor of a page that has run."""
    counts = Counter(str(element.type) for element in page.main)
    return AppTest.from_function(floor, kwargs={"counts": dict(counts)}, default_timeout=60)


def page_test(name: str) -> AppTest:
    """Return one page inside the frame."""
    test = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=60)
    if name != "overview":
        test.switch_page(f"pages/{name}.py")
    if name == "indicator":
        test.query_params["code"] = "procedure_digitisation_rate"
    return test


def lengthen(store: Store) -> None:
    """Add older vintages until each figure has a hundred: the bench's own made-up history."""
    table = models.SQLModel.metadata.tables["observation"]
    with store.writing() as session:
        rows = [dict(r._mapping) for r in session.execute(select(table))]
        for row in rows:
            row.pop("id")
        session.execute(
            insert(table),
            [
                {
                    **row,
                    "vintage": v,
                    "known_at": row["known_at"] + timedelta(minutes=v),
                    "reason_class": "error",
                    "reason_text": "bench",
                }
                for row in rows
                for v in range(2, TIMES + 1)
            ],
        )


def main() -> None:
    """Print each page's time at both sizes and their ratio."""
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as folder:
        times: dict[str, list[float]] = {}
        floors: dict[str, float] = {}
        for size in ("shipped", "long"):
            url = f"sqlite:///{Path(folder) / size}.db"
            os.environ["DATABASE_URL"] = url
            settings.cache_clear()
            store = Store(url)
            store.migrate()
            load_folder(store, ROOT / "data/catalogue", official=ROOT / "data/official")
            if size == "long":
                lengthen(store)
            for page in PAGES:
                test = page_test(page)
                times.setdefault(page, []).append(timed(test))
                if size == "shipped":
                    floors[page] = timed(floor_test(test))
        for page, (short, long) in times.items():
            print(f"{page}: floor {floors[page] * 1000:.0f} ms, ratio to floor {short / floors[page]:.2f} (goal <= 1.5)")
            print(
                f"{page}: {short * 1000:.0f} ms; at {TIMES} times the history {long * 1000:.0f} ms, ratio {long / short:.2f} (goal <= 1.2)"
            )


if __name__ == "__main__":
    main()
