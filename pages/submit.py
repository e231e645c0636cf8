"""The page where a bureau reports: what is due, template, upload, problems, changes to the figures, and submission."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import streamlit as st

from kpis.as_text import markdown
from kpis.government import government
from kpis.once import Same
from kpis.reporting import deadlines, reports, submissions
from kpis.reporting.answering import part_of
from kpis.reporting.deadlines import ReportStanding, Window
from kpis.reporting.reports import Opened, Report
from kpis.reporting_vocabulary import OPEN_STATES
from kpis.text import format_date
from loaders.workbook.submit import Received, receive
from pages.parts import cached, in_place, own_checks, prose, several_hands, steps
from pages.parts.brought import free_upload
from pages.parts.choices import choose
from pages.parts.commentary import ask_causes, openness
from pages.parts.data_table import data_table, texts_of_rows, texts_table
from pages.parts.entry import enter, stop
from pages.parts.explain import ask_readings, confirm_warnings, give_reasons, resolve_conflicts
from pages.parts.handing_out import template
from pages.parts.problems import marked_download, problem_counts, problem_list
from pages.parts.refused import refused_list
from pages.parts.reported import bureau_names, instant, office_today, period_name, section_name, state_name, time_left
from pages.parts.text import in_brackets, language, t, viewer_words
from pages.parts.titled import page_heading, section_heading
from pages.parts.uploader import workbook_uploader
from pages.parts.viewer import for_viewer, viewer
from pages.parts.whatchanges import confirmed_warnings, filled_in, report_head, steps_taken, what_changes

enter("take_template")

PERIODS_SHOWN = 5
PROBLEMS = "report_problems"  # session key: result of the last uploaded file; nothing else of a report is in the session
store, me = cached.store(), viewer()


def offered_periods(windows: list[Window], own: list[reports.Report]) -> list[Window]:
    """Return the next period to open, then the opened ones, newest first; older ones only if they have an open report."""
    day, on_their_way = office_today(), {r.period_code for r in own if r.state in OPEN_STATES}
    coming = [w for w in windows if w.opens_on and w.opens_on > day][-1:]
    return [*coming, *deadlines.within_reach(windows, on_their_way, today=day, most=PERIODS_SHOWN - 1)]


def owed(standings: list[ReportStanding], windows: dict[str, Window]) -> None:
    """Draw the page title (which report is due when, or how many are missing), and a table with one row per period."""
    day = office_today()
    missing = [s for s in standings if s.state in ("not_started", "draft", "returned") and _has_opened(windows[s.period_code])]
    passed = {code for code, window in windows.items() if window.due_on is not None and window.due_on < day}
    due = [s for s in missing if not s.is_late and s.period_code not in passed]
    if due:
        window = windows[due[0].period_code]
        assert window.due_on is not None
        page_heading(
            t(
                "owed_title",
                period=period_name(due[0].period_code),
                day=format_date(window.due_on, language()),
                left=time_left(window.due_on),
            )
        )
    else:
        page_heading(t("owed_late_title", count=len(missing)) if missing else t("owed_nothing_title"))
    if standings:
        texts_table(for_viewer("owed", key=tuple(standings), make=lambda: texts_of_rows(_periods(standings, windows))))


def _periods(standings: list[ReportStanding], windows: dict[str, Window]) -> list[dict[str, str]]:
    return [
        {
            t("period"): period_name(s.period_code),
            t("state"): state_name(_state(s, windows)) + (in_brackets(state_name("late")) if s.is_late else ""),
            t("opens_on"): _day(windows[s.period_code].opens_on), t("due_on"): _day(windows[s.period_code].due_on),
            t("locks_on"): _day(windows[s.period_code].locks_on),
        }
        for s in standings
    ]  # fmt: skip


def _state(standing: ReportStanding, windows: dict[str, Window]) -> str:
    is_early = standing.state == "not_started" and not _has_opened(windows[standing.period_code])
    return "not_open" if is_early else standing.state


def _has_opened(window: Window) -> bool:
    return window.opens_on is not None and window.opens_on <= office_today()


def _day(day: date | None) -> str:
    return format_date(day, language()) if day else "―"


def uploading(bureau: str, period: str, now_open: Report | None) -> None:
    """Draw the upload form and read an uploaded workbook: without errors it becomes a draft, otherwise nothing is stored.

    The result is kept in the session and shown by ``upload_result``.

    Args:
        bureau: code of the reporting bureau.
        period: code of the reporting period.
        now_open: the bureau's open report of the period, to which the upload is added; ``None`` where there is none.
    """
    on_behalf = not me.may("upload", bureau)
    section_heading(t("take_in_title") if on_behalf else t("step_upload"))
    if now_open is not None and now_open.state == "submitted":
        prose.info(t("upload_not_now"), icon=":material/info:")
        return
    if now_open is not None:
        prose.info(t("upload_merges", number=now_open.id, revision=now_open.revision), icon=":material/merge:")
    key, part, how = steps.form_key("upload"), None, ""  # another key empties the uploader: the draft is in the database
    if on_behalf:
        prose.markdown(t("take_in_lead"))
    with st.form(key, border=True):
        file = workbook_uploader("upload_label", key=f"file_{key}", explained=t("upload_help"))
        if on_behalf:
            how = st.text_input(t("take_in_how"), placeholder=t("take_in_how_example"), key=f"how_{key}")
        if (sections := list(government().sections_of(bureau))) and me.sections("upload", bureau) is None:
            part = st.selectbox(
                t("upload_whose"),
                [None, *sections],
                format_func=lambda s: section_name(s) if s else t("upload_whose_template"),
                key=f"part_{key}",
            )
        pressed = st.form_submit_button(t("upload_button"), type="primary", icon=":material/fact_check:")
    prose.caption(openness())
    if on_behalf and pressed and not how.strip():
        prose.warning(t("taken_in_without_saying_how"), icon=":material/info:")
        return
    if pressed and file is None:
        prose.warning(t("upload_none"), icon=":material/info:")
    if pressed and file is not None:
        content, last = file.getvalue(), steps.last_file(PROBLEMS)

        def read() -> Received:
            done = receive(
                store, content, actor=me.email, name=file.name, today=office_today(), bureau_code=bureau, period_code=period,
                adds_to=now_open.id if now_open is not None else None, part=part, how_it_came=how,
            )  # fmt: skip
            last[:] = [(bureau, period, file.name, content, done)]
            if done.uploaded is not None:
                free_upload(file)
            return done

        steps.take(read, form="upload", is_written=lambda done: done.uploaded is not None)


def upload_result(bureau: str, period: str) -> None:
    """Draw the result of the last upload for this bureau and period: the draft it became, or the problems, each at its cell."""
    received: tuple[str, str, str, bytes, Received] | None = next(iter(steps.last_file(PROBLEMS)), None)
    if received is None or received[:2] != (bureau, period):
        return
    _, _, name, content, done = received
    if done.uploaded is not None:
        key = "upload_repeat" if done.uploaded.is_repeat else "upload_kept"
        prose.success(
            t(
                key,
                name=markdown(name),
                number=done.uploaded.report_id,
                state=state_name(done.uploaded.state),
                rows=done.reading.rows_count,
            ),
            icon=":material/check_circle:",
        )
        if done.uploaded.clashes:
            prose.warning(t("upload_clashes", count=done.uploaded.clashes), icon=":material/call_split:")
        return
    errors = len(done.reading.errors)
    problems = problem_counts(errors, len(done.reading.warnings))
    prose.error(t("upload_refused", name=markdown(name), problems=problems), icon=":material/error:")
    marked_download(content, done.reading)
    problem_list(done.reading.problems, key=f"problems_{bureau}_{period}")


def _part_of(opened: Opened) -> Opened:
    return for_viewer("own part of a report", key=Same(opened), make=lambda: part_of(store, opened, viewer=me.email))


def draft(opened: Opened) -> None:
    """Draw an open report; its bureau can answer questions, explain, check, submit or withdraw it."""
    report = opened.report
    section_heading(t("step_changes"))
    steps.warn_if_changed(opened)
    report_head(opened, who=report.created_by, at=report.created_at)
    own_checks.check_steps(opened, me=me)
    is_open = report.state in ("draft", "returned")
    is_theirs = own_checks.is_for_bureau(report, me)
    mine = is_open and (is_theirs or me.may("explain", report.bureau_code))
    own = _part_of(opened) if mine else opened  # a section answers only questions about its own rows
    several_hands.ask_clashes(store, own, actor=me.email if mine else None)
    what_changes(opened)
    if mine:
        ask_readings(store, own, actor=me.email)
        resolve_conflicts(store, own, actor=me.email)
        give_reasons(store, own, actor=me.email)
        confirm_warnings(store, own, actor=me.email)
        ask_causes(store, own, actor=me.email)
    if own is not opened or not mine:
        confirmed_warnings(opened)
    if is_open and me.may("upload", report.bureau_code):
        in_place.correcting(store, opened, me=me)
    several_hands.merged_files(opened)
    in_place.files(store, opened, me=me)
    several_hands.written_rows(store, opened, actor=me.email if mine and own is opened else None)
    steps_taken(opened)
    if report.state == "submitted":
        prose.info(
            t("waits_for_office", when=instant(report.submitted_at), who=markdown(report.submitted_by or "")),
            icon=":material/hourglass_empty:",
        )
    if is_open and own_checks.check_or_hand_over(store, opened, me=me) and (is_theirs or me.may("submit", report.bureau_code)):
        section_heading(t("step_submit"))
        if opened.obstacles:
            prose.info(t("obstacles", count=opened.obstacles), icon=":material/info:")
        if steps.is_pressed("submit", report, t("submit_button"), icon=":material/send:", is_ready=not opened.obstacles):
            act(
                lambda: submissions.submit(store, report.id, actor=me.email, revision=report.revision, today=office_today()),
                "submitted_now",
            )
    if (is_theirs or me.may("withdraw", report.bureau_code)) and report.state in OPEN_STATES:
        with st.popover(t("withdraw"), icon=":material/block:"):
            prose.markdown(t("withdraw_lead"))
            if st.button(t("withdraw_button"), key=steps.revision_key("withdraw", report)):
                act(lambda: submissions.withdraw(store, report.id, actor=me.email, revision=report.revision), "withdrawn_now")
    steps.show_unstored_words(report)


def act(step: Callable[[], object], sentence: str) -> None:
    """Run a step of a report and show its result after the rerun; discard the problems of the last uploaded file.

    Args:
        step: the write to the database.
        sentence: message key of the text shown on success.
    """
    last = steps.last_file(PROBLEMS)

    def done() -> None:
        step()
        last.clear()

    steps.take(done, t(sentence))


def mine(own: list[Report]) -> None:
    """Draw the list of the bureau's reports, one row each, with state, revision, file and reason of return."""
    section_heading(t("my_reports"))
    if not own:
        prose.caption(t("my_reports_none"))
        return
    rows = [
        {
            t("period"): period_name(r.period_code), t("state"): state_name(r.state), t("number"): r.id, t("revision"): r.revision,
            t("filled"): filled_in(r),
            t("file"): r.file_name, t("who"): r.submitted_by or r.created_by, t("when"): instant(r.submitted_at or r.created_at),
            t("give_back_reason_short"): viewer_words().half(r.return_reason),
        }
        for r in own
    ]  # fmt: skip
    data_table(rows)


