"""
Values as octets.
"""

from __future__ import annotations

import errno
import ipaddress
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from h323d.call.lookups import LookupFailed, ServiceRecord
from h323d.call.wire import WireMessage, WireProtocol
from h323d.config.sections import Configuration
from h323d.errors import ResourceUnavailable, UnexpectedStatus
from h323d.media.audio.commands import Commands
from h323d.operation.command import Role
from h323d.telling.primitives import NotAValue, Unreadable, decode, encode, summed
from h323d.values.address import TransportAddress

HERE = TransportAddress("10.0.0.1", 1720)

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.binary()
    | st.text(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@dataclass(frozen=True)
class Foreign:
    """
    A value, but not one of the house.
    """

    number: int = 1


@given(PLAIN)
def test_whatIsWrittenIsReadAsItWas(thing: object) -> None:
    assert decode(encode(thing)) == thing


@pytest.mark.parametrize(
    "thing",
    [
        HERE,
        Role.OPERATOR,
        WireMessage(1.5, WireProtocol.SIP, "UDP", True, HERE, HERE, b"octets"),
        ServiceRecord(1, 2, "host", 3, 4.5),
        ipaddress.ip_network("10.0.0.0/8"),
        ipaddress.ip_address("2001:db8::1"),
        frozenset({"a", "b"}),
        {1, 2},
        Path("/etc/h323d.toml"),
        re.compile("a.c", re.IGNORECASE),
        Configuration(),
    ],
    ids=lambda thing: type(thing).__name__,
)
def test_valuesOfTheHouseAreReadAsTheyWere(thing: object) -> None:
    read = decode(encode(thing))
    assert read == thing
    assert type(read) is type(thing)


def test_arraysAreReadAsTheyWere() -> None:
    array = np.arange(6, dtype=np.int16).reshape(2, 3)
    read = decode(encode(array))
    assert read.dtype == array.dtype
    assert np.array_equal(read, array)
    scalar = decode(encode(np.float64(1.5)))
    assert (type(scalar), scalar) == (np.float64, 1.5)


def test_errorsAreReadWithTheirCauses() -> None:
    error = LookupFailed("silence")
    error.__cause__ = UnexpectedStatus(503, b"busy")
    read = decode(encode(error))
    assert (type(read), str(read)) == (LookupFailed, "silence")
    assert (type(read.__cause__), read.__cause__.status) == (UnexpectedStatus, 503)
    assert str(decode(encode(ResourceUnavailable("no port")))) == "no port"


def test_theErrorOfAFileNamesTheFile() -> None:
    error = FileNotFoundError(errno.ENOENT, "No such file", "/nowhere")
    read = decode(encode(error))
    assert (type(read), str(read)) == (FileNotFoundError, str(error))


@pytest.mark.parametrize("thing", [print, object(), Foreign(), [lambda: None], Commands])
def test_whatIsNoValueIsNotWritten(thing: object) -> None:
    with pytest.raises(NotAValue):
        encode(thing)


def test_octetsThatAreCutOffAreRefused() -> None:
    octets = encode(("a", 1, [HERE, None]))
    for end in range(len(octets)):
        with pytest.raises(Unreadable):
            decode(octets[:end])


def test_octetsThatAreTooManyAreRefused() -> None:
    with pytest.raises(Unreadable, match="octet 6: 1 octets too many"):
        decode(encode("a") + b"\0")


@given(st.binary(max_size=64))
def test_octetsThatMeanNothingAreRefused(octets: bytes) -> None:
    with suppress(Unreadable):
        decode(octets)


@pytest.mark.parametrize(
    "name",
    [
        b"os:system",
        b"h323d.telling.primitives:encode",
        b"h323d.telling.primitives:sys.exit",
        b"h323d.nowhere:Value",
        b"h323d.media.audio.commands:Commands",
        b"subprocess:Popen",
    ],
)
def test_nothingIsMadeThatIsNoValue(name: bytes) -> None:
    known = b"h323d.values.address:TransportAddress"
    octets = encode(HERE).replace(
        len(known).to_bytes(4, "big") + known, len(name).to_bytes(4, "big") + name
    )
    with pytest.raises(Unreadable, match="no value"):
        decode(octets)


def test_aValueOfOtherFieldsIsRefused() -> None:
    octets = encode(HERE)
    fewer = octets[:1] + (2).to_bytes(4, "big") + octets[5 : -len(encode(1720))]
    with pytest.raises(Unreadable, match="no value"):
        decode(fewer)


def test_valuesTooDeepWithinValuesAreRefused() -> None:
    nested: list[object] = []
    for _ in range(100):
        nested = [nested]
    with pytest.raises(Unreadable, match="too deep"):
        decode(encode(nested))


def test_theOrderOfASetDoesNotCount() -> None:
    assert encode({"a", "b", "c"}) == encode({"c", "b", "a"})


def test_whatIsNoValueIsSummedByItsName() -> None:
    assert summed(print) == summed(print) != summed(repr)
    assert summed(object()) == summed(object())
    assert summed(("write", 1, b"a")) != summed(("write", 1, b"b"))


def test_aSumGoesOnFromTheOneBefore() -> None:
    assert summed(1, summed(2)) != summed(2, summed(1))
