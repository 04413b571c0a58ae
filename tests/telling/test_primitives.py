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
from h323d.telling.primitives import (
    NotAValue,
    Unreadable,
    Vocabulary,
    decode,
    encode,
    summed,
)
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
    octets = encode(("a", 1, [HERE, None, b"octets"]))
    for end in range(len(octets)):
        with pytest.raises(Unreadable):
            decode(octets[:end])


def test_octetsThatAreTooManyAreRefused() -> None:
    with pytest.raises(Unreadable, match="1 octets too many"):
        decode(encode(b"a") + b"\0")


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
    octets = encode(HERE).replace(b"h323d.values.address:TransportAddress", name)
    with pytest.raises(Unreadable, match=f"no {name.decode()}"):
        decode(octets)


def test_aValueOfOtherFieldsIsRefused() -> None:
    with pytest.raises(Unreadable, match="1 fields, and not 2"):
        decode(encode(HERE).replace(b",1720", b""))


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"[]",
        b"\n",
        b"{}\n",
        b"[]\n",
        b"[[]]\n",
        b'["tuple",{"a":1}]\n',
        b'["octets"]\n',
        b'["octets",-1]\n',
        b'["octets",2]\na',
        b'["octets",1.0]\na',
        b'["octets","1"]\na',
        b'["array","|O",[1],["octets",8]]\n01234567',
        b'["array","<i4",[3],["octets",8]]\n01234567',
        b'["scalar","<i4",["octets",8]]\n01234567',
        b'["map",1]\n',
        b'["map",["map"],1]\n',
        b'["set",["list"]]\n',
        b'["textual","PosixPath"]\n',
        b'["textual","Popen","ls"]\n',
        b'["pattern","(",0]\n',
        b'["error","SystemExit",["tuple"],null]\n',
        b'["h323d.values.media.medium:Medium","smell"]\n',
        b"[" * 100_000 + b"\n",
        b"\xff\n",
        b'"' + b"9" * 10_000 + b"\n",
        b"9" * 10_000 + b"\n",
    ],
)
def test_whatNobodyWouldWriteIsRefused(octets: bytes) -> None:
    with pytest.raises(Unreadable):
        decode(octets)


def test_textIsReadAsItWasWhateverIsInIt() -> None:
    text = 'a"\\\n\x00\x7f\u2028\ud83d\ude00\udc80\N{GRINNING FACE}'
    assert decode(encode((text, b"\n"))) == (text, b"\n")


def test_octetsWithinASetAreReadAsTheyWere() -> None:
    thing = ({(2, b"b"), (1, b"a")}, b"c")
    assert decode(encode(thing)) == thing


FEW = Vocabulary((TransportAddress, Role))


def test_aVocabularyHasWhatItWasGiven() -> None:
    thing = (HERE, Role.OPERATOR, {"a": b"b"}, np.float64(1.5), None)
    assert FEW.decode(FEW.encode(thing)) == thing


@pytest.mark.parametrize(
    "thing",
    [ServiceRecord(1, 2, "host", 3, 4.5), ValueError("x"), re.compile("a"), Path("/")],
    ids=lambda thing: type(thing).__name__,
)
def test_aVocabularyHasNothingElse(thing: object) -> None:
    with pytest.raises(NotAValue):
        FEW.encode([thing])
    with pytest.raises(Unreadable):
        FEW.decode(encode([thing]))


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
