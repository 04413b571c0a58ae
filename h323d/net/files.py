"""
The files that a configuration names.
"""

from __future__ import annotations

from errno import EFBIG
from os import strerror
from pathlib import Path

from zope.interface import implementer

from h323d.call.lookups import IFiles

__all__ = ["Files"]


@implementer(IFiles)
class Files:
    """
    Those of this machine.
    """

    def read(self, path: str) -> str:
        return Path(path).expanduser().read_text(encoding="utf-8")

    def octets(self, path: str, limit: int) -> bytes:
        with Path(path).expanduser().open("rb") as file:
            data = file.read(limit + 1)
        if len(data) > limit:
            raise OSError(EFBIG, strerror(EFBIG), path)
        return data
