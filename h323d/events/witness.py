"""
Whether what was told is kept, where an auditor finds it: asked by whoever may not go on before it
is.
"""

from __future__ import annotations

from collections.abc import Mapping

from twisted.internet.defer import Deferred, succeed
from zope.interface import Attribute, Interface, implementer

from h323d.errors import H323dError

__all__ = ["IWitnessLog", "NoWitnessLog", "NotKept"]


class NotKept(H323dError):
    """
    The log cannot be written at present.
    """


class IWitnessLog(Interface):
    """
    The witness's log (C{docs/reference/witness-format.rst}).  It is told by facts, as everybody is;
    L{durable} says when they are on the disk.
    """

    isWritable = Attribute("whether it can be written at present, as far as is known")

    def durable() -> Deferred[None]:
        """
        Fires when all facts that were told until now, and that the log has records of, are on the
        disk; fails with L{NotKept} if they cannot be written at present.  Where there is no log,
        it has fired.
        """

    def figures() -> Mapping[str, int | str]:
        """
        How the log fares; empty where there is none.
        """


@implementer(IWitnessLog)
class NoWitnessLog:
    """
    Of a server that keeps none.
    """

    isWritable = True

    def durable(self) -> Deferred[None]:
        return succeed(None)

    def figures(self) -> Mapping[str, int | str]:
        return {}
