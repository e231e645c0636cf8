"""One edition, page by page: the public instance, the static edition and the data files, in both directions and both languages.

Every page of the instance is accounted for by the API of the edition, the API equals the data files (whose three formats hold the same
rows: ``test_opendata.py``), every number of a static page stands on the page of the instance or in the rows it is about, and every
row of figures is shown. Pages of single indicators and projects are compared in ``test_parity.py``.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from html import unescape
from typing import Any

import pytest

from kpis.text import format_date, status_word
from publishers.editions import on_disk
from telling.words import Words
from tests.publishers import accounts, accounts_bureaus, matrixed, projected, registered, tabled
from tests.publishers.house import House
from tests.publishers.ledger import Item, Ledger, Table
from tests.publishers.shown import Drawn, Shown, numbers_in
from tests.publishers.side_by_side import Public, comparable, frame, shapes_of, told, untold
from tests.test_counts_lead import Page

pytestmark = pytest.mark.server

LANGUAGES = pytest.mark.parametrize("language", ["ja", "en"])


@pytest.fixture(scope="module")
def public(published: House, published_port: int) -> Iterator[Public]:
    made = Public(published_port, published)
    yield made
    made.viewer.close()
    made.of_today.close()


PAGES: list[tuple[str, str, Callable[[Ledger, Shown], list[str]]]] = [
    ("", "", accounts.overview), ("five_less", "", accounts.five_less), ("bureau", "", accounts_bureaus.bureaus), ("about", "", projected.about),
    ("projects", "", projected.projects), ("changes", "since=2022-10-01", lambda ledger, shown: accounts.changes(ledger, shown, "2022-10-01")),
    *(("procedures", f"by={d}", lambda ledger, shown, d=d: registered.procedures(ledger, shown, d)) for d in ("bureau", "channel")),  # type: ignore[misc]
    *(("facilities", f"by={f}", lambda ledger, shown, f=f: registered.facilities(ledger, shown, f)) for f in ("bureau", "kind")),  # type: ignore[misc]
]  # fmt: skip


@LANGUAGES
@pytest.mark.parametrize(("page", "query", "check"), PAGES)
def test_a_page_of_the_instance_is_accounted_for_by_the_api_of_the_edition(
    public: Public, page: str, query: str, check: Callable[[Ledger, Shown], list[str]], language: str
) -> None:
    assert check(public.ledgers[language], public.read(page, language, query)) == []


def test_no_count_of_a_page_is_without_a_link_and_the_list_it_leads_to_counts_so_many(public: Public) -> None:
    bureaus, projects = (
        [row[name] for row in public.rows(table)] for table, name in (("bureaus", "bureau_code"), ("projects", "project_code"))
    )
    visited = [(page, query) for page, query, _ in PAGES] + [("bureau", f"code={code}") for code in bureaus[:8]]
    visited += [("projects", f"code={code}") for code in projects[:8]]
    counts = [each for page, query in visited for html in public.read(page, "ja", query).markup for each in Page(html).told()]
    assert len(counts) > 40 and [each for each in counts if not each[2]] == []
    lists = {address: text for _, text, address in counts if "/standing?" in address}
    assert len(lists) >= 8
    for address, text in lists.items():
        (heading, *_) = public.read("standing", "ja", address.split("?")[1]).headings
        assert numbers_in(heading)[-1:] == numbers_in(text.split(" / ")[0])[-1:], (address, text, heading)


def test_the_api_of_the_edition_equals_the_data_files(public: Public) -> None:
    """Row by row; ``test_parity.py`` holds observations and statuses against their files."""
    api = public.ledgers["ja"].api

    def same(answer: Iterable[Item], rows: Iterable[Item], names: dict[str, str]) -> None:
        """Compare columns: name in the API → name in the file; a blank is the same as nothing."""

        def plainly(found: Iterable[Item], columns: Iterable[str]) -> list[str]:
            return sorted(
                json.dumps(
                    [" ".join(v.split()) if isinstance(v, str) else v for v in (r[c] or None for c in columns)], ensure_ascii=False
                )
                for r in found
            )

        assert plainly(answer, names) == plainly(rows, names.values())

    same(
        api("readings"),
        public.rows("readings"),
        {"indicator": "indicator_code", "unit": "bureau_code", "period": "period_code", "value": "value", "agrees": "agrees"},
    )
    same(
        api("sources"),
        public.rows("sources"),
        {n: n for n in ("source_code", "url", "title", "published_on", "published_by", "published_basis", "grade")},
    )
    same(
        api("units"),
        public.rows("bureaus"),
        {"code": "bureau_code", "name_ja": "name_ja", "valid_from": "valid_from", "valid_to": "valid_to"},
    )
    same(
        api("observations?vintages=all"), public.rows("vintages"),
        {"indicator": "indicator_code", "unit": "bureau_code", "period": "period_code", "vintage": "vintage", "numerator": "numerator",
         "denominator": "denominator", "base_value": "base_value", "is_approximate": "is_approximate", "reason_text": "reason_text"},
    )  # fmt: skip
    goals = [
        {**g, "code": s["code"], "unit": s["scope"]}
        for s in api("status")["indicators"]
        if s["targets_of"] == s["scope"]
        for g in s["targets"]
    ]
    same(
        goals,
        public.rows("targets"),
        {
            "code": "indicator_code",
            "unit": "bureau_code",
            "period": "period_code",
            "value": "value",
            "set_on": "set_on",
            "set_order": "set_order",
        },
    )
    same(
        api("procedures?size=500")["procedures"], public.rows("procedures"),
        {"procedure_code": "procedure_code", "status": "digital_status", "digitised_date": "digitised_date", "planned_for": "planned_for",
         "applications_count": "applications_count", "online_count": "online_count"},
    )  # fmt: skip
    same(
        api("facilities")["facilities"], public.rows("facilities"),
        {"facility_code": "facility_code", "kind": "kind", "is_class": "is_class", "status": "cashless_status", "cashless_since": "cashless_since", "planned_for": "planned_for"},
    )  # fmt: skip
    milestones = api("milestones")["milestones"]
    same(milestones, public.rows("milestones"), {"code": "milestone_code", "project": "project_code", "name_ja": "name_ja"})
    given = Counter((m["code"], kind, g["day"]) for m in milestones for kind in ("planned", "replanned") for g in m[kind])
    given += Counter((m["code"], "actual", m["actual"]["day"]) for m in milestones if m["actual"])
    there = Counter((r["milestone_code"], r["date_kind"], r["day"]) for r in public.rows("milestone_dates"))
    columns = [
        (r["milestone_code"], kind, r[f"{kind}_end"])
        for r in public.rows("milestones")
        for kind in ("planned", "replanned", "actual")
        if r[f"{kind}_end"]
    ]
    assert set(given) == set(there) | set(columns)
    led = Counter((s["bureau"], s["date"], s["share"]) for b in api("bureaus")["bureaus"] for s in b["came_from"])
    known = Counter((r["predecessor_code"], r["effective_date"], r["share"]) for r in public.rows("successions"))
    assert not led - known


@LANGUAGES
def test_the_log_of_revisions_is_the_same(public: Public, language: str) -> None:
    shown, static = public.read("revisions", language), public.static("revisions.html", language).shown
    assert shown.headings[0] == static.headings[0]
    there = [r for h, rows in shown.tables for r in rows]
    here = [r for h, rows in static.tables for r in rows]
    assert [[str(c or "") for c in r] for r in there] == here and here
    correction = next(
        c for _, changes in on_disk.log(public.house.folder, until=2) for c in changes if c["kind"] == "figure_corrected"
    )
    assert (correction["difference"], correction["reason_class"]) == (-1.0, "error")
    assert [correction[f"{n}_{language}"] for n in ("old", "new", "size")] == here[0][2:5]
    words = public.ledgers[language].words
    said = [words("edition_line", number=e.number, day=format_date(e.as_of, language)) for e in on_disk.shown(public.house.folder)]
    assert static.headings[1:] == said == shown.headings[1 : 1 + len(said)]
    assert numbers_in(" ".join(static.texts)) and not static.numbers() - shown.numbers() - frame(public, language)


@LANGUAGES
def test_every_bureau_stands_the_same(public: Public, language: str) -> None:
    """Figures, procedures, facilities and life of a bureau: the static page, the instance and the files."""
    ledger, words = public.ledgers[language], Words(language)
    bureaus = {b["code"]: b for b in ledger.api("bureaus")["bureaus"]}
    procedures, facilities = public.rows("procedures"), public.rows("facilities")
    compared = 0
    for row in public.rows("bureaus"):
        code = row["bureau_code"]
        static = public.static(f"bureaus/{code}.html", language).shown
        items = [s for s in ledger.items() if s["scope"] == code]
        heads = (words("nav_indicator"), words("status"), words("actual"), words("target"))
        rows = [
            [dict(zip(h, r, strict=True)).get(head, "―") for head in heads]
            for h, found in static.tables
            for r in found
            if (*h[:2],) == heads[:2]
        ]
        assert [[r[0], r[2], r[3]] for r in rows][: len(items)] == [
            [words.named(s), ledger.headline(s), ledger.target(s)] for s in items
        ], code
        assert all(status_word(s["status"], language) in r[1] for s, r in zip(items, rows, strict=False)), code
        mine = [
            r
            for name in ("procedures", "facilities", "milestones", "projects", "successions")
            for r in public.rows(name)
            if code in r.values()
        ]
        parts = [r["project_code"] for r in public.rows("project_bureaus") if r["bureau_code"] == code]
        mine += [r for r in public.rows("projects") if r["project_code"] in parts]
        assert not parts or f"{words('nav_projects')} ({len(parts)})" in static.headings, code
        strips = [s for s in ledger.api("strips")["indicators"] if s["scope"] == code]
        allowed = told(language, row, mine, items, strips, words("att_strip_heading"), len(parts)) | frame(public, language)
        if code in bureaus:
            b, shown = bureaus[code], public.read("bureau", language, f"code={code}")
            assert accounts_bureaus.one_bureau(ledger, shown, b) == [], code
            assert words.named(row) in shown.headings[0] and static.headings[0] == words.named(row)
            own = (
                [p for p in procedures if p["bureau_code"] == code],
                [f for f in facilities if f["bureau_code"] == code and not f["is_class"]],
            )
            assert [sum(b["procedures"].values()), sum(b["facilities"].values())] == [len(part) for part in own], code
            assert not any(f["bureau_code"] == code for f in facilities) or f"({len(own[1])})" in "".join(static.headings), (
                code,
                static.headings,
            )
            said = words("ed_list_all", total=f"{len(own[0]):,}", shown="")
            assert not own[0] or said.strip() in " ".join(static.texts), (code, said)
            allowed |= shown.numbers()
            compared += 1
        assert not static.numbers() - allowed, (code, static.numbers() - allowed)
    assert compared > 30


@LANGUAGES
def test_every_number_of_a_static_page_stands_on_the_instance_or_in_the_rows_it_is_about(public: Public, language: str) -> None:
    """The other direction: nothing is on the static edition alone."""
    ledger, words = public.ledgers[language], Words(language)
    rows = {
        name: public.rows(name)
        for name in (
            "procedures",
            "facilities",
            "facility_payments",
            "projects",
            "bureaus",
            "indicators",
            "readings",
            "sources",
            "targets",
            "vintages",
        )
    }
    read = {
        page: public.read(page, language).numbers()
        for page in ("", "five_less", "procedures", "facilities", "projects", "bureau", "about", "revisions")
    }
    broken_down = [
        public.rows(name)
        for name in ("procedure_breakdowns", "procedure_steps", "procedures_over_time", "facility_breakdowns", "facility_methods")
    ]
    by_channel = public.read("procedures", language, "by=channel").numbers()
    changes = [c for _, found in on_disk.log(public.house.folder, until=2) for c in found]
    every = [figure for s in ledger.own.values() for figure in (*ledger.fragments(s), *ledger.figures(s), ledger.headline(s))]
    cards = told(language, every, [s["figures"] for s in ledger.own.values()], [s["targets"] for s in ledger.own.values()])
    assert not untold(public, language, "overview.html", read[""], told(language, changes), cards)
    assert not untold(public, language, "five-less.html", read["five_less"])
    assert not untold(
        public, language, "definitions.html", told(language, rows["indicators"], rows["projects"], len(rows["indicators"]))
    )
    assert not untold(public, language, "method.html", read["about"])
    assert not untold(public, language, "revisions.html", read["revisions"])
    goals = [s["target"] for s in ledger.own.values() if s["theme"] == "procedures" and s["target"]]  # with the day they are due
    assert not untold(
        public, language, "procedures.html", read["procedures"], by_channel, told(language, rows["procedures"], broken_down, goals)
    )
    assert not untold(public, language, "facilities.html", read["facilities"], told(language, rows["facilities"], broken_down))
    count = len(rows["projects"])
    assert f"({count})" in public.static("projects.html", language).shown.headings[0]
    briefs = [[len(p["indicators"]), p["counts"], p["milestones"]] for p in ledger.api("projects")["projects"]]
    assert not untold(public, language, "projects.html", read["projects"], told(language, briefs, rows["projects"], count))
    assert not untold(public, language, "bureaus.html", read["bureau"], told(language, rows["bureaus"], tabled.coverage(ledger)[1]))
    package = json.loads((public.folder / "data" / "datapackage.json").read_text(encoding="utf-8"))
    static = public.static("data.html", language).shown
    listed = {
        r[2].split()[0].removesuffix(".csv"): int(r[1]) for r in [[x[0], x[1], *x[2:]] for h, found in static.tables for x in found]
    }
    assert listed == {name: len(public.rows(name)) for name in listed} and {
        r["name"].replace("-", "_") for r in package["resources"]
    } >= set(listed)
    assert words("ed_data") in static.headings[0]


@LANGUAGES
def test_the_list_of_projects_holds_the_counts_of_the_api(public: Public, language: str) -> None:
    ledger, words = public.ledgers[language], Words(language)
    static = public.static("projects.html", language).shown
    rows = {r[0]: dict(zip(head, r, strict=True)) for head, found in static.tables for r in found}
    heads = [words(key) for key in ("computed_status", "indicators", "statuses", "milestones")]
    for p in ledger.api("projects")["projects"]:
        row = rows[tabled.full_name(ledger, p)]  # with its sign and the names that other versions of the strategy give it
        states = words("comma").join(f"{words('state_' + s)} {n}" for s, n in p["milestones"].items() if n)
        if states:
            states = words("milestones_count", count=sum(p["milestones"].values())) + words("in_brackets", text=states)
        marks = " ".join(accounts.marks(ledger, p["counts"]))
        assert [" ".join(row.get(head, "").split()) for head in heads] == [
            status_word(p["status"], language),
            str(len(p["indicators"])),
            marks or "—",
            states or "—",
        ], p["code"]


@LANGUAGES
def test_the_breakdowns_of_registers_are_the_same_tables_on_both(public: Public, language: str) -> None:
    """By bureau in both organisations, by everything else they are counted by; what the API says, the instance and the static page show."""
    ledger, words = public.ledgers[language], Words(language)
    charts: dict[str, list[Drawn]] = {"procedures.html": [], "facilities.html": []}
    procedures: list[Table] = []
    for dimension in registered.DIMENSIONS:
        for view in ("then", "now") if dimension == "bureau" else ("then",):
            shown = public.read("procedures", language, f"by={dimension}&view={view}")
            kept: list[Table] = []
            wrong = registered.procedures(ledger, shown, dimension, view=view, is_view_asked=True, keep=kept)
            assert wrong == [], (dimension, view)
            silent = words(f"reg_by_{dimension}"), [words(key) for key in ("process_unknown", "party_unknown", "authority_unknown")]
            procedures += [
                (h, r) for h, r in kept if h[0] != silent[0] or len(r) > 1 or r[0][0] not in silent[1]
            ]  # named in a sentence
            charts["procedures.html"] += shown.drawn
    facilities: list[Table] = []
    for field, view in (("bureau", "then"), ("bureau", "now"), ("kind", "then")):
        shown = public.read("facilities", language, f"by={field}&view={view}")
        assert registered.facilities(ledger, shown, field, view=view, keep=facilities) == [], (field, view)
        charts["facilities.html"] += shown.drawn
    others = [words(k) for k in ("period_end", "ed_priority", "open_row")]  # series and lists, which have other columns there
    for path, tables in (("procedures.html", procedures), ("facilities.html", facilities)):
        static = Shown(tables=comparable(public.static(path, language).shown.tables, but=others))
        assert len(static.tables) >= 5
        assert tabled.wrong_tables(static, comparable(tables, but=others), free=(words("source"), words("col_note"))) == [], path
        unit, pictures = (
            words("unit_procedure" if path == "procedures.html" else "unit_facility"),
            public.static(path, language).pictures,
        )
        assert len(pictures) >= 6, path  # each at two widths
        for alt, shapes in pictures:
            there = [c for c in charts[path] if alt.endswith(c.alt)]
            assert any(set(shapes) == shapes_of(c, unit, language) for c in there), (
                alt,
                sorted(shapes)[:5],
                [sorted(shapes_of(c, unit, language))[:5] for c in there],
            )


@LANGUAGES
def test_a_procedure_shows_its_row_and_nothing_else(public: Public, language: str) -> None:
    for row in public.rows("procedures")[::9]:
        shown = public.read("procedures", language, f"code={row['procedure_code']}")
        (facts,) = shown.tables
        assert row["procedure_code"] in [c for r in facts[1] for c in r] and len(facts[1]) > 4  # what no source tells is one row
        assert not shown.numbers() - told(language, row) - frame(public, language) - {"0002", "4.0"}, row["procedure_code"]


@LANGUAGES
@pytest.mark.parametrize("view", ["then", "now"])
def test_the_comparison_of_bureaus_is_the_same_on_both(public: Public, view: str, language: str) -> None:
    """The table of bureaus, coverage and lists, in the organisation of the time and in that of today."""
    ledger, words = public.ledgers[language], Words(language)
    tables: list[Table] = []
    assert accounts_bureaus.bureaus(ledger, public.read("bureau", language, f"view={view}"), view=view, keep=tables) == []
    static = public.static("bureaus.html" if view == "then" else "bureaus-now.html", language).shown
    rows = ledger.api("bureaus" + ("" if view == "then" else "?view=now"))["bureaus"]
    current = [b for b in rows if b["is_valid"]]
    assert matrixed.wrong(ledger, static, current, view, gone=[b for b in rows if not b["is_valid"]], is_title=False) == []
    wanted = comparable(
        [*tables, tabled.coverage(ledger)], but=[words("statuses_one")]
    )  # one indicator by bureau is on its own page
    assert tabled.wrong_tables(Shown(tables=comparable(static.tables)), wanted) == []
    said = matrixed.title(ledger, current, view)
    assert static.headings[0] == words("ed_bureaus_title", view=words(f"view_{view}"), bureaus=said)


@LANGUAGES
def test_every_row_of_figures_of_the_data_files_is_shown(public: Public, language: str) -> None:
    """Observations, statuses, targets, corrections, readings, procedures, facilities, milestones: none is in a file alone."""
    ledger, words = public.ledgers[language], Words(language)
    for code in ledger.indicators:
        card = (public.folder / "embed" / f"{code}{'-en' if language == 'en' else ''}.svg").read_text(encoding="utf-8")
        own, item = unescape(re.sub(r"<[^>]*>|…", " ", card)), ledger.own[code]
        known = told(
            language, [*ledger.fragments(item), ledger.headline(item), item["figures"], item["targets"], words.named(item)]
        )
        assert set(numbers_in(own)) <= known | frame(public, language) | {"4.0"}, (code, set(numbers_in(own)) - known)
        static = public.static(f"indicators/{code}.html", language)
        text = "\n".join(static.shown.texts)
        mine = {
            name: [r for r in public.rows(name) if r["indicator_code"] == code]
            for name in ("observations", "status", "targets", "vintages", "readings")
        }
        assert {(r["bureau_code"], r["period_code"]) for r in mine["observations"]} <= set(static.rows), code
        items = {s["scope"]: s for s in ledger.items() if s["code"] == code}
        for row in mine["status"]:
            item, sentence = items[row["bureau_code"]], row[f"sentence_{language}"]
            assert sentence in text and status_word(row["status"], language) in text, (code, row["bureau_code"])
            assert row["value"] is None or row["value"] == item["actual_value"]
        goals = Counter(
            (r[0], r[1].removeprefix(words("approximate")))
            for h, found in static.shown.tables
            if h[:2] == [words("period"), words("target")]
            for r in found
        )
        wanted = Counter((ledger.period(r["period_code"]), ledger.value({"code": code}, r["value"])) for r in mine["targets"])
        assert not wanted - goals, (code, wanted - goals)
        known = [r for h, found in static.shown.tables if words("vintage") in h for r in found]
        assert len(known) == sum(r["vintage"] > 1 for r in mine["vintages"]), code
        read = [r for h, found in static.shown.tables if words("checked_against") in h for r in found]
        assert len(read) == len(mine["readings"]), code
    for table, path in (("procedures", "procedures.html"), ("facilities", "facilities.html")):
        last = public.static(path, language).shown.tables[-1][1]
        assert Counter(r[0] for r in last) == Counter(
            words.named(r) if "name_en" in r else r["name_ja"] for r in public.rows(table)
        ), table
    by_project: dict[str, list[dict[str, Any]]] = {}
    for row in public.rows("milestones"):
        by_project.setdefault(row["project_code"], []).append(row)
    for code, found in by_project.items():
        shown = [
            r for h, t in public.static(f"projects/{code}.html", language).shown.tables if words("milestone_state") in h for r in t
        ]
        assert Counter(r[0] for r in shown) == Counter(words.named(m) for m in found), code


@LANGUAGES
def test_an_indicator_by_bureau_is_the_same_on_its_static_page(public: Public, language: str) -> None:
    """In both organisations; the instance shows it on the page of the indicator (``test_parity.py``) and of the bureaus."""
    ledger, compared = public.ledgers[language], 0
    for code in ledger.indicators:
        for view in ("then", "now"):
            tables, _, says = accounts.comparison(ledger, code, view=view)
            if tables:
                static = public.static(f"indicators/{code}.html", language).shown
                assert tabled.said(comparable(tables)[0]) in comparable(static.tables), (code, view)
                assert says[-1] in " ".join(static.texts), (code, says[-1])
                compared += 1
    assert compared >= 2
