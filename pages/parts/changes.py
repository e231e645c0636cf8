"""Changes between editions as a table in the viewer's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from pages.parts.bureaus import unit_name
from pages.parts.text import named, t, viewer_words
from telling.words import what_changed


def changes_table(changes: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return one row per change: kind, what, before, after, size and reason, in the viewer's language."""
    rows = []
    for change in changes:
        reason = change.get("reason_class", "")
        text = t("colon").join(
            part
            for part in (
                viewer_words().reason("edition_reason_", reason) if reason else "",
                viewer_words().half(change.get("reason_text", "")),
            )
            if part
        )
        rows.append(
            {
                t("edition_change"): t(f"edition_change_{change['kind']}"),
                t("edition_change_item"): what_changed(change, viewer_words(), unit_name(change.get("unit_code") or "")),
                t("edition_change_old"): named(change, "old"), t("edition_change_new"): named(change, "new"),
                t("edition_change_size"): named(change, "size"), t("edition_change_reason"): text,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)
