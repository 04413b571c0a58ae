"""
RAS transactions: each request is answered once, and asked until it is answered
(ITU-T H.225.0, 7.19).

L{ServerTransactions} gives a repeated request its first answer again, and tells
the asker by C{requestInProgress} when an answer takes long.
L{ClientTransactions} repeats our own requests until they are answered.  Neither
decodes nor owns a socket: that is L{h323d.h323.ras.channel}.
"""

from __future__ import annotations

import hashlib
import ipaddress
import random
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from h323d.errors import ResourceUnavailable
from h323d.h323.ras.exchange import newExchange
from h323d.h323.ras.messages import ANSWERS, Fields, RASMessage
from h323d.h323.ras.security import BELIEVED, PLAIN, Association, Verdict
from h323d.values.address import TransportAddress

__all__ = [
    "ClientTransactions",
    "RASAnswer",
    "RASAsked",
    "RASOwner",
    "RASRequest",
    "ServerTransactions",
]

ANSWER_LIFETIME = 15.0  # seconds; a GRQ's last repetition comes 10 s after it
MAX_ANSWERS = 65_536  # kept for repetitions
MAX_PENDING = 4096  # requests that wait for a slow answer
RIP_AFTER = 1.5  # seconds until a slow answer is announced; askers repeat after 3
RIP_DELAY = 6.0  # seconds that an announcement asks to wait
RIP_AGAIN = 4.0  # seconds until the next announcement

