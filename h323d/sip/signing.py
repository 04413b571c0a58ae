"""
A guardian's telephone: it signs the requests that gates judge, and its answers to calls
(L{h323d.sip.guardheader}).
"""

from __future__ import annotations

import random

from twisted.internet.interfaces import IReactorTime

from h323d.call.applications import CallType
from h323d.call.declaration import NOTHING_DECLARED, Declaration
from h323d.sip.digest.algorithms import Algorithm
from h323d.sip.guardheader import NONCE_OCTETS, SIPStamp, answerSigned, isSignable, signed
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.values.address import TransportAddress
from h323d.values.ed25519 import SigningIdentity

__all__ = ["Signing"]


class Signing:
    """
    What we have with others (L{h323d.sip.digest.answering.Secrets}): a key, and no password.
    """

    def __init__(
        self,
        identity: SigningIdentity,
        clock: IReactorTime,
        rng: random.Random,
        declaration: Declaration = NOTHING_DECLARED,
    ) -> None:
        """
        @param clock: tells Unix time.
        @param declaration: of its calls.
        """
        self._identity = identity
        self._declaration = declaration
        self._clock = clock
        self._rng = rng

    def secretAt(
        self, peer: TransportAddress, realm: str, algorithm: Algorithm, account: str
    ) -> tuple[str, str] | None:
        return None

    def signed(self, request: SIPRequest) -> SIPRequest:
        if not isSignable(request):
            return request
        return signed(request, self._identity.key, self._stamp(self._declaration))

    def signedAnswer(self, request: SIPRequest, response: SIPResponse) -> SIPResponse:
        if request.method != "INVITE" or request.via.transport == "UDP":  # it has no place there
            return response
        return answerSigned(request, response, self._identity.key, self._stamp(NOTHING_DECLARED))

    def _stamp(self, declaration: Declaration) -> SIPStamp:
        us = self._identity
        return SIPStamp(
            us.terminalId,
            us.audience,
            int(self._clock.seconds()),
            self._rng.randbytes(NONCE_OCTETS),
            declaration.callType or CallType.ROUTINE,
            declaration.hasPII,
        )
