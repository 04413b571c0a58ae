"""
Text messages (MESSAGE, RFC 3428), passed on to all telephones of whom they are for.

Who sends one is told the answer: as soon as one telephone has taken it, or when none has, or none
within L{PATIENCE}.  Nothing is kept for who is not there.  The copies are requests of ours, so no
header field of the sender's goes on but those that belong to the text; from whom it is, is said as
of a call.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

from h323d.call.callers import CallerName
from h323d.call.legs import IOffer
from h323d.call.texts import TextRefusal, Texts, Written
from h323d.call.timer import Timer
from h323d.call.ways import MAX_HOPS, Way
from h323d.sip.agent import UserAgent
from h323d.sip.calls.parties import inquiryOf, isRestricted, partiesOf, targetOf, uriOf
from h323d.sip.dialogs.routing import hopAt
from h323d.sip.flows import Flow
from h323d.sip.messages.headers import Headers
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.messages.nameaddr import NameAddr
from h323d.sip.messages.uri import SIPURI
from h323d.sip.messages.writer import write
from h323d.sip.transactions.layer import RETRY_AFTER
from h323d.sip.transactions.running import ServerTransaction
from h323d.values.address import ANONYMOUS, TransportAddress

__all__ = ["MAX_BODY", "MAX_DATAGRAM", "PATIENCE", "TextRelay"]

MAX_DATAGRAM = 1300  # octets of one over UDP (RFC 3428, 8)
MAX_BODY = 16_384  # octets of a text
MAX_COPIES = 10
PATIENCE = 20.0  # seconds; whoever sends one has given up after 32 (RFC 4320)

_KEPT = ("Content-Type", "Content-Disposition", "Content-Language", "Subject", "Date", "Expires")
_REFUSALS = {TextRefusal.UNKNOWN: 404, TextRefusal.ABSENT: 480, TextRefusal.NO_TEXT: 488}
_OWN_AFFAIR = (401, 407, 408, *range(500, 600))  # of a telephone and us


class TextRelay:
    """
    L{h323d.sip.outside.OutsideRequests} of MESSAGE.
    """

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._running: dict[_Relayed, None] = {}

    def refusal(self, request: SIPRequest, who: IOffer) -> int | None:
        if self._texts.writer(who) is None:
            return 405
        tooLong = request.via.transport == "UDP" and len(write(request)) > MAX_DATAGRAM
        if tooLong or len(request.body) > MAX_BODY:
            return 413
        return 483 if request.maxForwards == 0 else None

    def arrived(self, transaction: ServerTransaction, tag: str, agent: UserAgent) -> None:
        request = transaction.request
        who = inquiryOf(request, transaction.flow.peer, transaction.proofs)
        writer = self._texts.writer(who)
        if writer is None or not self._texts.takeTurn(who):
            response = request.response(503, None, tag)
            headers = response.headers.adding("Retry-After", str(RETRY_AFTER))
            agent.respond(transaction, response.withHeaders(headers))
            return
        found = self._texts.find(partiesOf(request.uri))
        if isinstance(found, TextRefusal):
            agent.respond(transaction, request.response(_REFUSALS[found], None, tag))
            return
        written = Written(
            writer.displayName,
            request.headers.get("Subject") or "",
            request.body.decode("utf-8", "replace"),
        )
        shown = self._texts.shown(writer, partiesOf(request.uri), written)
        relayed = _Relayed(self, transaction, tag, agent, shown)
        self._running[relayed] = None
        relayed.begin(writer, found[:MAX_COPIES])

    def conceal(self, name: str) -> None:
        self._texts.conceal(name)

    def over(self, relayed: _Relayed) -> None:
        """
        The sender of one has its answer.
        """
        self._running.pop(relayed, None)

    def close(self) -> None:
        for relayed in tuple(self._running):
            relayed.close()
        self._running.clear()


class _RelayedOwner(Protocol):
    """
    Who has them all.
    """

    def over(self, relayed: _Relayed) -> None: ...
    def conceal(self, name: str) -> None: ...


class _Relayed:
    """
    A text that is on its way.
    """

    def __init__(
        self,
        owner: _RelayedOwner,
        transaction: ServerTransaction,
        tag: str,
        agent: UserAgent,
        shown: Written | None,
    ) -> None:
        """
        @param shown: what of it is; C{None} for all.
        """
        self._shown = shown
        self._owner = owner
        self._transaction = transaction
        self._tag = tag
        self._agent = agent
        self._statuses: list[int] = []
        self._waiting = 0
        self._patience = Timer(agent.clock)

    def begin(self, writer: CallerName, ways: tuple[Way, ...]) -> None:
        """
        Send the copies.
        """
        if self._shown is not None:
            self._owner.conceal(self._transaction.request.callId)
        copies = list(self._copies(writer, ways))
        self._waiting = len(copies)
        self._patience.start(PATIENCE, self._answer, 480)
        for copy, flow in copies:
            self._agent.send(copy, _Copy(self), flow)
        if not copies:
            self._answer(self._verdict)

    def close(self) -> None:
        self._patience.stop()

    def answered(self, status: int) -> None:
        """
        What has become of one of them.
        """
        self._waiting -= 1
        self._statuses.append(480 if status in _OWN_AFFAIR else status)
        if not self._patience.running:
            return  # the sender knows already
        if status < 300:
            self._answer(status)
        elif not self._waiting:
            self._answer(self._verdict)

    @property
    def _verdict(self) -> int:
        """
        Of all that refuse it: who refuses for everybody, or else what is the least of them.
        """
        return max((each for each in self._statuses if each >= 600), default=0) or min(
            self._statuses, default=480
        )

    def _answer(self, status: int) -> None:
        self._patience.stop()
        self._owner.over(self)
        response = self._transaction.request.response(status, None, self._tag)
        self._agent.respond(self._transaction, response)

    def _copies(
        self, writer: CallerName, ways: tuple[Way, ...]
    ) -> Iterator[tuple[SIPRequest, Flow]]:
        for way in ways:
            contact = uriOf(way.contact)
            nearest = (uriOf(way.path[0]) if way.path else None) or contact
            if contact is None or nearest is None or way.destination is None:
                continue
            flow = self._agent.flowTo(hopAt(way.destination.host, way.destination.port, nearest))
            if flow is None:
                continue
            copy = self._copy(writer, contact, way.path, flow.local)
            if flow.reliable or len(write(copy)) <= MAX_DATAGRAM:
                yield copy, flow
            else:
                self._statuses.append(413)

    def _copy(
        self, writer: CallerName, contact: SIPURI, path: tuple[str, ...], here: TransportAddress
    ) -> SIPRequest:
        request, rng = self._transaction.request, self._agent.rng
        hops = MAX_HOPS if request.maxForwards is None else request.maxForwards
        sender = _shown(writer, isRestricted(request), here)
        headers = Headers(
            [
                ("Max-Forwards", str(hops - 1)),
                *(("Route", f"<{each}>") for each in path),
                ("From", str(sender.withTag(f"{rng.getrandbits(48):012x}"))),
                ("To", f"<{request.toAddress.uri}>"),
                ("Call-ID", f"{rng.getrandbits(64):016x}@{here.host}"),
                ("CSeq", f"{rng.randrange(1, 1 << 16)} MESSAGE"),
                *request.headers.only(*_KEPT),
            ]
        )
        return self._asShown(SIPRequest("MESSAGE", contact, headers, request.body))

    def _asShown(self, copy: SIPRequest) -> SIPRequest:
        """
        Without what is not to be seen.
        """
        shown = self._shown
        if shown is None:
            return copy
        self._owner.conceal(copy.callId)
        headers = copy.headers
        if shown.subject:
            headers = headers.replacing("Subject", shown.subject)
        sender = replace(copy.fromAddress, displayName=shown.displayName)
        headers = headers.replacing("From", str(sender))
        return SIPRequest("MESSAGE", copy.uri, headers, shown.text.encode())


class _Copy:
    """
    A L{h323d.sip.transactions.running.ClientUser}: one copy, until it is answered.
    """

    def __init__(self, relayed: _Relayed) -> None:
        self._relayed = relayed

    def responseReceived(self, response: SIPResponse) -> None:
        if response.isFinal:
            self._relayed.answered(response.status)

    def requestTimedOut(self) -> None:
        self._relayed.answered(408)

    def requestFailed(self) -> None:
        self._relayed.answered(503)


def _shown(writer: CallerName, restricted: bool, here: TransportAddress) -> NameAddr:
    """
    Whom From names.
    """
    if restricted:
        nobody = targetOf(ANONYMOUS)
        assert nobody is not None  # it is a URI
        return NameAddr(nobody, "Anonymous")
    named = (targetOf(each) for each in writer.calling)
    uri = next((each for each in named if each is not None), None)
    if uri is None:
        uri = SIPURI(here.host, writer.calling[0].value if writer.calling else None, here.port)
    return NameAddr(uri, writer.displayName)
