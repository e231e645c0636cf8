"""The office's review page: who has reported, what each report changes, approval; exceptions, persons and the audit trail."""

from __future__ import annotations

from collections import Counter

import pandas as pd
import streamlit as st

from kpis.as_text import markdown
from kpis.errors import NotFound
from kpis.once import Same
from kpis.periods import parse_period
from kpis.reporting import deadlines, reports, submissions
from kpis.reporting.comparison import OBSERVATIONS
from kpis.reporting.deadlines import ReportStanding, Window
from kpis.reporting.reports import Opened, Report
from kpis.reporting_vocabulary import OPEN_STATES
from kpis.store.store import Store
from kpis.text import format_date
from loaders.workbook.door import handed_on
from pages.parts import cached, own_checks, prose, several_hands, steps
from pages.parts.choices import choose
from pages.parts.data_table import Texts, data_table, lines, texts_of_rows, texts_table
from pages.parts.entry import enter
from pages.parts.office import audit, exceptions, persons
from pages.parts.refused import refused_list
from pages.parts.reported import (
    STATE_MARKS,
    STATE_ORDER,
    bureau_names,
    column_name,
    instant,
    office_today,
    period_name,
    place_name,
    row_namer,
    state_mark,
    state_name,
    value_text,
)  # fmt: skip
from pages.parts.saving import save_button
from pages.parts.text import csv_file, digits, in_brackets, language, t
from pages.parts.titled import page_heading, part_heading, section_heading
from pages.parts.viewer import for_viewer, viewer
from pages.parts.whatchanges import AT_ONCE, confirmed_warnings, filled_in, report_head, steps_taken, what_changes
from pages.parts.withdrawals import withdrawn
from telling.file_names import file_name

enter("see_queue", "manage_people", "read_audit")

PERIODS_SHOWN = 6
MATRIX_AT_ONCE = 12  # bureaus shown; the rest are collapsed
store, me = cached.store(), viewer()


def conclusion(standings: list[ReportStanding], window: Window) -> None:
    """Draw the page title and the counts of reports by state for one period, the number of late ones, and the due date."""
    counts = Counter(s.state for s in standings)
    page_heading(
        t("review_title", period=period_name(window.period_code), bureaus=len(standings), waiting=counts["submitted"],
          approved=sum(s.is_approved for s in standings))
    )  # fmt: skip
    late = sum(s.is_late for s in standings)
    marks = [f"{state_mark(state)}\N{NO-BREAK SPACE}{counts[state]}" for state in STATE_ORDER if counts[state]]
    if late:
        marks.append(f"{state_mark('late')}\N{NO-BREAK SPACE}{late}")
    due = format_date(window.due_on, language()) if window.due_on else "―"
    prose.markdown(f"{' '.join(marks)} ・ {t('due_on')} {due}")


def matrix(standings: list[ReportStanding], periods: list[str]) -> None:
    """Draw the states of all reports with CSV: one row per bureau, one column per period."""

    def make() -> tuple[Texts, bytes]:
        rows = coverage_rows(standings, periods)
        return texts_of_rows(rows, first=MATRIX_AT_ONCE) if rows else Texts(""), csv_file(pd.DataFrame(rows))

    section_heading(t("matrix"))
    table, csv = for_viewer("matrix", key=tuple(periods), make=make)
    with st.container(key="report_matrix"):  # the style sheet sets two periods per line on a phone
        texts_table(table)
    save_button(t("csv"), csv, file_name("coverage", *sorted({periods[0], periods[-1]}), ending=".csv"), key="csv_matrix")


def coverage_rows(standings: list[ReportStanding], periods: list[str]) -> list[dict[str, str]]:
    """Return one row per bureau that must report in any of the periods: its name, and one column per period with the report's state."""
    standing_of = {(s.bureau_code, s.period_code): s for s in standings}
    names = bureau_names()
    bureaus = [b for b in names if any((b, p) in standing_of for p in periods)]
    rows = []
    for bureau in bureaus:
        row = {t("bureau"): names[bureau]}
        for period in periods:
            standing = standing_of.get((bureau, period))
            word = "" if standing is None else f"{STATE_MARKS[standing.state]} {state_name(standing.state)}"
            if standing is not None and standing.is_approved and standing.state != "approved":
                word += f" {STATE_MARKS['approved']} {state_name('approved')}"
            row[parse_period(period).short(language())] = word + (
                f" ⚠ {state_name('late')}" if standing is not None and standing.is_late else ""
            )
        rows.append(row)
    return rows


