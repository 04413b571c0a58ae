"""
The walk of a council: guardians are called together into a room, by whatever they have registered by.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from h323d.council.config import CouncilConfig
from h323d.events.calls import CallRefused
from h323d.events.council import (
    CouncilConvened,
    CouncilDismissed,
    GuardianAbsent,
    GuardianCalled,
    GuardianJoined,
    GuardianLeft,
    GuardianQueued,
    GuardianRefused,
)
from h323d.inputs import Input
from h323d.operation.command import OperatorError, Role
from h323d.operation.desk import Actor
from h323d.sip.messages.message import SIPRequest
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from tests.support.councillors import ROOM, SERVER, SIGNALLING, House
from tests.support.following import goOn
from tests.support.led import LedServer
from tests.support.simulatedphone import Telephone
from tests.support.simulation import Simulation
from tests.support.sippeers import ScriptedPeer, offerBody, request, responseTo

SIP = TransportAddress(SERVER, 5060)
QUICK = CouncilConfig(redials=1, redialSeconds=5.0, ringSeconds=10.0)


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation(seed=31) as simulation:
        yield simulation


@pytest.fixture
def house(world: Simulation, tmp_path: Path) -> Iterator[House]:
    house = House(world, tmp_path / "registry.yaml", council=QUICK)
    yield house
    house.over()


def small(house: House, seats: int, waiting: int) -> None:
    """
    Have councils in small rooms from now on.
    """
    before = house.server.server.configuration
    config = replace(before.council, maxParticipants=seats, waiting=waiting)
    house.server.server.reload(replace(before, council=config))


def test_everyGuardianIsCalledAndHearsTheOthers(house: House) -> None:
    house.registered()
    house.council("convene", "-", "ESCALATE")
    house.world.run(1.0)
    assert house.states() == {"anna": "present", "bert": "present", "cora": "present"}
    heard = house.phones["anna"].heard.heard([400, 500, 600, 700])
    assert heard == [500, 600]
    (convened,) = house.server.told(CouncilConvened)
    assert (convened.callType, convened.seats, len(convened.guardians)) == ("ESCALATE", 25, 3)
    assert len(house.server.told(GuardianCalled)) == 3
    joined = house.server.told(GuardianJoined)
    assert {each.guardian for each in joined} == {f"if://guardian/{each}" for each in house.names}
    assert all(each.wasCalled for each in joined)


def test_whoWasCalledHasTheNameOfTheEntry(house: House) -> None:
    house.registered("anna")
    house.council("convene", "if://guardian/anna")
    house.world.run(1.0)
    (member,) = house.server.server.operator.rooms()[0].participants
    assert member.name == "if://guardian/anna"


def test_theirCallsAreInTheRecordsWithTheRoom(house: House) -> None:
    house.registered("anna")
    house.council("convene", "if://guardian/anna")
    house.world.run(1.0)
    house.council("dismiss")
    house.world.run(0.5)
    (record,) = house.server.server.records.latest(5)
    assert (record["room"], record["outcome"], record["called"]) == (ROOM, "answered", ["anna"])


def test_onlyThoseOnTheListAreCalled(house: House) -> None:
    house.registered()
    house.council("convene", "if://guardian/bert", "ROUTINE")
    house.world.run(1.0)
    assert house.states() == {"bert": "present"}
    assert house.phones["anna"].offers == 0


def test_dismissalHangsUpOnEverybody(house: House) -> None:
    house.registered()
    house.council("convene")
    house.world.run(1.0)
    house.council("dismiss")
    house.world.run(1.0)
    assert all(each.cause is Cause.NORMAL_CALL_CLEARING for each in house.phones.values())
    assert len(house.server.told(GuardianLeft)) == 3
    assert [each.reason for each in house.server.told(CouncilDismissed)] == ["dismissed"]
    assert house.server.server.operator.councils() == []
    with pytest.raises(OperatorError, match="no council meets in 80001"):
        house.council()


def test_aCouncilThatWasForgottenEndsByItself(world: Simulation, tmp_path: Path) -> None:
    house = House(world, tmp_path / "registry.yaml", council=replace(QUICK, maxSeconds=4.0))
    house.registered()
    house.council("convene")
    world.run(5.0)
    assert [each.reason for each in house.server.told(CouncilDismissed)] == ["timeOver"]
    assert house.server.server.conference.rooms == {}
    house.over()


def lonely(house: House, name: str, alias: str, **fields: str) -> Telephone:
    """
    A telephone of one more guardian, who has no gatekeeper.
    """
    address = "10.0.1.9"
    given = {"public_key": "", "proof": "address", "addresses": address, "aliases": f"h323:{name}"}
    house.fields[name] = {**given, "may": "[ROUTINE, ESCALATE]", **fields}
    house.write()
    house.world.run(2.0)
    return Telephone(house.world, address, alias)


def test_theTypeHoldsForWhoeverComesAndIsGoneWithTheCouncil(house: House) -> None:
    dora = lonely(house, "dora", "Dora 219-09-9998")
    house.council("convene", "if://guardian/dora", "ESCALATE")
    dora.call(ROOM, destination=SIGNALLING)
    house.world.run(0.5)
    assert house.council()["dora"].refused == "PII_POLICY_VIOLATION found:SSN"
    house.council("dismiss")
    dora.call(ROOM, destination=SIGNALLING)
    house.world.run(0.5)
    assert dora.speaking


def test_whoIsBusyIsCalledAgain(house: House) -> None:
    house.registered("anna")
    anna = house.phones["anna"]
    anna.refusing = Cause.USER_BUSY
    house.council("convene", "if://guardian/anna", "ROUTINE")
    house.world.run(1.0)
    view = house.council()["anna"]
    assert (view.state, view.why, view.attempts) == ("pausing", "USER_BUSY", 1)
    anna.refusing = None
    house.world.run(5.0)
    assert house.states() == {"anna": "present"}


def test_whoStaysBusyIsGivenUp(house: House) -> None:
    house.registered("anna")
    house.phones["anna"].refusing = Cause.USER_BUSY
    house.council("convene", "if://guardian/anna", "ROUTINE")
    house.world.run(8.0)
    assert (house.phones["anna"].offers, house.states()) == (2, {"anna": "absent"})
    (absent,) = house.server.told(GuardianAbsent)
    assert (absent.reason, absent.attempts) == ("USER_BUSY", 2)


def test_whoDoesNotAnswerIsRungNoMore(house: House) -> None:
    house.registered("anna")
    house.phones["anna"].rings = True
    house.council("convene", "if://guardian/anna", "ROUTINE")
    house.world.run(9.0)
    assert house.states() == {"anna": "calling"}
    house.world.run(2.0)
    assert house.phones["anna"].cause is not None
    assert house.council()["anna"].why == "noAnswer"


def test_whoIsNotRegisteredIsCalledAsSoonAsTheyAre(house: House) -> None:
    house.council("convene", "if://guardian/anna")
    house.world.run(1.0)
    view = house.council()["anna"]
    assert (view.state, view.why) == ("pausing", "notRegistered")
    house.registered("anna")
    house.world.run(1.0)
    assert house.states() == {"anna": "present"}


def test_soIsWhoWasGivenUp(house: House) -> None:
    house.council("convene", "if://guardian/anna")
    house.world.run(6.0)
    assert house.states() == {"anna": "absent"}
    house.registered("anna")
    house.world.run(1.0)
    assert house.states() == {"anna": "present"}


def test_whoHasLeftIsNotCalledForRegisteringAnew(house: House) -> None:
    anna = house.phones["anna"]
    house.council("convene", "if://guardian/anna")
    anna.register()
    house.world.run(0.5)
    anna.call(ROOM)
    house.world.run(1.0)
    assert house.states() == {"anna": "present"}
    anna.hangup()
    anna.ras.stop()
    house.world.run(1.0)
    house.registered("anna")
    house.world.run(1.0)
    assert (anna.offers, house.states()) == (0, {"anna": "absent"})


def test_whoComesByThemselvesIsRungNoMore(house: House) -> None:
    house.registered("anna", "bert")
    anna = house.phones["anna"]
    anna.rings = True
    house.council("convene")
    house.world.run(1.0)
    ringing = anna.leg
    anna.call("80001")
    house.world.run(1.0)
    view = house.council()["anna"]
    assert (view.state, view.came) == ("present", "calling")
    assert ringing is not None
    assert ringing.state == "released"


def test_whoIsOnNoListIsAGuest(house: House) -> None:
    house.registered()
    house.council("convene", "if://guardian/anna", "ROUTINE")
    house.phones["bert"].call("80001")
    house.world.run(1.0)
    assert house.states() == {"anna": "present", "bert": "guest"}
    (council,) = house.server.server.operator.councils()
    assert (council.guardians, council.present, council.guests) == (1, 1, 1)
    assert {each.guardian for each in house.server.told(GuardianJoined)} == {
        "if://guardian/anna",
        "if://guardian/bert",
    }
    house.phones["bert"].hangup()
    house.world.run(0.5)
    assert house.states() == {"anna": "present"}


def test_soIsWhomTheOperatorHasCalled(house: House) -> None:
    house.registered("anna")
    house.council("convene", "if://guardian/bert")
    house.server.server.operator.call("anna", ROOM)
    house.world.run(1.0)
    assert house.states() == {"bert": "pausing", "anna": "guest"}


def test_whoWasRefusedIsShownWithTheReason(house: House) -> None:
    dora = lonely(house, "dora", "dora")
    house.council("convene", "if://guardian/dora", "ESCALATE")
    house.fields["dora"]["status"] = "suspended"
    house.write()
    house.world.run(2.0)
    dora.call(ROOM, destination=SIGNALLING)
    house.world.run(0.5)
    assert house.council()["dora"].refused == "NOT_REGISTERED suspended"
    (told,) = house.server.told(GuardianRefused)
    assert (told.guardian, told.isProven, told.roomId) == ("if://guardian/dora", True, ROOM)


def test_whoSaysToBeAGuardianIsToldApart(house: House) -> None:
    house.council("convene", "if://guardian/anna", "ROUTINE")
    stranger = Telephone(house.world, "10.0.0.66", "anna")
    stranger.call("80001", destination=SIGNALLING)
    house.world.run(1.0)
    assert house.council()["anna"].refused == "INVALID_SIGNATURE absent, by who says so"


def test_whoIsNoActiveGuardianIsNotConvened(house: House) -> None:
    with pytest.raises(OperatorError, match="no active guardian is called if://guardian/dora"):
        house.council("convene", "if://guardian/dora", "ROUTINE")


def test_aRoomThatIsOpenIsNotTaken(house: House) -> None:
    house.registered()
    house.phones["anna"].call("80001")
    house.world.run(1.0)
    with pytest.raises(OperatorError, match="80001 is open"):
        house.council("convene")


def test_inMaintenanceNobodyIsCalled(house: House) -> None:
    house.registered("anna")
    house.server.server.operator.maintenance("on")
    house.council("convene", "if://guardian/anna")
    house.world.run(0.5)
    assert (house.phones["anna"].offers, house.council()["anna"].why) == (0, "maintenance")


def test_aServerThatStopsEndsItsCouncils(house: House) -> None:
    house.registered("anna")
    house.council("convene")
    house.world.run(1.0)
    house.server.server.leave()
    house.world.run(0.5)
    assert house.phones["anna"].cause is Cause.NORMAL_CALL_CLEARING
    assert [each.reason for each in house.server.told(CouncilDismissed)] == ["shuttingDown"]


def test_anotherTypeIsNotConvenedInTheSameRoom(house: House) -> None:
    house.council("convene", "-", "ESCALATE")
    with pytest.raises(OperatorError, match="the council in 80001 is ESCALATE"):
        house.council("convene", "-", "ROUTINE")


def test_thereAreSoManyCouncilsAtOnce(house: House) -> None:
    operator = house.server.server.operator
    for room in ("80001", "80002", "80003"):
        operator.council(room, "convene")
    with pytest.raises(OperatorError, match="3 councils meet already"):
        operator.council("80004", "convene")
    operator.council("80002", "dismiss")
    operator.council("80004", "convene")
    assert [each.room for each in operator.councils()] == ["80001", "80003", "80004"]


def test_withoutARegistryThereAreNoCouncils(world: Simulation) -> None:
    server = world.server(SERVER)
    with pytest.raises(OperatorError, match="there is no registry of guardians"):
        server.server.operator.council("80001", "convene")
    assert server.server.operator.councils() == []
    world.leave()


# Who answers.


def test_whoWantsTooMuchIsNotLetInAsTheyAnswer(house: House) -> None:
    house.registered("anna")
    house.fields["anna"]["bandwidth_quota_bps"] = "64000"
    house.write()
    house.world.run(2.0)
    house.council("convene", "if://guardian/anna")
    house.world.run(1.0)
    view = house.council()["anna"]
    assert (view.state, view.refused) == ("pausing", "BANDWIDTH_EXCEEDED quota")
    assert house.server.told(GuardianJoined) == []


def test_whoIsSuspendedIsOutAtOnceThoughWeHaveCalledThem(house: House) -> None:
    house.registered()
    house.council("convene")
    house.world.run(1.0)
    house.fields["anna"]["status"] = "suspended"
    house.write()
    house.world.run(2.0)
    assert house.states() == {"anna": "absent", "bert": "present", "cora": "present"}


# Seats.


def test_whoFindsTheRoomFullWaitsAndIsCalledWhenASeatIsFree(house: House) -> None:
    house.registered()
    small(house, seats=2, waiting=5)
    house.council("convene", "if://guardian/anna,if://guardian/bert", "ROUTINE")
    house.world.run(1.0)
    house.council("convene", "if://guardian/cora", "ROUTINE")
    assert (house.council()["cora"].state, house.council()["cora"].place) == ("waiting", 1)
    assert [each.place for each in house.server.told(GuardianQueued)] == [1]
    house.phones["anna"].hangup()
    house.world.run(1.0)
    assert house.states() == {"anna": "absent", "bert": "present", "cora": "present"}


def test_whoCallsAFullRoomWaits(house: House) -> None:
    house.registered()
    small(house, seats=1, waiting=5)
    house.council("convene", "if://guardian/anna", "ROUTINE")
    house.world.run(1.0)
    house.council("convene", "if://guardian/bert,if://guardian/cora", "ROUTINE")
    assert house.council()["bert"].place == 1
    house.phones["cora"].call("80001")
    house.world.run(1.0)
    cora = house.council()["cora"]
    assert (cora.state, cora.place, cora.refused) == ("waiting", 2, "CAPACITY_EXCEEDED roomFull")


def test_twoWhoWaitForOneSeatGetItInTheirOrder(house: House) -> None:
    house.registered()
    small(house, seats=1, waiting=5)
    house.council("convene", "-", "ROUTINE")
    house.world.run(1.0)
    assert house.states() == {"anna": "present", "bert": "waiting", "cora": "waiting"}
    house.phones["anna"].hangup()
    house.world.run(1.0)
    assert house.states() == {"anna": "absent", "bert": "present", "cora": "waiting"}
    assert house.council()["cora"].place == 1


def test_aSeatThatIsOfferedToWhoWaitsIsNobodyElses(house: House) -> None:
    house.registered()
    small(house, seats=1, waiting=1)
    house.phones["bert"].rings = True
    house.council("convene", "if://guardian/anna,if://guardian/bert", "ROUTINE")
    house.world.run(1.0)
    house.phones["anna"].hangup()
    house.world.run(1.0)
    assert house.states() == {"anna": "absent", "bert": "calling"}
    house.phones["cora"].call("80001")
    house.world.run(1.0)
    assert [each.reason for each in house.server.told(CallRefused)] == ["roomFull"]


def test_whoDoesNotTakeTheSeatLeavesItToTheNext(house: House) -> None:
    house.registered()
    small(house, seats=1, waiting=5)
    house.phones["bert"].refusing = Cause.USER_BUSY
    house.council("convene", "-", "ROUTINE")
    house.world.run(1.0)
    house.phones["anna"].hangup()
    house.world.run(1.0)
    assert house.states() == {"anna": "absent", "bert": "pausing", "cora": "present"}


def test_ofTwoWhoCallForOneSeatExactlyOneGetsIt(house: House) -> None:
    house.registered()
    small(house, seats=1, waiting=1)
    house.council("convene", "if://guardian/anna")
    house.world.run(0.5)
    house.phones["anna"].hangup()
    house.council("convene", "if://guardian/bert,if://guardian/cora")
    house.world.run(0.2)
    for name in ("bert", "cora"):
        house.phones[name].hangup()
    house.world.run(0.5)
    for name in ("bert", "cora"):
        house.phones[name].call(ROOM)
    house.world.run(1.0)
    states = house.states()
    assert sorted((states["bert"], states["cora"])) == ["present", "waiting"]


def test_withoutAListNobodyWaits(house: House) -> None:
    house.registered()
    small(house, seats=1, waiting=0)
    house.council("convene", "if://guardian/anna,if://guardian/bert", "ROUTINE")
    house.world.run(6.0)
    assert house.states() == {"anna": "present", "bert": "absent"}
    assert house.council()["bert"].why == "roomFull"


def test_moreThanMayWaitDoNot(house: House) -> None:
    house.registered()
    small(house, seats=1, waiting=1)
    house.council("convene", "-", "ROUTINE")
    assert house.states()["bert"] == "waiting"
    assert house.states()["cora"] == "pausing"


def test_whoWaitsIsForgottenWithTheCouncil(house: House) -> None:
    house.registered()
    small(house, seats=1, waiting=5)
    house.council("convene")
    house.world.run(1.0)
    house.council("dismiss")
    house.world.run(6.0)
    assert (house.phones["bert"].offers, house.phones["cora"].offers) == (0, 0)


def test_aCouncilThatIsWrittenDownGoesOnElsewhere(world: Simulation, tmp_path: Path) -> None:
    store = str(tmp_path / "councils.json")
    config = replace(QUICK, maxParticipants=2, waiting=5, store=store)
    house = House(world, tmp_path / "registry.yaml", council=config, kind=LedServer)
    led = house.server
    assert isinstance(led, LedServer)
    house.phones["bert"].rings = True
    house.registered()
    led.inputs.enter(Input.COMMAND, Actor("uid 0", Role.OPERATOR), "council", [ROOM, "convene"])
    world.run(0.5)
    assert house.states() == {"anna": "present", "bert": "calling", "cora": "waiting"}
    moment = led.moment()
    house.phones["anna"].hangup()
    world.run(1.0)
    assert house.states() == {"anna": "absent", "bert": "calling", "cora": "present"}
    house.over()
    expected = (led.leading.turn, [str(fact) for fact in led.facts])
    assert goOn(moment, led.log) == expected


# SIP.


@pytest.fixture
def phone(house: House) -> Iterator[ScriptedPeer]:
    """
    A phone of a guardian who has registered it twice.
    """
    house.fields["dora"] = {
        "public_key": "",
        "proof": "address",
        "addresses": "10.0.0.3",
        "aliases": "'sip:script@10.0.0.3'",
    }
    house.write()
    house.world.run(2.0)
    phone = ScriptedPeer(house.world, "10.0.0.3")
    uri = f"sip:script@{SERVER}"
    other = "Contact: <sip:other@10.0.0.3>\n"
    phone.send(request("REGISTER", uri=uri, extra=other), SIP)
    house.world.run(0.5)
    yield phone
    phone.port.close()


def rung(house: House, phone: ScriptedPeer) -> list[SIPRequest]:
    """
    The INVITEs that a phone gets when its guardian is called.
    """
    house.council("convene", "if://guardian/dora", "ESCALATE")
    house.world.run(0.2)
    return [each for each in phone.messages if isinstance(each, SIPRequest)]


def askedOf(phone: ScriptedPeer, method: str) -> set[str]:
    """
    Where such requests went.
    """
    requests = [each for each in phone.messages if isinstance(each, SIPRequest)]
    return {str(each.uri) for each in requests if each.method == method}


def test_aSIPPhoneRingsAtAllItsPlacesAndAnswersAtOne(house: House, phone: ScriptedPeer) -> None:
    first, second = rung(house, phone)
    assert askedOf(phone, "INVITE") == {"sip:script@10.0.0.3", "sip:other@10.0.0.3"}
    for tag, invite in (("one", first), ("two", second)):
        phone.send(responseTo(invite, 180, tag=tag), SIP)
    house.world.run(0.2)
    phone.send(responseTo(first, 200, tag="one", body=offerBody()), SIP)
    house.world.run(1.0)
    assert askedOf(phone, "CANCEL") == {str(second.uri)}
    assert house.states() == {"dora": "present"}
    assert [each.guardian for each in house.server.told(GuardianJoined)] == ["if://guardian/dora"]
    house.council("dismiss")
    house.world.run(1.0)
    assert "BYE" in phone.methods


def test_whoAnswersAtTwoPlacesIsThereOnce(house: House, phone: ScriptedPeer) -> None:
    for tag, invite in zip(("one", "two"), rung(house, phone), strict=True):
        phone.send(responseTo(invite, 200, tag=tag, body=offerBody()), SIP)
    house.world.run(1.0)
    assert len(house.server.legs) == len(house.server.told(GuardianJoined)) == 1
    assert phone.methods.count("BYE") >= 1


def test_whereATelephoneSendsUsNobodyIsCalled(house: House, phone: ScriptedPeer) -> None:
    for invite in rung(house, phone):
        phone.send(responseTo(invite, 302, rows=(("Contact", "<sip:x@10.0.0.66>"),)), SIP)
    house.world.run(1.0)
    assert askedOf(phone, "INVITE") == {"sip:script@10.0.0.3", "sip:other@10.0.0.3"}
    view = house.council()["dora"]
    assert (view.state, view.why) == ("pausing", "REDIRECTION_TO_NEW_DESTINATION")
