"""
The walk of those who want in by what is not theirs: by what a guardian has signed for something
else, by another name for the same room, or between two turns of the server.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from h323d.asn1 import h225
from h323d.call.applications import CallType
from h323d.call.declaration import Declaration
from h323d.conference.config import ConferenceConfig, RoomConfig
from h323d.config.sections import Configuration
from h323d.events.calls import CallAdmitted
from h323d.h323.ras.messages import Fields, RASMessage, decodeRAS, encodeRAS, reasonOf
from h323d.h323.security.guarddata import declared
from h323d.h323.security.guardtoken import GuardStamp, signRAS
from h323d.h323.signalling import uuie
from h323d.h323.signalling.messages import make
from h323d.h323.signalling.q931 import IE, MessageType
from h323d.sip.messages.message import SIPRequest
from tests.support.guardedhouse import (
    ALICE,
    ANNA,
    HOST,
    RAS,
    SCRIPT,
    SIGNALLING,
    House,
    SignedCall,
    SignedPhone,
)
from tests.support.guardians import entry, signingKey
from tests.support.h323 import ScriptedPeer as SetupPeer
from tests.support.ras import CALL, Peer, arq, drq, rrq
from tests.support.simulation import Simulation
from tests.support.sippeers import SERVER, offerBody, request

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


def test_whoTalksOnAfterADRQHasWhatTheyHad(house: House) -> None:
    house.write(entry("anna", aliases="[h323:anna]", bandwidth_quota_bps="200000"))
    house.world.run(6.0)
    endpointId = house.register()
    house.ask(house.signed(arq(2, endpointId, ROOM)))
    talking = setUp(house, "80001")
    house.ask(house.signed(drq(3, endpointId)))
    other = {"callIdentifier": {"guid": bytes(16)}}
    another = arq(4, endpointId, ROOM, **other)
    assert reasonOf(house.ask(house.signed(another))) == "requestDenied"
    talking.close()
    house.world.run(0.5)
    once = arq(5, endpointId, ROOM, **other)
    assert house.ask(house.signed(once)).name == "admissionConfirm"


def test_twoWhoComeInOneTurnHaveOneSeat(house: House) -> None:
    caller = SetupPeer(house.world.network, "10.0.0.2", SIGNALLING)
    house.phone.send(request("INVITE", uri=f"sip:council@{HOST}", body=offerBody()), SERVER)
    caller.send(caller.makeSetup(called="council"))
    house.world.run(0.5)
    assert admitted(house) == 2
    assert len(house.server.legs) == 1
    caller.close()


def test_whoAsksForAnotherNameLearnsNothing(house: House) -> None:
    """
    Whether there is such an entry, whether it is active, and whose key that is.
    """
    house.write(ALICE, ANNA, SCRIPT, entry("sus", aliases="h323:sus", status="suspended"))
    house.world.run(6.0)
    answers = {
        house.answerTo(house.signed(rrq(1, "10.0.0.5", ("h323-ID", alias)), signer))
        for alias in ("anna", "sus", "nobody")
        for signer in ("mallory",)
    }
    answers.add(house.answerTo(house.signed(rrq(1, "10.0.0.5", ("h323-ID", "sus")), "anna")))
    answers.add(house.answerTo(encodeRAS(rrq(1, "10.0.0.5", ("h323-ID", "anna")))))
    assert len(answers) == 1


class Forger:
    """
    Signs with nothing as whoever it is.
    """

    def __init__(self, name: str) -> None:
        self.public = signingKey(name).public

    def sign(self, octets: bytes) -> bytes:
        return bytes(64)


def test_forgeriesInHerNameLockNobodyOut(house: House) -> None:
    stamp = GuardStamp(
        "if://guardian/anna", "council-1", int(house.world.clock.seconds()), bytes(16)
    )
    for number in range(2, 122):
        asked = rrq(number, "10.0.0.5", ("h323-ID", "anna"))
        house.anna.port.send(signRAS(asked, Forger("anna"), stamp), RAS)
    asked = rrq(1, "10.0.0.5", ("h323-ID", "anna"))
    house.anna.port.send(house.signed(asked), RAS)
    house.world.run(1.0)
    assert reasonOf(house.anna.messages()[-1]) == "resourceUnavailable"
    again = RASMessage(asked.name, asked.fields | {"requestSeqNum": 122})
    assert house.ask(house.signed(again)).name == "registrationConfirm"


@pytest.mark.parametrize("ahead", [-31, 6])
def test_whatIsSignedForAnotherTimeIsStale(house: House, ahead: int) -> None:
    now = int(house.world.clock.seconds())
    stamp = GuardStamp("if://guardian/anna", "council-1", now + ahead, bytes(16))
    asked = rrq(1, "10.0.0.5", ("h323-ID", "anna"))
    house.ask(signRAS(asked, signingKey("anna"), stamp))
    assert house.refusals() == [("RRQ", "INVALID_SIGNATURE", "stale")]


@pytest.mark.parametrize("alias", ["\u0430nna", "\uff41nna", "anna\u200b", "an\u00adna"])
def test_aNameThatLooksLikeHersIsNotHers(house: House, alias: str) -> None:
    house.ask(house.signed(rrq(1, "10.0.0.5", ("h323-ID", alias))))
    assert house.refusals() == [("RRQ", "INVALID_SIGNATURE", "wrongName")]


@pytest.mark.parametrize(
    ("method", "changed"),
    [
        ("INVITE", ("Contact: <sip:script@10.0.0.3>", "Contact: <sip:script@10.0.0.6>")),
        ("INVITE", ("c=IN IP4 10.0.0.3", "c=IN IP4 10.0.0.6")),
        ("INVITE", ("INVITE sip:80001@", "INVITE sip:80002@")),
        ("REFER", ("Refer-To: <sip:80002@", "Refer-To: <sip:80003@")),
    ],
)
def test_whoIsOnTheWayChangesNothing(house: House, method: str, changed: tuple[str, str]) -> None:
    call = SignedCall(house)
    body, extra = (
        ("", f"Refer-To: <sip:80002@{HOST}>\n") if method == "REFER" else (offerBody(), "")
    )
    assert call.say(method, True, body, extra, changed) == 403
    assert call.say(method, True, body, extra) != 403
    assert {detail for _, _, detail in house.refusals()} == {"malformed"}


@pytest.mark.parametrize(
    ("isSigned", "before", "detail"),
    [
        (True, "c=IN IP4 10.0.0.3", ""),
        (False, "c=IN IP4 10.0.0.3", "absent"),
        (True, "c=IN IP4 10.0.0.6", "malformed"),
    ],
)
def test_whatASignedCallAnswersInItsACKIsSignedToo(
    house: House, isSigned: bool, before: str, detail: str
) -> None:
    call = SignedCall(house, isOffered=False)
    call.wire.messages.clear()
    call.send("ACK", isSigned, offerBody(), changed=("c=IN IP4 10.0.0.3", before))
    house.world.run(0.5)
    byes = [each for each in call.wire.messages if isinstance(each, SIPRequest)]
    told = 'Q.850;cause=31;text="INVALID_SIGNATURE"' if detail else ""
    assert [each.headers.get("Reason") for each in byes] == [told] * bool(detail)
    assert [each[2] for each in house.refusals()] == [detail] * bool(detail)


BOTH = entry(
    "script",
    proof="[digest, ed25519]",
    secret=f"sha256:{'ab' * 32}",
    aliases=f"'sip:script@{HOST}'",
)
OTHER = entry("other", proof="digest", secret=f"sha256:{'cd' * 32}", aliases=f"'sip:other@{HOST}'")


def register(phone: SignedPhone, isSigned: bool = True, name: str = "script", **more: Any) -> int:
    return phone.say("REGISTER", isSigned, uri=f"sip:{name}@{HOST}", **more)


def test_whoHasAPasswordTooRegistersByASignature(house: House) -> None:
    phone = SignedPhone(house, BOTH)
    assert register(phone, isSigned=False) == 401
    assert house.registrations() == 0
    assert register(phone) == 200
    assert register(phone) == 200  # and renews what there is
    zone = house.server.server.zone
    assert zone is not None
    (registration,) = zone.registrations()
    assert registration.authenticated == "script"


@pytest.mark.parametrize(
    ("said", "detail"),
    [
        ({"changed": ("Contact: <sip:script@10.0.0.3>", "Contact: <sip:a@10.0.0.6>")}, "malformed"),
        ({"changed": ("To: <sip:script@", "To: <sip:other@")}, "malformed"),
        ({"name": "other"}, "wrongName"),
    ],
)
def test_aSignatureRegistersNothingButWhatItIsFor(
    house: House, said: dict[str, Any], detail: str
) -> None:
    phone = SignedPhone(house, BOTH + OTHER)
    assert register(phone, **said) == 403
    assert house.refusals() == [("REGISTER", "INVALID_SIGNATURE", detail)]
    assert house.registrations() == 0


def test_aSignatureRegistersOnce(house: House) -> None:
    phone = SignedPhone(house, BOTH)
    assert register(phone) == 200
    phone.repeat("z9hG4bKother")
    assert phone.wire.statuses[-1] == 403
    assert house.refusals() == [("REGISTER", "INVALID_SIGNATURE", "replay")]
