"""
Unidirectional logical channels (H.245, C.4).
"""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock

from h323d.h323.h245 import lcse
from h323d.h323.h245.lcse import (
    T103,
    CloseSource,
    LCSEError,
    OutgoingLCSE,
    newIncomingLCSE,
    newOutgoingLCSE,
)
from h323d.tracing import stateName
from tests.support.machinetable import Table, behaviourOf
from tests.support.recorder import Recorder

ACK = {"forwardLogicalChannelNumber": 101}
OPEN = {"forwardLogicalChannelNumber": 101}


def outgoing(clock: Clock, owner: Recorder, *inputs: str) -> OutgoingLCSE:
    machine = newOutgoingLCSE(owner, clock, 101)
    for name in inputs:
        feed(machine, name)
    owner.take()
    return machine


def feed(machine: OutgoingLCSE, name: str) -> None:
    arguments = {"openLogicalChannelAck": (ACK,), "openLogicalChannelReject": ("unspecified",)}
    getattr(machine, name)(*arguments.get(name, ()))


OPENING = ("establishRequest",)
ESTABLISHED = (*OPENING, "openLogicalChannelAck")
CLOSING = (*ESTABLISHED, "releaseRequest")


def _outgoing(owner: Any, clock: Clock) -> OutgoingLCSE:
    return newOutgoingLCSE(owner, clock, 101)


OUTGOING: Table = {
    "released": {
        "establishRequest": "awaitingEstablishment: t103Expired in 30 s, sendOpen 101",
        "openLogicalChannelAck": "released: errorIndication 101 INAPPROPRIATE_ACK",
    },
    "awaitingEstablishment": {
        "abandon": "released: stop t103Expired",
        "closeLogicalChannelAck": "released: errorIndication 101 INAPPROPRIATE_CLOSE_ACK, stop t103Expired, releaseIndication 101 USER",
        "openLogicalChannelAck": "established: stop t103Expired, establishConfirm 101",
        "openLogicalChannelReject": "released: stop t103Expired, releaseIndication 101 USER unspecified",
        "releaseRequest": "awaitingRelease: t103Expired in 30 s, sendClose 101 USER",
        "t103Expired": "released: errorIndication 101 NO_RESPONSE, sendClose 101 LCSE, releaseIndication 101 LCSE",
    },
    "established": {
        "abandon": "released",
        "closeLogicalChannelAck": "released: errorIndication 101 INAPPROPRIATE_CLOSE_ACK, releaseIndication 101 USER",
        "openLogicalChannelReject": "released: errorIndication 101 INAPPROPRIATE_REJECT, releaseIndication 101 USER unspecified",
        "releaseRequest": "awaitingRelease: t103Expired in 30 s, sendClose 101 USER",
    },
    "awaitingRelease": {
        "abandon": "released: stop t103Expired",
        "closeLogicalChannelAck": "released: stop t103Expired, releaseConfirm 101",
        "establishRequest": "awaitingEstablishment: t103Expired in 30 s, sendOpen 101",
        "openLogicalChannelReject": "released: stop t103Expired, releaseConfirm 101",
        "t103Expired": "released: errorIndication 101 NO_RESPONSE, releaseConfirm 101",
    },
}


def test_theOutgoingTableIsThatOfC4() -> None:
    found = behaviourOf(
        lcse.OUTGOING,
        _outgoing,
        {"openLogicalChannelAck": ({},), "openLogicalChannelReject": ("unspecified",)},
        {
            "awaitingEstablishment": ["establishRequest"],
            "established": ["establishRequest", ("openLogicalChannelAck", {})],
            "awaitingRelease": ["establishRequest", "releaseRequest"],
        },
    )
    assert found == OUTGOING


def _incoming(owner: Any, clock: Clock) -> lcse.IncomingLCSE:
    return newIncomingLCSE(owner, 101)


INCOMING: Table = {
    "released": {
        "closeLogicalChannel": "released: sendCloseAck 101",
        "openLogicalChannel": "awaitingEstablishment: establishIndication 101",
    },
    "awaitingEstablishment": {
        "closeLogicalChannel": "released: sendCloseAck 101, releaseIndicationIncoming 101",
        "establishResponse": "established: sendOpenAck 101",
        "openLogicalChannel": "awaitingEstablishment: releaseIndicationIncoming 101, establishIndication 101",
        "releaseRequest": "released: sendOpenReject 101 unspecified",
    },
    "established": {
        "closeLogicalChannel": "released: sendCloseAck 101, releaseIndicationIncoming 101",
        "openLogicalChannel": "awaitingEstablishment: releaseIndicationIncoming 101, establishIndication 101",
    },
}


def test_theIncomingTableIsThatOfC4() -> None:
    found = behaviourOf(
        lcse.INCOMING,
        _incoming,
        {"openLogicalChannel": ({},), "releaseRequest": ("unspecified",)},
        {
            "awaitingEstablishment": [("openLogicalChannel", {})],
            "established": [("openLogicalChannel", {}), "establishResponse"],
        },
    )
    assert found == INCOMING


