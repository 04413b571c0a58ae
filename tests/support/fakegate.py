"""
A gate that answers what it was told to.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from zope.interface import implementer

from h323d.call.applications import EVERYWHERE, Application, Door, IGate

__all__ = ["FakeGate"]


@implementer(IGate)
class FakeGate:
    """
    @ivar answer: what it says to every application: also a Deferred, or what a gate must not.
    @ivar judged: what it was asked about.
    """

    name = "gate"

    def __init__(self, answer: Any, doors: Collection[Door] = EVERYWHERE) -> None:
        self.doors = doors
        self.answer = answer
        self.judged: list[Application] = []

    def judge(self, application: Application) -> Any:
        self.judged.append(application)
        return self.answer
