"""
What H.323 asks for, as applications.
"""

from __future__ import annotations

import pytest

from h323d.call.applications import PASSED, Admission, CallType, Door, Texts
from h323d.call.declaration import Declaration
from h323d.call.inquiry import Inquiry
from h323d.h323.applications import (
    admissionApplication,
    bandwidthApplication,
    bandwidthIn,
    registrationApplication,
    setupApplication,
)
from h323d.h323.ras.messages import RASMessage, decodeRAS
from h323d.h323.ras.security import Verdict
from h323d.h323.ras.transactions import RASRequest
from h323d.h323.security.guarddata import declared
from h323d.h323.security.guardtoken import GuardStamp, signRAS
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.proof import Proof, malformed
from tests.support.guardians import signingKey
from tests.support.ras import CALL, arq, brq, rrq

SOURCE = TransportAddress("10.0.0.2", 1719)
PROOF = Proof("h2351", "anna", 1_700_000_000)
ANNA = PartyAddress(AddressKind.H323_ID, "anna")
NUMBER = PartyAddress(AddressKind.DIALLED_DIGITS, "1001")


def request(message: RASMessage) -> RASRequest:
    return RASRequest(message, SOURCE, b"", False, verdict=Verdict(proof=PROOF))


def test_anRRQAppliesForItsNames() -> None:
    message = rrq(1, "10.0.0.2", ("h323-ID", "anna"), ("dialledDigits", "1001"))
    application = registrationApplication(request(message), "e1")
    assert (application.door, application.party) == (Door.RRQ, "e1")
    assert (application.calling, application.texts) == ((ANNA, NUMBER), Texts())
    assert (application.source, application.proofs) == (SOURCE, (PROOF,))
    assert {each.host for each in application.addresses} == {"10.0.0.2"}


def test_anARQAppliesForACall() -> None:
    application = admissionApplication(request(arq(1, "e1")), "e1", (NUMBER, ANNA), ())
    assert (application.door, application.callIdentifier) == (Door.ARQ, CALL.hex())
    assert (application.bandwidth, application.texts) == (128_000, Texts(names=("anna",)))
    assert application.proofs == (PROOF,)


def test_aBRQAppliesForBandwidth() -> None:
    application = bandwidthApplication(request(brq(1, "e1", 5000)), "e1")
    assert (application.door, application.bandwidth) == (Door.BRQ, 500_000)
    assert (application.callIdentifier, application.proofs) == (CALL.hex(), (PROOF,))


def test_aSetupAppliesForACall() -> None:
    offer = Inquiry("h323", SOURCE, (ANNA,), (NUMBER,), "Anna")
    application = setupApplication(offer, Declaration(CallType.ESCALATE, True), "e1")
    assert (application.door, application.party, application.source) == (Door.SETUP, "e1", SOURCE)
    assert (application.calling, application.called) == ((ANNA,), (NUMBER,))
    assert application.texts == Texts("Anna", ("anna",))
    assert (application.callType, application.declaredPII) == (CallType.ESCALATE, True)
    assert setupApplication(offer).callType is None


@pytest.mark.parametrize(
    ("admission", "bandwidth"),
    [
        (PASSED, 1280),
        (Admission(bandwidth=64_099), 640),
        (Admission(bandwidth=10_000_000), 1280),
        (Admission(bandwidth=0), 0),
    ],
)
def test_noMoreThanIsAdmittedIsAskedFor(admission: Admission, bandwidth: int) -> None:
    assert bandwidthIn({"bandWidth": 1280}, admission) == bandwidth


def test_aSignatureIsShownToTheGates() -> None:
    stamp = GuardStamp("if://guardian/anna", "council-1", 1_800_000_000, bytes(16))
    octets = signRAS(arq(1, "e1"), signingKey("anna"), stamp)
    asked = RASRequest(decodeRAS(octets), SOURCE, octets, False)
    (proof,) = admissionApplication(asked, "e1", (), ()).proofs
    assert (proof.scheme, proof.identity) == ("ed25519", "if://guardian/anna")


def test_aSignatureThatIsNotAsItHasToBeIsShownAsNone() -> None:
    stamp = GuardStamp("if://guardian/anna", "council-1", 1_800_000_000, bytes(15))
    octets = signRAS(arq(1, "e1"), signingKey("anna"), stamp)
    asked = RASRequest(decodeRAS(octets), SOURCE, octets, False)
    assert admissionApplication(asked, "e1", (), ()).proofs == (malformed("ed25519"),)


def test_anARQSaysWhatItDeclares() -> None:
    entry = declared(Declaration(CallType.ESCALATE, True))
    message = arq(1, "e1", genericData=[entry], answerCall=True)
    application = admissionApplication(request(message), "e1", (), (), (ANNA,))
    assert (application.callType, application.declaredPII) == (CallType.ESCALATE, True)
    assert (application.registered, application.answering) == ((ANNA,), True)


def test_whatCannotBeMeantDeclaresPersonalData() -> None:
    entry = declared(Declaration(CallType.ESCALATE))
    application = admissionApplication(
        request(arq(1, "e1", genericData=[entry, entry])), "e1", (), ()
    )
    assert (application.callType, application.declaredPII) == (None, True)
