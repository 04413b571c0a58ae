"""
Whatever octets arrive, a decoder returns a value or raises DecodeError.

Hypothesis runs an inner function here, because pytest-twisted wraps the outer one
in a way that Hypothesis's own wrapper does not survive.
"""

from __future__ import annotations

import random
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from h323d.asn1.jsonview import jsonView
from h323d.errors import DecodeError
from tests.support import asn1values

_WORLD = asn1values.world()
_MODULES = {name: import_module(f"h323d.asn1.{name}") for name in asn1values.MODULES}
_ENTRIES = [
    ("h225", "RasMessage"),
    ("h225", "H323-UserInformation"),
    ("h245", "MultimediaSystemControlMessage"),
    ("h245", "OpenLogicalChannel"),
    ("h235", "CryptoToken"),
    ("h450_1", "H4501SupplementaryService"),
    ("h450_2", "CTInitiateArg"),
    ("h450_3", "ARG-callRerouting"),
    ("h460_19", "TraversalParameters"),
]


def _decodes(module: str, typeName: str, data: bytes) -> Any:
    """
    The value, or None where it was refused as it should be.
    """
    fault = None
    try:
        value = _MODULES[module].decode(typeName, data)
    except DecodeError as error:
        fault = error
    if fault is None:
        jsonView(value)
        return value
    assert fault.path.startswith(typeName)
    assert 0 <= fault.offset <= len(data)
    return None


@pytest.mark.parametrize(("module", "typeName"), _ENTRIES)
def test_anyOctetsAreDecodedOrRefused(module: str, typeName: str) -> None:
    @settings(max_examples=60)
    @given(data=st.binary(max_size=400))
    def check(data: bytes) -> None:
        _decodes(module, typeName, data)

    check()


def _spoiled(data: bytes, rng: random.Random) -> bytes:
    """
    A message with an octet lost, gained, or changed.
    """
    octets = bytearray(data)
    at = rng.randrange(len(octets) + 1)
    match rng.randrange(4):
        case 0:
            del octets[at : at + rng.randrange(1, 4)]
        case 1:
            octets[at:at] = rng.randbytes(rng.randrange(1, 4))
        case 2:
            octets[at : at + 1] = bytes((rng.choice([0, 0x7F, 0x80, 0xBF, 0xC0, 0xC4, 0xFF]),))
        case _:
            octets[at : at + 1] = bytes((1 << rng.randrange(8),))
    return bytes(octets)


@pytest.mark.parametrize(("module", "typeName"), _ENTRIES)
def test_aSpoiledMessageIsDecodedOrRefused(module: str, typeName: str) -> None:
    name = _WORLD.modules[module].asn1Names[typeName]
    namespace = _MODULES[module]

    @settings(max_examples=60)
    @given(seed=st.integers(0, 1 << 32), strokes=st.integers(1, 6))
    def check(seed: int, strokes: int) -> None:
        rng = random.Random(seed)
        value = asn1values.Values(_WORLD, rng).make(_WORLD.modules[module].types[name])
        data = namespace.encode(typeName, value)
        for _ in range(strokes):
            data = _spoiled(data, rng)
        again = _decodes(module, typeName, data)
        if again is not None:  # what was decoded can be sent on, and says the same
            assert namespace.decode(typeName, namespace.encode(typeName, again)) == again

    check()


@pytest.mark.parametrize("module", sorted(_MODULES))
def test_everyTypeComesBackAsItWas(module: str) -> None:
    types = _WORLD.modules[module].types
    names = sorted(_WORLD.modules[module].asn1Names.items())

    @settings(max_examples=40)
    @given(seed=st.integers(0, 1 << 32), pair=st.sampled_from(names))
    def check(seed: int, pair: tuple[str, str]) -> None:
        asn1Name, name = pair
        value = asn1values.Values(_WORLD, random.Random(seed)).make(types[name])
        data = _MODULES[module].encode(asn1Name, value)
        assert _MODULES[module].decode(asn1Name, data) == value

    check()


@pytest.mark.parametrize("octet", range(0, 256, 15))
@pytest.mark.parametrize("length", [1, 100, 65535])
def test_oneOctetOverAndOverIsDecodedOrRefused(octet: int, length: int) -> None:
    for module, typeName in _ENTRIES:
        _decodes(module, typeName, bytes((octet,)) * length)