every = for_viewer("periods", make=lambda: deadlines.reported_periods(store))
if not every:
    page_heading(t("nav_submit"))
    prose.info(t("no_calendar"), icon=":material/info:")
    stop()
reach = me.bureaus("take_template")
names = bureau_names()
choices = [b for b in names if (reach is None or b in reach) and b in cached.moment().reporting_units]
if not choices:
    page_heading(t("nav_submit"))
    prose.info(t("no_bureau_to_report_for"), icon=":material/info:")
    stop()
place = st.container()  # the title comes first on the page, but depends on the selection below it
left, right = st.columns(2, gap="medium")
with left:
    bureau = choose("bureau", choices, t("bureau"), names.__getitem__, default=choices[0], is_whole=True)
own = for_viewer("reports", key=bureau, make=lambda: reports.reports(store, viewer=me.email, bureau_code=bureau))
windows = offered_periods(every, own)
codes = tuple(w.period_code for w in windows)
standings = for_viewer(
    "standings",
    key=(bureau, codes),
    make=lambda: deadlines.standings_of(store, bureau, codes, viewer=me.email, today=office_today()),
)
by_period = {w.period_code: w for w in windows}
own_windows = for_viewer("windows", key=(bureau, codes), make=lambda: deadlines.windows_of(store, bureau, codes))
with right:
    period = choose(
        "period",
        list(by_period),
        t("period"),
        period_name,
        default=deadlines.to_report(own_windows, standings, today=office_today()),
        is_whole=True,
    )
with place:
    owed(standings, by_period)
steps.show_result()
for ended in steps.closed_meanwhile(r for r in own if r.period_code == period):
    steps.warn_if_changed(steps.opened(ended.id))
    steps.show_unstored_words(ended)
now_open = next((r for r in own if r.period_code == period and r.state in OPEN_STATES), None)
left, right = st.columns(2, gap="medium")
with left:
    template(store, bureau, period, me=me)
with right:
    if me.may("upload", bureau) or me.acts_for(bureau):
        uploading(bureau, period, now_open)
    else:
        section_heading(t("step_upload"))
        prose.info(t("upload_by_managers"), icon=":material/info:")
upload_result(bureau, period)
if now_open is not None:
    draft(steps.opened(now_open.id))
mine(own)
refused_list(store, me=me, bureau=bureau)
if me.may("name_deputy", bureau):
    with st.expander(t("deputies"), icon=":material/supervisor_account:"):
        own_checks.stand_ins(store, me=me)
