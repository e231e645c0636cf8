"""The page of all bureaus (what each reported, and how they compare), or of the one bureau named by the address."""

from __future__ import annotations

from pages.parts import cached
from pages.parts.bureau_list import overview
from pages.parts.bureau_page import detail
from pages.parts.entry import enter
from pages.parts.one_or_all import one_or_all

enter()

reports = cached.moment().bureaus
one_or_all(
    "bureau", reports, one=detail, every=lambda: overview(reports), back="back_to_bureaus", unknown="bureau_unknown_code"
)  # fmt: skip