REQUEST_TIMEOUT = 3.0  # seconds until a request is repeated
REQUEST_TIMEOUTS = {"gatekeeperRequest": 5.0}  # seconds, where it is another
_SEQUENCE_NUMBERS = 65535


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
    """

    message: RASMessage
    source: TransportAddress
    octets: bytes
    multicast: bool
    replyTo: TransportAddress | None = None
    verdict: Verdict = BELIEVED

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


Send = Callable[[bytes, TransportAddress], None]
_Key = tuple[TransportAddress, bytes]
_Kept = tuple[float, bytes, TransportAddress]  # until when, which octets, whereto


class ServerTransactions:
    """
    The requests of others.

    A request is a repetition of another if the same octets, its
    C{requestSeqNum} among them, come from the same source.  It is recognised
    before it is decoded.
    """

    _log = Logger()

    def __init__(self, clock: IReactorTime, send: Send, owner: RASOwner) -> None:
        """
        @param send: sends one datagram.
        @param owner: answers the requests.
        """
        self._clock = clock
        self._send = send
        self._owner = owner
        self._answers: OrderedDict[_Key, _Kept] = OrderedDict()
        self._sources: dict[TransportAddress, dict[_Key, None]] = {}
        self._pending: dict[_Key, _Pending] = {}
        self._sweep: IDelayedCall | None = None

    def __len__(self) -> int:
        return len(self._answers) + len(self._pending)

    def repeated(self, data: bytes, source: TransportAddress) -> bool:
        """
        Answer a repetition as before.

        @return: C{False} if it is no repetition.
        """
        if not self._answers and not self._pending:
            return False
        key = _keyOf(data, source)
        pending = self._pending.get(key)
        if pending is not None:
            pending.announce()
            return True
        kept = self._answers.get(key)
        if kept is None or kept[0] <= self._clock.seconds():
            return False
        self._send(kept[1], kept[2])
        return True

    def requested(self, request: RASRequest) -> None:
        """
        Have a new request answered.
        """
        key = _keyOf(request.octets, request.source)
        if not request.verdict.believed:
            self._answered(request.verdict.refusal, key, request)
            return
        answer = self._owner.rasRequested(request)
        if not isinstance(answer, Deferred):
            self._answered(answer, key, request)
            return
        if answer.called and not answer.paused:
            answer.addErrback(self._failed, request)
            answer.addCallback(self._answered, key, request)
            return
        if len(self._pending) >= MAX_PENDING:
            answer.addErrback(self._failed, request)
            return
        self._pending[key] = _Pending(self._clock, self._send, request)
        answer.addErrback(self._failed, request)
        answer.addCallback(self._pendingAnswered, key)

    def forget(self, source: TransportAddress) -> None:
        """
        What was answered to a source holds no longer.  An endpoint that is
        started anew may count as before, and its first request be the same to
        the octet.
        """
        for key in self._sources.pop(source, ()):
            del self._answers[key]

    def close(self) -> None:
        """
        Answer nothing more.
        """
        for pending in self._pending.values():
            pending.cancel()
        self._pending.clear()
        self._answers.clear()
        self._sources.clear()
        sweep, self._sweep = self._sweep, None
        if sweep is not None and sweep.active():
            sweep.cancel()

    def _failed(self, failure: Failure, request: RASRequest) -> None:
        self._log.failure(
            "no answer to {name} from {source}: our own fault",
            failure=failure,
            name=request.message.name,
            source=request.source,
        )

    def _pendingAnswered(self, answer: RASAnswer, key: _Key) -> None:
        pending = self._pending.pop(key, None)
        if pending is not None:  # otherwise closed meanwhile
            pending.cancel()
            self._answered(answer, key, pending.request)

    def _answered(self, answer: RASAnswer, key: _Key, request: RASRequest) -> None:
        if answer is None:
            return
        octets, asker = request.verdict.association.seal(answer), request.asker
        if len(self._answers) >= MAX_ANSWERS:
            self._drop(next(iter(self._answers)))
        self._answers[key] = (self._clock.seconds() + ANSWER_LIFETIME, octets, asker)
        self._answers.move_to_end(key)
        self._sources.setdefault(key[0], {})[key] = None
        if self._sweep is None:
            self._sweep = self._clock.callLater(ANSWER_LIFETIME, self._expire)
        self._send(octets, asker)

    def _expire(self) -> None:
        self._sweep = None
        now = self._clock.seconds()
        while self._answers:
            key, (deadline, _, _) = next(iter(self._answers.items()))
            if deadline > now:
                self._sweep = self._clock.callLater(deadline - now, self._expire)
                return
            self._drop(key)

    def _drop(self, key: _Key) -> None:
        del self._answers[key]
        keys = self._sources[key[0]]
        del keys[key]
        if not keys:
            del self._sources[key[0]]


def _keyOf(data: bytes, source: TransportAddress) -> _Key:
    # A digest, so that a flood of long requests is not kept in memory.
    return source, hashlib.blake2b(data, digest_size=16).digest()


class _Pending:
    """
    A request whose answer takes long; announces so by the clock.
    """

    def __init__(self, clock: IReactorTime, send: Send, request: RASRequest) -> None:
        self._clock = clock
        self._send = send
        self.request = request
        self._octets = request.verdict.association.seal(
            RASMessage(
                "requestInProgress",
                {
                    "requestSeqNum": request.message.requestSeqNum,
                    "delay": int(RIP_DELAY * 1000),
                },
            )
        )
        self._timer = clock.callLater(RIP_AFTER, self._due)

    def announce(self) -> None:
        self._send(self._octets, self.request.asker)

    def cancel(self) -> None:
        if self._timer.active():
            self._timer.cancel()

    def _due(self) -> None:
        self.announce()
        self._timer = self._clock.callLater(RIP_AGAIN, self._due)


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
        self._next = rng.randrange(_SEQUENCE_NUMBERS)
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
        self._send(association.seal(message), destination)

    def arrived(self, message: RASMessage, source: TransportAddress, octets: bytes) -> bool:
        """
        Take an answer to where it belongs.

        @return: whether anybody waited for it.
        """
        asked = self._asked.get(message.requestSeqNum)
        return asked is not None and asked.arrived(message, source, octets)

    def send(self, data: bytes, destination: TransportAddress) -> None:
        self._send(data, destination)

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
        if len(self._asked) >= _SEQUENCE_NUMBERS:
            raise ResourceUnavailable("no requestSeqNum is free")
        while True:
            self._next = self._next % _SEQUENCE_NUMBERS + 1
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
        if interval is None:
            interval = REQUEST_TIMEOUTS.get(message.name, REQUEST_TIMEOUT)
        self._exchange = newExchange(self, clock, interval)

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
        self._table.send(self._octets, self._destination)

    def exchangeEnded(self, answer: RASMessage | None) -> None:
        self._table.forget(self)
        self._answered(answer)
