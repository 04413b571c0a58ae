"""
The signalling connection of a call to an endpoint that cannot be connected to: the endpoint
opens it, when it has been told of the call (H.460.18).
"""

from __future__ import annotations

from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure
from zope.interface import implementer

from h323d.call.transport import IOpening
from h323d.h323.signalling.connection import SignallingCall, SignallingConnection

__all__ = ["DialledBack"]


@implementer(IOpening)
class DialledBack:
    """
    The connection of one side of a call, on its way from an endpoint that was summoned.
    """

    def __init__(
        self, summoned: Deferred[SignallingConnection], reference: int, call: SignallingCall
    ) -> None:
        """
        @param reference: of the call on the connection; we chose it.
        @param call: is carried by it.
        """
        self._summoned = summoned
        self._reference = reference
        self._call = call
        summoned.addCallbacks(self._connected, self._missed)

    def cancel(self) -> None:
        self._summoned.cancel()

    def _connected(self, connection: SignallingConnection) -> None:
        if connection.carry(self._reference, True, self._call):
            self._call.connectionOpened(connection)
        else:
            self._call.connectionLost("it carries too many calls")

    def _missed(self, failure: Failure) -> None:
        if failure.check(CancelledError) is None:
            self._call.connectionLost(failure.getErrorMessage())
