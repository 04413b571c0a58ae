"""
What is said when an address cannot be bound.
"""

from __future__ import annotations

from twisted.internet.error import CannotListenError

from h323d.errors import ResourceUnavailable
from h323d.values.address import TransportAddress

__all__ = ["cannotBind"]


def cannotBind(
    what: str, address: TransportAddress, error: CannotListenError | OSError
) -> ResourceUnavailable:
    """
    Put a reactor's failure into one line for an operator.

    @param what: C{"UDP"}, C{"TCP"} or C{"multicast"}.

    @return: the error to raise, with the operating system's own reason.
    """
    cause = getattr(error, "socketError", error)
    reason = getattr(cause, "strerror", None) or str(cause)
    return ResourceUnavailable(f"cannot bind {what} {address}: {reason}")
