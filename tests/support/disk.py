"""
What of an SQLite database is on the disk: what would be found if its writer died now.  And a
writer's death.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from twisted.internet.task import Clock

from h323d.gatekeeper.registry.store import RegistrationKeeper
from h323d.tracing import inputName

__all__ = ["REGISTERED", "killKeeper", "onDisk"]

REGISTERED = "SELECT endpointId FROM registrations"  # in registrations.sqlite


def onDisk(database: Path, query: str) -> list[Any]:
    """
    The first column of what C{query} finds in a copy; nothing, as long as there is no whole
    database.  The writer may hold a lock.
    """
    with tempfile.TemporaryDirectory() as directory:
        copy = Path(directory) / database.name
        try:
            for companion in ("", "-wal"):
                original = database.with_name(database.name + companion)
                shutil.copy(original, copy.with_name(original.name))
            with closing(sqlite3.connect(copy)) as connection:
                return [row[0] for row in connection.execute(query)]
        except (FileNotFoundError, sqlite3.Error):
            return []


def killKeeper(keeper: RegistrationKeeper, clock: Clock) -> None:
    """
    Have a keeper write nothing more, and its lock go, as if its process were gone.
    """
    for call in list(clock.calls):
        if inputName(call.func) == "due":
            call.cancel()
    kept, keeper._kept = keeper._kept, None
    if kept is not None:
        kept.release()
