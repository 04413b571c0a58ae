"""
What an endpoint asks about its calls (ARQ, BRQ, DRQ), and whom: its gatekeeper, or
another that this one sends it to (H.323, 7.2.6; H.225.0, C{AltGKInfo}).

A reject that names other gatekeepers means the one request that it answers, or, with
C{altGKisPermanent}, all from then on.  One request is repeated there; where the
endpoint has to register first, it moves there, for it is registered with one
gatekeeper at a time.  L{h323d.h323.ras.client} moves; this only repeats.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from twisted.internet.defer import Deferred

from h323d.h323.ras.alternates import Alternate, alternatesIn
from h323d.h323.ras.messages import Fields, RASMessage, reasonOf
from h323d.values.address import TransportAddress

__all__ = ["Answer", "AskingOwner", "ClientAsking", "OurGatekeeper"]

MAX_REDIRECTIONS = 3  # of one request
_CALL = "admissionRequest"


@dataclass(frozen=True, slots=True)
class OurGatekeeper:
    """
    A gatekeeper that knows an endpoint.

    @ivar ras: where to ask it.
    @ivar identifier: as it calls itself, if it does.
    @ivar endpointIdentifier: as it calls the endpoint.
    """

    ras: TransportAddress
    identifier: str | None
    endpointIdentifier: str


class Answer(NamedTuple):
    """
    What became of a request.

    @ivar message: the confirm or reject; C{None} if nobody answered.
    @ivar gatekeeper: who was asked last; C{None} if nobody was.
    """

    message: RASMessage | None
    gatekeeper: OurGatekeeper | None


class AskingOwner(Protocol):
    """
    What the requests need of the client that owns them.
    """

    @property
    def here(self) -> OurGatekeeper | None:
        """Where we are registered; C{None} while we are not."""

    def send(
        self,
        name: str,
        fields: Fields,
        ras: TransportAddress,
        answered: Callable[[RASMessage | None], None],
    ) -> object:
        """Send one request; C{answered} gets C{None} if nobody answers."""

    def moveTo(self, others: tuple[Alternate, ...], reason: str) -> None:
        """Go to one of these gatekeepers, and register there if that is needed."""

    def turnElsewhere(self) -> bool:
        """Our gatekeeper is silent: register with an alternate.  FALSE if there is none."""


@dataclass(slots=True, eq=False)
class _Question:
    """
    One request.

    @ivar others: who can be asked this one request if who is being asked is silent.
    @ivar strayed: whether it was sent to others than our gatekeeper, this time.
    """

    name: str
    fields: Fields
    answered: Deferred[Answer] = field(default_factory=Deferred)
    others: list[Alternate] = field(default_factory=list)
    strayed: bool = False
    redirections: int = 0


class ClientAsking:
    """
    All of them.
    """

    def __init__(self, owner: AskingOwner) -> None:
        self._owner = owner
        self._waiting: list[_Question] = []  # for a registration that is being made

    def ask(
        self, name: str, fields: Fields, gatekeeper: OurGatekeeper | None = None
    ) -> Deferred[Answer]:
        """
        @param fields: all but who we and the gatekeeper are.
        @param gatekeeper: whom to ask, if that is not our gatekeeper.
        """
        question = _Question(name, fields)
        self._send(question, gatekeeper or self._owner.here)
        return question.answered

    def registered(self) -> None:
        """
        We are where we were sent.
        """
        waiting, self._waiting = self._waiting, []
        for question in waiting:
            self._send(question, self._owner.here)

    def notRegistered(self) -> None:
        """
        Nobody takes us, or we do not want it any more.
        """
        waiting, self._waiting = self._waiting, []
        for question in waiting:
            question.answered.callback(Answer(None, None))

    def close(self) -> None:
        """
        Forget them; nobody is told.
        """
        self._waiting.clear()

    def _send(self, question: _Question, gatekeeper: OurGatekeeper | None) -> None:
        if gatekeeper is None:
            question.answered.callback(Answer(None, None))
            return
        who: Fields = {"endpointIdentifier": gatekeeper.endpointIdentifier}
        if gatekeeper.identifier:
            who["gatekeeperIdentifier"] = gatekeeper.identifier
        sent = _Sent(self, question, gatekeeper)
        self._owner.send(question.name, question.fields | who, gatekeeper.ras, sent.answered)

    def answered(
        self, question: _Question, gatekeeper: OurGatekeeper, answer: RASMessage | None
    ) -> None:
        """
        A gatekeeper answered, or is silent.
        """
        if not self._goesOn(question, gatekeeper, answer):
            question.answered.callback(Answer(answer, gatekeeper))

    def _goesOn(
        self, question: _Question, gatekeeper: OurGatekeeper, answer: RASMessage | None
    ) -> bool:
        """
        @return: whether the request is being asked elsewhere.
        """
        sentAway = answer is not None and "altGKInfo" in answer.fields
        if question.others and (answer is None or sentAway):
            self._tryOther(question, gatekeeper)
            return True
        if answer is None:
            return self._leftAlone(question, gatekeeper)
        return sentAway and self._redirected(question, gatekeeper, answer)

    def _redirected(
        self, question: _Question, gatekeeper: OurGatekeeper, answer: RASMessage
    ) -> bool:
        others = alternatesIn(answer.fields["altGKInfo"])
        question.redirections += 1
        if not others or question.strayed or question.redirections > MAX_REDIRECTIONS:
            return False
        if gatekeeper != self._owner.here:  # another request was sent away before
            return self._goAlong(question)
        if not answer.fields["altGKInfo"]["altGKisPermanent"] and not others[0].needToRegister:
            question.others = [each for each in others if not each.needToRegister]
            question.strayed = True
            self._tryOther(question, gatekeeper)
            return True
        return self._move(question, others, reasonOf(answer))

    def _move(self, question: _Question, others: tuple[Alternate, ...], reason: str) -> bool:
        # Where we have to register first, nobody knows the calls that we have.
        waits = question.name == _CALL or not others[0].needToRegister
        if waits:
            self._waiting.append(question)
        self._owner.moveTo(others, reason)
        if self._owner.here is not None:
            self.registered()
        return waits

    def _leftAlone(self, question: _Question, gatekeeper: OurGatekeeper) -> bool:
        """
        Nobody answers: our gatekeeper may be gone, and then another admits the call.
        """
        if question.name != _CALL or question.strayed:
            return False
        if gatekeeper != self._owner.here:
            return self._goAlong(question)
        self._waiting.append(question)
        if self._owner.turnElsewhere():
            return True
        self._waiting.remove(question)
        return False

    def _goAlong(self, question: _Question) -> bool:
        """
        Ask where we have gone meanwhile, if it is a new call.
        """
        here = self._owner.here
        if question.name != _CALL or (here is None and not self._waiting):
            return False
        if here is None:
            self._waiting.append(question)
        else:
            self._send(question, here)
        return True

    def _tryOther(self, question: _Question, gatekeeper: OurGatekeeper) -> None:
        other = question.others.pop(0)
        self._send(
            question, OurGatekeeper(other.ras, other.identifier, gatekeeper.endpointIdentifier)
        )


@dataclass(frozen=True, slots=True)
class _Sent:
    """
    A request, and whom it was sent to.
    """

    asking: ClientAsking
    question: _Question
    gatekeeper: OurGatekeeper

    def answered(self, answer: RASMessage | None) -> None:
        self.asking.answered(self.question, self.gatekeeper, answer)
