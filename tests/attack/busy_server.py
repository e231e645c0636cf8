"""The product's own app in a process that also reads hostile uploads, one after another, while a file named in HOSTILE_WHILE is there."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

from kpis.settings import settings
from kpis.store.store import Store
from loaders.workbook.door import read_workbook
from server import app
from tests.attack.heavy import heavy
from tests.cases.doors import FILES

__all__ = ["app"]
SWITCH = Path(os.environ["HOSTILE_WHILE"])


def _read_on(first: int) -> None:
    store = Store(settings().database_url)
    files = [path.read_bytes() for path in sorted(FILES.glob("*.xlsx"))] + heavy()
    turn = first
    while True:
        while not SWITCH.exists():
            time.sleep(0.01)
        problems = read_workbook(files[turn % len(files)], store=store).problems
        assert problems
        turn += 1


for _number in range(3):
    threading.Thread(target=_read_on, args=(_number,), daemon=True).start()
