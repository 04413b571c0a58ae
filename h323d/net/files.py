"""
The files that a configuration names.
"""

from __future__ import annotations

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
