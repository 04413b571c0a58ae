"""
RAS transactions: what a request is, and our own requests, each of them asked until
it is answered (ITU-T H.225.0, 7.19).

The requests of others are L{h323d.h323.ras.answering}'s.  Neither decodes nor
owns a socket: that is L{h323d.h323.ras.channel}.
"""

from __future__ import annotations

import ipaddress
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

from h323d.errors import ResourceUnavailable
from h323d.h323.ras.exchange import newExchange
from h323d.h323.ras.messages import ANSWERS, Fields, RASMessage
from h323d.h323.ras.security import BELIEVED, PLAIN, Association, Verdict, whatIsSealed
from h323d.values.address import TransportAddress

__all__ = [
    "ClientTransactions",
    "RASAnswer",
    "RASAsked",
    "RASOwner",
    "RASRequest",
    "Send",
    "TIMERS",
]

TIMERS: dict[str, tuple[float, int]] = {
    "gatekeeperRequest": (5.0, 2),
    "registrationRequest": (3.0, 2),
    "unregistrationRequest": (3.0, 1),
    "admissionRequest": (5.0, 2),
    "bandwidthRequest": (3.0, 2),
    "disengageRequest": (3.0, 2),
    "locationRequest": (5.0, 2),
    "infoRequest": (3.0, 1),
    "infoRequestResponse": (5.0, 2),
    "resourcesAvailableIndicate": (3.0, 2),
    "serviceControlIndication": (3.0, 2),
}
"""
Of each request, the seconds until it is repeated, and how often (H.225.0, 7.19).
"""
SEQUENCE_NUMBERS = 65535


@dataclass(frozen=True, slots=True)
class RASRequest:
    """
    A request that arrived.

    @ivar source: where it came from.
    @ivar octets: as it was on the wire.
    @ivar multicast: whether it was sent to the multicast group; then only who
        is meant may answer.
    @ivar replyTo: where its answer goes instead of to C{source}; only ever an
        address that a trusted peer gave.
    @ivar verdict: whether it is believed, and whom the asker proved to be.
    @ivar local: the address of ours that the asker was heard at; empty if that is not known.
    """

    message: RASMessage
    source: TransportAddress
    octets: bytes
    multicast: bool
    replyTo: TransportAddress | None = None
    verdict: Verdict = BELIEVED
    local: str = ""

    @property
    def asker(self) -> TransportAddress:
        """
        Where its answer goes.
        """
        return self.source if self.replyTo is None else self.replyTo


RASAnswer = RASMessage | None


class RASOwner(Protocol):
    """
    Who answers requests: a gatekeeper, or an endpoint for those of its
    gatekeeper.
    """

    def rasRequested(self, request: RASRequest) -> RASAnswer | Deferred[RASAnswer]:
        """
        @return: the answer; C{None} for none.
        """


Send = Callable[[bytes, TransportAddress, RASMessage | None], None]
"""
Sends a datagram; the message is all that it says, and C{None} where only the octets tell.
"""
Answered = Callable[[RASMessage | None], None]


