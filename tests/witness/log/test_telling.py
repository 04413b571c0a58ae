"""
What becomes a record of facts.
"""

from __future__ import annotations

import dataclasses
import json
import random
import re
from base64 import b64decode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from h323d.events.bus import Fact
from h323d.events.calls import CallEnded, CallOffered, DigitReceived
from h323d.events.doors import ApplicationPassed
from h323d.events.gatekeeper import EndpointRegistered
from h323d.events.server import OperatorActed
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID, LegID
from h323d.values.proof import Proof
from h323d.witness.log.chain import Entry
from h323d.witness.log.telling import TOLD, entryOf

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "witness-format.rst"
AT = 1_800_000_000.5
PEER = TransportAddress("192.0.2.7", 1720)


def entry(fact: Fact) -> Entry:
    found = entryOf(fact, random.Random(1))
    assert found is not None
    return found


def opened(fact: Fact) -> dict[str, str]:
    return {each.name: each.value for each in entry(fact).openings}


def test_aFactIsToldWithItsTimeAndInTheNamesOfRecords() -> None:
    told = entry(CallOffered(AT, CallID("c1"), LegID("l1"), "h323", PEER, "ab", "cd"))
    assert (told.msgType, told.timestamp) == ("call_offered", "2027-01-15T08:00:00.500Z")
    assert told.data == {
        "call_id": "c1", "leg_id": "l1", "protocol": "h323",
        "call_identifier": "ab", "conference_id": "cd",
    }  # fmt: skip


def test_whatIsOfAPersonIsSealed() -> None:
    fact = EndpointRegistered(
        AT, "ep1", "sip", PEER, (PartyAddress(AddressKind.H323_ID, "Zoë"),), 60
    )
    assert entry(fact).data == {"endpoint_id": "ep1", "protocol": "sip", "time_to_live": 60}
    assert opened(fact) == {"signalling": "192.0.2.7:1720", "aliases": '["Zoë"]'}


def test_whatIsNotThereIsNotSealed() -> None:
    assert opened(OperatorActed(AT, "uid 0", "maintenance", ())) == {}
    arguments = (("action", "on"), ("limit", 5))
    told = opened(OperatorActed(AT, "uid 0", "maintenance", arguments))["arguments"]
    assert json.loads(told) == [["action", "on"], ["limit", 5]]


def test_aCauseIsItsNumber() -> None:
    fact = CallEnded(AT, CallID("c1"), LegID("l1"), Cause.USER_BUSY, "called")
    assert entry(fact).data["cause"] == 17


def test_whatHappensManyTimesIsNotRecorded() -> None:
    assert entryOf(DigitReceived(AT, CallID("c1"), LegID("l1"), "rtp"), random.Random(1)) is None


@pytest.mark.parametrize("octets", [0, 1024], ids=["short", "as long as a Setup"])
def test_aSignatureIsToldAndWhatIsSignedIsSealed(octets: int) -> None:
    private = Ed25519PrivateKey.from_private_bytes(bytes(32))
    signed = b"IF.guard/1 ras\0and the message" + bytes(octets)
    proof = Proof(
        "ed25519",
        "if://guardian/technical",
        1_800_000_000,
        b"nonce",
        private.public_key().public_bytes_raw(),
        signed,
        private.sign(signed),
    )
    nothing = "", "", "", "", ""
    fact = ApplicationPassed(AT, "ARQ", "h323", PEER, "ep1", (proof,), (), (), 0, *nothing)
    (told,) = entry(fact).data["proofs"]
    assert (told["scheme"], told["time"]) == ("ed25519", 1_800_000_000)
    assert json.loads(opened(fact)["identities"]) == ["if://guardian/technical"]
    (sealed,) = json.loads(opened(fact)["signed_octets"])
    key = Ed25519PublicKey.from_public_bytes(b64decode(told["key"]))
    key.verify(b64decode(told["signature"]), b64decode(sealed))


def test_aProofByAPasswordHasNoSignature() -> None:
    proof = Proof("digest", "anna", 5)
    nothing = "", "", "", "", ""
    fact = ApplicationPassed(AT, "INVITE", "sip", PEER, "", (proof,), (), (), 0, *nothing)
    assert entry(fact).data["proofs"] == [{"scheme": "digest", "time": 5}]
    assert "signed_octets" not in opened(fact)


def test_whatIsToldIsThereAndNothingIsToldTwice() -> None:
    for kind, told in TOLD.items():
        fields = [*told.plain.values(), *told.sealed.values()]
        assert [each for each in fields if not hasattr(kind, each)] == [], kind
        assert len(set(fields)) == len(fields) == len({*told.plain, *told.sealed}), kind


def test_addressesAndNamesOfPeopleAreNeverToldPlainly() -> None:
    persons = "TransportAddress", "PartyAddress"
    for kind, told in TOLD.items():
        for each in dataclasses.fields(kind):
            if any(name in str(each.type) for name in persons):
                assert each.name not in told.plain.values(), kind


def test_thePageTellsWhatIsRecorded() -> None:
    page = PAGE.read_text().partition("What is recorded")[2]
    rows = re.findall(r"^``(\w+)``  +(.*(?:\n {2,}.*)*)", page, re.M)
    shown = {name: set(re.findall(r"``(\w+)``", text)) for name, text in rows}
    for told in TOLD.values():
        assert shown[told.msgType] == {*told.plain, *told.sealed}, told.msgType
