"""
The endpoints: which paths there are, and how each is answered.

A path is looked up as it came, octet for octet: nothing is decoded, put together or searched for,
and there are no files.
"""

from __future__ import annotations

import http
import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from twisted.logger import Logger
from twisted.web.http import Request
from twisted.web.resource import Resource

from h323d.values.networks import Networks

__all__ = ["ANYWHERE", "Answer", "Endpoint", "Endpoints", "problem"]

ANYWHERE = Networks(("0.0.0.0/0", "::/0"))

NO_ENDPOINT = "other"
"""As which requests count that are for none, so that nobody can make series by asking."""

_METHODS = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Answer:
    """
    What is sent.
    """

    status: int
    contentType: str
    body: bytes


def problem(status: int) -> Answer:
    """
    An error (RFC 9457).
    """
    told = {"type": "about:blank", "title": http.HTTPStatus(status).phrase, "status": status}
    return Answer(status, "application/problem+json", json.dumps(told).encode())


@dataclass(frozen=True, slots=True)
class Endpoint:
    """
    One of them, which is read.

    @ivar path: as it is asked for.
    @ivar allowed: from where.
    """

    path: str
    answer: Callable[[], Answer]
    allowed: Networks = ANYWHERE


class Endpoints(Resource):
    """
    The table of them.

    @ivar counts: how many requests were answered, by path and status.
    """

    isLeaf = True
    _log = Logger()

    def __init__(self, table: Iterable[Endpoint]) -> None:
        super().__init__()
        self._table = {each.path.encode(): each for each in table}
        self.counts: Counter[tuple[str, int]] = Counter()

    def render(self, request: Request) -> bytes:
        endpoint = self._table.get(request.path)
        answer = self._answer(endpoint, request)
        self.count(answer.status, NO_ENDPOINT if endpoint is None else endpoint.path)
        headers = {
            "Content-Type": answer.contentType,
            "Content-Length": str(len(answer.body)),
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        }
        for name, value in headers.items():
            request.setHeader(name, value)
        request.responseHeaders.removeHeader("Server")  # nobody needs to know of what version it is
        request.setResponseCode(answer.status)
        return b"" if request.method == b"HEAD" else answer.body

    def count(self, status: int, path: str = NO_ENDPOINT) -> None:
        """
        A request was answered.
        """
        self.counts[path, status] += 1

    def _answer(self, endpoint: Endpoint | None, request: Request) -> Answer:
        if endpoint is None:
            return problem(404)
        if request.method.decode("ascii", "replace") not in _METHODS:
            request.setHeader("Allow", ", ".join(_METHODS))
            return problem(405)
        if request.getClientAddress().host not in endpoint.allowed:
            return problem(403)
        try:
            return endpoint.answer()
        except Exception:  # the fence: who asks is not shown what went wrong
            self._log.failure("{path} could not be answered", path=endpoint.path)
            return problem(500)
