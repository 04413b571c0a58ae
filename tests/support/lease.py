"""
What a gate keeps, for those who give it back.
"""

from __future__ import annotations

from zope.interface import implementer

from h323d.call.lease import ILease

__all__ = ["Lease"]


@implementer(ILease)
class Lease:
    """
    @ivar ends: how often it was ended.
    """

    def __init__(self) -> None:
        self.ends = 0

    def end(self) -> None:
        self.ends += 1
