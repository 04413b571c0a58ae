"""
What of an SQLite database is on the disk: what would be found if its writer died now.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

__all__ = ["REGISTERED", "copyOf", "onDisk"]

REGISTERED = "SELECT endpointId FROM registrations"  # in registrations.sqlite


def onDisk(database: Path, query: str) -> list[Any]:
    """
    The first column of what C{query} finds in a copy; nothing, as long as there is no whole
    database.  The writer may hold a lock.
    """
    with tempfile.TemporaryDirectory() as directory:
        try:
            copy = copyOf(database, Path(directory))
            with closing(sqlite3.connect(copy)) as connection:
                return [row[0] for row in connection.execute(query)]
        except (FileNotFoundError, sqlite3.Error):
            return []


def copyOf(database: Path, directory: Path) -> Path:
    """
    What another process finds, if the writer's has died: whatever that writes still goes
    elsewhere.

    @return: the copy, in C{directory}.
    """
    directory.mkdir(exist_ok=True)
    for companion in ("", "-wal"):
        original = database.with_name(database.name + companion)
        shutil.copy(original, directory / original.name)
    return directory / database.name
