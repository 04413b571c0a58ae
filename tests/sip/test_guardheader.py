"""
The signature of a guardian on requests of SIP.
"""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path
from string import ascii_letters, digits
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from hypothesis import given
from hypothesis import strategies as st

from h323d.call.applications import CallType
from h323d.errors import DecodeError
from h323d.sip.guardheader import (
    HEADER,
    SignedClaims,
    SIPStamp,
    answerSigned,
    claimsOf,
    isSignable,
    proofIn,
    proofInAnswer,
    shownIn,
    shownInAnswer,
    signed,
)
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.messages.parser import parse
from h323d.sip.messages.uri import parseURI
from h323d.sip.messages.writer import write
from h323d.values.ed25519 import SCHEME
from h323d.values.proof import Proof, malformed
from tests.support.guardians import documentedKey, privateKey, publicKey, signingKey
from tests.support.sip_messages import INVITE, message

ANNA = signingKey("anna")
NONCE = bytes(range(16))
STAMP = SIPStamp("if://guardian/anna", "council-1", 1_800_000_000, NONCE, CallType.ESCALATE)


def requestOf(octets: bytes) -> SIPRequest:
    request = parse(octets.replace(b"SIP/2.0/UDP", b"SIP/2.0/TCP"))
    assert isinstance(request, SIPRequest)
    return request


CALL = requestOf(INVITE)
REGISTER = requestOf(
    message(
        "REGISTER sip:council.example SIP/2.0",
        "Via: SIP/2.0/TCP 192.0.2.10:5060;branch=z9hG4bK776asdhds;rport",
        "From: <sip:anna@council.example>;tag=1",
        "To: <sip:anna@council.example>",
        "Call-ID: c",
        "CSeq: 1 REGISTER",
        "Contact: <sip:anna@192.0.2.10>;expires=60",
        "Content-Length: 0",
    )
)


def proofOf(request: SIPRequest) -> Proof:
    proof = proofIn(request)
    assert proof is not None
    return proof


def base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def payloadOf(request: SIPRequest) -> dict[str, Any]:
    text = request.headers.lines(HEADER)[0].split(".")[1]
    payload: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return payload


def withPayload(payload: bytes, header: bytes | None = None) -> SIPRequest:
    """
    A request that is signed, but with this instead of what it has to say.
    """
    name = publicKey("anna").thumbprint.encode()
    header = header or b'{"alg":"EdDSA","kid":"' + name + b'","typ":"guard+jwt"}'
    content = f"{base64url(header)}.{base64url(payload)}"
    value = f"{content}.{base64url(ANNA.sign(content.encode()))}"
    return CALL.withHeaders(CALL.headers.replacing(HEADER, value))


def canonical(payload: dict[str, Any]) -> bytes:
    return json.dumps(payload, sort_keys=True, separators=(",", ":")).encode()


def test_theProofSaysWhatTheSignerSaid() -> None:
    proof = proofOf(signed(CALL, ANNA, STAMP))
    assert (proof.scheme, proof.identity, proof.audience, proof.time, proof.nonce) == (
        "ed25519",
        "if://guardian/anna",
        "council-1",
        1_800_000_000,
        NONCE,
    )
    assert proof.key == publicKey("anna").thumbprint.encode()


def test_theProofTellsWhatIsClaimedOfTheCall() -> None:
    stamp = replace(STAMP, declaredPII=True, bandwidth=64_000)
    claims = claimsOf(proofOf(signed(CALL, ANNA, stamp)))
    assert claims == SignedClaims(CallType.ESCALATE, True, 64_000)


def test_theSignatureIsThatOfTheJWS() -> None:
    request = signed(CALL, ANNA, STAMP)
    proof = proofOf(request)
    content, _, _ = request.headers.lines(HEADER)[0].rpartition(".")
    assert proof.octets == content.encode()
    privateKey("anna").public_key().verify(proof.signature, proof.octets)


def test_itIsTheSameAfterItWasOnTheWire() -> None:
    for request in (CALL, REGISTER):
        sent = signed(request, ANNA, STAMP)
        assert proofOf(requestOf(write(sent))) == proofOf(sent)


