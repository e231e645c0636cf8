"""Fill the outbox: within the transaction of the step announced, or of the daily run.

``of_line`` is the only entry for steps: every writer of an audit line calls it (``people.record``), so that no step is forgotten. A key
of the table ensures that a reader is notified of an occasion once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import insert, or_, select, update
from sqlmodel import Session, col

from kpis.grouped import grouped
from kpis.periods import last_instant
from kpis.reporting.access import LOCAL_DOMAIN, Grant
from kpis.reporting.occasions import BY_STEP, PUBLIC, SETTLED_BY, Due, is_concerned
from kpis.reporting_vocabulary import NoticeState, Occasion
from kpis.store import tables, trail
from kpis.store.store import instant
from kpis.store.tables import table_of
from kpis.store.vintages import is_sample

KEPT = timedelta(days=7)  # later it is no longer news
PERSON, WEBHOOK = "person ", "webhook "


def of_line(session: Session, action: str, subject: str) -> None:
    """Add the notices of an audit line that was just written, if any, to the outbox; those that the step settles do not leave any more."""
    _settled(session, action, subject)
    occasion = BY_STEP.get(action)
    if occasion is None:
        return
    kind, _, number = subject.partition(" ")
    line = trail.last(session)[:16]  # unique to the line: a report that is submitted again is announced again
    if occasion == Occasion.PUBLISHED and kind == "edition":
        edition = session.get_one(tables.Publication, int(number))
        put(session, [Due(occasion, f"{subject} {line}", "", {"edition": edition.edition, "day": edition.as_of.isoformat()})])
    elif kind == "submission":
        report = session.get_one(tables.Submission, int(number))
        facts: dict[str, str | int] = {"bureau": report.bureau_code, "period": report.period_code, "report": int(number)}
        put(session, [Due(occasion, f"{subject} {line}", report.bureau_code, facts)])
    elif kind in ("question", "answer"):
        code, *one = number.split(" ")
        due_on = session.get_one(tables.Question, code).due_on
        replies = tables.QuestionReply
        bureaus = one or session.execute(select(col(replies.bureau_code)).where(col(replies.question_code) == code)).scalars()
        question = {"question": code, "day": due_on.isoformat()}
        put(session, [Due(occasion, f"{subject} {bureau} {line}", bureau, {**question, "bureau": bureau}) for bureau in bureaus])


def _settled(session: Session, action: str, subject: str) -> None:
    """Withhold the waiting notices that ask for what a step has just done."""
    occasions = SETTLED_BY.get(action, ())
    if not occasions:
        return
    kind, _, number = subject.partition(" ")
    begins = [f"{subject} "]
    if kind == "submission":
        report = session.get_one(tables.Submission, int(number))
        begins.append(f"{report.bureau_code} {report.period_code} ")  # as ``brought.of_reports`` writes it
    else:
        begins.append(f"{'answer' if kind == 'question' else 'question'} {number} ")
    table = table_of(tables.Notice)
    about = or_(*(table.c.subject.startswith(begin, autoescape=True) for begin in begins))
    waiting = (table.c.state == NoticeState.WAITING, table.c.occasion.in_(occasions), about)
    session.execute(update(table).where(*waiting).values(state=NoticeState.WITHHELD.value, settled_at=instant(session)))


def put(session: Session, dues: Iterable[Due]) -> int:
    """Add a notice for everybody concerned and not notified yet; return the number of notices added.

    A sample adds none: its persons and bureaus are fictitious.
    """
    due = list(dues)
    if not due or is_sample(session):
        return 0
    table = table_of(tables.Notice)
    persons = grants_by_person(session)
    active = select(tables.Webhook).where(col(tables.Webhook.is_active)).order_by(col(tables.Webhook.id))
    webhooks = session.execute(active).scalars().all()
    notices = _told(session, {due_notice.occasion for due_notice in due})
    now, rows = instant(session), []
    for due_notice in due:
        readers = [
            PERSON + email for email, grants in persons.items() if is_concerned(grants, due_notice.occasion, due_notice.bureau_code)
        ]
        readers += [f"{WEBHOOK}{hook.id}" for hook in webhooks if is_for(hook, due_notice.occasion, due_notice.bureau_code)]
        for reader in readers:
            key = (due_notice.occasion, due_notice.subject, reader)
            if key in notices:
                continue
            notices.add(key)
            expires = min(now + KEPT, last_instant(due_notice.expires_on)) if due_notice.expires_on else now + KEPT
            rows.append(
                {
                    "occasion": due_notice.occasion, "subject": due_notice.subject, "reader": reader, "bureau_code": due_notice.bureau_code,
                    "facts_json": json.dumps(dict(due_notice.facts), sort_keys=True), "state": "waiting", "created_at": now, "next_try_at": now,
                    "expires_at": expires, "attempts": 0, "claim": "", "message_id": "", "last_error": "",
                }
            )  # fmt: skip
    if rows:
        session.execute(insert(table), rows)
    return len(rows)


def _told(session: Session, occasions: set[str]) -> set[tuple[str, str, str]]:
    table = table_of(tables.Notice)
    query = select(table.c.occasion, table.c.subject, table.c.reader).where(table.c.occasion.in_(sorted(occasions)))
    return {(row.occasion, row.subject, row.reader) for row in session.execute(query)}


def grants_by_person(session: Session) -> dict[str, list[Grant]]:
    """Return the roles of every active person with an address, by e-mail."""
    roles, accounts = table_of(tables.UserRole), table_of(tables.UserAccount)
    query = select(roles).join(accounts, accounts.c.email == roles.c.email).where(accounts.c.is_active).order_by(roles.c.id)
    rows = (row for row in session.execute(query) if not row.email.endswith(LOCAL_DOMAIN))
    return grouped((row.email, Grant(row.role, row.bureau_code, row.section_code)) for row in rows)


def is_for(hook: tables.Webhook, occasion: str, bureau_code: str) -> bool:
    """Return whether a channel receives an occasion of a bureau: non-public ones only if declared internal by the office."""
    if occasion in PUBLIC:
        return hook.is_active
    return hook.is_active and hook.is_internal and hook.bureau_code in (None, bureau_code)
