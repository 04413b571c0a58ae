"""
The header fields as an immutable, ordered collection.
"""

from __future__ import annotations

import pytest

from h323d.errors import DecodeError
from h323d.sip.messages.headers import Headers, canonicalName

HEADERS = Headers([("v", "1"), ("X-a", "x"), ("VIA", "2, 3"), ("call-id", "c")])


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("i", "Call-ID"),
        ("CALL-id", "Call-ID"),
        ("cseq", "CSeq"),
        ("www-authenticate", "WWW-Authenticate"),
        ("x-FOO-bar", "X-Foo-Bar"),
    ],
)
def test_namesHaveOneSpelling(name: str, canonical: str) -> None:
    assert canonicalName(name) == canonical


def test_linesAreFoundByAnySpelling() -> None:
    assert HEADERS.get("via") == "1"
    assert HEADERS.get("x-A") == "x"
    assert HEADERS.get("Subject") is None
    assert "i" in HEADERS
    assert HEADERS.lines("v") == ("1", "2, 3")
    assert HEADERS.all("v") == ("1", "2", "3")


def test_lineThatIsNoListIsWhole() -> None:
    assert Headers([("Subject", "a, b")]).all("s") == ("a, b",)


def test_emptyLineIsAnEmptyList() -> None:
    assert Headers([("Supported", ""), ("k", "a")]).all("Supported") == ("a",)


def test_commasInQuotesAndBracketsDoNotDivide() -> None:
    headers = Headers([("m", '"a, \\", b" <sip:x,y@h>;q="1,2" , <sip:z@h>')])
    assert headers.all("Contact") == ('"a, \\", b" <sip:x,y@h>;q="1,2"', "<sip:z@h>")


@pytest.mark.parametrize("text", ["a,,b", "a,", ',"', 'a, "b', 'a, "b\\', "a, <b", "a, <"])
def test_listThatCannotBeDividedIsRefused(text: str) -> None:
    with pytest.raises(DecodeError) as caught:
        Headers([("Contact", text)]).all("Contact")
    assert caught.value.path == "Contact"


def test_replacingKeepsThePlace() -> None:
    assert list(HEADERS.replacing("Via", "9")) == [("Via", "9"), ("X-A", "x"), ("Call-ID", "c")]


def test_replacingWhatIsNotThereAddsIt() -> None:
    assert list(HEADERS.replacing("To", "t"))[-1] == ("To", "t")


def test_addingGoesLastAndPrependingFirst() -> None:
    headers = Headers([("To", "t")]).adding("Route", "1", "2").prepending("v", "3")
    assert list(headers) == [("Via", "3"), ("To", "t"), ("Route", "1"), ("Route", "2")]


def test_withoutAndOnlyDivideTheLines() -> None:
    assert list(HEADERS.without("v", "X-A")) == [("Call-ID", "c")]
    assert list(HEADERS.only("i", "x-a")) == [("X-A", "x"), ("Call-ID", "c")]


def test_changesLeaveTheOriginalAlone() -> None:
    before = list(HEADERS)
    HEADERS.replacing("Via", "9").adding("To", "t").without("Call-ID")
    assert list(HEADERS) == before


def test_parsedValuesAreRemembered() -> None:
    headers = Headers([("v", "1, 2")])
    assert headers.parsed("Via", int) == (1, 2)
    assert headers.parsed("Via", int) is headers.parsed("Via", int)
    assert headers.first("Via", int) == 1


def test_aChangeForgetsOnlyWhatWasParsedOfItsOwnName() -> None:
    headers = Headers([("Via", "1, 2"), ("Max-Forwards", "70")])
    vias = headers.parsed("v", int)
    assert headers.first("Max-Forwards", int) == 70
    changed = headers.replacing("max-forwards", "69").adding("To", "t").without("Subject")
    assert changed.parsed("Via", int) is vias
    assert changed.first("Max-Forwards", int) == 69
    assert changed.prepending("Via", "0").parsed("Via", int) == (0, 1, 2)
    assert changed.without("Via").parsed("Via", int) == ()
    assert changed.only("Via").parsed("Via", int) is vias
    assert changed.only("To").first("Max-Forwards", int) is None


def test_firstLineThatIsKnownIsNotReadAgain() -> None:
    def never(text: str) -> str:
        raise AssertionError(text)

    headed = HEADERS.headedBy("v", never, "9", "8")
    assert headed.first("Via", never) == "9"
    assert headed.lines("Via") == ("9", "8")


def test_equalLinesAreEqualHeaders() -> None:
    assert Headers([("f", "x")]) == Headers([("From", "x")])
    assert hash(Headers([("f", "x")])) == hash(Headers([("From", "x")]))
    assert Headers([("f", "x")]) != Headers([("From", "y")])


def test_severalLinesAreAddedAtOnce() -> None:
    headers = Headers([("Via", "a"), ("Allow", "INVITE")])
    assert headers.tokens("Allow") == {"invite"}
    more = headers.extending(("allow", "BYE"), ("Supported", ""))
    assert list(more) == [("Via", "a"), ("Allow", "INVITE"), ("Allow", "BYE"), ("Supported", "")]
    assert more.tokens("Allow") == {"invite", "bye"}
