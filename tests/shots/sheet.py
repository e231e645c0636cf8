"""All pictures side by side: one page of HTML, each row a page of a set."""

from __future__ import annotations

from collections import defaultdict
from html import escape
from pathlib import Path

STYLE = """body { font: 14px sans-serif; margin: 1rem } .row { display: flex; gap: 8px; overflow-x: auto; padding-bottom: 8px }
figure { margin: 0 } img { height: 420px; max-width: 520px; object-fit: cover; object-position: top; border: 1px solid #bbb }
h2 { position: sticky; top: 0; background: #fff; margin: .5rem 0 }"""


def contact_sheet(folder: Path) -> Path:
    """Write ``index.html`` of the pictures that stand in a folder, also of earlier calls; return it."""
    rows: dict[str, list[Path]] = defaultdict(list)
    for file in sorted(folder.glob("*/*.png")):
        rows[f"{file.parent.name} / {file.stem.split('-')[0]}"].append(file.relative_to(folder))
    parts = [f"<!doctype html><html lang='en'><meta charset='utf-8'><title>Pictures</title><style>{STYLE}</style>"]
    for row, files in rows.items():
        parts.append(f"<h2>{escape(row)}</h2><div class='row'>")
        parts += [
            f"<figure><a href='{f}'><img loading='lazy' src='{f}' alt=''></a><figcaption>{escape(f.stem)}</figcaption></figure>"
            for f in files
        ]
        parts.append("</div>")
    page = folder / "index.html"
    folder.mkdir(exist_ok=True)
    page.write_text("\n".join(parts), encoding="utf-8")
    return page
