"""
TPKT, Q.931 and the elements: nothing but C{DecodeError} comes out of any octets.
"""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from h323d.errors import DecodeError
from h323d.h323.signalling import elements, messages, q931, tpkt, uuie
from h323d.h323.signalling.elements import (
    BearerCapability,
    CallState,
    CauseElement,
    PartyNumber,
    ProgressIndicator,
)
from h323d.h323.signalling.q931 import IE, Element, Q931Message
from h323d.values.cause import Cause
from tests.support.h323 import ScriptedPeer, Side, newClock
from tests.support.network import SimulatedNetwork

DECODERS = (
    BearerCapability.decode,
    CallState.decode,
    CauseElement.decode,
    PartyNumber.decode,
    ProgressIndicator.decode,
)

single = st.builds(Element, st.integers(0x80, 0xFF).filter(lambda i: i & 0xF0 != 0x90))
variable = st.builds(
    Element, st.integers(0, 0x7F), st.binary(max_size=40), st.sampled_from([0, 0, 0, 5, 6, 7])
)
message = st.builds(
    Q931Message,
    st.integers(0, 0x7FFF),
    st.booleans(),
    st.integers(0, 255),
    st.lists(single | variable, max_size=8).map(tuple),
)


@given(st.binary(max_size=200))
def test_anyOctetsAreAMessageOrADecodeError(octets: bytes) -> None:
    try:
        read = q931.decode(octets)
    except DecodeError:
        return
    assert q931.encode(read) == octets


@given(st.binary(max_size=120).map(lambda rest: b"\x08\x02\x00\x01\x05" + rest))
def test_whatIsReadIsWrittenAlike(octets: bytes) -> None:
    try:
        read = q931.decode(octets)
    except DecodeError:
        return
    assert q931.encode(read) == octets
    assert read.octets == octets


@given(message)
def test_whatIsWrittenIsReadAlike(value: Q931Message) -> None:
    read = q931.decode(q931.encode(value))
    assert read.callReference == value.callReference
    assert read.toOriginator == value.toOriginator
    assert tuple(e for e in read.elements if not e.isShift) == value.elements


@given(st.lists(st.binary(max_size=60), max_size=8))
def test_anyStreamIsPacketsOrADecodeError(portions: list[bytes]) -> None:
    reader = tpkt.TPKTReader()
    for portion in portions:
        try:
            for packet in reader.feed(portion):
                assert packet
        except DecodeError:
            assert list(reader.feed(b"\x03\x00\x00\x05x")) == []
            return


@given(st.binary(max_size=140))
def test_anyContentsAreAnElementOrADecodeError(octets: bytes) -> None:
    for decode in DECODERS:
        try:
            decode(octets)
        except DecodeError:
            continue
    text = elements.decodeText(octets)
    assert text.isprintable()


@given(st.binary(max_size=120))
def test_anyUserUserElementIsContentOrADecodeError(octets: bytes) -> None:
    try:
        content = uuie.read(octets)
    except DecodeError:
        return
    assert content.start is not None
    assert content.aliases("destinationAddress") is not None


@given(st.lists(st.tuples(st.integers(0, 80), st.integers(0, 255)), min_size=1, max_size=4))
@settings(max_examples=60)
def test_aSpoiltSetupNeverHarmsTheEndpoint(spoil: list[tuple[int, int]]) -> None:
    clock = newClock()
    network = SimulatedNetwork(clock, random.Random(1))
    side = Side(network, "10.0.0.1")
    peer = ScriptedPeer(network, "10.0.0.9", side.endpoint.address)
    octets = bytearray(q931.encode(messages.addressed(peer.makeSetup(), 7, False)))
    for place, value in spoil:
        octets[place % len(octets)] = value
    peer.write(tpkt.encode(bytes(octets)))
    if peer.closed is None:
        peer.write(tpkt.encode(bytes(octets)))
    other = ScriptedPeer(network, "10.0.0.8", side.endpoint.address)
    other.setup()
    assert side.parties[-1].cause is None
    side.endpoint.close()
    clock.pump([0.1] * 5 + [40.0, 1.0])
    assert all(party.cause is Cause.NORMAL_CALL_CLEARING for party in side.parties)
    assert clock.getDelayedCalls() == []


@given(st.binary(max_size=60))
@settings(max_examples=60)
def test_anyTunnelledH245NeverHarmsTheCall(octets: bytes) -> None:
    clock = newClock()
    network = SimulatedNetwork(clock, random.Random(1))
    side = Side(network, "10.0.0.1")
    peer = ScriptedPeer(network, "10.0.0.9", side.endpoint.address)
    peer.setup(control=[octets])
    element = Element(IE.USER_USER, b"\x05" + uuie.write(uuie.EMPTY, True, [octets]))
    peer.send(Q931Message(0, False, q931.MessageType.FACILITY, (element,)))
    assert peer.closed is None