def waiting(queue: list[Report]) -> None:
    """Draw the list of submitted reports waiting for review, with a form to approve several at once."""
    section_heading(t("queue"))
    revisions = {r.id: r.revision for r in queue}
    picks = st.session_state.get("several", ())
    if [number for number in picks if steps.is_other(f"queued {number}", revisions.get(number))]:
        prose.warning(t("page_changed_since"), icon=":material/difference:")
    if not queue:
        prose.caption(t("queue_none"))
        return
    names = bureau_names()
    labels = {r.id: f"{names[r.bureau_code]} {period_name(r.period_code)} ({t('number')} {r.id})" for r in queue}
    rows = [
        {
            t("bureau"): names[r.bureau_code], t("period"): period_name(r.period_code), t("number"): r.id, t("revision"): r.revision,
            t("filled"): filled_in(r), t("submitted_by"): r.submitted_by, t("when"): instant(r.submitted_at), t("file"): r.file_name,
        }
        for r in queue
    ]  # fmt: skip
    data_table(rows)
    with st.popover(t("approve_several"), icon=":material/done_all:"):
        picked = steps.pick_several(t("approve_several_pick"), labels, key="several")
        prose.caption(t("approve_several_lead"))
        shown = " ".join(steps.revision_key("", r) for r in queue if r.id in picked)
        if st.button(
            t("approve_several_button", count=len(picked)), disabled=not picked, type="primary", key=f"approve_several_{shown}"
        ):
            several({r.id: r.revision for r in queue if r.id in picked}, labels)


def several(chosen: dict[int, int], labels: dict[int, str]) -> None:
    """Approve several reports and show the result of each after the rerun.

    Args:
        chosen: report number → the revision that was on the screen.
        labels: report number → name shown.
    """
    done = submissions.approve_several(store, chosen, actor=me.email)
    cells = [
        f"{markdown(labels[d.report_id])}: "
        + (markdown(d.refusal.in_language(language())) if d.refusal else t("approved_now", number=d.report_id, changed=d.changed))
        for d in done
    ]
    steps.rerun_with("  \n".join(cells))


def open_one(opened: Opened) -> None:
    """Draw one report and its changes to the figures; the office can approve or return it if it is submitted."""
    report = opened.report
    section_heading(f"{markdown(bureau_names()[report.bureau_code])} {period_name(report.period_code)}")
    steps.warn_if_changed(opened)
    report_head(opened, who=report.submitted_by or report.created_by, at=report.submitted_at or report.created_at)
    own_checks.check_steps(opened, me=me)
    several_hands.merged_files(opened)
    part_heading(t("what_changes"))
    what_changes(opened)
    if opened.warnings:
        part_heading(t("confirmed_warnings"))
        confirmed_warnings(opened)
    redone(opened)
    several_hands.written_rows(store, opened, actor=None)
    compared_with_last(opened)
    if report.file_sha256:
        number, email = report.id, me.email
        st.download_button(
            t("original"), lambda: handed_on(reports.original(store, number, viewer=email)[1]), report.file_name, icon=":material/download:",
            on_click="ignore", key=f"original_{number}",
        )  # fmt: skip
    steps_taken(opened)
    if report.state == "submitted":
        decide(opened)
    steps.show_unstored_words(report)


def redone(opened: Opened) -> None:
    """Draw the cells in which the latest upload differs from the previous one, one row each; nothing if none."""
    number = opened.report.id
    again = for_viewer("redone", key=Same(opened), make=lambda: reports.redone(store, number, viewer=me.email))
    if not again:
        return
    name = row_namer()
    with st.expander(t("redone", count=len(again)), icon=":material/difference:", expanded=True):
        rows = [
            {
                t("cell"): r.place, t("row"): name(r.row), t("column"): column_name(r.row.kind, r.column),
                t("revision_before"): value_text(r.row.kind, r.column, r.before),
                t("revision_now"): value_text(r.row.kind, r.column, r.after),
            }
            for r in again
        ]  # fmt: skip
        data_table(rows)


def compared_with_last(opened: Opened) -> None:
    """Draw a table of reported figures beside the bureau's last figure of an earlier period, one row per figure that has one."""
    if rows := for_viewer("compared with last", key=Same(opened), make=lambda: _beside_last(opened)):
        part_heading(t("compared_with_last"))
        data_table(rows, first=AT_ONCE)


def _beside_last(opened: Opened) -> list[dict[str, object]]:
    entry_of = {(e.definition.code, e.unit_code): e for e in cached.moment().book.entries}
    name, rows = row_namer(), list[dict[str, object]]()
    for change in opened.comparison.rows:
        row = change.row
        entry = entry_of.get((row.key[0], row.key[1])) if row.kind == OBSERVATIONS else None
        if entry is None:
            continue
        own = row.key[2]
        earlier = [f for f in entry.figures if f.period.end < parse_period(own).end]
        if not earlier:
            continue
        last = max(earlier, key=lambda f: (f.period.end, f.vintage))
        compared = []
        for column in ("value", "numerator", "denominator", "base_value"):
            now, was = row.fields.get(column), getattr(last, column)
            if isinstance(now, (int, float)) and not isinstance(now, bool):
                jump = in_brackets(digits((now - was) / abs(was), "+.1%")) if was and now != was else ""
                compared.append(
                    f"{column_name(row.kind, column)}: {value_text(row.kind, column, was)} → {value_text(row.kind, column, now)}{jump}"
                )
        if compared:
            heading = f"{t('last_value')} → {t('new_value')}"
            rows.append({t("row"): name(row), heading: lines(compared), t("last_period"): period_name(last.period_code)})
    return rows


