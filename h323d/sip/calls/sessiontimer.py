"""
What the messages of a call say of how long it lasts unless it is refreshed: RFC 4028.

We ask for C{sip.sessionExpires}, and take up to so much; who refreshes is the peer's choice where
it makes one.  A peer that does not know the extension has us refresh, if somebody between us and it
has asked for it.  L{h323d.sip.calls.refreshment} counts the time.
"""

from __future__ import annotations

from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.errors import DecodeError
from h323d.sip.agent import TIMER
from h323d.sip.calls.refreshment import newRefreshment
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.messages.sessionexpires import MIN_SE, Refresher, SessionExpires

__all__ = ["SessionTimer", "SessionTimerOwner"]

MAX_REFUSALS = 2  # by 422, of one call: then nothing is asked for any more

Rows = tuple[tuple[str, str], ...]


class SessionTimerOwner(Protocol):
    """
    What a L{SessionTimer} needs of whoever owns it.
    """

    def refresh(self) -> None:
        """Send a re-INVITE or UPDATE that changes nothing."""

    def sessionExpired(self) -> None:
        """Nobody has refreshed the session: end it."""


class SessionTimer:
    """
    That of one session.
    """

    def __init__(self, owner: SessionTimerOwner, clock: IReactorTime, wanted: int) -> None:
        """
        @param wanted: seconds to ask for; 0 asks for none.
        """
        self._owner = owner
        self._wanted = wanted
        self._minimum = MIN_SE
        self._refusals = 0
        self._current: tuple[int, bool] | None = None  # seconds, and whether we refresh
        self._refreshment = newRefreshment(self, clock)

    # What our requests say.

    def asking(self) -> Rows:
        """
        The header fields of an INVITE of ours that makes a call.
        """
        wanted = SessionExpires(max(self._wanted, self._minimum))
        return self._said(wanted) if self._wanted and self._refusals < MAX_REFUSALS else ()

    def refreshing(self) -> Rows:
        """
        Those of a re-INVITE or UPDATE, any of which is a refresh.
        """
        if self._current is None:
            return ()
        interval, isOurs = self._current
        refresher = Refresher.UAC if isOurs else Refresher.UAS
        return self._said(SessionExpires(max(interval, self._minimum), refresher))

    def _said(self, expires: SessionExpires) -> Rows:
        row = ("Session-Expires", str(expires))
        return (row,) if self._minimum == MIN_SE else (row, ("Min-SE", str(self._minimum)))

    def granted(self, response: SIPResponse) -> None:
        """
        Such a request has got this 2xx.

        @raise DecodeError: it is malformed; the session lasts without refreshes.
        """
        self._run(None)
        expires = response.headers.first("Session-Expires", SessionExpires.parse)
        if expires is not None:
            self._run(max(expires.interval, MIN_SE), expires.refresher is not Refresher.UAS)

    def refused(self, response: SIPResponse) -> bool:
        """
        A request of ours got this answer, 300 to 699.

        @return: whether to ask again, because it was only that what we asked for is too short
            for somebody; for an INVITE that makes a call.
        """
        self._refreshment.refused()
        if response.status != 422:
            return False
        isLast = self._refusals == MAX_REFUSALS
        self._refusals = min(self._refusals + 1, MAX_REFUSALS)
        try:
            self._minimum = max(self._minimum, response.seconds("Min-SE") or 0)
        except DecodeError:
            self._refusals = MAX_REFUSALS
        return not isLast

    # What our answers say.

    def answering(self, request: SIPRequest) -> Rows:
        """
        The header fields of our 2xx to an INVITE or UPDATE.

        @raise DecodeError: one of the request's is malformed.
        """
        isKnown = TIMER in request.headers.tokens("Supported") | request.headers.tokens("Require")
        asked = request.headers.first("Session-Expires", SessionExpires.parse)
        if asked is None and not (isKnown and (self._wanted or self._current)):
            self._run(None)
            return ()
        shortest = max(MIN_SE, request.seconds("Min-SE") or 0)
        interval = max(shortest, self._interval(asked))
        refresher = self._refresher(asked, isKnown)
        self._run(interval, refresher is Refresher.UAS)
        row = ("Session-Expires", str(SessionExpires(interval, refresher)))
        return (row, ("Require", TIMER)) if isKnown else (row,)

    def _interval(self, asked: SessionExpires | None) -> int:
        if asked is not None:
            return min(asked.interval, self._wanted or asked.interval)
        return self._wanted if self._current is None else self._current[0]

    def _refresher(self, asked: SessionExpires | None, isKnown: bool) -> Refresher:
        """
        Table 2 of RFC 4028: the peer's choice, or who does it already, or who asks.
        """
        if not isKnown:
            return Refresher.UAS
        if asked is not None and asked.refresher is not None:
            return asked.refresher
        if self._current is not None:
            return Refresher.UAS if self._current[1] else Refresher.UAC
        return Refresher.UAS if asked is None else Refresher.UAC

    # The time.

    def _run(self, interval: int | None, isOurs: bool = False) -> None:
        if interval is None:
            self._current = None
            self._refreshment.never()
            return
        self._current = (interval, isOurs)
        if isOurs:
            self._refreshment.ours(interval)
        else:
            self._refreshment.theirs(interval)

    def stop(self) -> None:
        """
        The session is over.
        """
        self._run(None)

    # What the machine asks for.

    def refresh(self) -> None:
        self._owner.refresh()

    def expired(self) -> None:
        self._owner.sessionExpired()
