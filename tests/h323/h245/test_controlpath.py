"""
The way that H.245 takes.
"""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from h323d.h323.h245 import controlpath
from h323d.h323.h245.controlpath import GLARE, ControlPath, newControlPath
from h323d.values.address import TransportAddress
from tests.support.machinetable import Table, behaviourOf

OURS = TransportAddress("10.0.0.5", 5000)
SMALLER = TransportAddress("10.0.0.4", 9000)
LARGER = TransportAddress("10.0.0.6", 1000)


class Owner:
    """
    Remembers what the machine wants.
    """

    def __init__(self) -> None:
        self.done: list[object] = []
        self.port: TransportAddress | None = OURS

    def openListener(self) -> TransportAddress | None:
        self.done.append("listen")
        return self.port

    def closeListener(self) -> None:
        self.done.append("unlisten")

    def dialControl(self, address: TransportAddress) -> None:
        self.done.append(("dial", address))

    def cancelDial(self) -> None:
        self.done.append("cancelDial")

    def closeChannel(self) -> None:
        self.done.append("closeChannel")

    def beginSession(self) -> None:
        self.done.append("begin")

    def abandonSession(self) -> None:
        self.done.append("abandon")

    def pathFailed(self) -> None:
        self.done.append("failed")

    def pathLost(self) -> None:
        self.done.append("lost")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def owner() -> Owner:
    return Owner()


@pytest.fixture
def path(owner: Owner, clock: Clock) -> ControlPath:
    return newControlPath(owner, clock)


CLOSED = "closed: closeListener, cancelDial, closeChannel"
TABLE: Table = {
    "idle": {
        "dial": "dialing: dialControl",
        "listen": "listening: openListener",
        "stop": CLOSED,
        "tunnel": "tunnelled: beginSession",
        "waits": "listening",
    },
    "tunnelled": {
        "dial": "dialing: abandonSession, dialControl",
        "stop": CLOSED,
        "tunnelRefused": "idle: abandonSession",
    },
    "listening": {
        "connected": "separate: closeListener, cancelDial, beginSession",
        "dial": "dialing: dialControl",
        "lost": "idle: closeListener, pathFailed",
        "ourTurn": "dialing: dialControl",
        "stop": CLOSED,
        "theirTurn": "yielding: turnOver in 3 s",
    },
    "yielding": {
        "connected": "separate: stop turnOver, closeListener, cancelDial, beginSession",
        "dial": "dialing: stop turnOver, dialControl",
        "lost": "idle: stop turnOver, closeListener, pathFailed",
        "ourTurn": "dialing: stop turnOver, dialControl",
        "stop": CLOSED.replace("closed: ", "closed: stop turnOver, "),
        "theirTurn": "yielding: turnOver in 3 s",
        "turnOver": "dialing: dialControl",
    },
    "dialing": {
        "connected": "separate: closeListener, cancelDial, beginSession",
        "lost": "idle: closeListener, pathFailed",
        "stop": CLOSED,
    },
    "separate": {
        "lost": "closed: pathLost",
        "stop": CLOSED,
    },
}


def test_theTable() -> None:
    found = behaviourOf(
        controlpath.MACHINE,
        newControlPath,
        {
            "dial": (LARGER, True),
            "waits": (OURS,),
            "ourTurn": (LARGER,),
            "theirTurn": (OURS, SMALLER),
        },
        {
            "tunnelled": ["tunnel"],
            "listening": ["listen"],
            "yielding": ["listen", ("dial", SMALLER, True)],
            "dialing": [("dial", LARGER, False)],
            "separate": ["listen", "connected"],
            "closed": ["stop"],
        },
        {"openListener": OURS},
    )
    assert found == TABLE


def test_theTunnelIsUsedOnce(path: ControlPath, owner: Owner) -> None:
    path.tunnel()
    path.tunnel()
    path.listen()
    assert owner.done == ["begin"]


def test_aRefusedTunnelIsLeft(path: ControlPath, owner: Owner) -> None:
    path.tunnel()
    path.tunnelRefused()
    path.dial(LARGER, False)
    path.connected()
    assert owner.done == [
        "begin",
        "abandon",
        ("dial", LARGER),
        "unlisten",
        "cancelDial",
        "begin",
    ]


def test_whoIsConnectedToTriesNothingElse(path: ControlPath, owner: Owner) -> None:
    path.listen()
    path.connected()
    count = len(owner.done)
    path.dial(SMALLER, False)
    path.tunnel()
    path.listen()
    path.connected()
    assert len(owner.done) == count


def test_anUnaskedForAddressIsDialledAtOnce(path: ControlPath, owner: Owner) -> None:
    path.listen()
    path.dial(SMALLER, False)
    assert owner.done == ["listen", ("dial", SMALLER)]


def test_ofTwoThatAskTheSmallerAddressConnects(path: ControlPath, owner: Owner) -> None:
    path.listen()
    path.dial(LARGER, True)
    assert owner.done[-1] == ("dial", LARGER)


def test_ofTwoThatAskTheLargerAddressWaits(path: ControlPath, owner: Owner, clock: Clock) -> None:
    path.listen()
    path.dial(SMALLER, True)
    clock.advance(GLARE - 0.01)
    assert owner.done == ["listen"]
    path.connected()
    assert owner.done[-1] == "begin"
    assert clock.getDelayedCalls() == []


def test_aTurnThatIsNotUsedPasses(path: ControlPath, owner: Owner, clock: Clock) -> None:
    path.listen()
    path.dial(SMALLER, True)
    clock.advance(GLARE)
    assert owner.done[-1] == ("dial", SMALLER)


def test_whoLearnsAnotherAddressWaitsForThatOne(
    path: ControlPath, owner: Owner, clock: Clock
) -> None:
    path.listen()
    path.dial(SMALLER, True)
    clock.advance(GLARE / 2)
    other = TransportAddress("10.0.0.3", 9000)
    path.dial(other, True)
    clock.advance(GLARE - 0.01)
    assert owner.done == ["listen"]
    clock.advance(0.01)
    assert owner.done[-1] == ("dial", other)


def test_anUnreachableAddressIsReported(path: ControlPath, owner: Owner) -> None:
    path.dial(LARGER, False)
    path.lost()
    path.listen()
    assert owner.done[-2:] == ["failed", "listen"]


def test_noPortIsReported(path: ControlPath, owner: Owner) -> None:
    owner.port = None
    path.listen()
    path.tunnel()
    assert owner.done[-2:] == ["failed", "begin"]


def test_aLostChannelIsNotReplaced(path: ControlPath, owner: Owner) -> None:
    path.dial(LARGER, False)
    path.connected()
    path.lost()
    assert owner.done[-1] == "lost"
    count = len(owner.done)
    path.dial(LARGER, False)
    path.tunnel()
    assert len(owner.done) == count


def test_stopClosesEverything(path: ControlPath, owner: Owner, clock: Clock) -> None:
    path.listen()
    path.dial(SMALLER, True)
    path.stop()
    assert owner.done[-3:] == ["unlisten", "cancelDial", "closeChannel"]
    assert clock.getDelayedCalls() == []
