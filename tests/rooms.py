"""The rooms of the product, in the order of who may import whom: what a test reads of the code, it reads of all of them."""

from __future__ import annotations

# A room imports rooms of a lower level only; two of one level know nothing of each other.
LEVELS = {"kpis": 1, "charts": 2, "telling": 3, "loaders": 4, "publishers": 4, "api": 5, "pages": 5, "web": 6}
FRAME = ("dashboard", "server", "manage")  # single files on top of all rooms
