"""
What SIP asks for, as applications.
"""

from __future__ import annotations

import pytest

from h323d.call.applications import CallType, Door, Texts
from h323d.call.inquiry import Inquiry
from h323d.sip.applications import (
    bandwidthOf,
    inviteApplication,
    registerApplication,
    withinApplication,
)
from h323d.sip.guardheader import SIPStamp, proofIn, signed
from h323d.sip.messages.message import SIPRequest
from h323d.sip.messages.parser import parse
from h323d.sip.messages.uri import SIPURI
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.proof import Proof, malformed
from tests.support.guardians import signingKey
from tests.support.sip_messages import INVITE

SOURCE = TransportAddress("192.0.2.1", 5060)
ANNA = PartyAddress(AddressKind.URL, "sip:anna@192.0.2.1")


def sdp(*lines: str, port: int = 4000, session: str = "") -> bytes:
    head = ["v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", "c=IN IP4 192.0.2.1", session, "t=0 0"]
    body = [*filter(None, head), f"m=audio {port} RTP/AVP 0", *lines]
    return "\r\n".join([*body, ""]).encode()


def invite(body: bytes, *rows: tuple[str, str]) -> SIPRequest:
    request = parse(INVITE)
    assert isinstance(request, SIPRequest)
    headers = request.headers.extending(*rows)
    return SIPRequest("INVITE", request.uri, headers, body)


@pytest.mark.parametrize(
    ("body", "bandwidth"),
    [
        (b"", 0),
        (sdp(), 0),
        (sdp("b=TIAS:64000"), 128_000),
        (sdp("b=AS:80"), 128_000),  # 16 of them are headers
        (sdp("b=AS:72", "a=ptime:40"), 128_000),
        (sdp("b=AS:200", "b=TIAS:64000"), 128_000),
        (sdp("b=AS:10"), 0),
        (sdp(session="b=AS:80"), 128_000),
        (sdp("b=TIAS:64000", session="b=AS:400"), 128_000),
        (sdp("b=TIAS:64000", port=0), 0),
        (b"b=TIAS:64000", 0),
    ],
)
def test_theBandwidthIsThatOfThePayloadInBothDirections(body: bytes, bandwidth: int) -> None:
    assert bandwidthOf(body) == bandwidth


def test_anInviteAppliesForACall() -> None:
    offer = Inquiry("sip", SOURCE, (ANNA,), (), "Anna")
    application = inviteApplication(offer, "abc@192.0.2.1", invite(sdp("b=TIAS:64000")))
    assert (application.door, application.source) == (Door.INVITE, SOURCE)
    assert (application.calling, application.texts) == ((ANNA,), Texts("Anna"))
    assert (application.callIdentifier, application.bandwidth) == ("abc@192.0.2.1", 128_000)


def test_whatASignatureSaysOfACallIsAppliedFor() -> None:
    parsed = parse(INVITE.replace(b"SIP/2.0/UDP", b"SIP/2.0/TCP"))
    assert isinstance(parsed, SIPRequest)
    stamp = SIPStamp("if://guardian/anna", "c", 1, bytes(16), CallType.ESCALATE, True, 99_000)
    proof = proofIn(signed(parsed, signingKey("anna"), stamp))
    assert proof is not None
    offer = Inquiry("sip", SOURCE, (ANNA,), (), proofs=(proof,))
    application = inviteApplication(offer, "abc", invite(sdp("b=TIAS:8000")))
    assert (application.callType, application.declaredPII) == (CallType.ESCALATE, True)
    assert application.bandwidth == 99_000
    offer = Inquiry("sip", SOURCE, (ANNA,), (), proofs=(malformed("ed25519"),))
    assert inviteApplication(offer, "abc", None).callType is None


def test_aResourcePriorityIsADeclarationOfWhoSignsNone() -> None:
    urgent = invite(sdp(), ("Resource-Priority", "ets.0"))
    offer = Inquiry("sip", SOURCE, (ANNA,), ())
    assert inviteApplication(offer, "abc", urgent).callType is CallType.EMERGENCY
    assert inviteApplication(offer, "abc", invite(sdp())).callType is None
    stamp = SIPStamp("if://guardian/anna", "c", 1, bytes(16))
    overTCP = parse(INVITE.replace(b"SIP/2.0/UDP", b"SIP/2.0/TCP"))
    assert isinstance(overTCP, SIPRequest)
    proof = proofIn(signed(overTCP, signingKey("anna"), stamp))
    assert proof is not None
    signing = Inquiry("sip", SOURCE, (ANNA,), (), proofs=(proof,))
    assert inviteApplication(signing, "abc", urgent).callType is CallType.ROUTINE


@pytest.mark.parametrize(
    ("method", "door"),
    [("INVITE", Door.REINVITE), ("UPDATE", Door.REINVITE), ("REFER", Door.REFER)],
)
def test_whatComesWithinACallAppliesByItsOwnSignature(method: str, door: Door) -> None:
    octets = INVITE.replace(b"INVITE", method.encode()).replace(b"/UDP", b"/TCP")
    request = parse(octets.replace(b"Max-Forwards", b"Refer-To: <sip:bert@b>\r\nMax-Forwards"))
    assert isinstance(request, SIPRequest)
    stamps = [SIPStamp("if://guardian/anna", "council-1", 1, bytes([each] * 16)) for each in (1, 2)]
    first, second = (proofIn(signed(request, signingKey("anna"), stamp)) for stamp in stamps)
    password = Proof("digest", "anna", 1)
    assert first is not None
    offer = Inquiry("sip", SOURCE, (ANNA,), (), proofs=(first, password))
    bare = withinApplication(offer, request)
    assert (bare.door, bare.callIdentifier, bare.proofs) == (door, request.callId, (password,))
    shown = withinApplication(offer, signed(request, signingKey("anna"), stamps[1]))
    assert shown.proofs == (password, second)


def test_aRegisterAppliesForANameAndItsNumber() -> None:
    application = registerApplication(SIPURI("192.0.2.9", "1001"), SOURCE)
    assert application.door is Door.REGISTER
    assert [each.value for each in application.calling] == ["1001", "sip:1001@192.0.2.9"]
