"""
The walk of an application: whoever comes to a server with a gate of somebody else's, by which
door, and what they are told by each.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from twisted.internet.defer import Deferred

from h323d.call.applications import (
    PASSED,
    Admission,
    Application,
    CallType,
    Door,
    Priority,
    Reason,
    Refusal,
    Texts,
)
from h323d.call.declaration import Declaration
from h323d.call.particulars import Particulars
from h323d.call.surroundings import Surroundings
from h323d.config.sections import Configuration, PluginConfig
from h323d.events.calls import CallAdmitted, CallRefused
from h323d.events.doors import ApplicationRefused
from h323d.events.gatekeeper import RASAdmissionRefused
from h323d.gatekeeper.routed.config import CallModel, RoutedConfig
from h323d.h323.calls.callstart import StartUpOptions
from h323d.h323.signalling import uuie
from h323d.h323.signalling.q931 import IE, Element, MessageType
from h323d.operation.views import told
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from tests.support import h323
from tests.support.fakegate import FakeGate
from tests.support.lease import Lease
from tests.support.simulatedphone import Telephone
from tests.support.simulation import Simulation
from tests.support.sippeers import SERVER, ScriptedPeer, offerBody, request

HOST = SERVER.host
RAS = TransportAddress(HOST, 1719)
SIGNALLING = TransportAddress(HOST, 1720)
ENTRY = "[h323d.policy]\nguard = tests.walks.test_gates:Guard\n"


class Guard(FakeGate):
    """
    Lets everybody pass, unless it is told otherwise.

    @ivar delay: seconds for which it thinks about who answers, and channels.
    """

    made: ClassVar[list[Guard]] = []

    def __init__(self, surroundings: Surroundings) -> None:
        super().__init__(PASSED)
        self.delay = 0.0
        self.clock = surroundings.clock
        self.made.append(self)

    def judge(self, application: Application) -> Any:
        answer = super().judge(application)
        if not self.delay or application.door not in (Door.OLC, Door.ANSWER):
            return answer
        late: Deferred[Any] = Deferred()
        self.clock.callLater(self.delay, late.callback, answer)
        return late


class House:
    """
    A server that the guard is plugged into, a telephone, and a SIP phone.
    """

    def __init__(self, world: Simulation) -> None:
        self.world = world
        self.server = world.server(
            HOST,
            Configuration(
                plugins=PluginConfig(gates=("guard",)),
                routed=RoutedConfig(model=CallModel.ROUTED, acceptUnregistered=True),
            ),
        )
        self.guard = Guard.made.pop()
        self.alice = Telephone(world, "10.0.0.2", "1000", gatekeeper=RAS)
        self.stranger = Telephone(world, "10.0.0.66", "3000")
        self.phone = ScriptedPeer(world, "10.0.0.3")

    def asked(self) -> list[str]:
        """
        At which doors the guard was asked since last time.
        """
        doors = [each.door.value for each in self.guard.judged]
        self.guard.judged.clear()
        return doors

    def registered(self, *telephones: Telephone) -> None:
        for each in telephones:
            each.register()
        self.world.run(1.0)
        self.guard.judged.clear()

    def send(self, method: str, cseq: int = 1, tag: str = "", **more: Any) -> None:
        branch = f"z9hG4bK{method}{cseq}"
        self.phone.send(request(method, branch=branch, cseq=cseq, toTag=tag, **more), SERVER)
        self.world.run(0.2)

    def shown(self) -> Any:
        (call,) = told(self.server.server.operator.calls())
        return call


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    package = tmp_path / "guard-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: guard\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text(ENTRY)
    monkeypatch.syspath_prepend(tmp_path)
    with Simulation(seed=4) as world:
        house = House(world)
        yield house
        house.phone.port.close()
        world.leave()
        assert world.leftOver() == []


def test_anH323EndpointPassesTheGuardAtEachStep(house: House) -> None:
    house.alice.register()
    house.world.run(1.0)
    assert house.asked() == ["RRQ"]
    house.alice.call("80001")
    house.world.run(1.0)
    assert house.alice.speaking
    inTheCall = (Door.ROOM, Door.OLC)
    assert len({each.party for each in house.guard.judged if each.door not in inTheCall}) == 1
    assert house.asked() == ["ARQ", "Setup", "room", "OLC"]


def test_aSIPPhonePassesItToo(house: House) -> None:
    house.send("REGISTER", uri=f"sip:1001@{HOST}")
    house.send("INVITE", body=offerBody())
    tag = house.phone.messages[-1].toAddress.tag or ""
    house.send("ACK", tag=tag)
    house.send("INVITE", 2, tag, body=offerBody(direction="sendonly"))
    assert house.phone.statuses.count(200) == 3
    zone = house.server.server.zone
    assert zone is not None
    assert [each.party for each in house.guard.judged if each.door is Door.INVITE] == [
        each.endpointId for each in zone.registrations()
    ]
    assert house.asked() == ["REGISTER", "INVITE", "room", "re-INVITE"]


def test_soDoesTheOperator(house: House) -> None:
    house.registered(house.alice)
    house.server.server.operator.call("1000", "80001")
    house.world.run(1.0)
    assert house.alice.speaking
    assert house.asked() == ["operator", "ARQ", "answer"]  # the ARQ is the called side's


def test_aRoutedCallIsJudgedAsTheOthersAre(house: House) -> None:
    bob = Telephone(house.world, "10.0.0.4", "2000", gatekeeper=RAS)
    house.registered(house.alice, bob)
    house.alice.call("2000")
    house.world.run(1.0)
    assert bob.speaking
    assert house.asked() == ["ARQ", "Setup", "OLC", "ARQ", "answer"]  # for the fast start


@pytest.mark.alone("what its guard answers is changed from outside")
@pytest.mark.parametrize("fastStart", [True, False])
@pytest.mark.parametrize("tunnelling", [True, False])
def test_aRoutedCallGoesOnWhenAGateHasThought(
    house: House, fastStart: bool, tunnelling: bool
) -> None:
    bob = Telephone(house.world, "10.0.0.4", "2000", tone=700, gatekeeper=RAS)
    house.registered(house.alice, bob)
    house.guard.delay = 0.05
    house.alice.call("2000", StartUpOptions(fastStart, tunnelling))
    house.world.run(2.0)
    assert house.alice.heard.heard([700, 1000]) == [700]
    assert bob.heard.heard([700, 1000]) == [1000]


@pytest.mark.alone("what its guard answers is changed from outside")
def test_inARoomACallerIsShownAsTheGuardAdmitsIt(house: House) -> None:
    house.guard.answer = Admission(texts=Texts("[REDACTED:SSN]", ("[REDACTED:EMAIL]",)))
    house.stranger.alias = "anna@example.com"
    house.stranger.call("80001", destination=SIGNALLING)
    house.world.run(1.0)
    shown = house.shown()
    assert (shown["displayName"], shown["calling"]) == ("[REDACTED:SSN]", ["[REDACTED:EMAIL]"])
    (fact,) = house.server.told(CallAdmitted)
    assert [str(each) for each in fact.calling] == ["[REDACTED:EMAIL]"]


@pytest.mark.alone("what its guard answers is changed from outside")
def test_soIsTheCallerOfARoutedCall(house: House) -> None:
    bob = Telephone(house.world, "10.0.0.4", "2000", gatekeeper=RAS)
    house.registered(bob)
    house.guard.answer = Admission(texts=Texts("[REDACTED:SSN]"))
    house.stranger.call("2000", destination=SIGNALLING)
    house.world.run(1.0)
    assert bob.leg is not None
    assert bob.leg.displayName == house.shown()["displayName"] == "[REDACTED:SSN]"


@pytest.mark.alone("what its guard answers is changed from outside")
@pytest.mark.parametrize(("admission", "isRead"), [(PASSED, True), (Admission(Texts()), False)])
def test_whatItSaysLaterIsReadWhereAllOfItMayBeShown(
    house: House, admission: Admission, isRead: bool
) -> None:
    house.registered(Telephone(house.world, "10.0.0.4", "2000", gatekeeper=RAS))
    house.guard.answer = admission
    caller = h323.ScriptedPeer(house.world.network, "10.0.0.77", SIGNALLING)
    caller.send(caller.makeSetup(called="2000"))
    house.world.run(1.0)
    passed: list[bytes] = []
    house.world.network.observers.append(
        lambda kind, source, there, data: passed.append(data) if there[0] == "10.0.0.4" else None
    )
    said = Element(IE.DISPLAY, b"078-05-1120")
    caller.say(MessageType.INFORMATION, uuie.plain("information", caller.identity), others=(said,))
    house.world.run(1.0)
    (octets,) = passed
    assert (said.contents in octets) is isRead


@pytest.mark.alone("what its guard answers is changed from outside")
@pytest.mark.parametrize(
    ("priority", "asked"),
    [(None, CallType.EMERGENCY), (Priority.HIGH, CallType.EMERGENCY), (Priority.NORMAL, None)],
)
def test_aRoutedCallAsksForThePriorityThatItHas(
    house: House, priority: Priority | None, asked: CallType | None
) -> None:
    bob = Telephone(house.world, "10.0.0.4", "2000", gatekeeper=RAS)
    house.registered(bob)
    house.guard.answer = Admission(priority=priority)
    urgent = Particulars(declaration=Declaration(CallType.EMERGENCY))
    house.stranger.call("2000", destination=SIGNALLING, particulars=urgent)
    house.world.run(1.0)
    assert bob.leg is not None
    assert bob.leg.application().callType is asked


def test_whatTheGuardKeepsForARoutedCallEndsWithIt(house: House) -> None:
    bob = Telephone(house.world, "10.0.0.4", "2000", gatekeeper=RAS)
    house.registered(bob)
    lease = Lease()
    house.guard.answer = Admission(leases=(lease,))
    house.stranger.call("2000", destination=SIGNALLING)
    house.world.run(1.0)
    assert (bob.speaking, lease.ends) == (True, 0)
    house.guard.answer = PASSED  # to the called side's DRQ, for which nothing is kept
    house.stranger.hangup()
    house.world.run(1.0)
    assert lease.ends == 3  # the Setup's, that of the called side's ARQ, and of its answer


@pytest.mark.alone("what its guard answers is changed from outside")
def test_whoIsNotRegisteredIsToldSoByEachDoorInItsWords(house: House) -> None:
    house.registered(house.alice)
    house.guard.answer = Refusal.of(Reason.NOT_REGISTERED)
    house.stranger.call("80001", destination=SIGNALLING)
    house.alice.call("80001")
    house.send("REGISTER", uri=f"sip:1001@{HOST}")
    house.send("INVITE", body=offerBody())
    house.world.run(1.0)
    # Alice believes it, and registers again.
    asked = house.asked()
    assert sorted(asked) == ["ARQ", "INVITE", "REGISTER", "RRQ", "Setup"]
    assert [each.reason for each in house.server.told(RASAdmissionRefused)] == [
        "callerNotRegistered"
    ]
    assert [each for each in house.phone.statuses if each >= 200] == [403, 403]
    assert house.stranger.cause is Cause.NORMAL_UNSPECIFIED
    assert [each.reason for each in house.server.told(CallRefused)] == ["NOT_REGISTERED"] * 2
    refusals = house.server.told(ApplicationRefused)
    assert sorted(each.door for each in refusals) == sorted(asked)
    assert {(each.gate, each.reason) for each in refusals} == {("gate", "NOT_REGISTERED")}
    assert house.server.told(CallAdmitted) == []
