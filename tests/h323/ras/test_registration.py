"""
How an endpoint finds a gatekeeper, registers and stays registered.
"""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock

from h323d import tracing
from h323d.h323.ras.registration import (
    MACHINE,
    MODEST,
    PERSISTENT,
    Patience,
    RegistrationMachine,
    newRegistration,
    renewAfter,
)
from tests.support.machinetable import Table, behaviourOf

REGISTRATION: Table = {
    "idle": {"close": "closed", "start": "discovering: askDiscovery"},
    "discovering": {
        "close": "closed",
        "elsewhere": "registering: askRegistration",
        "found": "registering: askRegistration",
        "refused": "waiting: due in 30 s, registrationFailed resourceUnavailable False",
        "silence": "waiting: due in 30 s, registrationFailed noAnswer False",
        "stop": "idle: stopAsking, registrationEnded",
    },
    "registering": {
        "close": "closed",
        "confirmed": "registered: due in 295 s, registrationMade",
        "elsewhere": "registering: askRegistration",
        "mustDiscover": "waiting: due in 30 s, registrationFailed discoveryRequired False",
        "mustRegister": "waiting: due in 30 s, registrationFailed discoveryRequired False",
        "refused": "waiting: due in 30 s, registrationFailed resourceUnavailable False",
        "silence": "waiting: due in 30 s, registrationFailed noAnswer False",
        "stop": "idle: stopAsking, registrationEnded",
    },
    "registered": {
        "close": "closed: stop due",
        "due": "renewing: askRenewal",
        "expelled": "registering: stop due, stopAsking, registrationLost reregistrationRequired,"
        " askRegistration",
        "stop": "leaving: stop due, stopAsking, askLeave",
    },
    "renewing": {
        "close": "closed",
        "confirmed": "registered: due in 295 s",
        "elsewhere": "registering: registrationLost noAnswer, askRegistration",
        "expelled": "registering: stopAsking, registrationLost reregistrationRequired,"
        " askRegistration",
        "mustDiscover": "discovering: registrationLost discoveryRequired, askDiscovery",
        "mustRegister": "registering: registrationLost fullRegistrationRequired, askRegistration",
        "refused": "waiting: registrationLost resourceUnavailable, due in 30 s,"
        " registrationFailed resourceUnavailable False",
        "silence": "discovering: registrationLost noAnswer, askDiscovery",
        "stop": "leaving: stopAsking, askLeave",
    },
    "waiting": {
        "close": "closed: stop due",
        "due": "discovering: askDiscovery",
        "giveUp": "idle: stop due",
        "stop": "idle: stop due, stopAsking, registrationEnded",
    },
    "leaving": {
        "close": "closed",
        "expelled": "idle: stopAsking, registrationEnded",
        "left": "idle: stopAsking, registrationEnded",
        "silence": "idle: stopAsking, registrationEnded",
    },
}


def _registration(owner: Any, clock: Clock) -> RegistrationMachine:
    return newRegistration(owner, clock, discover=True)


def test_theTableOfARegistration() -> None:
    found = behaviourOf(
        MACHINE,
        _registration,
        {
            "confirmed": (300.0,),
            "refused": ("resourceUnavailable",),
            "expelled": ("reregistrationRequired",),
        },
        {
            "discovering": ["start"],
            "registering": ["start", "found"],
            "registered": ["start", "found", ("confirmed", 300.0)],
            "renewing": ["start", "found", ("confirmed", 300.0), "due"],
            "waiting": ["start", "silence"],
            "leaving": ["start", "found", ("confirmed", 300.0), "stop"],
            "closed": ["close"],
        },
    )
    assert found == REGISTRATION


class Endpoint:
    """
    A registration's owner: notes what it is told.
    """

    def __init__(self, discover: bool = True, patience: Patience = MODEST) -> None:
        self.clock = Clock()
        self.told: list[str] = []
        self.machine = newRegistration(self, self.clock, discover, patience)

    def __getattr__(self, name: str) -> Any:
        def note(*arguments: object) -> None:
            self.told.append(" ".join(map(str, (name, *arguments))))

        return note

    @property
    def state(self) -> str:
        return tracing.stateName(self.machine)

    def registered(self) -> Endpoint:
        self.machine.start()
        self.machine.found()
        self.machine.confirmed(60.0)
        self.told.clear()
        return self


def test_theRenewalIsFiveSecondsEarlyButNeverSoonerThanFive() -> None:
    assert [renewAfter(each) for each in (300, 60, 19, 8, 1)] == [295, 55, 14, 5, 5]


