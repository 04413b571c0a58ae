"""
What the header fields of SIP have in common.
"""

from __future__ import annotations

import pytest

from h323d.errors import DecodeError
from h323d.sip.messages.grammar import (
    MAX_PARAMETERS,
    MAX_VALUES,
    fail,
    parameterOf,
    parseHost,
    parseParameters,
    parsePort,
    quote,
    showable,
    splitCommas,
    unquote,
    withParameter,
    writeHost,
    writeParameters,
)


def test_aFaultNamesItsField() -> None:
    with pytest.raises(DecodeError) as caught:
        fail("bad", "Via")
    assert (caught.value.path, caught.value.reason) == ("Via", "bad")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a", ["a"]),
        ("a, b ,c", ["a", "b", "c"]),
        ('"a,b" <x>, <y?z=1,2>', ['"a,b" <x>', "<y?z=1,2>"]),
        (r'"a\",b", c', [r'"a\",b"', "c"]),
    ],
)
def test_commasDivideWhereTheyStandAlone(text: str, values: list[str]) -> None:
    assert splitCommas(text, "Contact") == values


@pytest.mark.parametrize(
    "text", ["a,", ",a", "a,,b", 'a, "b', "a, <b", 'a, "', ",".join("a" * (MAX_VALUES + 1))]
)
def test_whatDoesNotEndOrIsEmptyIsRefused(text: str) -> None:
    with pytest.raises(DecodeError):
        splitCommas(text, "Contact")


def test_asManyValuesAsMayBeAreRead() -> None:
    assert len(splitCommas(",".join("a" * MAX_VALUES), "Contact")) == MAX_VALUES


def test_parametersKeepTheirOrderAndTheirValues() -> None:
    parameters = parseParameters(' ; A=1;b ; c = "x;y"', "Via")
    assert parameters == (("a", "1"), ("b", None), ("c", '"x;y"'))
    assert writeParameters(parameters) == ';a=1;b;c="x;y"'


@pytest.mark.parametrize("text", ["x", ";", ";=1", ";a=", ";a b", ";a" * (MAX_PARAMETERS + 1)])
def test_whatIsNoParameterIsRefused(text: str) -> None:
    with pytest.raises(DecodeError):
        parseParameters(text, "Via")


def test_aParameterIsFoundByItsName() -> None:
    parameters = (("a", "1"), ("b", None), ("a", "2"))
    assert parameterOf(parameters, "a") == "1"
    assert parameterOf(parameters, "b") == ""
    assert parameterOf(parameters, "c") is None


def test_aParameterIsSetAtItsPlace() -> None:
    parameters = (("a", "1"), ("b", None))
    assert withParameter(parameters, "a", "2") == (("a", "2"), ("b", None))
    assert withParameter(parameters, "c", None) == (("a", "1"), ("b", None), ("c", None))


@pytest.mark.parametrize(("text", "host"), [("h.example", "h.example"), ("[::1]", "::1")])
def test_anAddressOfIPv6HasBrackets(text: str, host: str) -> None:
    assert parseHost(text, "Via") == host
    assert writeHost(host) == text


def test_betweenBracketsThereIsAnAddress() -> None:
    with pytest.raises(DecodeError):
        parseHost("[1.2.3.4]", "Via")


def test_aPortFitsSixteenBits() -> None:
    assert parsePort(None, "Via") is None
    assert parsePort("65535", "Via") == 65535
    with pytest.raises(DecodeError):
        parsePort("65536", "Via")


@pytest.mark.parametrize("text", ["", "plain", 'a "b"', "back\\slash"])
def test_whatIsQuotedIsReadAsItWas(text: str) -> None:
    assert unquote(quote(text)) == text


@pytest.mark.parametrize("text", ["", '"', "plain", '"half', 'half"'])
def test_whatIsNotQuotedStaysAsItIs(text: str) -> None:
    assert unquote(text) == text


def test_whatWouldSteerATerminalIsNotShown() -> None:
    assert showable("a\x1b[2J\x7f\x9f\udcffR\u00e4ume") == "a\ufffd[2J\ufffd\ufffd\ufffdR\u00e4ume"
