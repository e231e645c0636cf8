"""The preview picture of a shared page: title, edition, and number of indicators per status."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from kpis.figures.scorecard import tally
from kpis.text import status_word
from publishers.site.embed import COLOURS
from publishers.site.site import Site
from publishers.site.views import TONES
from telling.overview import groups, stands
from telling.words import Words

SIZE = (1200, 630)
_JAPANESE = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc", "/usr/share/fonts/noto-cjk/NotoSansCJK-Bold.ttc",
    "/System/Library/Fonts/ヒラギノ角ゴシック W6.ttc", "C:/Windows/Fonts/YuGothB.ttc", "C:/Windows/Fonts/meiryob.ttc",
)  # fmt: skip


def share_picture(site: Site) -> bytes:
    """Return the picture as PNG: in Japanese if this machine has a Japanese font, else in English."""
    path = next((p for p in _JAPANESE if Path(p).is_file()), None)
    words = Words("ja" if path else "en")

    def font(size: int) -> Any:
        return ImageFont.truetype(path, size) if path else ImageFont.load_default(size)

    picture = Image.new("RGB", SIZE, "#ffffff")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, 1200, 18), fill="#0017c1")
    pen.text((70, 90), words("site"), font=font(68), fill="#1a1a1c")
    pen.text((70, 195), words("edition_line", number=site.about["edition"], day=site.day(words)), font=font(36), fill="#54545a")
    own = {s.entry.definition.code: s for s in reversed(site.moment.scored)}
    counted = tally(own.values())
    total, x = counted.total or 1, 70.0
    for group, status, _, count in stands(counted, words):
        width = 1060 * count / total
        pen.rectangle((x, 300, x + width - 3, 370), fill=COLOURS[_tone(group, status)])
        x += width
    for n, (group, label, counts) in enumerate(groups(counted, words)):
        place = (70 + n % 2 * 540, 415 + n // 2 * 80)
        status = max(counts, key=lambda s: counts[s])
        pen.rectangle((place[0], place[1] + 8, place[0] + 28, place[1] + 36), fill=COLOURS[_tone(group, status)])
        text = f"{label or status_word(status, words.language)} {sum(counts.values())}"
        pen.text((place[0] + 40, place[1]), text, font=font(34), fill="#1a1a1c")
    out = io.BytesIO()
    picture.quantize(64).save(out, "PNG", optimize=True)
    return out.getvalue()


def _tone(group: str, status: str) -> str:
    return TONES.get(status, "plain") if group in ("current", "unreported") else "plain"
