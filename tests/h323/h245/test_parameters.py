"""
Channels for sound as messages describe them.
"""

from __future__ import annotations

import pytest

from h323d.h323.h245.parameters import mediaAddress, mediaAddressValue, readAck
from h323d.values.address import TransportAddress


@pytest.mark.parametrize("host", ["192.0.2.1", "127.0.0.1", "2001:db8::1", "::1"])
def test_anAddressIsWrittenAndRead(host: str) -> None:
    address = TransportAddress(host, 5004)
    assert mediaAddress(mediaAddressValue(address)) == address


@pytest.mark.parametrize(
    ("host", "port"),
    [
        ("0.0.0.0", 5004),
        ("192.0.2.1", 0),
        ("224.0.1.41", 5004),
        ("239.255.255.255", 5004),
        ("240.0.0.1", 5004),
        ("255.255.255.255", 5004),
        ("::", 5004),
        ("ff02::1", 5004),
        ("::ffff:224.0.0.1", 5004),
        ("::ffff:0.0.0.0", 5004),
    ],
)
def test_mediaIsNotSentToManyOrToNobody(host: str, port: int) -> None:
    assert mediaAddress(mediaAddressValue(TransportAddress(host, port))) is None


@pytest.mark.parametrize(
    "value",
    [
        None,
        ("multicastAddress", mediaAddressValue(TransportAddress("192.0.2.1", 1))[1]),
        ("unicastAddress", ("netBios", bytes(16))),
        ("_ext_0", b""),
    ],
)
def test_otherKindsOfAddressesAreNone(value: tuple[str, object] | None) -> None:
    assert mediaAddress(value) is None


def test_anAddressOfIPv4InIPv6IsIPv4() -> None:
    value = mediaAddressValue(TransportAddress("::ffff:192.0.2.1", 5004))
    assert mediaAddress(value) == TransportAddress("192.0.2.1", 5004)


@pytest.mark.parametrize(
    "ack",
    [
        {"forwardLogicalChannelNumber": 1},
        {"forwardLogicalChannelNumber": 1, "forwardMultiplexAckParameters": ("_ext_0", b"")},
    ],
)
def test_anAckWithoutParametersSaysNothing(ack: dict[str, object]) -> None:
    assert readAck(ack) == (None, None, None)
