"""
What counts against who sends requests (L{h323d.call.defence}): of what kind each is, whether it
was an offence, and whether it came from there for certain.

Datagrams are forged easily.  An offence that came by one is believed only when it shows what none
but a receiver of our answers there can have: a nonce that was given to that host, or, in the ACK
of a refusal, our tag.
"""

from __future__ import annotations

import random

from h323d.call.defence import DefenceRule, Offence
from h323d.sip.digest.challenging import Challenger
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.screening import statelessTag
from h323d.sip.transactions.running import Proofs, ServerTransaction
from h323d.values.address import TransportAddress

__all__ = ["Suspicion"]

REFUSED = (403, 404, 484, 604)
"""
What somebody gets for an INVITE or a REGISTER who tries out numbers and names.
"""

_ASKED = ("INVITE", "REGISTER")
_FULL = 503


class Suspicion:
    """
    Watches requests that belong to no dialog that there is, and what becomes of them.
    """

    def __init__(
        self, defence: DefenceRule, challenger: Challenger | None, rng: random.Random
    ) -> None:
        """
        @param challenger: whose nonces are shown; C{None} where nobody is asked.
        """
        self._defence = defence
        self._challenger = challenger
        self._secret = rng.randbytes(16)

    def tagFor(self, request: SIPRequest) -> str:
        """
        A To tag for whom we keep nothing of, which nobody else can know.
        """
        return statelessTag(request, self._secret)

    def isBanned(self, source: TransportAddress) -> bool:
        """
        Whether nothing is said to a source, which is told of then.
        """
        if not self._defence.isBanned(source.host):
            return False
        self._defence.turnedAway("sip", source)
        return True

    def ignores(self, request: SIPRequest, source: TransportAddress, certain: bool) -> bool:
        """
        Whether a request is not even looked at.

        @param certain: it came over a connection.
        """
        product = request.headers.get("User-Agent")
        if product is None or not self._defence.isScanner(product):
            return not self._defence.heeds(_kindOf(request), source)
        if self._defence.heeds(Offence.SCANNER, source):  # somebody who may
            return False
        self._defence.offended(Offence.SCANNER, source, certain)
        return True

    def judged(
        self,
        request: SIPRequest,
        answer: SIPResponse | Proofs,
        source: TransportAddress,
        certain: bool,
    ) -> None:
        """
        A request was looked at: what answers it, or what its sender has proved.
        """
        if not isinstance(answer, SIPResponse):
            if answer:
                isRegister = request.method == "REGISTER"
                asked = Offence.REGISTRATIONS if isRegister else _kindOf(request)
                self._defence.forgiven(asked, source)
            return
        if answer.status == _FULL or "stale=true" in (answer.headers.get("WWW-Authenticate") or ""):
            return
        believed = certain or self._showsNonceOf(source, request)
        self._defence.offended(_kindOf(request), source, believed)

    def refused(self, transaction: ServerTransaction, response: SIPResponse) -> None:
        """
        Whoever has a call, or wants to register, is answered.
        """
        request, flow = transaction.request, transaction.flow
        if response.status not in REFUSED or request.method not in _ASKED:
            return
        if request.toAddress.tag is None and not transaction.proofs:
            believed = flow.reliable or self._showsNonceOf(flow.peer, request)
            self._defence.offended(Offence.FAILURES, flow.peer, believed)

    def acknowledged(self, transaction: ServerTransaction) -> None:
        """
        Who was refused has had the refusal.
        """
        request, flow = transaction.request, transaction.flow
        believed = flow.reliable or self._showsNonceOf(flow.peer, request)
        if not (believed or transaction.proofs) and request.toAddress.tag is None:
            self._defence.confirmed(Offence.FAILURES, flow.peer)

    def strayAck(self, ack: SIPRequest, source: TransportAddress, certain: bool) -> None:
        """
        An ACK came that belongs to no transaction: perhaps of an INVITE of which nothing is kept.
        """
        if not certain and ack.toAddress.tag == self.tagFor(ack):
            self._defence.confirmed(Offence.FAILURES, source)

    def _showsNonceOf(self, source: TransportAddress, request: SIPRequest) -> bool:
        return self._challenger is not None and self._challenger.gaveTo(source.host, request)


def _kindOf(request: SIPRequest) -> Offence:
    """
    What a request is, if it is an offence.
    """
    if request.method not in _ASKED or request.toAddress.tag is not None:
        return Offence.REQUESTS
    if request.method == "INVITE":
        return Offence.FAILURES
    shows = "Authorization" in request.headers
    return Offence.FAILURES if shows else Offence.REGISTRATIONS
