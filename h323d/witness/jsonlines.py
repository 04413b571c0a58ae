"""
Call detail records as lines of JSON, appended to a file.

The file is opened anew for each batch: whoever rotates it renames it, and need
not tell us.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from h323d.witness.cdr import CallDetail

__all__ = ["JSONLines"]


class JSONLines:
    """
    A L{h323d.witness.spool.Sink}.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, records: Sequence[CallDetail]) -> None:
        """
        Append a line of ASCII for each; what stands in a record cannot look
        like another line.
        """
        lines = [json.dumps(each.told()).encode() + b"\n" for each in records]
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            self._append(file, b"".join(_newIn(file, lines)))
        finally:
            os.close(file)

    def close(self) -> None:
        pass

    @staticmethod
    def _append(file: int, lines: bytes) -> None:
        size = os.fstat(file).st_size
        if lines and size and os.pread(file, 1, size - 1) != b"\n":
            lines = b"\n" + lines  # a crash of the machine cut the last line off
        try:
            while lines:
                lines = lines[os.write(file, lines) :]
        except OSError:
            os.ftruncate(file, size)  # a full disk took a part of it
            raise


def _newIn(file: int, lines: Sequence[bytes]) -> list[bytes]:
    """
    Those that are not among the last in a file.  No two records are the same: a line that is
    there is of a batch that was written before whoever asked for it died.
    """
    length = sum(map(len, lines))
    tail = os.pread(file, length, max(0, os.fstat(file).st_size - length))
    known = frozenset(tail.splitlines(keepends=True))
    return [line for line in lines if line not in known]
