"""
Nothing but L{DecodeError} comes out of any octets, and what is written reads the same.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from h323d.errors import DecodeError
from h323d.sip.messages.framing import StreamReader
from h323d.sip.messages.headers import LIST_HEADERS, SINGLE_HEADERS, Headers, canonicalName
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.messages.nameaddr import NameAddr
from h323d.sip.messages.parser import parse
from h323d.sip.messages.uri import SIPURI, parseURI
from h323d.sip.messages.via import Via
from h323d.sip.messages.writer import write
from tests.support.sip_messages import INVITE

TOKEN = st.text("abcXYZ019-.!%*_+`'~", min_size=1, max_size=12)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
HOST = st.sampled_from(["example.com", "h", "192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1"])
PORT = st.none() | st.integers(0, 65535)
NAME = TOKEN.map(str.lower)

URIS = st.builds(
    SIPURI,
    HOST,
    st.none() | TEXT.filter(bool),
    PORT,
    st.lists(st.tuples(TEXT.filter(bool).map(str.lower), st.none() | TEXT), max_size=3).map(tuple),
    st.lists(st.tuples(TEXT.filter(bool), TEXT), max_size=3).map(tuple),
    st.booleans(),
)
PARAMETERS = st.lists(st.tuples(NAME, st.none() | TOKEN), max_size=3).map(tuple)
DISPLAY_NAME = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
ADDRESSES = st.builds(NameAddr, URIS, DISPLAY_NAME, PARAMETERS)
VIAS = st.builds(Via, TOKEN.map(str.upper), HOST, PORT, PARAMETERS)
OTHERS = st.lists(
    st.tuples(
        TOKEN.filter(
            lambda name: (
                canonicalName(name) not in SINGLE_HEADERS
                and canonicalName(name) not in LIST_HEADERS
            )
        ),
        st.text(st.characters(exclude_categories=["Cc"]), max_size=20).map(
            lambda text: (
                text.encode("utf-8", "surrogatepass")
                .decode("utf-8", "surrogateescape")
                .strip(" \t")
            )
        ),
    ),
    max_size=4,
)


@st.composite
def messages(draw: st.DrawFn) -> SIPRequest | SIPResponse:
    method = draw(TOKEN)
    number = draw(st.integers(0, 2**31 - 1))
    headers = Headers(
        [
            *(("Via", str(via)) for via in draw(st.lists(VIAS, min_size=1, max_size=3))),
            ("From", str(draw(ADDRESSES))),
            ("To", str(draw(ADDRESSES))),
            ("Call-ID", draw(TOKEN)),
            ("CSeq", f"{number} {method}"),
            *(("Contact", str(contact)) for contact in draw(st.lists(ADDRESSES, max_size=2))),
            *draw(OTHERS),
        ]
    )
    body = draw(st.binary(max_size=50))
    if draw(st.booleans()):
        uri = replace(draw(URIS), headers=())  # a Request-URI has none
        return SIPRequest(method, uri, headers, body)
    reason = draw(DISPLAY_NAME)
    return SIPResponse(draw(st.integers(100, 699)), reason, headers, body)


@given(messages())
@settings(max_examples=100)
def test_writtenMessageReadsTheSame(message: SIPRequest | SIPResponse) -> None:
    data = write(message)
    assert parse(data) == message
    assert StreamReader().feed(data) == [message]


@given(URIS)
@settings(max_examples=200)
def test_writtenURIReadsTheSame(uri: SIPURI) -> None:
    assert parseURI(str(uri)) == uri


@given(ADDRESSES)
@settings(max_examples=200)
def test_writtenAddressReadsTheSame(address: NameAddr) -> None:
    assert NameAddr.parse(str(address)) == address


@given(st.binary(max_size=300))
@settings(max_examples=200)
def test_anyOctetsAreAMessageOrRefusedAndRaiseNothingElse(data: bytes) -> None:
    for candidate in (data, INVITE + data, data + INVITE):
        with contextlib.suppress(DecodeError):
            parse(candidate)
        StreamReader().feed(candidate)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """
    An INVITE with some octets replaced, removed or doubled.
    """
    data = bytearray(INVITE)
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(data) - 1))
        end = start + draw(st.integers(0, 12))
        fresh = draw(
            st.sampled_from(
                [b"", b'"', b"<", b">", b",", b";", b"\r\n", b"%", b"\\", b"\0", b"[", b":"]
            )
            | st.binary(max_size=3)
            | st.just(bytes(data[start:end]) * 2)
        )
        data[start:end] = fresh
    return bytes(data)


@given(damaged())
@settings(max_examples=300)
def test_aDamagedMessageIsReadOrRefusedAndRaisesNothingElse(data: bytes) -> None:
    try:
        message = parse(data)
    except DecodeError:
        return
    write(message)
    for name, _ in message.headers:
        try:
            message.headers.all(name)
        except DecodeError:
            continue