def test_thePayloadNamesAllThatIsAskedFor() -> None:
    payload = payloadOf(signed(REGISTER, ANNA, STAMP))
    assert payload == {
        "aud": "council-1",
        "body": "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",
        "bps": 0,
        "call_id": "c",
        "contact": "sip:anna@192.0.2.10",
        "cseq": "1 REGISTER",
        "dest": "sip:council.example",
        "expires": 60,
        "from": "sip:anna@council.example",
        "iat": 1_800_000_000,
        "iss": "if://guardian/anna",
        "jti": "AAECAwQFBgcICQoLDA0ODw",
        "pii": False,
        "to": "sip:anna@council.example",
        "type": "ESCALATE",
    }


def test_aRequestWithoutASignatureShowsNothing() -> None:
    assert proofIn(CALL) is None


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("From", "<sip:bert@192.0.2.10>;tag=1928301774", "from"),
        ("To", "<sip:8001@192.0.2.1>", "to"),
        ("Call-ID", "another", "call_id"),
        ("CSeq", "314160 INVITE", "cseq"),
        ("Contact", "<sip:mallory@192.0.2.66>", "contact"),
        ("Contact", "*", "contact"),
    ],
)
def test_aProxyChangesNothingThatIsSigned(name: str, value: str, said: str) -> None:
    request = signed(CALL, ANNA, STAMP)
    changed = request.withHeaders(request.headers.replacing(name, value))
    with pytest.raises(DecodeError, match=f"{said} is of another request"):
        proofIn(changed)


def test_aProxyChangesNeitherSoundNorTarget() -> None:
    request = signed(CALL, ANNA, STAMP)
    with pytest.raises(DecodeError, match="body"):
        proofIn(replace(request, body=request.body.replace(b"192.0.2.10", b"192.0.2.66")))
    with pytest.raises(DecodeError, match="dest"):
        proofIn(replace(request, uri=parseURI("sip:8001@192.0.2.1")))


def test_aProxyChangesNotWhomToCallInstead() -> None:
    headers = REGISTER.headers.replacing("CSeq", "2 REFER").replacing("Refer-To", "<sip:carl@b>")
    request = signed(replace(REGISTER, method="REFER", headers=headers), ANNA, STAMP)
    assert payloadOf(request)["dest"] == "sip:carl@b"
    assert proofOf(request)
    with pytest.raises(DecodeError, match="dest is of another request"):
        proofIn(request.withHeaders(request.headers.replacing("Refer-To", "<sip:mallory@b>")))


def test_aProxyChangesNotWhosePlaceIsTaken() -> None:
    headers = CALL.headers.replacing("Replaces", "c1@a;from-tag=1;to-tag=2")
    request = signed(CALL.withHeaders(headers), ANNA, STAMP)
    assert payloadOf(request)["dest"] == f"{CALL.uri}?Replaces=c1%40a%3Bfrom-tag%3D1%3Bto-tag%3D2"
    assert proofOf(requestOf(write(request)))
    with pytest.raises(DecodeError, match="dest is of another request"):
        proofIn(
            request.withHeaders(request.headers.replacing("Replaces", "c2;from-tag=1;to-tag=2"))
        )
    bare = signed(CALL, ANNA, STAMP)
    with pytest.raises(DecodeError, match="dest is of another request"):
        proofIn(bare.withHeaders(bare.headers.adding("Replaces", "c2;from-tag=1;to-tag=2")))


def test_whatIsNoSIPURIHasNoPlaceForWhomItReplaces() -> None:
    request = signed(replace(CALL, uri=parseURI("tel:+15551234")), ANNA, STAMP)
    with pytest.raises(DecodeError, match="replaces"):
        proofIn(request.withHeaders(request.headers.adding("Replaces", "c;from-tag=1;to-tag=2")))


def test_aSignatureIsOfOneRequest() -> None:
    value = signed(CALL, ANNA, STAMP).headers.lines(HEADER)[0]
    with pytest.raises(DecodeError, match="of another request"):
        proofIn(REGISTER.withHeaders(REGISTER.headers.adding(HEADER, value)))


