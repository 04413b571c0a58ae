"""
Whom of the guardians the guard has not let in.
"""

from __future__ import annotations

from twisted.internet.task import Clock

from h323d.call.applications import Application, Door, Reason, Refusal
from h323d.events.bus import EventBus
from h323d.events.council import GuardianRefused
from h323d.guard.gates.inputs import Asker
from h323d.guard.identification import Identified
from h323d.guard.refused import RefusedGuardians
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.proof import Proof
from tests.support.guardians import entry, registry

WHO = registry(entry("anna", aliases="h323:anna"))
ANNA = PartyAddress(AddressKind.H323_ID, "anna")
NOBODY = Identified(Asker("absent"))
REFUSAL = Refusal.of(Reason.INVALID_SIGNATURE, "unknownKey")


def told(
    found: Identified, door: Door = Door.SETUP, name: PartyAddress = ANNA, *proofs: Proof
) -> list[GuardianRefused]:
    events = EventBus()
    facts: list[GuardianRefused] = []
    events.subscribe(GuardianRefused, facts.append)
    application = Application(
        door, "h323", TransportAddress("10.0.0.2", 1720), calling=(name,), proofs=proofs
    )
    RefusedGuardians(Clock(), events).tell(application, found, WHO, "80001", REFUSAL)
    return facts


def test_whoIsProvenIsToldAsThat() -> None:
    (guardian,) = WHO
    (fact,) = told(Identified(Asker(), guardian))
    assert (fact.guardian, fact.isProven, fact.door) == ("if://guardian/anna", True, "Setup")
    assert (fact.roomId, fact.reason, fact.detail) == ("80001", "INVALID_SIGNATURE", "unknownKey")


def test_whoHasTheNameOfAGuardianSaysToBeThem() -> None:
    (fact,) = told(NOBODY)
    assert (fact.guardian, fact.isProven) == ("if://guardian/anna", False)


def test_soDoesWhoSignsInTheirName() -> None:
    proof = Proof("ed25519", "if://guardian/anna", 0)
    (fact,) = told(NOBODY, Door.RRQ, PartyAddress(AddressKind.H323_ID, "mallory"), proof)
    assert (fact.guardian, fact.isProven) == ("if://guardian/anna", False)


def test_soDoesWhoAnswersWhereTheyWereCalled() -> None:
    events = EventBus()
    facts: list[GuardianRefused] = []
    events.subscribe(GuardianRefused, facts.append)
    answer = Application(Door.ANSWER, "h323", None, called=(ANNA,), answering=True)
    RefusedGuardians(Clock(), events).tell(answer, NOBODY, WHO, None, REFUSAL)
    assert [(each.guardian, each.isProven) for each in facts] == [("if://guardian/anna", False)]


def test_aStrangerIsNobody() -> None:
    assert told(NOBODY, Door.SETUP, PartyAddress(AddressKind.H323_ID, "mallory")) == []


def test_whatBelongsToACallIsNotTold() -> None:
    assert told(NOBODY, Door.DRQ) == []
