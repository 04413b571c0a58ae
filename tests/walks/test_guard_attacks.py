"""
The walk of those who want in by what is not theirs: by what a guardian has signed for something
else, by another name for the same room, or between two turns of the server.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from h323d.asn1 import h225
from h323d.call.applications import CallType
from h323d.conference.config import ConferenceConfig, RoomConfig
from h323d.config.sections import Configuration
from h323d.events.calls import CallAdmitted
from h323d.h323.ras.messages import Fields, decodeRAS, reasonOf
from h323d.h323.security.guarddata import Declaration, declared
from h323d.h323.signalling import uuie
from h323d.h323.signalling.messages import make
from h323d.h323.signalling.q931 import IE, MessageType
from tests.support.guardedhouse import HOST, RAS, SIGNALLING, House, SignedCall
from tests.support.h323 import ScriptedPeer as SetupPeer
from tests.support.ras import CALL, Peer, arq, rrq
from tests.support.simulation import Simulation

ROOM = ("dialledDigits", "80001")
COUNCIL = ConferenceConfig(
    rooms=(RoomConfig("council", ("81000", "sip:plenum@council.example"), maxParticipants=1),)
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with Simulation(seed=4) as world:
        base = Configuration(conference=COUNCIL)
        house = House(world, tmp_path / "registry.yaml", base=base, escalateRooms=("council",))
        yield house
        house.close()
        world.leave()
        assert world.leftOver() == []


def setUp(house: House, called: str, host: str = "10.0.0.5") -> SetupPeer:
    """
    A Setup of the call that Anna's ARQ was for, without a signature.
    """
    peer = SetupPeer(house.world.network, host, SIGNALLING)
    peer.identity = replace(peer.identity, callIdentifier=CALL)
    peer.send(peer.makeSetup(called=called))
    house.world.run(0.5)
    return peer


def sendChanged(
    peer: SetupPeer, called: str = "80001", body: Fields | None = None, pdu: Fields | None = None
) -> None:
    """
    A Setup with other fields beside its own.
    """
    made = peer.makeSetup(called=called)
    content = uuie.read(made.userUser or b"")
    name, fields = content.body, dict(content.fields)
    changed = {**content.pdu, "h323-message-body": (name, fields | (body or {})), **(pdu or {})}
    octets = h225.encode("H323-UserInformation", {"h323-uu-pdu": changed})
    others = [each for each in made.elements if each.identifier != IE.USER_USER]
    peer.send(make(MessageType.SETUP, octets, others))


def admitted(house: House) -> int:
    return len(house.server.told(CallAdmitted))


def test_aSetupIntoAnotherRoomTakesNothingOver(house: House) -> None:
    house.ask(house.signed(arq(2, house.register(), ROOM)))
    setUp(house, "80002").close()
    assert admitted(house) == 0
    assert house.refusals() == [("Setup", "INVALID_SIGNATURE", "absent")]


def test_nobodyElsesSetupTakesAnythingOver(house: House) -> None:
    house.ask(house.signed(arq(2, house.register(), ROOM)))
    setUp(house, "80001", "10.0.0.66").close()
    assert admitted(house) == 0


def test_herOwnSetupDoes(house: House) -> None:
    house.ask(house.signed(arq(2, house.register(), ROOM)))
    setUp(house, "80001").close()
    assert admitted(house) == 1


def test_aNonceCountsOnceOnAllProtocols(house: House) -> None:
    call = SignedCall(house)  # with the nonce 1001
    house.nonces = 1000
    answer = house.ask(house.signed(rrq(1, "10.0.0.5", ("h323-ID", "script")), "script"))
    assert reasonOf(answer) == "securityDenial"
    assert house.refusals() == [("RRQ", "INVALID_SIGNATURE", "replay")]
    assert call.wire.statuses[-1] == 200


def test_aTokenOfRASIsNoneInASetup(house: House) -> None:
    request = decodeRAS(house.signed(arq(2, house.register(), ROOM)))
    caller = SetupPeer(house.world.network, "10.0.0.5", SIGNALLING)
    sendChanged(caller, body={"cryptoTokens": request.fields["cryptoTokens"]})
    house.world.run(0.5)
    assert house.refusals() == [("Setup", "INVALID_SIGNATURE", "badSignature")]
    caller.close()


def test_whatIsRecordedIsStaleAfterARestart(house: House) -> None:
    octets = house.signed(rrq(1, "10.0.0.5", ("h323-ID", "anna")))
    assert house.ask(octets).name == "registrationConfirm"
    house.server.stop()
    house.world.run(4.0)
    house.server = house.world.server(HOST, house.configuration)
    assert house.ask(octets).name == "registrationReject"
    assert house.refusals() == [("RRQ", "INVALID_SIGNATURE", "stale")]


def test_whatIsRecordedDoesNotCountFromElsewhere(house: House) -> None:
    octets = house.signed(rrq(1, "10.0.0.5", ("h323-ID", "anna")))
    thief = Peer(house.world.network, "10.0.0.66", peer=RAS)
    thief.port.send(octets, RAS)
    house.world.run(0.2)
    assert house.refusals() == [("RRQ", "INVALID_SIGNATURE", "wrongAddress")]
    assert house.registrations() == 0
    thief.port.close()


def test_anARQFromElsewhereIsNobodys(house: House) -> None:
    octets = house.signed(arq(2, house.register(), ROOM))
    thief = Peer(house.world.network, "10.0.0.66", peer=RAS)
    thief.port.send(octets, RAS)
    house.world.run(0.2)
    (answer,) = thief.messages()
    assert reasonOf(answer) == "callerNotRegistered"
    assert house.ask(octets).name == "admissionConfirm"  # nothing of hers is spent
    thief.port.close()


@pytest.mark.parametrize("name", ["council", "COUNCIL", "81000"])
def test_aGraveRoomIsGraveByWhateverNameItIsCalled(house: House, name: str) -> None:
    caller = SetupPeer(house.world.network, "10.0.0.2", SIGNALLING)
    sendChanged(caller, name, pdu={"genericData": [declared(Declaration(CallType.ROUTINE, True))]})
    house.world.run(0.5)
    assert house.refusals()[0][1:] == ("PII_POLICY_VIOLATION", "declared")
    caller.close()
