"""
What is secret in a SIP message.
"""

from __future__ import annotations

import pytest

from h323d.sip.messages.masking import masked
from tests.support.sip_messages import message


@pytest.mark.parametrize("field", ["Authorization", "Proxy-Authorization", "authorization"])
def test_theAnswerToAChallengeIsMaskedAndTheRestIsNot(field: str) -> None:
    data = message(
        "REGISTER sip:example.org SIP/2.0",
        f'{field}: Digest username="anna", response="0123abcd",\r\n nonce="n0"',
    )
    assert masked(data) == data.replace(b"0123abcd", b"********")


def test_theAnswerOfAServerIsMasked() -> None:
    data = message("SIP/2.0 200 OK", 'Authentication-Info: rspauth="0123abcd", nextnonce="n1"')
    assert masked(data) == data.replace(b"0123abcd", b"********")


def test_credentialsOfAnUnknownSchemeAreMaskedWhole() -> None:
    data = message("REGISTER sip:example.org SIP/2.0", "Authorization: Basic YW5uYTpw")
    assert masked(data) == data.replace(b"Basic YW5uYTpw", b"**************")


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        (b"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0|2^20", b"inline:c2VjcmV0|2^20"),
        (b"a=key-mgmt:mikey AQAFgM0X", b"mikey AQAFgM0X"),
        (b"k=clear:secret", b"clear:secret"),
    ],
)
def test_keysOfMediaAreMasked(line: bytes, secret: bytes) -> None:
    body = b"v=0\r\n" + line + b"\r\na=sendrecv\r\n"
    data = message("INVITE sip:b@example.org SIP/2.0", body=body)
    assert masked(data) == data.replace(secret, b"*" * len(secret))


def test_fingerprintsAreNoSecret() -> None:
    body = b"v=0\r\na=setup:actpass\r\na=fingerprint:sha-256 AB:CD\r\na=tls-id:abc\r\n"
    data = message("INVITE sip:b@example.org SIP/2.0", body=body)
    assert masked(data) == data


@pytest.mark.parametrize(
    ("kind", "body", "left"),
    [
        (
            "application/dtmf-relay",
            b"Signal=5\r\nDuration=160\r\n",
            b"Signal=*\r\nDuration=160\r\n",
        ),
        ("application/dtmf", b"5", b"*"),
        ("application/kpml-response+xml", b'<a digits="12" x="1"/>', b'<a digits="**" x="1"/>'),
    ],
)
def test_digitsAreMasked(kind: str, body: bytes, left: bytes) -> None:
    data = message("INFO sip:b@example.org SIP/2.0", f"Content-Type: {kind}", body=body)
    assert masked(data) == data[: -len(body)] + left


def test_aMessageWithoutSecretsIsAsItWas() -> None:
    data = message("INVITE sip:5@example.org SIP/2.0", "Subject: signal=5", body=b"v=0\r\n")
    assert masked(data) == data
