"""
A connection that the endpoint opens, as seen by the call that waits for it.
"""

from __future__ import annotations

from typing import Any, cast

import pytest
from twisted.internet.defer import CancelledError, Deferred
from zope.interface.verify import verifyObject

from h323d.call.transport import IOpening
from h323d.errors import ResourceUnavailable
from h323d.h323.calls.dialledback import DialledBack
from h323d.h323.signalling.connection import SignallingConnection
from tests.support.recorder import Recorder

REFERENCE = 7


class Connection:
    """
    Carries calls, or has too many.
    """

    def __init__(self, hasRoom: bool = True) -> None:
        self.carried: list[tuple[int, bool, Any]] = []
        self._hasRoom = hasRoom

    def carry(self, reference: int, originated: bool, call: Any) -> bool:
        self.carried.append((reference, originated, call))
        return self._hasRoom


class Scene:
    """
    A call, and the endpoint that it waits for.

    @ivar cancelled: whether nobody waits any more.
    """

    def __init__(self) -> None:
        self.cancelled = False
        self.call: Any = Recorder()
        self.summoned: Deferred[SignallingConnection] = Deferred(self._cancel)
        self.opening = DialledBack(self.summoned, REFERENCE, self.call)

    def _cancel(self, summoned: Deferred[SignallingConnection]) -> None:
        self.cancelled = True

    def connect(self, connection: Connection) -> None:
        self.summoned.callback(cast(SignallingConnection, connection))


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_itIsAnOpening(scene: Scene) -> None:
    assert verifyObject(IOpening, scene.opening)
    assert scene.call.take() == []


def test_theConnectionCarriesTheCallUnderTheReferenceThatWeChose(scene: Scene) -> None:
    connection = Connection()
    scene.connect(connection)
    assert connection.carried == [(REFERENCE, True, scene.call)]
    assert scene.call.take() == [("connectionOpened", connection)]


def test_oneThatCarriesTooManyIsAsGoodAsNone(scene: Scene) -> None:
    scene.connect(Connection(hasRoom=False))
    assert scene.call.take() == [("connectionLost", "it carries too many calls")]


def test_whoDoesNotConnectIsToldAsLost(scene: Scene) -> None:
    scene.summoned.errback(ResourceUnavailable("nobody came"))
    assert scene.call.take() == [("connectionLost", "nobody came")]


def test_whoNoLongerWaitsIsToldNothing(scene: Scene) -> None:
    scene.opening.cancel()
    assert scene.cancelled
    assert scene.call.take() == []


def test_aCancelThatComesBackAsOneIsNoLoss(scene: Scene) -> None:
    scene.summoned.errback(CancelledError())
    assert scene.call.take() == []
