"""What does a register hold that is told by its record alone, how do its rows stand, and what is said of one?"""

from __future__ import annotations

from pages.parts.entry import enter
from pages.parts.menu import register_shown
from pages.parts.register_page import register_page

enter()

register_page(register_shown())
