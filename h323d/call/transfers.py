"""
How a telephone obeys when the other side of its call asks it to call somebody else.

It leaves the one call, and makes the other when that is over: once for each time that it
is asked, and not for ever, because two peers could send it to and fro.
"""

from __future__ import annotations

from h323d.call.legs import ILeg, ITransferRequest
from h323d.call.ways import Way
from h323d.values.cause import Cause

__all__ = ["MAXIMUM_TRANSFERS", "Transfers"]

MAXIMUM_TRANSFERS = 5  # of one call, one after the other


class Transfers:
    """
    Where one call is to go on.
    """

    def __init__(self, most: int = MAXIMUM_TRANSFERS) -> None:
        """
        @param most: how often one call lets itself be transferred; 0 for never.
        """
        self._most = most
        self._made = 0
        self._next: Way | None = None

    def begin(self) -> None:
        """
        Another call, which nobody has transferred yet.
        """
        self._made, self._next = 0, None

    def obey(self, leg: ILeg, request: ITransferRequest, isReached: bool = True) -> bool:
        """
        Leave a call for another, unless that was done too often.

        @param request: of the other side of C{leg}.
        @param isReached: whether there is a way to whom it names.

        @return: whether it is left; where it goes on is for L{take}, once it is released.
        """
        if not isReached or self._next is not None or self._made >= self._most:
            request.fail(Cause.FACILITY_REJECTED)
            return False
        self._made += 1
        self._next = request.way
        request.accept()
        leg.hangup(Cause.REDIRECTION_TO_NEW_DESTINATION)
        return True

    def cancel(self) -> None:
        """
        The user hung up: the call goes on nowhere.
        """
        self._next = None

    def take(self) -> Way | None:
        """
        Whom to call now that the call is released; C{None} if nobody.
        """
        onward, self._next = self._next, None
        return onward
