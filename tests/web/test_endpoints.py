"""
The table of endpoints: who is answered, and what everybody else gets.
"""

from __future__ import annotations

from typing import Any

import pytest
from treq.testing import StubTreq
from twisted.internet.defer import Deferred

from h323d.values.networks import Networks
from h323d.web.endpoints import Answer, Endpoint, Endpoints
from tests.support.loggedfailures import LoggedFailures

HERE = "http://h323d.example"


def good() -> Answer:
    return Answer(200, "text/plain", b"good")


def broken() -> Answer:
    raise ZeroDivisionError


TABLE = (
    Endpoint("/good", good),
    Endpoint("/broken", broken),
    Endpoint("/mine", good, Networks(("192.0.2.0/24",))),
)


class Asked:
    """
    One request, and its answer.
    """

    def __init__(self, method: str, path: str, endpoints: Endpoints | None = None) -> None:
        self.endpoints = endpoints or Endpoints(TABLE)
        stub: Any = StubTreq(self.endpoints)
        self.response: Any = now(stub.request(method, HERE + path))
        self.body: bytes = now(stub.content(self.response))

    def header(self, name: str) -> str | None:
        values = self.response.headers.getRawHeaders(name)
        return values[0] if values else None


def now(result: Deferred[Any]) -> Any:
    answers: list[Any] = []
    result.addCallback(answers.append)
    return answers[0]


def test_anEndpointAnswers() -> None:
    asked = Asked("GET", "/good")
    assert (asked.response.code, asked.header("Content-Type"), asked.body) == (
        *(200, "text/plain", b"good"),
    )


def test_whoAsksForTheHeadGetsThat() -> None:
    asked = Asked("HEAD", "/good")
    assert (asked.response.code, asked.header("Content-Length"), asked.body) == (200, "4", b"")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/good/",
        "/good/more",
        "/GOOD",
        "/%67ood",
        "/static/%2e%2e/good",
        "/static/%2e%2e%2fetc/passwd",
        "/..%2fgood",
        "/good%00",
        "/%ff",
    ],
)
def test_whatIsNotInTheTableAsItIsWrittenIsNotThere(path: str) -> None:
    asked = Asked("GET", path)
    assert (asked.response.code, asked.header("Content-Type")) == (404, "application/problem+json")
    assert asked.body == b'{"type": "about:blank", "title": "Not Found", "status": 404}'


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "NONE"])
def test_nothingCanBeDone(method: str) -> None:
    asked = Asked(method, "/good")
    assert (asked.response.code, asked.header("Allow")) == (405, "GET, HEAD")


def test_whoAsksFromElsewhereIsNotTold() -> None:
    assert Asked("GET", "/mine").response.code == 403


def test_whatFailsIsLoggedAndNotShown(loggedFailures: LoggedFailures) -> None:
    asked = Asked("GET", "/broken")
    assert (asked.response.code, b"Zero" in asked.body) == (500, False)
    assert len(loggedFailures.take(ZeroDivisionError)) == 1


@pytest.mark.parametrize("path", ["/good", "/nothing", "/mine"])
def test_noAnswerIsKeptOrGuessedAt(path: str) -> None:
    asked = Asked("GET", path)
    assert (asked.header("Cache-Control"), asked.header("X-Content-Type-Options")) == (
        *("no-store", "nosniff"),
    )
    assert asked.header("Server") is None


def test_requestsAreCountedByWhatThereIs() -> None:
    endpoints = Endpoints(TABLE)
    for method, path in (("GET", "/good"), ("GET", "/a"), ("GET", "/b"), ("POST", "/good")):
        Asked(method, path, endpoints)
    assert endpoints.counts == {("/good", 200): 1, ("other", 404): 2, ("/good", 405): 1}
