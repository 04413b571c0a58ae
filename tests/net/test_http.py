"""
Questions by HTTP, to a server on the real loopback.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Site
from zope.interface.verify import verifyObject

from h323d.call.lookups import IWeb, LookupFailed
from h323d.errors import UnexpectedStatus
from h323d.net.http import Web, newAgent


class Page(Resource):
    """
    Answers by path, and remembers the bodies that were posted.

    @ivar gone: fires when somebody who was kept waiting has left.
    """

    isLeaf = True

    def __init__(self) -> None:
        super().__init__()
        self.posted: list[bytes] = []
        self.types: list[Any] = []
        self.gone: Deferred[None] = Deferred()

    def render_POST(self, request: Any) -> Any:
        self.posted.append(request.content.read())
        request.setHeader("connection", "close")  # so that nothing outlives a test
        self.types.append(request.getHeader("content-type"))
        if request.path == b"/moved":
            request.redirect(b"/fine")
            return b""
        if request.path == b"/error":
            request.setResponseCode(500)
            return b"{}"
        if request.path == b"/long":
            return b"x" * 1001
        if request.path == b"/slow":
            request.notifyFinish().addErrback(lambda failure: self.gone.callback(None))
            request.write(b"{")
            return NOT_DONE_YET
        return b'{"reject": true}'


class Server:
    """
    A page at a URL, and who asks it.
    """

    def __init__(self) -> None:
        listener: Any = reactor
        self.page = Page()
        self.port = listener.listenTCP(0, Site(self.page), interface="127.0.0.1")
        self.agent: Any = newAgent(reactor)
        self.web = Web(self.agent, listener)

    def ask(self, path: str, timeout: float = 5.0) -> Deferred[bytes]:
        url = f"http://127.0.0.1:{self.port.getHost().port}/{path}"
        asking: Deferred[bytes] = self.web.post(url, b'{"a": 1}', timeout, 1000)
        return asking


@pytest.fixture
def server() -> Generator[Server, None, None]:
    made = Server()
    yield made
    pytest_twisted.blockon(made.port.stopListening())


def test_itKeepsItsInterface(server: Server) -> None:
    assert verifyObject(IWeb, server.web)


@pytest_twisted.inlineCallbacks
def test_aQuestionIsPostedAndItsAnswerRead(server: Server) -> Generator[Any, Any, None]:
    answer = yield server.ask("fine")
    assert answer == b'{"reject": true}'
    assert server.page.posted == [b'{"a": 1}']
    assert server.page.types == ["application/json"]


@pytest.mark.parametrize("path", ["error", "moved", "long"])
@pytest_twisted.inlineCallbacks
def test_anyOtherAnswerIsAFailure(server: Server, path: str) -> Generator[Any, Any, None]:
    with pytest.raises(LookupFailed):
        yield server.ask(path)
    assert len(server.page.posted) == 1


@pytest_twisted.inlineCallbacks
def test_anAnswerOfAnotherStatusIsTheCauseOfTheFailure(
    server: Server,
) -> Generator[Any, Any, None]:
    with pytest.raises(LookupFailed, match="status 500") as failed:
        yield server.ask("error")
    cause = failed.value.__cause__
    assert isinstance(cause, UnexpectedStatus)
    assert (cause.status, cause.body) == (500, b"{}")


@pytest_twisted.inlineCallbacks
def test_whoIsTooSlowIsLeft(server: Server) -> Generator[Any, Any, None]:
    with pytest.raises(LookupFailed):
        yield server.ask("slow", 0.2)
    yield server.page.gone


@pytest_twisted.inlineCallbacks
def test_whoIsNotThereIsAFailure(server: Server) -> Generator[Any, Any, None]:
    asking = server.web.post("http://127.0.0.1:1/", b"", 5.0, 1000)
    with pytest.raises(LookupFailed):
        yield asking
