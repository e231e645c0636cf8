"""Commands for people: sign-in accounts, deputies, and withdrawals of figures."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from kpis.figures.records import Figure
from kpis.government import government
from kpis.message import Message
from kpis.periods import local_day, parse_day
from kpis.reporting import deputies, people, withdrawals
from kpis.reporting.access import ROLES
from kpis.seen import journal
from kpis.store.store import utc_now
from kpis.terminal import WrongValue, localised, out, own_store

app = typer.Typer()
withdraw_app = typer.Typer(no_args_is_help=True, help="Take back a figure approved by mistake: one person asks, another decides")
app.add_typer(withdraw_app, name="withdraw")


@withdraw_app.command("ask")
def withdraw_ask(
    indicator: Annotated[str, typer.Argument(help="Code of the indicator")],
    bureau: Annotated[str, typer.Argument(help="Code of the unit whose figure it is")],
    period: Annotated[str, typer.Argument(help="FY2022-Q3, FY2022 or 2022-12")],
    reason: Annotated[str, typer.Option(help="Why, in words; it is shown to the public")],
    actor: Annotated[str, typer.Option("--as", help="Who asks (e-mail); the role is checked")],
    reason_class: Annotated[
        str, typer.Option(help="A reason of correction_reasons.csv; the first that means an error if left out")
    ] = "",
    vintage: Annotated[int | None, typer.Option(help="Which version; the one that counts if left out", min=1)] = None,
) -> None:
    """Ask for a figure to be withdrawn. Nothing changes until somebody else approves it."""
    store = own_store()
    _print_asked(
        withdrawals.ask(
            store,
            (indicator, bureau, period),
            actor=people.account_key(actor),
            reason_class=reason_class or government().error,
            reason_text=reason,
            vintage=vintage,
        )
    )


@withdraw_app.command("list")
def withdraw_list(actor: Annotated[str, typer.Option("--as", help="Who looks (e-mail)")]) -> None:
    """List the withdrawals that wait for a decision."""
    store = own_store()
    for request in withdrawals.requests(store, viewer=people.account_key(actor)):
        _print_asked(request)


@withdraw_app.command("approve")
def withdraw_approve(
    number: Annotated[int, typer.Argument(help="Number of the request")],
    actor: Annotated[str, typer.Option("--as", help="Who approves (e-mail), other than who asked")],
) -> None:
    """Approve a withdrawal: the version before it counts again, or none."""
    store = own_store()
    _print_asked(withdrawals.decide(store, number, actor=people.account_key(actor), approves=True))


@withdraw_app.command("refuse")
def withdraw_refuse(
    number: Annotated[int, typer.Argument(help="Number of the request")],
    reason: Annotated[str, typer.Option(help="Why not")],
    actor: Annotated[str, typer.Option("--as", help="Who refuses (e-mail), other than who asked")],
) -> None:
    """Refuse a withdrawal; the figure stays."""
    store = own_store()
    _print_asked(withdrawals.decide(store, number, actor=people.account_key(actor), approves=False, text=reason))


def _print_asked(request: withdrawals.Asked) -> None:
    def figure_fields(figure: Figure | None) -> str:
        return ", ".join(f"{n} {v}" for n, v in withdrawals.said_of(figure).items()) or localised("figure_none")

    out.print(
        localised(
            "withdrawal_in_short",
            number=request.id,
            state=Message(f"withdrawal_{request.state}"),
            key=" ".join(request.key),
            vintage=request.vintage,
        )
    )
    out.print(f"  {figure_fields(request.figure)} → {figure_fields(request.then)}")
    out.print(f"  [{request.reason_class}] {request.reason_text} ({request.asked_by} → {request.decided_by or '―'})")


people_app = typer.Typer(no_args_is_help=True, help="Who may sign in, and what they may do")
app.add_typer(people_app, name="user")


@people_app.command("add")
def user_add(
    email: Annotated[str, typer.Argument(help="E-mail that the sign-in provider vouches for")],
    role: Annotated[str, typer.Option(help=" | ".join(ROLES))],
    bureau: Annotated[str | None, typer.Option(help="Code of the bureau, for bureau_manager and bureau_approver")] = None,
    name: Annotated[str, typer.Option(help="Name to show")] = "",
    section: Annotated[str, typer.Option(help="Code of the section in sections.csv, for section")] = "",
) -> None:
    """Give a person a role; safe to repeat."""
    store = own_store()
    added = people.add_person(
        store, actor=people.COMMAND_LINE, email=email, role=role, bureau_code=bureau, name=name, section_code=section
    )
    _print_person(added)


@people_app.command("list")
def user_list() -> None:
    """List every person with their roles, and at an office the id by which the log names them."""
    store = own_store()
    for person in people.people(store, actor=people.COMMAND_LINE):
        _print_person(person)


@people_app.command("remove")
def user_remove(
    email: Annotated[str, typer.Argument(help="Whose role to take")],
    role: Annotated[str | None, typer.Option(help="This role only; none = all of them")] = None,
    bureau: Annotated[str | None, typer.Option(help="The bureau of that role")] = None,
    section: Annotated[str, typer.Option(help="The section of that role")] = "",
) -> None:
    """Take one role or all roles from a person; what they did stays on record."""
    store = own_store()
    people.remove_person(store, actor=people.COMMAND_LINE, email=email, role=role, bureau_code=bureau, section_code=section)


def _print_person(person: people.Person) -> None:
    roles = ", ".join(" ".join(filter(None, (g.role, g.bureau_code, g.section_code))) for g in person.grants) or localised(
        "roles_none"
    )
    in_log = journal.person_id(person.email)
    out.print(f"{person.email} {person.name}: {roles}" + (f" [{in_log}]" if in_log else ""))


deputy_app = typer.Typer(no_args_is_help=True, help="Who stands in for a person of a bureau, from a day to a day")
app.add_typer(deputy_app, name="deputy")
_Who = Annotated[
    str, typer.Option("--as", help="Who says so (e-mail): the person, the office or an administrator; the role is checked")
]


def _day(text: str) -> date:
    try:
        return parse_day(text)
    except ValueError as error:
        raise WrongValue("date_as") from error


@deputy_app.command("name")
def deputy_name(
    email: Annotated[str, typer.Argument(help="Who stands in")],
    stands_in_for: Annotated[str, typer.Option("--for", help="For whom")],
    first: Annotated[date, typer.Option("--from", parser=_day, metavar="DAY", help="First day, as 2026-11-30")],
    last: Annotated[date, typer.Option("--until", parser=_day, metavar="DAY", help="Last day; it is included")],
    actor: _Who,
) -> None:
    """Let a person stand in for another; every line of the audit trail then says in whose place."""
    store = own_store()
    who = people.account_key(actor)
    deputies.name_deputy(store, actor=who, email=email, stands_in_for=stands_in_for, from_date=first, until_date=last)
    _print_deputy(deputies.deputies(store, viewer=who)[0])


@deputy_app.command("list")
def deputy_list(actor: _Who) -> None:
    """List who stands in for whom, the newest first."""
    for deputy in deputies.deputies(own_store(), viewer=people.account_key(actor)):
        _print_deputy(deputy)


@deputy_app.command("end")
def deputy_end(number: Annotated[int, typer.Argument(help="Number of the deputy, as `deputy list` shows it")], actor: _Who) -> None:
    """End it before its time; what was done until then stands."""
    store = own_store()
    deputies.end_deputy(store, number, actor=people.account_key(actor))
    out.print(localised("deputy_ended_now"))


def _print_deputy(deputy: deputies.Deputed) -> None:
    state = localised(f"deputy_state_{deputy.state(local_day(utc_now()))}")
    out.print(
        f"{deputy.id} {deputy.email} → {deputy.stands_in_for}: {deputy.from_date} – {deputy.until_date} ({state}) [{deputy.named_by}]"
    )
