"""
H.460.22 in messages.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.h323.ras.messages import RASMessage, decodeRAS, encodeRAS
from h323d.h323.signalling.features import feature, withFeature
from h323d.h323.signalling.securesignalling import addressIn, offer, speaksOf
from h323d.values.address import TransportAddress
from tests.support.ras import at, grq

THERE = TransportAddress("192.0.2.1", 1300)


def received(descriptor: dict[str, Any]) -> dict[str, Any]:
    """
    The fields of a GRQ with a feature, after its way over the wire.
    """
    message = grq(1, "192.0.2.1")
    octets = encodeRAS(RASMessage(message.name, withFeature(message.fields, descriptor)))
    return decodeRAS(octets).fields


def test_anAddressIsTold() -> None:
    fields = received(offer(THERE))
    assert speaksOf(fields)
    assert addressIn(fields) == THERE


def test_whoOnlyCallsHasNoAddress() -> None:
    fields = received(offer(None))
    assert speaksOf(fields)
    assert addressIn(fields) is None


def test_whoSaysNothingKnowsNothing() -> None:
    fields = grq(1, "192.0.2.1").fields
    assert not speaksOf(fields)
    assert addressIn(fields) is None


@pytest.mark.parametrize(
    "parameters",
    [
        [],
        [{"id": ("standard", 2), "content": ("number8", 1)}],  # IPsec
    ],
)
def test_otherSecurityIsNotTLS(parameters: list[dict[str, Any]]) -> None:
    assert not speaksOf(received(feature(22, parameters)))


@pytest.mark.parametrize(
    "content",
    [
        ("raw", b"x"),
        ("compound", [{"id": ("standard", 2)}]),
        ("compound", [{"id": ("standard", 2), "content": ("number8", 1)}]),
        ("compound", [{"id": ("standard", 2), "content": ("transport", at("0.0.0.0", 1300))}]),
        ("compound", [{"id": ("standard", 2), "content": ("transport", at("192.0.2.1", 0))}]),
        ("compound", [{"id": ("standard", 2), "content": ("transport", ("nsap", b"x"))}]),
    ],
)
def test_anAddressThatCannotBeUsedIsNone(content: Any) -> None:
    tls = {"id": ("standard", 1), "content": content}
    assert addressIn(received(feature(22, [tls]))) is None
