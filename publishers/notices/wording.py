"""The text of a notice: subject, sentence and deep link, in the recipient's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode, urlsplit

from kpis.as_text import line
from kpis.languages import say
from kpis.moment import Moment
from kpis.periods import parse_period
from kpis.reporting.outbox import Delivery, Told
from kpis.reporting_vocabulary import Occasion
from kpis.settings import Settings
from kpis.text import format_date, named, status_word
from telling.citation import edition_address


@dataclass(frozen=True, slots=True)
class Worded:
    """The text of a notice: subject in one line, body, and link."""

    subject: str
    sentence: str
    link: str


def worded(notice: Told, language: str, moment: Moment, chosen: Settings, *, is_office: bool) -> Worded:
    """Return a notice in a language. ``is_office``: link to the reform office's page rather than a bureau's."""
    blanks = _blanks(notice.facts, language, moment)
    subject = subject_of(notice.occasion, notice.facts, language, moment)
    sentence = say(f"notice_{notice.occasion}_sentence", language, **blanks)
    return Worded(subject, line(sentence), link_of(notice, language, chosen, is_office=is_office))


def subject_of(occasion: str, facts: Mapping[str, str | int], language: str, moment: Moment) -> str:
    """Return the subject line of a notice in a language."""
    return line(say(f"notice_{occasion}_subject", language, **_blanks(facts, language, moment)))


def mail_of(claim: Delivery, moment: Moment, chosen: Settings) -> tuple[str, str]:
    """Return subject and text of one delivery: a single notice, or all notices of a day under one subject."""
    language = claim.language
    notices = [worded(notice, language, moment, chosen, is_office=claim.is_office) for notice in claim.notices]
    office, choices = say("notice_from", language), page_address("notices", language, chosen)
    foot = say("notice_foot", language, address=choices) if not claim.kind else ""
    if not claim.is_digest:
        (one,) = notices
        return f"[{line(say('site', language))}] {one.subject}", _joined([one.sentence, one.link, office, foot])
    subject = say("notice_digest_subject", language, count=len(notices))
    parts = [f"■ {one.subject}\n{one.sentence}\n{one.link}" for one in notices]
    return f"[{line(say('site', language))}] {line(subject)}", _joined([*parts, office, foot])


def link_of(notice: Told, language: str, chosen: Settings, *, is_office: bool) -> str:
    """Return the address of exactly the view that a notice is about."""
    facts, occasion = notice.facts, notice.occasion
    if occasion == Occasion.PUBLISHED:
        return edition_address(int(facts["edition"]), chosen) or page_address("revisions", language, chosen)
    if occasion == Occasion.STATUS_TURNED:
        if facts["unit"] == facts["bureau"]:
            return page_address("bureau", language, chosen, code=str(facts["unit"]))
        return page_address("indicator", language, chosen, code=str(facts["indicator"]))
    if occasion == Occasion.ACTION_DUE:
        return page_address("bureau", language, chosen, code=str(facts["bureau"]))
    if "question" in facts:
        return page_address("questions", language, chosen, question=str(facts["question"]))
    if not is_office:
        return page_address("submit", language, chosen, bureau=str(facts["bureau"]), period=str(facts["period"]))
    report = {"report": str(facts["report"])} if "report" in facts else {}
    return page_address("review", language, chosen, part="queue", period=str(facts["period"]), **report)


def page_address(name: str, language: str, chosen: Settings, **view: str) -> str:
    """Return the absolute address of a view of this instance."""
    parts = urlsplit(chosen.public_url)
    base = f"{parts.scheme}://{parts.netloc}{chosen.base_path}" if chosen.base_path else chosen.public_url.rstrip("/")
    return f"{base}/{name}?{urlencode({**view, 'lang': language})}"


def _blanks(facts: Mapping[str, str | int], language: str, moment: Moment) -> dict[str, object]:
    """Return the values of placeholders common to all texts: names for codes, formatted dates."""
    units: Mapping[str, object] = moment.units
    indicators: Mapping[str, object] = moment.indicators
    blanks: dict[str, object] = {name: facts[name] for name in ("edition", "report", "action", "question") if name in facts}
    for name, rows in (("bureau", units), ("unit", units), ("indicator", indicators)):
        if name in facts:
            row = rows.get(str(facts[name]))
            blanks[name] = named(row, "name", language) if row else facts[name]
    if "period" in facts:
        blanks["period"] = parse_period(str(facts["period"])).label(language)
    if "day" in facts:
        blanks["day"] = format_date(date.fromisoformat(str(facts["day"])), language)
    for name in ("before", "after"):
        if name in facts:
            blanks[name] = status_word(str(facts[name]), language)
    return blanks


def _joined(parts: Sequence[str]) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"