class ClientTransactions:
    """
    Our own requests.
    """

    def __init__(self, clock: IReactorTime, rng: random.Random, send: Send) -> None:
        """
        @param rng: draws the first C{requestSeqNum}, so that a restart does
            not repeat the numbers of the last run.
        @param send: sends one datagram.
        """
        self._clock = clock
        self._send = send
        self._next = rng.randrange(SEQUENCE_NUMBERS)
        self._asked: dict[int, RASAsked] = {}

    def __len__(self) -> int:
        return len(self._asked)

    def request(
        self,
        name: str,
        fields: Fields,
        destination: TransportAddress,
        answered: Answered,
        interval: float | None = None,
        association: Association = PLAIN,
    ) -> RASAsked:
        """
        Send a request, and repeat it until it is answered.

        @param name: the C{RasMessage} alternative.
        @param fields: all but C{requestSeqNum}.
        @param destination: the peer, or a multicast group.
        @param answered: called once, after this method has returned, with the
            confirm or reject; with C{None} when nobody answered.
        @param interval: seconds until it is repeated, where that is not to be
            the standard's.
        @param association: seals it, and says whether to believe its answer.

        @raise ResourceUnavailable: 65,535 requests are under way.
        """
        message = RASMessage(name, {"requestSeqNum": self._number(), **fields})
        asked = RASAsked(self, self._clock, message, destination, answered, interval, association)
        self._asked[message.requestSeqNum] = asked
        asked.start()
        return asked

    def tell(
        self,
        name: str,
        fields: Fields,
        destination: TransportAddress,
        association: Association = PLAIN,
    ) -> None:
        """
        Send what needs no answer, once.
        """
        message = RASMessage(name, {"requestSeqNum": self._number(), **fields})
        sealed = association.seal(message)
        self._send(sealed, destination, whatIsSealed(message, association))

    def arrived(self, message: RASMessage, source: TransportAddress, octets: bytes) -> bool:
        """
        Take an answer to where it belongs.

        @return: whether anybody waited for it.
        """
        asked = self._asked.get(message.requestSeqNum)
        return asked is not None and asked.arrived(message, source, octets)

    def send(self, data: bytes, destination: TransportAddress, message: RASMessage | None) -> None:
        self._send(data, destination, message)

    def forget(self, asked: RASAsked) -> None:
        """
        A request is over.
        """
        self._asked.pop(asked.message.requestSeqNum, None)

    def close(self) -> None:
        """
        Give up all requests; nobody is told.
        """
        for asked in tuple(self._asked.values()):
            asked.cancel()

    def _number(self) -> int:
        if len(self._asked) >= SEQUENCE_NUMBERS:
            raise ResourceUnavailable("no requestSeqNum is free")
        while True:
            self._next = self._next % SEQUENCE_NUMBERS + 1
            if self._next not in self._asked:
                return self._next


class RASAsked:
    """
    A request of ours that is under way.

    @ivar message: what was asked.
    @ivar answerer: who answered; C{None} before.
    """

    def __init__(
        self,
        table: ClientTransactions,
        clock: IReactorTime,
        message: RASMessage,
        destination: TransportAddress,
        answered: Answered,
        interval: float | None = None,
        association: Association = PLAIN,
    ) -> None:
        self.message = message
        self.answerer: TransportAddress | None = None
        self._table = table
        self._association = association
        self._octets = association.seal(message)
        self._destination = destination
        self._anybody = ipaddress.ip_address(destination.host).is_multicast
        self._answered = answered
        timeout, retries = TIMERS[message.name]
        self._exchange = newExchange(self, clock, interval or timeout, retries)

    def start(self) -> None:
        self._exchange.start()

    def cancel(self) -> None:
        """
        Ask no more; the answer, if it comes, is ignored.
        """
        self._table.forget(self)
        self._exchange.cancel()

    def arrived(self, message: RASMessage, source: TransportAddress, octets: bytes) -> bool:
        """
        @return: whether it was from whom we asked, and an answer to this; one
            that is not to be believed is dropped.
        """
        if not self._anybody and source.host != self._destination.host:
            return False
        announced = message.name == "requestInProgress"
        answers = self.message.answeredBy(message) and not message.fields.get("unsolicited")
        if not announced and not answers:
            return False
        if not self._association.believes(message, octets):
            return True
        if announced:
            self._exchange.inProgress(message.fields["delay"] / 1000)
            return True
        if self._anybody and message.name != ANSWERS[self.message.name][0]:
            return True  # another may confirm yet
        self.answerer = source
        self._exchange.answered(message)
        return True

    def sendRequest(self) -> None:
        said = whatIsSealed(self.message, self._association)
        self._table.send(self._octets, self._destination, said)

    def exchangeEnded(self, answer: RASMessage | None) -> None:
        self._table.forget(self)
        self._answered(answer)
