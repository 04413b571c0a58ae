"""
The gate that has a record of what passed on the disk before the answer leaves.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from zope.interface import implementer
from zope.interface.verify import verifyObject

from h323d.call.applications import PASSED, Application, CallType, Door, IGate, Verdict
from h323d.config.sections import Configuration
from h323d.control.manhole import MANHOLE
from h323d.events.bus import EventBus
from h323d.events.doors import ApplicationPassed
from h323d.events.witness import IWitnessLog, NotKept
from h323d.inputs import Input
from h323d.server.witnessed import UNWITNESSED, WitnessGate
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.proof import Proof
from h323d.witness.log.config import WitnessConfig
from h323d.witness.log.note import VerifierKey
from h323d.witness.log.places import Place
from h323d.witness.log.record import read
from h323d.witness.log.verdict import verify
from tests.support.simulation import Simulation

PEER = TransportAddress("192.0.2.7", 1719)


@implementer(IWitnessLog)
class FakeLog:
    """
    @ivar asked: what was asked for, in order.
    """

    def __init__(self) -> None:
        self.isWritable = True
        self.asked: list[Deferred[None]] = []

    def durable(self) -> Deferred[None]:
        self.asked.append(Deferred())
        return self.asked[-1]

    def figures(self) -> dict[str, int | str]:
        return {}


class House:
    def __init__(self, required: bool = True) -> None:
        self.log = FakeLog()
        self.events = EventBus()
        self.told: list[ApplicationPassed] = []
        self.events.subscribe(ApplicationPassed, self.told.append)
        self.gate = WitnessGate(self.log, required, Clock(), self.events)

    def judge(self, door: Door) -> list[Verdict]:
        """
        What the gate says, and comes to say.
        """
        said: list[Verdict] = []
        answer = self.gate.judge(Application(door, "h323", PEER))
        if isinstance(answer, Deferred):
            answer.addCallback(said.append)
        else:
            said.append(answer)
        return said


def test_itIsAGate() -> None:
    assert verifyObject(IGate, House().gate)


@pytest.mark.parametrize("door", [Door.ARQ, Door.SETUP, Door.INVITE, Door.OPERATOR, Door.RRQ])
def test_theAnswerWaitsForTheDisk(door: Door) -> None:
    house = House()
    said = house.judge(door)
    assert said == []
    assert len(house.told) == 1
    house.log.asked[0].callback(None)
    assert said == [PASSED]


@pytest.mark.parametrize("door", [Door.BRQ, Door.OLC, Door.REINVITE, Door.ROOM])
def test_whatBelongsToACallIsRecordedAndWaitsForNothing(door: Door) -> None:
    house = House()
    assert house.judge(door) == [PASSED]
    assert (len(house.told), house.log.asked) == (1, [])


def test_aCallIsRefusedWhenTheDiskFails() -> None:
    house = House()
    said = house.judge(Door.INVITE)
    house.log.asked[0].errback(NotKept("full"))
    assert said == [UNWITNESSED]


def test_aCallIsRefusedAtOnceWhileTheLogCannotBeWritten() -> None:
    house = House()
    house.log.isWritable = False
    assert house.judge(Door.SETUP) == [UNWITNESSED]
    assert house.told == []


def test_registrationsAndWhatBelongsToACallPassInAnyCase() -> None:
    house = House()
    said = house.judge(Door.RRQ)
    house.log.asked[0].errback(NotKept("full"))
    house.log.isWritable = False
    assert [*said, *house.judge(Door.REGISTER), *house.judge(Door.BRQ)] == [PASSED] * 3


def test_whereNoRecordIsRequiredCallsPass() -> None:
    house = House(required=False)
    said = house.judge(Door.INVITE)
    house.log.asked[0].errback(NotKept("full"))
    house.log.isWritable = False
    assert [*said, *house.judge(Door.ARQ)] == [PASSED, PASSED]


def test_whoWaitsNoMoreIsNotAnswered() -> None:
    house = House()
    answer = house.gate.judge(Application(Door.INVITE, "sip", PEER))
    assert isinstance(answer, Deferred)
    answer.addErrback(lambda failure: None)
    answer.cancel()
    house.log.asked[0].callback(None)


def test_theRecordSaysWhatPassed() -> None:
    house = House()
    caller = (PartyAddress(AddressKind.H323_ID, "Zoë"),)
    house.gate.judge(
        Application(
            Door.ARQ,
            "h323",
            PEER,
            party="ep1",
            proofs=(Proof("h2351", "anna", 1),),
            calling=caller,
            bandwidth=128_000,
            callType=CallType.ESCALATE,
            callIdentifier="ab",
        )
    )
    (told,) = house.told
    assert (told.door, told.party, told.identities) == ("ARQ", "ep1", ("anna",))
    assert (told.calling, told.bandwidth, told.callType) == (caller, 128_000, "ESCALATE")


def ran(directory: Path) -> Place:
    """
    The log of a simulated server that was there for a while.
    """
    log = str(directory / "witness")
    config = WitnessConfig(directory=log, origin="a.example/log", key=f"{log}/key.pem")
    with Simulation() as world:
        server = world.server("10.0.0.1", Configuration(witness=config))
        world.run(30.0)
        server.inputs.enter(Input.COMMAND, MANHOLE, "maintenance", {"action": "on"})
        world.run(1.0)
        figures = server.server.operator.status().witness
        assert figures is not None
        assert (figures["state"], figures["records"]) == ("written", 4)
        world.leave()
    return Place(directory / "witness" / "1")


def test_aServerKeepsALogFromItsStartToItsEnd(tmp_path: Path) -> None:
    place = ran(tmp_path)
    kinds = [read(line).msgType for line in place.records(0).read_bytes().splitlines()]
    assert kinds[:4] == ["log_begun", "server_started", "gates_closed", "operator_acted"]
    assert kinds[-1] == "server_stopped"
    key = VerifierKey.read((place.path / "key.pub").read_text())
    verdict = verify(place, key)
    assert (verdict.faults, verdict.covered) == ((), len(kinds))


def test_theLogFollowsFromWhatEntersTheServer(tmp_path: Path) -> None:
    one, other = ran(tmp_path / "one"), ran(tmp_path / "other")
    for each in ("records", "heads", "openings"):
        first, second = getattr(one, each)(0), getattr(other, each)(0)
        assert first.read_bytes() == second.read_bytes()


def test_whereNoDirectoryIsGivenNoLogIsKept() -> None:
    with Simulation() as world:
        server = world.server("10.0.0.1")
        assert server.server.operator.status().witness is None
        world.leave()
