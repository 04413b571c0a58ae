"""
The digits of one SIP leg, in either direction: by RFC 4733 or by INFO.
"""

from __future__ import annotations

from typing import Protocol

from h323d.call.digits import DigitFilter
from h323d.call.legmedia import LegMedia
from h323d.sip.agent import NOBODY, UserAgent
from h323d.sip.calls.digits import DIGIT_TYPES, RELAY_TYPE, relayBody, relayedDigit
from h323d.sip.dialogs.dialogend import DialogEnd
from h323d.sip.transactions.running import ServerTransaction
from h323d.values.media.digits import DigitMethod

__all__ = ["LegDigits", "LegDigitsOwner"]


class LegDigitsOwner(Protocol):
    """
    What L{LegDigits} need of the leg that they are part of.
    """

    def digitHeard(self, digit: str, milliseconds: int, method: DigitMethod) -> None:
        """The peer pressed a key."""


class LegDigits:
    """
    Sends digits by the way that the peer takes, and tells each of the peer's once.
    """

    def __init__(
        self, owner: LegDigitsOwner, agent: UserAgent, end: DialogEnd, media: LegMedia
    ) -> None:
        self._owner = owner
        self._agent = agent
        self._end = end
        self._media = media
        self._filter = DigitFilter(agent.clock)

    def send(self, digit: str, milliseconds: int, method: DigitMethod | None) -> None:
        """
        By RFC 4733 if the peer takes events, by INFO otherwise; ways of other protocols count
        as no wish.
        """
        events, dialog = self._media.takesEvent(digit), self._end.confirmed
        if method is DigitMethod.RTP_EVENT or (events and method is not DigitMethod.SIP_INFO):
            self._media.sendDigit(digit, milliseconds)
        elif dialog and (method is DigitMethod.SIP_INFO or self._end.takes("info")):
            body = relayBody(digit, milliseconds)
            request = self._end.request(dialog, "INFO", body, RELAY_TYPE)
            self._agent.send(request, NOBODY, self._end.flow)

    def informed(self, transaction: ServerTransaction) -> None:
        """
        Answer an INFO of the peer.
        """
        request = transaction.request
        if not request.body:
            self._end.respond(transaction, 200)
            return
        told = relayedDigit(request.contentType, request.body)
        if told is None:
            unknown = request.contentType not in DIGIT_TYPES
            self._end.respond(transaction, 415 if unknown else 400)
            return
        self._end.respond(transaction, 200)
        self.heard(*told, DigitMethod.SIP_INFO)

    def heard(self, digit: str, milliseconds: int, method: DigitMethod) -> None:
        """
        The peer told a digit, perhaps one that it has told by another way.
        """
        if self._filter.isNew(digit, method):
            self._owner.digitHeard(digit, milliseconds, method)
