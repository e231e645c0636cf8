"""The citizen's front page, and the page of facilities by municipality that it links to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from markupsafe import Markup

from kpis.figures.facilities import CASHLESS, STATUSES, Facility, by_status, counted, taking
from kpis.figures.scorecard import Scored, Tally, tally
from kpis.government import government
from kpis.languages import SOURCE
from kpis.store.queries import Filter
from publishers.site import seen
from publishers.site.attention import leads
from publishers.site.block_views import BlockView
from publishers.site.site import Page, Site
from publishers.site.views import IndicatorView
from telling import attention, facilities, front
from telling.words import Words

OFF = 3  # rows of what needs attention
EXAMPLES = ("done", "planned", "not_done")  # an example of each, if the edition has one
CHANGED = 3
ASKED = 50  # procedures of a state searched for the first one with a bureau
STEP, ACROSS = 14, 20  # from one square to the next; squares beside each other


def dots(count: int, words: Words) -> Markup:
    """Draw a hundred squares, ``count`` of them filled; their size is in ``front.css``, told once."""
    squares = Markup("").join(
        Markup('<rect x="{}" y="{}"{}/>').format(
            place // 5 * STEP + 1, place % 5 * STEP + 1, "" if place < count else Markup(' class="no"')
        )
        for place in range(front.OUT_OF)
    )
    return Markup('<svg class="dots" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        ACROSS * STEP, 5 * STEP, words("cz_dots", count=words.number(count), rest=words.number(front.OUT_OF - count)), squares
    )


def front_page(
    site: Site, words: Words, own: Mapping[str, IndicatorView], changed: Sequence[Mapping[str, Any]],
    latest: Callable[[Callable[[str], str]], Markup],
    label: Callable[[Mapping[str, Any]], Any],
) -> Page:  # fmt: skip
    """Return the front page.

    Args:
        own: indicators for the government's own scope, by code.
        changed: changes since the previous edition.
        latest: returns the latest changes of indicators, with links relative to a page; for the first edition.
        label: returns the subject of a change.
    """
    telling, scored = site.telling(words), [view.scored for view in own.values()]
    opened, counts, off = front.opening(telling), tally(scored), attention.rows(telling)
    examples = [
        (
            _marked(words.named(row), row.name_ja),
            telling.bureau_with_end(row.bureau_code or ""),
            front.online_word(row.status, telling),
        )
        for status in EXAMPLES
        for row in sorted(site.moment.search(Filter(status=status), size=ASKED)[1], key=lambda row: not row.bureau_code)[:1]
    ]
    without = counts.unreported + sum(counts.last_known.values()) + sum(counts.unjudged.values())
    return "index.html", "index.html", {
        "title": opened.sentence, "description": opened.line, "opened": opened,
        "dots": dots(opened.count, words) if opened.count is not None else "", "examples": examples,
        "places": [(anchor, name) for anchor, name, _ in _by_place(site, words)],
        "cards": partial(theme_cards_to, site, words, scored),
        "judged": words("cz_judged", total=words.number(counts.judged)),
        "without": words("cz_without", count=words.number(counts.judged + without)) if without else "",
        "band": partial(band_to, words, counts),
        "off": [(partial(leads, row=row), row) for row in off[:OFF]], "off_count": words.number(len(off)),
        "changes": changed[:CHANGED], "latest": latest, "label": label,
    }  # fmt: skip


def theme_cards_to(site: Site, words: Words, scored: Sequence[Scored], home: Callable[[str], str]) -> Markup:
    """Return the cards of the themes, linked to the pages of their indicators relative to ``home``."""
    return seen.theme_cards(scored, lambda code: f"{home('indicators')}indicators/{code}.html", words, as_of=site.moment.as_of)


def band_to(words: Words, counts: Tally, home: Callable[[str], str]) -> Markup:
    """Return the counts, each linked to its list on the page of standings relative to ``home``."""
    standing = f"{home('standing')}standing.html"
    return seen.band(counts, lambda group, status: f"{standing}#{group}-{status}", words, method=f"{home('method')}method.html")


def _marked(name: str, japanese: str) -> Markup:
    """Return a name, marked as Japanese where it has no translation."""
    return Markup('<b lang="{}">{}</b>').format(SOURCE, name) if name == japanese else Markup("<b>{}</b>").format(name)


def _by_place(site: Site, words: Words) -> list[tuple[str, str, list[Facility]]]:
    """Return the municipalities with listed facilities: anchor, name, facilities; in catalogue order."""
    by_place: dict[str, list[Facility]] = defaultdict(list)
    for facility in counted(site.moment.facilities):
        for place in facility.places:
            by_place[place].append(facility)
    listed = {place.name_ja: place for place in government().places}
    order = [*(name for name in listed if name in by_place), *(name for name in by_place if name not in listed)]
    return [
        (
            f"p{listed[name].municipality_code if name in listed else number}",
            words.named(listed[name]) if name in listed else name,
            by_place[name],
        )
        for number, name in enumerate(order, start=1)
    ]


def near(site: Site, words: Words) -> Page:
    """Return the page of facilities and payment methods by municipality, those without one last."""
    telling = site.telling(words)

    def lines(own: Sequence[Facility]) -> list[tuple[Markup, str, str, str]]:
        return [
            (
                _marked(f.name, f.name),
                words(f"cashless_{f.status}"),
                telling.bureau_with_end(f.bureau) if f.bureau else "",
                _ways(f, words),
            )
            for f in own
        ]

    single = counted(site.moment.facilities)
    places = [(anchor, name, _taking(own), lines(own)) for anchor, name, own in _by_place(site, words)]
    if places and (placeless := [f for f in single if not f.places]):
        places.append(("unplaced", words("cz_near_no_place"), _taking(placeless), lines(placeless)))
    statuses = by_status(single)
    states = [(words(f"cashless_{s}"), words(f"cz_state_{s}")) for s in STATUSES if statuses[s]]
    places_map = BlockView(facilities.tiles(telling, site.moment.facilities), words, words("fac_map"), telling, leads="#p")
    return "near.html", "near.html", {
        "title": words("cz_near_title"), "places": places, "states": states, "section": "facilities.html", "map": places_map,
        "has_chart": places_map.is_drawn,
    }  # fmt: skip


def _taking(own: Sequence[Facility]) -> str:
    """Return how many take cashless payment, of how many, as the map writes it."""
    return f"{len(taking(own))}/{len(own)}"


def _ways(facility: Facility, words: Words) -> str:
    """Return the payment methods of a facility under a label that claims no more than its state; blank where none is named."""
    if not facility.methods or facility.status == "not_cashless":
        return ""
    label = "cz_ways" if facility.status in CASHLESS else "cz_ways_announced" if facility.status == "announced" else "cz_ways_only"
    return f"{words(label)}: {words('list_comma').join(words(f'method_{m}') for m in facility.methods)}"
