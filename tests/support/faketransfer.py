"""
A request to be transferred that no peer has sent.
"""

from __future__ import annotations

from zope.interface import implementer

from h323d.call.legs import ILeg, ITransferRequest
from h323d.call.ways import Way
from h323d.values.cause import Cause
from h323d.values.referred import Referred

__all__ = ["FakeTransferRequest"]


@implementer(ITransferRequest)
class FakeTransferRequest:
    """
    Remembers what its peer would have been told.

    @ivar told: in order.
    """

    def __init__(self, way: Way, replaces: ILeg | None = None) -> None:
        self.way = way
        self.referred: Referred | None = None
        self.replaces = replaces
        self.told: list[str] = []

    def accept(self) -> None:
        self.told.append("accept")

    def ringing(self) -> None:
        self.told.append("ringing")

    def succeed(self) -> None:
        self.told.append("succeed")

    def fail(self, cause: Cause) -> None:
        self.told.append(f"fail {cause.name}")
