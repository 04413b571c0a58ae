"""
REFER within a call (RFC 3515, RFC 7647): the peer asks us to call somebody else, and is told what
comes of it in NOTIFY requests that carry a status line, unless it does not want to (RFC 4488).

Whether anybody is called, and how, says who watches the leg.  A transfer that begins with
consultation names a second dialog of the peer (C{Replaces}, RFC 3891).  If it is with us, whoever
is called takes its place; why that cannot be is told as what has come of the call: a 481 to the
REFER itself would end the dialog that it came in (RFC 5057, 5.1).  If it is with whom we call
elsewhere, they are told in our INVITE.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Protocol

from twisted.internet.defer import Deferred
from zope.interface import implementer

from h323d.call.applications import Application, Door, Refusal, Verdict
from h323d.call.leases import ended
from h323d.call.legs import ILeg, ITransferRequest
from h323d.call.ways import Way
from h323d.errors import DecodeError
from h323d.sip.agent import UserAgent
from h323d.sip.calls.calledsession import REQUEST_TERMINATED
from h323d.sip.calls.causes import statusOf
from h323d.sip.calls.parties import partiesOf
from h323d.sip.calls.referredby import referredOf
from h323d.sip.dialogs.dialogend import DialogEnd
from h323d.sip.dialogs.replaces import Replaces
from h323d.sip.dialogs.routing import literal
from h323d.sip.messages.message import SIPRequest, SIPResponse, reasonPhrase
from h323d.sip.messages.nameaddr import NameAddr
from h323d.sip.messages.uri import CALLABLE_SCHEMES, SIPURI, URI
from h323d.sip.transactions.running import ServerTransaction
from h323d.values.address import PartyAddress
from h323d.values.cause import Cause
from h323d.values.referred import Referred

__all__ = ["Referral", "Referrals", "ReferralsOwner"]

SIPFRAG = "message/sipfrag;version=2.0"  # RFC 3515, 2.4.5
MAX_LENGTH = 2000  # characters of a Refer-To
EXPIRES = 600  # seconds that we say the subscription lasts: longer than anybody rings
DECLINE = 603  # that nobody is called at all (RFC 3515, 2.4.2)


class ReferralsOwner(Protocol):
    """
    What L{Referrals} need of the leg that they are part of.
    """

    @property
    def over(self) -> bool:
        """Whether the call is."""

    def applicationFor(self, request: SIPRequest) -> Application:
        """What a transfer asks for."""

    def requestTransfer(self, request: ITransferRequest) -> None:
        """The peer wants somebody else to be called."""


class Referrals:
    """
    What a peer has referred us to, one after the other.
    """

    def __init__(self, owner: ReferralsOwner, agent: UserAgent, end: DialogEnd) -> None:
        self._owner = owner
        self._agent = agent
        self._end = end
        self._count = 0

    def requested(self, transaction: ServerTransaction) -> None:
        """
        A REFER came.

        @raise DecodeError: it does not say to whom, or not so that it can be read.
        """
        request = transaction.request
        uri = _target(request)
        refusal = self._refusal(uri) if self._end.confirmed else DECLINE
        if refusal is not None:
            self._end.respond(transaction, refusal)
            return
        self._count += 1
        event = "refer" if self._count == 1 else f"refer;id={request.cseq.number}"
        way = Way("sip", None, self._named(uri))
        wanted = _replacesIn(uri)
        found = None if wanted is None else self._agent.replaced(wanted)
        failure = found if isinstance(found, int) and self._isAtOurs(uri) else None
        isOurs = wanted is None or not isinstance(found, int)
        said = referredOf(request, "" if isOurs else str(wanted))
        replaced = None if isinstance(found, int) else found
        referral = Referral(self._agent, self._end, transaction, way, event, said, replaced)
        self._judge(_Asked(transaction, referral, failure))

    def _judge(self, asked: _Asked) -> None:
        """
        The gates say whether a peer may have that, if there are any.
        """
        gates, request = self._agent.gates, asked.transaction.request
        if not gates.standAt(Door.REFER):
            self._passed(asked)
            return
        verdict = gates.judge(self._owner.applicationFor(request))
        if isinstance(verdict, Deferred):
            verdict.addCallback(self._judged, asked)
        else:
            self._judged(verdict, asked)

    def _judged(self, verdict: Verdict, asked: _Asked) -> None:
        if isinstance(verdict, Refusal):
            self._end.refuseFor(asked.transaction, verdict)
            return
        ended(verdict.leases)  # who is called then has what the call has
        if self._owner.over:
            self._end.respond(asked.transaction, REQUEST_TERMINATED)
        else:
            self._passed(asked)

    def _passed(self, asked: _Asked) -> None:
        if asked.failure is None:
            self._owner.requestTransfer(asked.referral)
        else:
            asked.referral.failWith(asked.failure)

    def _named(self, uri: URI) -> tuple[PartyAddress, ...]:
        """
        The names to look for; of a user at another host, not what it would mean here.
        """
        parties = partiesOf(uri)
        isElsewhere = isinstance(uri, SIPURI) and literal(uri.host) and not self._isAtOurs(uri)
        return parties[-1:] if isElsewhere else parties

    def _isAtOurs(self, uri: URI) -> bool:
        """
        Whether whom it names is at one of our addresses.
        """
        return isinstance(uri, SIPURI) and self._agent.homes.owns(uri.host)

    def _refusal(self, uri: URI) -> int | None:
        """
        The status that refuses what is no call to somebody.
        """
        if uri.scheme not in CALLABLE_SCHEMES:
            return 416
        if not isinstance(uri, SIPURI):
            return None
        if (uri.parameter("method") or "INVITE").upper() != "INVITE":
            return 501
        isCalling = _replacesIn(uri) is None and self._isAtOurs(uri)
        return 482 if isCalling and uri.user in (None, "", self._agent.config.user) else None


@dataclass(frozen=True, slots=True)
class _Asked:
    """
    A transfer that a REFER asks for.

    @ivar failure: the status of SIP that says why nobody can be called; C{None} if that is not
        known yet.
    """

    transaction: ServerTransaction
    referral: Referral
    failure: int | None


class _Progress(enum.Enum):
    ASKED = "not answered yet"
    TELLING = "the peer is told of it"
    SILENT = "the peer wants to hear no more, or has heard all"


@implementer(ITransferRequest)
class Referral:
    """
    One REFER, from its answer to its last NOTIFY.
    """

    def __init__(
        self,
        agent: UserAgent,
        end: DialogEnd,
        transaction: ServerTransaction,
        way: Way,
        event: str,
        referred: Referred | None = None,
        replaces: ILeg | None = None,
    ) -> None:
        """
        @param event: of its subscription.
        @param referred: what is to be said of the call.
        @param replaces: whose place it is to take.
        """
        self.way = way
        self.referred = referred
        self.replaces = replaces
        self._agent = agent
        self._end = end
        self._dialog = end.dialog  # which lives on for us when the call is over (RFC 5057, 4)
        self._transaction = transaction
        self._event = event
        self._progress = _Progress.ASKED

    def accept(self) -> None:
        if self._progress is not _Progress.ASKED:
            return
        request = self._transaction.request
        isSilent = "false" in request.headers.tokens("Refer-Sub")
        self._progress = _Progress.SILENT if isSilent else _Progress.TELLING
        response = request.response(202, None, self._end.localTag)
        headers = response.headers.adding("Contact", self._agent.contact(self._end.flow))
        if isSilent:
            headers = headers.adding("Refer-Sub", "false")
        self._agent.respond(self._transaction, response.withHeaders(headers))
        self._notify(100)

    def failWith(self, status: int) -> None:
        """
        Nobody is called, for a reason of SIP's.
        """
        self.accept()
        self._notify(status)

    def ringing(self) -> None:
        self._notify(180)

    def succeed(self) -> None:
        self._notify(200)

    def fail(self, cause: Cause) -> None:
        status = DECLINE if cause is Cause.FACILITY_REJECTED else statusOf(cause)
        if self._progress is _Progress.ASKED:
            self._progress = _Progress.SILENT
            self._end.respond(self._transaction, status)
        else:
            self._notify(status)

    def _notify(self, status: int) -> None:
        dialog = self._dialog
        if self._progress is not _Progress.TELLING or dialog is None:
            return
        state = f"active;expires={EXPIRES}"
        if status >= 200:
            self._progress = _Progress.SILENT
            state = "terminated;reason=noresource"
        body = f"SIP/2.0 {status} {reasonPhrase(status)}\r\n".encode()
        request = self._end.request(dialog, "NOTIFY", body, SIPFRAG)
        headers = request.headers.extending(
            ("Event", self._event),
            ("Subscription-State", state),
            ("Contact", self._agent.contact(self._end.flow)),
        )
        self._agent.send(request.withHeaders(headers), self, self._end.flow)

    # What the peer says to a NOTIFY.

    def responseReceived(self, response: SIPResponse) -> None:
        if response.status >= 300:
            self._progress = _Progress.SILENT

    def requestTimedOut(self) -> None:
        self._progress = _Progress.SILENT

    def requestFailed(self) -> None:
        self._progress = _Progress.SILENT


def _target(request: SIPRequest) -> URI:
    """
    @raise DecodeError: there is none.
    """
    text = request.headers.get("Refer-To")
    if text is None:
        raise DecodeError("whom to call is not said", "Refer-To")
    if len(text) > MAX_LENGTH:
        raise DecodeError("longer than any that can be called", "Refer-To")
    return NameAddr.parse(text, "Refer-To").uri


def _replacesIn(uri: URI) -> Replaces | None:
    """
    What the URI of a call says that it is to take the place of; C{None} if of nothing.

    @raise DecodeError: it does not say which.
    """
    headers = uri.headers if isinstance(uri, SIPURI) else ()
    named = (value for name, value in headers if name.lower() == "replaces")
    text = next(named, None)
    return None if text is None else Replaces.parse(text)