def decide(opened: Opened) -> None:
    """Draw the buttons to approve a report, or to return it with a reason and comments on cells.

    Whoever uploaded, submitted or checked the report sees instead that another person must decide (four-eyes principle).
    """
    report, name = opened.report, row_namer()
    took_part = {report.created_by, report.submitted_by, *(uploaded.uploaded_by for uploaded in opened.uploads)}
    if me.email in took_part or opened.way.has_acted(me.email):
        prose.info(t("four_eyes"), icon=":material/visibility:")
        return
    part_heading(t("decide"))
    left, right = st.columns([1, 2], gap="medium")
    with left:
        if opened.obstacles:
            prose.warning(t("approve_blocked", count=opened.obstacles), icon=":material/call_split:")
        if steps.is_pressed("approve", report, t("approve"), icon=":material/check_circle:", is_ready=not opened.obstacles):
            steps.take(
                lambda: submissions.approve(store, report.id, actor=me.email, revision=report.revision),
                t("approved_one", number=report.id),
            )
    with right, st.container(border=True):
        reason = st.text_area(t("give_back_reason"), key=f"return_{report.id}")
        # Keyed by row and column: in a report of several workbooks, two cells may have the same address.
        cells = {(c.row.kind, c.row.key, c.column): c for c in opened.comparison.cells}
        names = {key: f"{place_name(c.place)} {name(c.row)} {column_name(c.row.kind, c.column)}" for key, c in cells.items()}
        picked = steps.pick_several(t("give_back_cells"), names, key=f"cells_{report.id}")
        comments = {
            cell: st.text_input(
                t("comment_at", cell=markdown(place_name(cells[cell].place))),
                key=f"comment_{report.id}_{' '.join(cell[1])}_{cell[2]}",
            )
            for cell in picked
        }
        if st.button(t("give_back"), icon=":material/undo:", key=steps.revision_key("give_back", report)):
            steps.take(
                lambda: submissions.give_back(
                    store, report.id, actor=me.email, revision=report.revision, reason=reason, comments=comments
                ),
                t("returned_now", number=report.id),
            )


def queue(store: Store, *, actor: str) -> None:
    """Draw the states of all reports, those waiting for review, and the report selected by the address."""
    listed_reports = for_viewer("reports", make=lambda: reports.reports(store, viewer=actor))
    on_their_way = {r.period_code for r in listed_reports if r.state in OPEN_STATES}
    windows = deadlines.within_reach(
        for_viewer("periods", make=lambda: deadlines.reported_periods(store)),
        on_their_way,
        today=office_today(),
        most=PERIODS_SHOWN,
    )
    if not windows:
        page_heading(t("nav_review"))
        prose.info(t("no_calendar"), icon=":material/info:")
        return
    by_code = {w.period_code: w for w in windows}
    place = st.container()
    codes = list(by_code)
    picked = choose("period", codes, t("period"), period_name, default=codes[0], is_whole=True)
    standings = for_viewer(
        "coverage", key=tuple(codes), make=lambda: deadlines.coverage(store, codes, viewer=actor, today=office_today())
    )
    with place:
        conclusion([s for s in standings if s.period_code == picked], by_code[picked])
    waiting([r for r in listed_reports if r.state == "submitted"])
    number = chosen_report(listed_reports)
    if number:
        try:
            open_one(steps.opened(int(number)))
        except NotFound as unknown:
            prose.warning(markdown(unknown.in_language(language())), icon=":material/search_off:")
    matrix(standings, codes)
    refused_list(store, me=me)


def chosen_report(listed_reports: list[Report]) -> str:
    """Draw the selection of a report and return its number, "" if none; withdrawn ones are offered only if the address names them."""
    names = bureau_names()
    labels = {
        str(r.id): f"{r.id} {names[r.bureau_code]} {period_name(r.period_code)} {state_name(r.state)}"
        for r in listed_reports
        if r.state != "withdrawn" or str(r.id) == st.query_params.get("report")
    }
    return choose("report", list(labels), t("open_report"), lambda n: labels.get(n, t("choose_report")))


steps.show_view(
    t("review_view"),
    {
        "queue": ("see_queue", queue), "withdrawals": ("see_queue", withdrawn), "exceptions": ("grant_exception", exceptions),
        "persons": ("manage_people", persons), "audit": ("read_audit", audit),
    },
)  # fmt: skip