def test_aBindingLastsAsLongAsItsGuardianSaid() -> None:
    request = signed(REGISTER, ANNA, STAMP)
    contact = "<sip:anna@192.0.2.10>;expires=0"
    with pytest.raises(DecodeError, match="expires"):
        proofIn(request.withHeaders(request.headers.replacing("Contact", contact)))
    with pytest.raises(DecodeError, match="several times"):
        proofIn(request.withHeaders(request.headers.adding("Expires", "70")))


@pytest.mark.parametrize(
    "trick",
    [
        lambda text: text.replace(b'"bps":0', b'"bps":-0'),
        lambda text: text.replace(b'"bps":0', b'"bps":1e400'),
        lambda text: text.replace(b'"bps":0', b'"bps":0.0'),
        lambda text: text.replace(b'"bps":0', b'"bps":true'),
        lambda text: text.replace(b'"bps":0', b'"bps":-1'),
        lambda text: text.replace(b'"bps":0', b'"bps":"0"'),
        lambda text: text.replace(b'"bps":0', b'"bps":' + b"9" * 999),
        lambda text: text.replace(b'"bps":0', b'"bps":NaN'),
        lambda text: text.replace(b'"bps":0', b'"bps":0,"bps":0'),
        lambda text: text.replace(b'"bps":0,', b""),
        lambda text: text.replace(b'"bps":0', b'"bps":0,"bpt":0'),
        lambda text: text.replace(b'"bps":0', b'"bps": 0'),
        lambda text: text.replace(b"council", rb"c\u006funcil"),
        lambda text: text.replace(b"council-1", rb"\ud800"),
        lambda text: text.replace(b"ESCALATE", b"escalate"),
        lambda text: text.replace(b"ESCALATE", "ESСALATE".encode()),  # noqa: RUF001
        lambda text: text.replace(b'"jti":"AAEC', b'"jti":"'),
        lambda text: text.replace(b'ODw"', b'ODx"'),
        lambda text: text + b"\n",
        lambda text: b"\xff" + text,
        lambda text: b"[" * 3000,
        lambda text: b"null",
    ],
)
def test_aPayloadHasOneForm(trick: Any) -> None:
    payload = canonical(payloadOf(signed(CALL, ANNA, STAMP)))
    assert proofOf(withPayload(payload))
    assert trick(payload) != payload
    with pytest.raises(DecodeError, match=HEADER):
        proofIn(withPayload(trick(payload)))


@pytest.mark.parametrize(
    "header",
    [
        b'{"alg":"none","kid":"x","typ":"guard+jwt"}',
        b'{"alg":"HS256","kid":"' + b"A" * 43 + b'","typ":"guard+jwt"}',
        b'{"alg":"EdDSA","kid":"' + b"A" * 43 + b'","typ":"JWT"}',
        b'{"typ":"guard+jwt","alg":"EdDSA","kid":"' + b"A" * 43 + b'"}',
        b'{"alg":"EdDSA","jwk":{},"kid":"' + b"A" * 43 + b'","typ":"guard+jwt"}',
    ],
)
def test_aHeaderHasOneForm(header: bytes) -> None:
    payload = canonical(payloadOf(signed(CALL, ANNA, STAMP)))
    with pytest.raises(DecodeError, match="another header"):
        proofIn(withPayload(payload, header))


@pytest.mark.parametrize("value", ["", "a.b", "a.b.c", "a.b." + "A" * 87, "A" * 5000, "a b.c.d"])
def test_whatIsNoJWSIsTold(value: str) -> None:
    request = CALL.withHeaders(CALL.headers.adding(HEADER, value))
    with pytest.raises(DecodeError, match=HEADER):
        proofIn(request)


def test_twoSignaturesAreOneTooMany() -> None:
    request = signed(CALL, ANNA, STAMP)
    with pytest.raises(DecodeError, match="twice"):
        proofIn(request.withHeaders(request.headers.adding(HEADER, "x")))


def test_overUDPItIsRefused() -> None:
    parsed = parse(INVITE)
    assert isinstance(parsed, SIPRequest)
    with pytest.raises(DecodeError, match="TCP or TLS"):
        proofIn(signed(parsed, ANNA, STAMP))
    assert shownIn(signed(parsed, ANNA, STAMP)) == malformed(SCHEME)


