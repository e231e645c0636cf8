"""The errors of Mieruka: few, named for the situation, each ending with the next step."""

from __future__ import annotations

from kpis.languages import shipped, written
from kpis.message import Message


class MierukaError(Exception):
    """Base of every error this product raises on purpose.

    Args:
        values: for the placeholders of the message; see ``kpis.message.Message``.
    """

    exit_code = 2  # of a command that ends with this error

    def __init__(self, key: str, /, **values: object) -> None:
        super().__init__(key)
        self.message = Message(key, **values)

    def __str__(self) -> str:
        return f"{self.in_language('ja')} / {self.in_language('en')}"

    def in_language(self, language: str) -> str:
        """Return the message in a language, falling back to Japanese."""
        return written(self.message, language)


class _BeforeWords(MierukaError):
    """An error raised before the location of the catalogues is known; its message is in the program's own words."""

    def in_language(self, language: str) -> str:
        return shipped(self.message, language)


class SettingsRefused(_BeforeWords, ValueError):
    """A setting is missing, unsafe or contradictory."""


class UsageRefused(_BeforeWords):
    """A command was used with wrong arguments."""


class GovernmentUnreadable(_BeforeWords):
    """A file in which the government describes itself is missing or cannot be read."""


class PeriodUnreadable(MierukaError, ValueError):
    """A text is not the code of a reporting period."""


class ValueRefused(_BeforeWords, ValueError):
    """A value of a row, or several beside each other, break a rule of its list."""


class FigureRefused(MierukaError):
    """A figure or row breaks a rule of the model; nothing was stored."""


class NotAllowed(MierukaError):
    """The viewer's role does not permit the action."""


class StepRefused(MierukaError):
    """A report cannot take this step now: its state, the calendar, or an open question."""


class ChangedMeanwhile(MierukaError):
    """Somebody else changed the same report first; nothing was stored."""


class ClockBehind(MierukaError):
    """The clock shows an instant before what is stored; nothing was stored."""


class ClockAhead(MierukaError):
    """The clock shows an instant more than a year after what is stored; nothing was stored."""


class EditionRefused(MierukaError):
    """The folder of editions differs from what was published; it is not shown."""


class NotFound(MierukaError):
    """An indicator, bureau, project or file is not known."""


class SourceUnreachable(MierukaError):
    """A source could not be fetched."""


class CopyRefused(_BeforeWords):
    """A backup, or a copy of a database, cannot be made or put back; nothing was kept."""


class SchemaRefused(_BeforeWords):
    """The schema of a database is not that of this program; nothing was changed."""

    exit_code = 78


class Unavailable(_BeforeWords):
    """The machine or the database fails: full, locked, damaged, gone. ``exit_code``: of the command that ends with this error."""

    def __init__(self, key: str, /, *, exit_code: int, **values: object) -> None:
        super().__init__(key, **values)
        self.exit_code = exit_code
