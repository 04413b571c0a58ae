"""
A store that keeps what it is given, as systemd does.
"""

from __future__ import annotations

import os

from h323d.keeper.store import Store

__all__ = ["KeptStore"]


class KeptStore(Store):
    """
    @ivar told: what it was told, beside what it is to keep and to forget.
    """

    def __init__(self) -> None:
        super().__init__({})
        self.told: list[str] = []
        self._kept: dict[str, int] = {}

    @property
    def names(self) -> set[str]:
        """
        Of what is kept.
        """
        return set(self._kept)

    def given(self) -> dict[str, int]:
        """
        What somebody is given who is begun now.
        """
        return {name: os.dup(descriptor) for name, descriptor in self._kept.items()}

    def ready(self) -> None:
        self.told.append("ready")

    def stopping(self) -> None:
        self.told.append("stopping")

    def status(self, text: str) -> None:
        self.told.append(text)

    def keep(self, name: str, descriptor: int) -> None:
        self.forget(name)
        self._kept[name] = os.dup(descriptor)

    def forget(self, name: str) -> None:
        if name in self._kept:
            os.close(self._kept.pop(name))
