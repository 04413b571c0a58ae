"""
Bidirectional logical channels (H.245, C.5).
"""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock

from h323d.h323.h245 import blcse
from h323d.h323.h245.blcse import newIncomingBLCSE, newOutgoingBLCSE
from h323d.h323.h245.lcse import T103, CloseSource, LCSEError
from h323d.tracing import stateName
from tests.support.machinetable import Table, behaviourOf
from tests.support.recorder import Recorder

FIELDS = {"forwardLogicalChannelNumber": 5}
ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "openLogicalChannelAck": (FIELDS,),
    "openLogicalChannelReject": ("unspecified",),
    "openLogicalChannel": (FIELDS,),
    "releaseRequest": (),
}

OPENING = ("establishRequest",)
ESTABLISHED = (*OPENING, "openLogicalChannelAck")
CLOSING = (*ESTABLISHED, "releaseRequest")
DECIDING = ("openLogicalChannel",)
CONFIRMING = (*DECIDING, "establishResponse")
RECEIVING = (*CONFIRMING, "openLogicalChannelConfirm")
REOPENED = [
    ("releaseIndicationIncoming", 5, CloseSource.USER),
    ("establishIndication", 5, FIELDS),
]
CLOSED = [("sendCloseAck", 5), ("releaseIndicationIncoming", 5, CloseSource.USER)]
GONE = ("releaseIndication", 5, CloseSource.USER, "")
REFUSED = ("releaseIndication", 5, CloseSource.USER, "unspecified")


def feed(machine: Any, *names: str) -> None:
    for name in names:
        getattr(machine, name)(*ARGUMENTS.get(name, ()))


def _incoming(owner: Any, clock: Clock) -> blcse.IncomingBLCSE:
    return newIncomingBLCSE(owner, clock, 5)


INCOMING: Table = {
    "released": {
        "closeLogicalChannel": "released: sendCloseAck 5",
        "openLogicalChannel": "awaitingEstablishment: establishIndication 5",
        "openLogicalChannelConfirm": "released: errorIndication 5 INAPPROPRIATE_CONFIRM",
    },
    "awaitingEstablishment": {
        "abandon": "released",
        "closeLogicalChannel": "released: sendCloseAck 5, releaseIndicationIncoming 5 USER",
        "establishResponse": "awaitingConfirmation: t103Expired in 30 s, sendOpenAck 5",
        "openLogicalChannel": "awaitingEstablishment: releaseIndicationIncoming 5 USER, establishIndication 5",
        "openLogicalChannelConfirm": "awaitingEstablishment: errorIndication 5 INAPPROPRIATE_CONFIRM",
        "releaseRequest": "released: sendOpenReject 5 unspecified",
    },
    "awaitingConfirmation": {
        "abandon": "released: stop t103Expired",
        "closeLogicalChannel": "released: sendCloseAck 5, stop t103Expired, releaseIndicationIncoming 5 USER",
        "openLogicalChannel": "awaitingEstablishment: stop t103Expired, releaseIndicationIncoming 5 USER, establishIndication 5",
        "openLogicalChannelConfirm": "established: stop t103Expired, establishConfirmIncoming 5",
        "t103Expired": "released: errorIndication 5 NO_RESPONSE, releaseIndicationIncoming 5 LCSE",
    },
    "established": {
        "abandon": "released",
        "closeLogicalChannel": "released: sendCloseAck 5, releaseIndicationIncoming 5 USER",
        "openLogicalChannel": "awaitingEstablishment: releaseIndicationIncoming 5 USER, establishIndication 5",
    },
}


def test_theIncomingTableIsThatOfC5() -> None:
    found = behaviourOf(
        blcse.INCOMING,
        _incoming,
        {"openLogicalChannel": ({},), "releaseRequest": ("unspecified",)},
        {
            "awaitingEstablishment": [("openLogicalChannel", {})],
            "awaitingConfirmation": [("openLogicalChannel", {}), "establishResponse"],
            "established": [
                ("openLogicalChannel", {}),
                "establishResponse",
                "openLogicalChannelConfirm",
            ],
        },
    )
    assert found == INCOMING


