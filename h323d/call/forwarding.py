"""
A place that names another instead of itself: SIP's 3xx, a Facility of H.323.
"""

from __future__ import annotations

from dataclasses import dataclass

from zope.interface import implementer

from h323d.call.legs import ITransferRequest
from h323d.call.ways import Way
from h323d.values.cause import Cause

__all__ = ["Forwarding"]


@implementer(ITransferRequest)
@dataclass(frozen=True, slots=True)
class Forwarding:
    """
    Whoever sends one hears nothing of it, but that their call ends.
    """

    way: Way
    replaces = referred = None

    def accept(self) -> None:
        pass

    def ringing(self) -> None:
        pass

    def succeed(self) -> None:
        pass

    def fail(self, cause: Cause) -> None:
        pass
