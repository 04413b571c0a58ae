"""
The requests of others: each is answered once (ITU-T H.225.0, 7.19).

A repeated request gets its first answer again; an answer that takes long is
announced by C{requestInProgress}.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from h323d.h323.ras.messages import RASMessage
from h323d.h323.ras.security import whatIsSealed
from h323d.h323.ras.transactions import RASAnswer, RASOwner, RASRequest, Send
from h323d.values.address import TransportAddress

__all__ = ["Key", "ServerTransactions"]

ANSWER_LIFETIME = 15.0  # seconds; a GRQ's last repetition comes 10 s after it
MAX_ANSWERS = 65_536  # kept for repetitions
MAX_PENDING = 4096  # requests that wait for a slow answer
RIP_AFTER = 1.5  # seconds until a slow answer is announced; askers repeat after 3
RIP_DELAY = 6.0  # seconds that an announcement asks to wait
RIP_AGAIN = 4.0  # seconds until the next announcement

# Flat, of numbers and texts alone: then the garbage collector leaves them out, which otherwise
# stops the server for as long as it takes to look at everything that was kept.
Key = tuple[str, int, bytes]  # where a request came from, and its digest
_Kept = tuple[float, bytes, str, int]  # until when, which octets, whereto


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
        self._answers: OrderedDict[Key, _Kept] = OrderedDict()
        self._sources: dict[tuple[str, int], dict[bytes, None]] = {}
        self._pending: dict[Key, _Pending] = {}
        self._sweep: IDelayedCall | None = None

    def __len__(self) -> int:
        return len(self._answers) + len(self._pending)

    def repeated(self, data: bytes, source: TransportAddress) -> Key | None:
        """
        @return: what names the request that this repeats, for L{answerAgain}; C{None} if it is no
            repetition.
        """
        if not self._answers and not self._pending:
            return None
        key = _keyOf(data, source)
        if key in self._pending:
            return key
        kept = self._answers.get(key)
        return None if kept is None or kept[0] <= self._clock.seconds() else key

    def answerAgain(self, key: Key) -> None:
        """
        Answer a repetition as before.
        """
        pending = self._pending.get(key)
        if pending is not None:
            pending.announce()
            return
        _, octets, host, port = self._answers[key]
        self._send(octets, TransportAddress(host, port), None)

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
        for digest in self._sources.pop((source.host, source.port), ()):
            del self._answers[source.host, source.port, digest]

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

    def _pendingAnswered(self, answer: RASAnswer, key: Key) -> None:
        pending = self._pending.pop(key, None)
        if pending is not None:  # otherwise closed meanwhile
            pending.cancel()
            self._answered(answer, key, pending.request)

    def _answered(self, answer: RASAnswer, key: Key, request: RASRequest) -> None:
        if answer is None:
            return
        octets, asker = request.verdict.association.seal(answer), request.asker
        if len(self._answers) >= MAX_ANSWERS:
            self._drop(next(iter(self._answers)))
        deadline = self._clock.seconds() + ANSWER_LIFETIME
        self._answers[key] = (deadline, octets, asker.host, asker.port)
        self._answers.move_to_end(key)
        self._sources.setdefault(key[:2], {})[key[2]] = None
        if self._sweep is None:
            self._sweep = self._clock.callLater(ANSWER_LIFETIME, self._expire)
        self._send(octets, asker, whatIsSealed(answer, request.verdict.association))

    def _expire(self) -> None:
        self._sweep = None
        now = self._clock.seconds()
        while self._answers:
            key, (deadline, *_) = next(iter(self._answers.items()))
            if deadline > now:
                self._sweep = self._clock.callLater(deadline - now, self._expire)
                return
            self._drop(key)

    def _drop(self, key: Key) -> None:
        del self._answers[key]
        digests = self._sources[key[:2]]
        del digests[key[2]]
        if not digests:
            del self._sources[key[:2]]


def _keyOf(data: bytes, source: TransportAddress) -> Key:
    # A digest, so that a flood of long requests is not kept in memory.
    return source.host, source.port, hashlib.blake2b(data, digest_size=16).digest()


class _Pending:
    """
    A request whose answer takes long; announces so by the clock.
    """

    def __init__(self, clock: IReactorTime, send: Send, request: RASRequest) -> None:
        self._clock = clock
        self._send = send
        self.request = request
        fields = {
            "requestSeqNum": request.message.requestSeqNum,
            "delay": int(RIP_DELAY * 1000),
        }
        self._message = RASMessage("requestInProgress", fields)
        self._timer = clock.callLater(RIP_AFTER, self._due)

    def announce(self) -> None:
        # Sealed each time: one that is signed, and comes twice, would count as a replay.
        octets = self.request.verdict.association.seal(self._message)
        said = whatIsSealed(self._message, self.request.verdict.association)
        self._send(octets, self.request.asker, said)

    def cancel(self) -> None:
        if self._timer.active():
            self._timer.cancel()

    def _due(self) -> None:
        self.announce()
        self._timer = self._clock.callLater(RIP_AGAIN, self._due)