@pytest.mark.parametrize(
    ("before", "name", "calls", "state"),
    [
        ((), "establishRequest", [("sendOpen", 5)], "awaitingEstablishment"),
        (
            (),
            "openLogicalChannelAck",
            [("errorIndication", 5, LCSEError.INAPPROPRIATE_ACK)],
            "released",
        ),
        (
            OPENING,
            "openLogicalChannelAck",
            [("sendOpenConfirm", 5), ("establishConfirm", 5, FIELDS)],
            "established",
        ),
        (OPENING, "openLogicalChannelReject", [REFUSED], "released"),
        (OPENING, "releaseRequest", [("sendClose", 5, CloseSource.USER)], "awaitingRelease"),
        (
            ESTABLISHED,
            "closeLogicalChannelAck",
            [("errorIndication", 5, LCSEError.INAPPROPRIATE_CLOSE_ACK), GONE],
            "released",
        ),
        (
            ESTABLISHED,
            "openLogicalChannelReject",
            [("errorIndication", 5, LCSEError.INAPPROPRIATE_REJECT), REFUSED],
            "released",
        ),
        (CLOSING, "closeLogicalChannelAck", [("releaseConfirm", 5)], "released"),
        (CLOSING, "openLogicalChannelReject", [("releaseConfirm", 5)], "released"),
        (CLOSING, "establishRequest", [("sendOpen", 5)], "awaitingEstablishment"),
    ],
)
def test_anOutgoingChannelFollowsTheDiagram(
    before: tuple[str, ...], name: str, calls: list[tuple[object, ...]], state: str
) -> None:
    clock, owner = Clock(), Recorder()
    machine = newOutgoingBLCSE(owner, clock, 5)
    feed(machine, *before)
    owner.take()
    feed(machine, name)
    assert owner.take() == calls
    assert stateName(machine) == state
    machine.abandon()
    assert clock.getDelayedCalls() == []


@pytest.mark.parametrize(
    ("before", "calls"),
    [
        (
            OPENING,
            [
                ("errorIndication", 5, LCSEError.NO_RESPONSE),
                ("sendClose", 5, CloseSource.LCSE),
                ("releaseIndication", 5, CloseSource.LCSE, ""),
            ],
        ),
        (CLOSING, [("errorIndication", 5, LCSEError.NO_RESPONSE), ("releaseConfirm", 5)]),
    ],
)
def test_anOutgoingChannelWaitsForT103(
    before: tuple[str, ...], calls: list[tuple[object, ...]]
) -> None:
    clock, owner = Clock(), Recorder()
    machine = newOutgoingBLCSE(owner, clock, 5)
    feed(machine, *before)
    owner.take()
    clock.advance(T103 - 0.001)
    assert owner.take() == []
    clock.advance(0.001)
    assert owner.take() == calls
    assert stateName(machine) == "released"


@pytest.mark.parametrize(
    ("before", "name", "calls", "state"),
    [
        ((), "openLogicalChannel", [("establishIndication", 5, FIELDS)], "awaitingEstablishment"),
        ((), "closeLogicalChannel", [("sendCloseAck", 5)], "released"),
        (
            (),
            "openLogicalChannelConfirm",
            [("errorIndication", 5, LCSEError.INAPPROPRIATE_CONFIRM)],
            "released",
        ),
        (DECIDING, "establishResponse", [("sendOpenAck", 5)], "awaitingConfirmation"),
        (DECIDING, "openLogicalChannel", REOPENED, "awaitingEstablishment"),
        (DECIDING, "closeLogicalChannel", CLOSED, "released"),
        (
            CONFIRMING,
            "openLogicalChannelConfirm",
            [("establishConfirmIncoming", 5)],
            "established",
        ),
        (CONFIRMING, "openLogicalChannel", REOPENED, "awaitingEstablishment"),
        (CONFIRMING, "closeLogicalChannel", CLOSED, "released"),
        (RECEIVING, "openLogicalChannel", REOPENED, "awaitingEstablishment"),
        (RECEIVING, "closeLogicalChannel", CLOSED, "released"),
        (RECEIVING, "openLogicalChannelConfirm", [], "established"),
    ],
)
def test_anIncomingChannelFollowsTheDiagram(
    before: tuple[str, ...], name: str, calls: list[tuple[object, ...]], state: str
) -> None:
    clock, owner = Clock(), Recorder()
    machine = newIncomingBLCSE(owner, clock, 5)
    feed(machine, *before)
    owner.take()
    feed(machine, name)
    assert owner.take() == calls
    assert stateName(machine) == state
    waits = state == "awaitingConfirmation"
    assert [call.getTime() for call in clock.getDelayedCalls()] == ([T103] if waits else [])


def test_anIncomingChannelCanBeRefused() -> None:
    clock, owner = Clock(), Recorder()
    machine = newIncomingBLCSE(owner, clock, 5)
    machine.openLogicalChannel(FIELDS)
    machine.releaseRequest("dataTypeNotSupported")
    assert owner.take()[-1] == ("sendOpenReject", 5, "dataTypeNotSupported")
    assert stateName(machine) == "released"


def test_anUnconfirmedChannelIsReleasedAfterT103() -> None:
    clock, owner = Clock(), Recorder()
    machine = newIncomingBLCSE(owner, clock, 5)
    feed(machine, *CONFIRMING)
    owner.take()
    clock.advance(T103)
    assert owner.take() == [
        ("errorIndication", 5, LCSEError.NO_RESPONSE),
        ("releaseIndicationIncoming", 5, CloseSource.LCSE),
    ]
    assert stateName(machine) == "released"
