"""The errors of Mieruka: few, named for the situation, each ending with the next step.

MierukaError
├── SettingsRefused      a setting is missing, unsafe or contradictory; the process does not start
├── UsageRefused         a command was not written as it is to be
├── GovernmentUnreadable a file in which the government describes itself is missing or cannot be read
├── PeriodUnreadable     a text is not a reporting period
├── ValueRefused         a value of a row, or several beside each other, break a rule of its list
├── FigureRefused        a figure or row breaks a rule of the model; nothing was stored
├── NotAllowed           the viewer's role does not permit the action
├── StepRefused          a report cannot take this step now: its state, the calendar, or something still unexplained
├── ChangedMeanwhile     somebody else changed the same report first; nothing was stored
├── ClockBehind          the clock shows an instant before what is stored; nothing was stored
├── ClockAhead           the clock shows an instant more than a year after what is stored; nothing was stored
├── EditionRefused       what lies in the folder of editions is not what was published; it is not shown
├── NotFound             an indicator, bureau, project or file is not known
├── SourceUnreachable    a source named in data/sources.toml could not be brought in
├── CopyRefused          a backup, or a copy of a database, cannot be made or put back; nothing was kept
├── SchemaRefused        the tables of a database are not those that this program works with; nothing was changed
└── Unavailable          the machine or the database does not do its part: full, locked, damaged, gone
"""

from __future__ import annotations

from kpis.languages import shipped, written
from kpis.message import Message


class MierukaError(Exception):
    """Base of every error this product raises on purpose.

    Args:
        key: of what happened and the next step, in the catalogues of words.
        values: what stands in its blanks; see ``kpis.message.Message``.
    """

    exit_code = 2  # of a command that ends with it

    def __init__(self, key: str, /, **values: object) -> None:
        super().__init__(key)
        self.message = Message(key, **values)

    def __str__(self) -> str:
        return f"{self.in_language('ja')} / {self.in_language('en')}"

    def in_language(self, language: str) -> str:
        """Return the message in a language, else in Japanese."""
        return written(self.message, language)


class _BeforeWords(MierukaError):
    """An error while it is not known yet where the words stand: said in those of the program."""

    def in_language(self, language: str) -> str:
        return shipped(self.message, language)


class SettingsRefused(_BeforeWords, ValueError):
    """A setting is missing, unsafe or contradictory."""


class UsageRefused(_BeforeWords):
    """A command was not written as it is to be."""


class GovernmentUnreadable(_BeforeWords):
    """A file in which the government describes itself is missing or cannot be read."""


class PeriodUnreadable(MierukaError, ValueError):
    """A text is not a reporting period."""


class ValueRefused(_BeforeWords, ValueError):
    """A value of a row, or several beside each other, break a rule of its list."""


class FigureRefused(MierukaError):
    """A figure or row breaks a rule of the model; nothing was stored."""


class NotAllowed(MierukaError):
    """The viewer's role does not permit the action."""


class StepRefused(MierukaError):
    """A report cannot take this step now: its state, the calendar, or something still unexplained."""


class ChangedMeanwhile(MierukaError):
    """Somebody else changed the same report first; nothing was stored."""


class ClockBehind(MierukaError):
    """The clock shows an instant before what is stored; nothing was stored."""


class ClockAhead(MierukaError):
    """The clock shows an instant more than a year after what is stored; nothing was stored."""


class EditionRefused(MierukaError):
    """What lies in the folder of editions is not what was published; it is not shown."""


class NotFound(MierukaError):
    """An indicator, bureau, project or file is not known."""


class SourceUnreachable(MierukaError):
    """A source could not be brought in."""


class CopyRefused(_BeforeWords):
    """A backup, or a copy of a database, cannot be made or put back; nothing was kept."""


class SchemaRefused(_BeforeWords):
    """The tables of a database are not those that this program works with; nothing was changed."""

    exit_code = 78


class Unavailable(_BeforeWords):
    """The machine or the database does not do its part: full, locked, damaged, gone.

    Args:
        key: as of every error.
        exit_code: of the command that ends with it.
        values: as of every error.
    """

    def __init__(self, key: str, /, *, exit_code: int, **values: object) -> None:
        super().__init__(key, **values)
        self.exit_code = exit_code
