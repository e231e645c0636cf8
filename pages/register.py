"""The generic page of a register that is defined by its record alone: totals, the list, or one row named by the address."""

from __future__ import annotations

from pages.parts.entry import enter
from pages.parts.menu import register_shown
from pages.parts.register_page import register_page

enter()

register_page(register_shown())
