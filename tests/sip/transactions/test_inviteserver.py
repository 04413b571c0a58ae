"""
The INVITE server transaction against RFC 3261, 17.2.1, and RFC 6026.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock

from h323d.sip.transactions.inviteserver import MACHINE, InviteServer, newInviteServer
from h323d.sip.transactions.timers import Timers
from tests.support.machinetable import Table, behaviourOf
from tests.support.siptransactions import run


class Owner:
    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.sent: list[tuple[float, bytes]] = []
        self.said: list[str] = []
        self.isProven = True
        self.machine: InviteServer | None = None

    def transmit(self, data: bytes) -> None:
        self.sent.append((self.clock.seconds(), data))

    def transmitTrying(self) -> None:
        assert self.machine is not None
        self.machine.provisional(b"100")

    def proven(self) -> bool:
        return self.isProven

    def acknowledged(self) -> None:
        self.said.append("acknowledged")

    def unacknowledged(self) -> None:
        self.said.append("unacknowledged")

    def ended(self) -> None:
        self.said.append("ended")

    @property
    def times(self) -> list[float]:
        return [at for at, _ in self.sent]


def make(reliable: bool = False) -> tuple[Clock, Owner, InviteServer]:
    clock = Clock()
    owner = Owner(clock)
    owner.machine = newInviteServer(owner, clock, Timers(), reliable)
    return clock, owner, owner.machine


def _inviteServer(owner: Any, clock: Clock) -> InviteServer:
    return newInviteServer(owner, clock, Timers(), reliable=False)


TABLE: Table = {
    "initial": {
        "abandon": "terminated: ended",
        "failure": "completed: timerH in 32 s, proven, timerG in 0.5 s, transmit 486",
        "provisional": "proceeding: transmit 183",
        "start": "proceeding: timer100 in 0.2 s",
        "success": "accepted: timerL in 32 s, transmit 200",
        "transportFailed": "terminated: unacknowledged, ended",
    },
    "proceeding": {
        "abandon": "terminated: stop timer100, ended",
        "failure": "completed: stop timer100, timerH in 32 s, proven, timerG in 0.5 s, transmit 486",
        "provisional": "proceeding: stop timer100, transmit 183",
        "success": "accepted: stop timer100, timerL in 32 s, transmit 200",
        "timer100": "proceeding: transmitTrying",
        "transportFailed": "terminated: stop timer100, unacknowledged, ended",
    },
    "accepted": {
        "abandon": "terminated: stop timerL, ended",
        "ack": "accepted: acknowledged",
        "success": "accepted: transmit 200",
        "timerL": "terminated: ended",
    },
    "completed": {
        "abandon": "terminated: stop timerG, stop timerH, ended",
        "ack": "confirmed: stop timerG, stop timerH, timerI in 5 s",
        "invite": "completed: transmit 404",
        "timerG": "completed: timerG in 1 s, transmit 404",
        "timerH": "terminated: stop timerG, unacknowledged, ended",
        "transportFailed": "terminated: stop timerG, stop timerH, unacknowledged, ended",
    },
    "confirmed": {
        "abandon": "terminated: stop timerI, ended",
        "timerI": "terminated: ended",
    },
}


def test_theTableIsThatOfFigure7AndRFC6026() -> None:
    found = behaviourOf(
        MACHINE,
        _inviteServer,
        {"provisional": (b"183",), "success": (b"200",), "failure": (b"486",)},
        {
            "proceeding": ["start"],
            "accepted": [("success", b"202")],
            "completed": [("failure", b"404")],
            "confirmed": [("failure", b"404"), "ack"],
            "terminated": ["abandon"],
        },
        {"proven": True},
    )
    assert found == TABLE


def test_a100GoesOutAfter200MillisecondsOfSilence() -> None:
    clock, owner, machine = make()
    machine.start()
    clock.advance(0.19)
    assert owner.sent == []
    clock.advance(0.01)
    assert owner.sent == [(0.2, b"100")]
    machine.abandon()
    assert clock.getDelayedCalls() == []


def test_no100GoesOutIfTheUserAnsweredAtOnce() -> None:
    clock, owner, machine = make()
    machine.success(b"200")
    machine.start()
    run(clock, 40)
    assert owner.sent == [(0.0, b"200")]
    assert clock.getDelayedCalls() == []


def test_aRetransmittedInviteGetsTheLastProvisionalResponse() -> None:
    clock, owner, machine = make()
    machine.start()
    machine.invite()
    assert owner.sent == []
    machine.provisional(b"180")
    machine.invite()
    assert [data for _, data in owner.sent] == [b"180", b"180"]
    machine.abandon()
    assert clock.getDelayedCalls() == []


def test_timerGRepeatsARefusalUntilTimerHEndsIt() -> None:
    clock, owner, machine = make()
    machine.start()
    machine.failure(b"486")
    run(clock, 40)
    pauses = [
        round(later - sooner, 1)
        for sooner, later in zip(owner.times, owner.times[1:], strict=False)
    ]
    assert pauses == [0.5, 1.0, 2.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0]
    assert owner.said == ["unacknowledged", "ended"]
    assert clock.getDelayedCalls() == []


def test_aSourceThatMayBeForgedIsRefusedOnceForEachTimeThatItAsks() -> None:
    clock, owner, machine = make()
    owner.isProven = False
    machine.failure(b"404")
    machine.start()
    run(clock, 10)
    assert owner.sent == [(0.0, b"404")]
    machine.invite()
    machine.ack()
    assert [data for _, data in owner.sent] == [b"404", b"404"]
    run(clock, 40)
    assert owner.said == ["ended"]
    assert clock.getDelayedCalls() == []


def test_whoWasToldThatItRingsDoesNotAskAgainSoTheRefusalIsRepeated() -> None:
    clock, owner, machine = make()
    owner.isProven = False
    machine.start()
    machine.provisional(b"180")
    machine.failure(b"486")
    run(clock, 1)
    assert owner.times == [0.0, 0.0, 0.5]
    machine.abandon()
    assert clock.getDelayedCalls() == []


def test_overAReliableTransportARefusalIsSentOnce() -> None:
    clock, owner, machine = make(reliable=True)
    machine.failure(b"486")
    run(clock, 40)
    assert len(owner.sent) == 1
    assert owner.said == ["unacknowledged", "ended"]


def test_anAckEndsTheRepetitionAndTimerIAbsorbsMoreOfThem() -> None:
    clock, owner, machine = make()
    machine.failure(b"486")
    clock.advance(0.2)
    machine.ack()
    machine.ack()
    machine.invite()
    run(clock, 4.875)
    assert owner.said == []
    run(clock, 0.25)
    assert owner.said == ["ended"]
    assert len(owner.sent) == 1
    assert clock.getDelayedCalls() == []


def test_overAReliableTransportAnAckEndsIt() -> None:
    clock, owner, machine = make(reliable=True)
    machine.failure(b"486")
    machine.ack()
    assert owner.said == ["ended"]
    assert clock.getDelayedCalls() == []


def test_inAcceptedTheInviteIsAbsorbedForTimerL() -> None:
    clock, owner, machine = make()
    machine.success(b"200")
    machine.invite()
    run(clock, 31.875)
    machine.invite()
    assert owner.sent == [(0.0, b"200")]
    assert owner.said == []
    run(clock, 0.25)
    assert owner.said == ["ended"]


def test_inAcceptedTheUserMayRepeatThe2xx() -> None:
    clock, owner, machine = make()
    machine.success(b"200")
    clock.advance(0.5)
    machine.success(b"200")
    assert owner.times == [0.0, 0.5]
    machine.abandon()
    assert clock.getDelayedCalls() == []


def test_inAcceptedAnAckGoesToTheUser() -> None:
    clock, owner, machine = make()
    machine.success(b"200")
    machine.ack()
    assert owner.said == ["acknowledged"]
    machine.abandon()
    assert clock.getDelayedCalls() == []


def test_aSecondFinalResponseIsNotSent() -> None:
    clock, owner, machine = make()
    machine.failure(b"486")
    machine.failure(b"487")
    machine.success(b"200")
    assert [data for _, data in owner.sent] == [b"486"]
    machine.abandon()
    assert clock.getDelayedCalls() == []
