"""Classify the changes of a transaction: figures and the data they are judged by, or only other data (reports, people, records).

The classification is derived from the statements sent, so no step has to declare it or can do so wrongly. Cached results on
figures survive a draft, a person and a submission; any unknown table counts as figures.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Table, case, event
from sqlalchemy.engine import Connection

from kpis.store import tables
from kpis.store.tables import table_of

# No cached value on figures may depend on these (``kpis.state.State.reported``).
BESIDE = frozenset(
    table_of(model).name
    for model in (
        tables.AuditEvent, tables.Decision, tables.Deputy, tables.EditionPointer, tables.EndedSignIn, tables.IssuedTemplate,
        tables.Meeting, tables.Notice,
        tables.NoticeChoice, tables.NoticeReader, tables.OriginalFile, tables.Publication, tables.Question, tables.QuestionAnswer,
        tables.QuestionReply, tables.QuestionUpload, tables.RefusedFile, tables.ReportingException,
        tables.ReviewComment, tables.SigningKey, tables.Submission, tables.SubmissionCheck, tables.SubmissionContributor,
        tables.SubmissionRow, tables.SubmissionUpload, tables.SubmissionWarning, tables.ToldStatus, tables.UserAccount,
        tables.UserRole, tables.Webhook, tables.Withdrawal,
    )
)  # fmt: skip
_WRITES = re.compile(r'\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+"?(\w+)"?', re.IGNORECASE)
_READS = re.compile(r"\s*(?:SELECT|SAVEPOINT|RELEASE|ROLLBACK|PRAGMA|SET)\b", re.IGNORECASE)


class StateOf(NamedTuple):
    """The state of a database."""

    revision: int = 0  # number that rises with every committed change
    mark: str = ""  # of the latest change, unique to this state: a restored backup may reach the same revision again
    figures: str = ""  # the mark of the latest change of figures, or of the data they are judged by

    @classmethod
    def read(cls, row: Any) -> StateOf:
        """Return the state from the row of ``data_revision``.

        While versions change, a program without the mark of figures may have written: then any change counts as one of
        figures. An edition has no marks, only its number.
        """
        figures = row.figures_mark if row.figures_right_at == row.mark else row.mark
        return cls(row.revision, row.mark, figures or str(row.revision))


@dataclass(slots=True)
class Watched:
    """The statements of one transaction."""

    is_figures: bool = field(default=False)

    def sent(self, _connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        """Examine a statement."""
        if not self.is_figures and not _READS.match(statement):
            written = _WRITES.match(statement)
            self.is_figures = written is None or written[1].lower() not in BESIDE


def watched(connection: Connection) -> Watched:
    """Examine all further statements of a connection."""
    watch = Watched()
    event.listen(connection, "before_cursor_execute", watch.sent)
    return watch


def marked(table: Table, mark: str) -> dict[str, Any]:
    """Return the new values of ``data_revision`` after a change that is not one of figures, in terms of the old ones."""
    figures_mark = case((table.c.figures_right_at == table.c.mark, table.c.figures_mark), else_=table.c.mark)
    return {"mark": mark, "figures_mark": figures_mark, "figures_right_at": mark}
