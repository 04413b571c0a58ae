"""
What a gate keeps for whom it has admitted (L{h323d.call.applications}).
"""

from __future__ import annotations

from zope.interface import Interface

__all__ = ["ILease"]


class ILease(Interface):
    """
    Something that a gate keeps for whom it admitted, as long as that lasts.
    """

    def end() -> None:
        """
        It is not needed any more: what it was given for is over, or has not come to be.
        May be told more than once.
        """