def test_aRegistrationWithoutTimeToLiveIsNotRenewed() -> None:
    endpoint = Endpoint()
    endpoint.machine.start()
    endpoint.machine.found()
    endpoint.machine.confirmed(0.0)
    assert endpoint.state == "registered"
    assert endpoint.clock.getDelayedCalls() == []


@pytest.mark.parametrize(
    ("happening", "state", "told"),
    [
        ("mustDiscover", "discovering", ["registrationLost discoveryRequired", "askDiscovery"]),
        (
            "mustRegister",
            "registering",
            ["registrationLost fullRegistrationRequired", "askRegistration"],
        ),
        ("silence", "discovering", ["registrationLost noAnswer", "askDiscovery"]),
    ],
)
def test_whatComesOfARenewalThatFails(happening: str, state: str, told: list[str]) -> None:
    endpoint = Endpoint().registered()
    endpoint.clock.advance(55)
    endpoint.told.clear()
    getattr(endpoint.machine, happening)()
    assert (endpoint.state, endpoint.told) == (state, told)


@pytest.mark.parametrize(
    ("reason", "state", "timers"),
    [("resourceUnavailable", "waiting", 1), ("securityDenial", "idle", 0)],
)
def test_aRenewalThatIsRefused(reason: str, state: str, timers: int) -> None:
    endpoint = Endpoint().registered()
    endpoint.clock.advance(55)
    endpoint.machine.refused(reason)
    assert endpoint.state == state
    assert len(endpoint.clock.getDelayedCalls()) == timers


@pytest.mark.parametrize("happening", ["mustDiscover", "mustRegister"])
def test_aGatekeeperThatIsNeverContentIsNotAskedWithoutAPause(happening: str) -> None:
    endpoint = Endpoint(discover=False)
    endpoint.machine.start()
    getattr(endpoint.machine, happening)()
    assert endpoint.state == "waiting"
    endpoint.told.clear()
    endpoint.clock.advance(29)
    assert endpoint.told == []
    endpoint.clock.advance(1)
    assert endpoint.told == ["askRegistration"]


def waits(endpoint: Endpoint, *happenings: str) -> list[float]:
    """
    How long a registration that fails so, again and again, is not sought, in seconds.
    """
    found = []
    for happening in happenings:
        arguments = ("securityDenial",) if happening == "refused" else ()
        getattr(endpoint.machine, happening)(*arguments)
        (due,) = endpoint.clock.getDelayedCalls()
        found.append(due.getTime() - endpoint.clock.seconds())
        endpoint.clock.advance(found[-1])
    return found


def test_aServerThatIsRefusedAsksAgainEachTimeAfterTwiceAsLong() -> None:
    endpoint = Endpoint(patience=PERSISTENT)
    endpoint.machine.start()
    assert waits(endpoint, *["refused"] * 7) == [30, 60, 120, 240, 480, 960, 960]
    assert "registrationFailed securityDenial False" in endpoint.told


def test_aServerThatHearsNothingAsksAsOftenAsAnybody() -> None:
    endpoint = Endpoint(patience=PERSISTENT)
    endpoint.machine.start()
    assert waits(endpoint, *["silence"] * 3) == [30, 30, 30]


def test_aRegistrationThatIsMadeForgetsHowOftenItWasRefused() -> None:
    endpoint = Endpoint(discover=False, patience=PERSISTENT)
    endpoint.machine.start()
    waits(endpoint, "refused", "refused")
    endpoint.machine.confirmed(60.0)
    endpoint.clock.advance(55)
    assert waits(endpoint, "refused") == [30]


def test_leavingWhileTheGatekeeperExpelsIsLeaving() -> None:
    endpoint = Endpoint().registered()
    endpoint.machine.stop()
    endpoint.machine.expelled("unregistrationRequest")
    assert endpoint.state == "idle"
    assert endpoint.told[-1] == "registrationEnded"


@pytest.mark.parametrize(
    "inputs", ["", "start", "start found", "start found confirmed", "start silence"]
)
def test_aClosedMachineDoesNothingMore(inputs: str) -> None:
    endpoint = Endpoint()
    for name in inputs.split():
        arguments = (60.0,) if name == "confirmed" else ()
        getattr(endpoint.machine, name)(*arguments)
    endpoint.machine.close()
    endpoint.told.clear()
    endpoint.machine.start()
    endpoint.machine.stop()
    endpoint.clock.advance(1000)
    assert endpoint.told == []
    assert endpoint.clock.getDelayedCalls() == []