@pytest.mark.parametrize(
    ("before", "name", "calls", "state"),
    [
        ((), "establishRequest", [("sendOpen", 101)], "awaitingEstablishment"),
        (
            (),
            "openLogicalChannelAck",
            [("errorIndication", 101, LCSEError.INAPPROPRIATE_ACK)],
            "released",
        ),
        ((), "closeLogicalChannelAck", [], "released"),
        (OPENING, "openLogicalChannelAck", [("establishConfirm", 101, ACK)], "established"),
        (
            OPENING,
            "openLogicalChannelReject",
            [("releaseIndication", 101, CloseSource.USER, "unspecified")],
            "released",
        ),
        (OPENING, "releaseRequest", [("sendClose", 101, CloseSource.USER)], "awaitingRelease"),
        (
            OPENING,
            "closeLogicalChannelAck",
            [
                ("errorIndication", 101, LCSEError.INAPPROPRIATE_CLOSE_ACK),
                ("releaseIndication", 101, CloseSource.USER, ""),
            ],
            "released",
        ),
        (ESTABLISHED, "openLogicalChannelAck", [], "established"),
        (
            ESTABLISHED,
            "openLogicalChannelReject",
            [
                ("errorIndication", 101, LCSEError.INAPPROPRIATE_REJECT),
                ("releaseIndication", 101, CloseSource.USER, "unspecified"),
            ],
            "released",
        ),
        (ESTABLISHED, "releaseRequest", [("sendClose", 101, CloseSource.USER)], "awaitingRelease"),
        (CLOSING, "closeLogicalChannelAck", [("releaseConfirm", 101)], "released"),
        (CLOSING, "openLogicalChannelReject", [("releaseConfirm", 101)], "released"),
        (CLOSING, "openLogicalChannelAck", [], "awaitingRelease"),
        (CLOSING, "establishRequest", [("sendOpen", 101)], "awaitingEstablishment"),
    ],
)
def test_anOutgoingChannelFollowsTheDiagram(
    before: tuple[str, ...], name: str, calls: list[tuple[object, ...]], state: str
) -> None:
    clock, owner = Clock(), Recorder()
    machine = outgoing(clock, owner, *before)
    feed(machine, name)
    assert owner.take() == calls
    assert stateName(machine) == state
    waits = state in ("awaitingEstablishment", "awaitingRelease")
    assert [call.getTime() for call in clock.getDelayedCalls()] == ([T103] if waits else [])


def test_anUnansweredOpenIsClosedByTheEntity() -> None:
    clock, owner = Clock(), Recorder()
    machine = outgoing(clock, owner, *OPENING)
    clock.advance(T103 - 0.001)
    assert owner.take() == []
    clock.advance(0.001)
    assert owner.take() == [
        ("errorIndication", 101, LCSEError.NO_RESPONSE),
        ("sendClose", 101, CloseSource.LCSE),
        ("releaseIndication", 101, CloseSource.LCSE, ""),
    ]
    assert stateName(machine) == "released"


def test_anUnansweredCloseCountsAsClosed() -> None:
    clock, owner = Clock(), Recorder()
    machine = outgoing(clock, owner, *CLOSING)
    clock.advance(T103)
    assert owner.take() == [
        ("errorIndication", 101, LCSEError.NO_RESPONSE),
        ("releaseConfirm", 101),
    ]
    assert stateName(machine) == "released"


@pytest.mark.parametrize("before", [(), OPENING, ESTABLISHED, CLOSING])
def test_anAbandonedChannelIsSilent(before: tuple[str, ...]) -> None:
    clock, owner = Clock(), Recorder()
    machine = outgoing(clock, owner, *before)
    machine.abandon()
    assert clock.getDelayedCalls() == []
    assert owner.take() == []


def test_aChannelOfFastConnectIsOpenFromTheStart() -> None:
    clock, owner = Clock(), Recorder()
    assert stateName(newOutgoingLCSE(owner, clock, 101, isOpen=True)) == "established"
    assert stateName(newIncomingLCSE(owner, 101, isOpen=True)) == "established"


def test_anIncomingChannelIsIndicatedAndAcknowledged() -> None:
    owner = Recorder()
    machine = newIncomingLCSE(owner, 101)
    machine.openLogicalChannel(OPEN)
    machine.establishResponse()
    assert owner.take() == [("establishIndication", 101, OPEN), ("sendOpenAck", 101)]
    assert stateName(machine) == "established"


def test_anIncomingChannelCanBeRefused() -> None:
    owner = Recorder()
    machine = newIncomingLCSE(owner, 101)
    machine.openLogicalChannel(OPEN)
    machine.releaseRequest("dataTypeNotSupported")
    assert owner.take()[-1] == ("sendOpenReject", 101, "dataTypeNotSupported")
    assert stateName(machine) == "released"


@pytest.mark.parametrize("accepted", [False, True])
def test_aClosedIncomingChannelIsAcknowledgedAndReported(accepted: bool) -> None:
    owner = Recorder()
    machine = newIncomingLCSE(owner, 101)
    machine.openLogicalChannel(OPEN)
    if accepted:
        machine.establishResponse()
    owner.take()
    machine.closeLogicalChannel()
    assert owner.take() == [("sendCloseAck", 101), ("releaseIndicationIncoming", 101)]


def test_aCloseOfWhatIsNotOpenIsAcknowledgedToo() -> None:
    owner = Recorder()
    newIncomingLCSE(owner, 101).closeLogicalChannel()
    assert owner.take() == [("sendCloseAck", 101)]


@pytest.mark.parametrize("accepted", [False, True])
def test_anIncomingChannelCanBeOpenedAnew(accepted: bool) -> None:
    owner = Recorder()
    machine = newIncomingLCSE(owner, 101)
    machine.openLogicalChannel(OPEN)
    if accepted:
        machine.establishResponse()
    owner.take()
    machine.openLogicalChannel(OPEN)
    assert owner.take() == [
        ("releaseIndicationIncoming", 101),
        ("establishIndication", 101, OPEN),
    ]
    assert stateName(machine) == "awaitingEstablishment"
