"""The errors of Mieruka: few, named for the situation, each ending with the next step.

MierukaError
├── SettingsRefused      a setting is missing, unsafe or contradictory; the process does not start
├── GovernmentUnreadable a file in which the government describes itself is missing or cannot be read
├── PeriodUnreadable     a text is not a reporting period
├── FigureRefused        a figure or row breaks a rule of the model; nothing was stored
├── NotAllowed           the viewer's role does not permit the action
├── StepRefused          a report cannot take this step now: its state, the calendar, or something still unexplained
├── ChangedMeanwhile     somebody else changed the same report first; nothing was stored
├── NotFound             an indicator, bureau, project or file is not known
└── SourceUnreachable    a source named in data/sources.toml could not be brought in
"""

from __future__ import annotations


class MierukaError(Exception):
    """Base of every error this product raises on purpose.

    Args:
        message_ja: what happened and the next step, in Japanese.
        message_en: the same in English.
    """

    def __init__(self, message_ja: str, message_en: str) -> None:
        super().__init__(f"{message_ja} / {message_en}")
        self.message_ja = message_ja
        self.message_en = message_en

    def in_language(self, language: str) -> str:
        """Return the message in ``ja`` or ``en``."""
        return self.message_en if language == "en" else self.message_ja


class SettingsRefused(MierukaError):
    """A setting is missing, unsafe or contradictory."""


class GovernmentUnreadable(MierukaError):
    """A file in which the government describes itself is missing or cannot be read."""


class PeriodUnreadable(MierukaError, ValueError):
    """A text is not a reporting period."""


class FigureRefused(MierukaError):
    """A figure or row breaks a rule of the model; nothing was stored."""


class NotAllowed(MierukaError):
    """The viewer's role does not permit the action."""


class StepRefused(MierukaError):
    """A report cannot take this step now: its state, the calendar, or something still unexplained."""


class ChangedMeanwhile(MierukaError):
    """Somebody else changed the same report first; nothing was stored."""


class NotFound(MierukaError):
    """An indicator, bureau, project or file is not known."""


class SourceUnreachable(MierukaError):
    """A source could not be brought in."""
