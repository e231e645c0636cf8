"""The generic page of a register that is defined by its record alone: totals, the list, or one row named by the address."""

from __future__ import annotations

from kpis.registers import TOLD_BY_RECORD
from pages.parts import address
from pages.parts.entry import enter
from pages.parts.register_page import register_page

enter()

register_page(TOLD_BY_RECORD[address.page_shown()])
