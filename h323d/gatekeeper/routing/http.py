"""
A question by HTTP: somebody else's program says where calls go.

The question and the answer are JSON; C{docs/howto/route-calls.rst} has both.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorTime
from twisted.python.failure import Failure
from zope.interface import implementer

from h323d.call.applications import Reason, Refusal
from h323d.call.lookups import IWeb, LookupFailed
from h323d.gatekeeper.routing.chain import Called, Finding, FoundWay, ICalledPolicy
from h323d.gatekeeper.routing.config import MAX_LIFETIME, RoutingConfig, literalAddress
from h323d.gatekeeper.routing.remembered import FAILED_FOR, Remembered
from h323d.h323.signalling.addresses import partyFromText
from h323d.values.address import PartyAddress

__all__ = ["HTTPAnswer", "HTTPQuestion"]

MAX_ANSWER = 16_384  # octets
MAX_ITEMS = 8  # destinations or names of one answer
MAX_NAME = 256  # characters

REJECTED = Refusal.of(Reason.NOT_PERMITTED, "httpRejects")


class HTTPAnswer:
    """
    What somebody answered.

    @ivar reject: the call is refused.
    @ivar names: what the called party is to be called; empty to leave it.
    @ivar destinations: where the call goes; empty if the policies after this
        one decide.
    @ivar lifetime: seconds that it may be kept; C{None} if it does not say.
    """

    def __init__(self, body: bytes) -> None:
        """
        @raise LookupFailed: it makes no sense.
        """
        try:
            answer: Any = json.loads(body) if body.strip() else {}
        except (ValueError, RecursionError) as error:
            raise LookupFailed(f"the answer is not JSON: {error}") from error
        answer = {} if answer is None else answer
        if not isinstance(answer, dict):
            raise LookupFailed("the answer is no object")
        self.reject = _typed(answer, "reject", bool, False)
        self.names = tuple(partyFromText(each) for each in _texts(answer, "names"))
        self.destinations = tuple(
            self._destination(each) for each in _texts(answer, "destinations")
        )
        self.lifetime: float | None = None
        if "lifetime" in answer:
            seconds = _typed(answer, "lifetime", int, 0)
            self.lifetime = float(min(max(0, seconds), MAX_LIFETIME))

    def _destination(self, text: str) -> FoundWay:
        address = literalAddress(text)
        if address is None:
            raise LookupFailed(f"{text!r} has no literal address")
        names: tuple[PartyAddress, ...] = self.names
        if not names and "@" in text:
            names = (partyFromText(text if text.startswith("h323:") else f"h323:{text}"),)
        return FoundWay("h323", address, called=names)

    def findingFor(self, called: Called) -> Finding:
        """
        What that means for a call.
        """
        if self.reject:
            return REJECTED
        if self.destinations:
            return self.destinations
        return replace(called, names=self.names) if self.names else None


def _typed(answer: dict[str, Any], key: str, kind: type, default: Any) -> Any:
    value = answer.get(key, default)
    if type(value) is not kind:
        raise LookupFailed(f"{key} is of the wrong type")
    return value


def _texts(answer: dict[str, Any], key: str) -> list[str]:
    texts: list[Any] = _typed(answer, key, list, [])
    if len(texts) > MAX_ITEMS:
        raise LookupFailed(f"{key} has too many items")
    for text in texts:
        if not isinstance(text, str) or not 0 < len(text) <= MAX_NAME:
            raise LookupFailed(f"{key} is not a list of names")
    return texts


@implementer(ICalledPolicy)
class HTTPQuestion:
    """
    Asks a URL; whoever does not answer in time, or makes no sense, does not
    know.
    """

    name = "http"

    def __init__(self, web: IWeb, clock: IReactorTime, config: RoutingConfig) -> None:
        self._web = web
        self._clock = clock
        self._config = config
        self._quietUntil = 0.0  # seconds of the clock
        self._answers: Remembered[HTTPAnswer | None] = Remembered(clock, None)

    def find(self, called: Called) -> Deferred[Finding] | None:
        if not self._config.httpURL or not called.names:
            return None
        question = _question(called)
        answer = self._answers.get(question, lambda: self._ask(question))
        return answer.addCallback(_findingFor, called)

    def _ask(self, question: bytes) -> Deferred[tuple[HTTPAnswer | None, float]]:
        if self._clock.seconds() < self._quietUntil:
            return succeed((None, 0.0))
        config = self._config
        asking: Deferred[bytes] = self._web.post(
            config.httpURL, question, config.httpTimeout, MAX_ANSWER
        )
        return asking.addCallbacks(self._read, self._silent)

    def _silent(self, failure: Failure) -> Failure:
        """
        Who did not answer one question is asked no other for a moment, so that
        not every call waits for it.
        """
        self._quietUntil = self._clock.seconds() + FAILED_FOR
        return failure

    def _read(self, body: bytes) -> tuple[HTTPAnswer | None, float]:
        answer = HTTPAnswer(body)
        lifetime = answer.lifetime
        return answer, self._config.httpLifetime if lifetime is None else lifetime


def _findingFor(answer: HTTPAnswer | None, called: Called) -> Finding:
    return None if answer is None else answer.findingFor(called)


def _question(called: Called) -> bytes:
    caller = None if called.caller is None else [str(name) for name in called.caller.aliases]
    question = {
        "called": [str(name) for name in called.names],
        "calling": [str(name) for name in called.calling],
        "caller": caller,
        "source": None if called.source is None else called.source.host,
        "location": called.locating,
    }
    return json.dumps(question, separators=(",", ":")).encode()