def test_whatIsShownIsTheProofIfThereIsOne() -> None:
    assert shownIn(CALL) is None
    request = signed(CALL, ANNA, STAMP)
    assert shownIn(request) == proofIn(request)


def test_theOctetsAreThoseOfTheDocumentation() -> None:
    page = Path(__file__).parents[2] / "docs" / "reference" / "guard-proofs.rst"
    told = "".join(page.read_text().split())
    stamp = SIPStamp("if://guardian/anna", "council-1", 1_800_000_000, NONCE)
    assert "".join(signed(REGISTER, documentedKey(), stamp).headers.lines(HEADER)) in told


def test_whatIsSigned() -> None:
    assert isSignable(CALL)
    assert isSignable(REGISTER)
    assert not isSignable(replace(CALL, method="OPTIONS"))
    for method in ("UPDATE", "PRACK", "ACK"):
        assert isSignable(replace(CALL, method=method))
        assert not isSignable(replace(CALL, method=method, body=b""))


@given(st.data())
def test_whoChangesASignatureHasNoProofThatHolds(data: st.DataObject) -> None:
    request = signed(CALL, ANNA, STAMP)
    text = request.headers.lines(HEADER)[0]
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(
        st.sampled_from(ascii_letters + digits + "-_. =").filter(lambda c: c != text[place])
    )
    value = text[:place] + other + text[place + 1 :]
    try:
        proof = proofIn(request.withHeaders(request.headers.replacing(HEADER, value)))
    except DecodeError:
        return
    assert proof is not None
    if proof.key == publicKey("anna").thumbprint.encode():
        with pytest.raises(InvalidSignature):
            privateKey("anna").public_key().verify(proof.signature, proof.octets)


def answer(request: SIPRequest = CALL, body: bytes = b"v=0\r\n") -> SIPResponse:
    response = request.response(200, None, "far")
    headers = response.headers.adding("Contact", "<sip:anna@192.0.2.10>")
    return SIPResponse(response.status, response.reason, headers, body)


def test_anAnswerIsSignedWithWhatItSays() -> None:
    signedAnswer = answerSigned(CALL, answer(), ANNA, STAMP)
    proof = proofInAnswer(CALL, signedAnswer)
    assert proof is not None
    assert (proof.identity, proof.audience, proof.nonce) == (
        "if://guardian/anna",
        "council-1",
        NONCE,
    )
    assert publicKey("anna").verifies(proof.signature, proof.octets)
    assert proofInAnswer(CALL, answer()) is None


@pytest.mark.parametrize(
    "changed",
    [
        replace(answer(), status=202),
        answer(body=b"v=1\r\n"),
        answer().withHeaders(answer().headers.replacing("Contact", "<sip:mallory@192.0.2.66>")),
    ],
)
def test_aSignatureIsOfNoOtherAnswer(changed: SIPResponse) -> None:
    value = answerSigned(CALL, answer(), ANNA, STAMP).headers.lines(HEADER)[0]
    forged = changed.withHeaders(changed.headers.replacing(HEADER, value))
    assert shownInAnswer(CALL, forged) == malformed(SCHEME)


def test_aSignatureIsOfNoOtherCall() -> None:
    other = CALL.withHeaders(CALL.headers.replacing("Call-ID", "another"))
    signedAnswer = answerSigned(CALL, answer(), ANNA, STAMP)
    with pytest.raises(DecodeError, match="call_id"):
        proofInAnswer(other, signedAnswer)


def test_theSignatureOfARequestIsNoneOfAnAnswer() -> None:
    value = signed(CALL, ANNA, STAMP).headers.lines(HEADER)[0]
    forged = answer().withHeaders(answer().headers.replacing(HEADER, value))
    with pytest.raises(DecodeError, match="other members"):
        proofInAnswer(CALL, forged)


def test_anAnswerByUDPHasNoPlaceForOne() -> None:
    call = parse(INVITE)
    assert isinstance(call, SIPRequest)
    with pytest.raises(DecodeError, match="TCP or TLS"):
        proofInAnswer(call, answerSigned(call, answer(call), ANNA, STAMP))
