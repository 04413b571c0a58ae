"""
The REGISTERs of an endpoint, each from when it comes to when it is answered, which may take its
time.

What one asks for, and what it gets, is L{h323d.sip.registrar}'s matter.
"""

from __future__ import annotations

from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from h323d.errors import DecodeError
from h323d.sip.config import SIPConfig
from h323d.sip.messages.message import SIPResponse
from h323d.sip.registrar import Registrar, RegistrarOwner
from h323d.sip.transactions.running import ServerTransaction

__all__ = ["Registrations", "RegistrationsOwner"]


class RegistrationsOwner(Protocol):
    """
    The endpoint.
    """

    def respond(self, transaction: ServerTransaction, response: SIPResponse) -> None:
        """Answer."""

    def registered(self, transaction: ServerTransaction) -> None:
        """One that came by a connection was granted."""

    def malformed(self, transaction: ServerTransaction, error: DecodeError) -> None:
        """Answer what cannot be read."""


class Registrations:
    """
    Those of one endpoint.
    """

    _log = Logger()

    def __init__(
        self,
        owner: RegistrationsOwner,
        clock: IReactorTime,
        config: SIPConfig,
        keeper: RegistrarOwner,
    ) -> None:
        """
        @param keeper: of what is registered.
        """
        self._owner = owner
        self._registrar = Registrar(clock, config, keeper)

    def take(self, transaction: ServerTransaction, tag: str) -> None:
        """
        @param tag: ours, for the answer.

        @raise DecodeError: a header field that is looked at is malformed.
        """
        request, flow = transaction.request, transaction.flow
        answer = self._registrar.answer(request, flow.peer, tag, flow.reliable, transaction.proofs)
        if isinstance(answer, Deferred):
            answer.addCallback(self._answer, transaction)
            answer.addErrback(self._failed, transaction, tag)
        else:
            self._answer(answer, transaction)

    def _answer(self, answer: SIPResponse, transaction: ServerTransaction) -> None:
        self._owner.respond(transaction, answer)
        if answer.isSuccess and transaction.flow.reliable:
            self._owner.registered(transaction)

    def _failed(self, failure: Failure, transaction: ServerTransaction, tag: str) -> None:
        if isinstance(failure.value, DecodeError):
            self._owner.malformed(transaction, failure.value)
            return
        self._log.failure("a REGISTER died of our own fault", failure=failure)
        self._owner.respond(transaction, transaction.request.response(500, None, tag))
