"""The charts of a static edition, and what each of them lacks to be taken away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urljoin, urlsplit

_DRAWN = re.compile(r'<svg [^>]*class="chart[^"]*\bwide"[^>]*aria-label="([^"]*)"')
_OFFERED = re.compile(r'<details class="tk".*?</details>', re.S)
# Pictures that are no chart of their own: marks and small shapes beside a number that is written, the dots of the front page, of one number.
NO_CHART = re.compile(r'<svg [^>]*(?:aria-hidden="true"|class="(?:chart [^"]*narrow|dots|st|strip|cp)[ "])')


def charts_of(html: str) -> Iterator[tuple[str, str]]:
    """Yield of each chart of a page what stands for it, and what offers it: the part between it and the next chart, or nothing."""
    drawn = list(_DRAWN.finditer(html))
    for at, chart in enumerate(drawn):
        after = html[chart.end() : drawn[at + 1].start() if at + 1 < len(drawn) else len(html)]
        offered = _OFFERED.search(after)
        yield unescape(chart[1]), offered[0] if offered else ""


def files_of(offered: str, page: str) -> dict[str, str]:
    """Return the files that are offered, by ending, below the root of the site."""
    links = re.findall(r'href="([^"]+)" download', offered)
    paths = [urlsplit(urljoin(f"http://x/{page}", link)).path.lstrip("/") for link in links]
    return {path.rpartition(".")[2]: path for path in paths}


def faults(site: Path, page: str, html: str, *, stands: str) -> Iterator[str]:
    """Name every chart of a page that cannot be taken away: no files, none of that name, not what it is of on the picture.

    Args:
        site: the folder.
        page: its file.
        html: what it holds.
        stands: how the edition is cited, which stands on each picture.
    """
    for alt, offered in charts_of(html):
        files = files_of(offered, page)
        if set(files) != {"svg", "csv"} or not all((site / path).is_file() for path in files.values()):
            yield f"{page}: no files of {alt}"
            continue
        svg = (site / files["svg"]).read_text(encoding="utf-8")
        (label,) = re.findall(r'role="img" lang="[\w-]+" aria-label="([^"]*)"', svg)[:1] or [""]
        sentence = alt.partition(": ")[2]
        drawn = re.sub(r"<[^>]*>|\s", "", unescape(svg))
        if sentence and sentence not in unescape(label):
            yield f"{page}: {files['svg']} does not say {sentence}"
        if re.sub(r"\s", "", stands)[:60] not in drawn:
            yield f"{page}: {files['svg']} does not say of which edition it is"
        if 'href="' in svg.replace('href="#', ""):
            yield f"{page}: {files['svg']} leads elsewhere"
        code = unescape(unescape(offered))
        if f'/{files["svg"]}" alt=' not in code:
            yield f"{page}: nothing embeds {files['svg']}"


def other_pictures(html: str) -> list[str]:
    """Return pictures that are neither a chart nor known to be none."""
    return [svg for svg in re.findall(r"<svg [^>]*>", html) if not _DRAWN.match(svg) and not NO_CHART.match(svg)]
