"""
The messages of a capture: whatever the segments they come in.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from h323d.cli.decoding.capturefile import Frame
from h323d.cli.decoding.conversation import MAX_WAITING, Conversations
from h323d.h323.signalling import tpkt
from tests.support.capturefiles import SYN, ip, tcp, udp
from tests.support.examples import Q931, RAS, SIP, TCS_ACK

RAW = 101
STREAM = tpkt.encode(Q931) + tpkt.KEEPALIVE + tpkt.encode(TCS_ACK) + tpkt.encode(Q931)


def read(packets: Iterable[bytes]) -> list[dict[str, Any]]:
    frames = (Frame(number, 5.0 + number, RAW, each) for number, each in enumerate(packets, 1))
    return list(Conversations(False).read(frames))


def segments(data: bytes, size: int, start: int = 1000) -> list[bytes]:
    """
    A connection to port 1720, from its beginning.
    """
    opening = ip(tcp(40000, 1720, start - 1, b"", SYN), 6)
    return [opening] + [
        ip(tcp(40000, 1720, (start + place) % (1 << 32), data[place : place + size]), 6)
        for place in range(0, len(data), size)
    ]


def kinds(packets: Iterable[bytes]) -> list[str]:
    return [view["kind"] for view in read(packets) if "undecodable" not in view]


def test_aDatagramIsTakenForWhatItIs() -> None:
    views = read([ip(udp(40000, 1719, RAS)), ip(udp(5060, 5062, SIP)), ip(udp(1, 2, bytes(172)))])
    first, second = views
    assert {key: first[key] for key in ("frame", "seconds", "transport", "from", "to", "kind")} == {
        "frame": 1, "seconds": 0.0, "transport": "udp", "from": "10.0.0.1:40000",
        "to": "10.0.0.2:1719", "kind": "ras",
    }  # fmt: skip
    assert "gatekeeperConfirm" in first["message"]
    assert (second["frame"], second["seconds"], second["status"]) == (2, 1.0, 200)


def test_whatIsPassedOverIsCounted() -> None:
    conversations = Conversations(False)
    packets = [ip(udp(1, 2, b"\x80" * 172)), ip(b"", 1), ip(udp(5060, 5060, b"\r\n"))]
    assert list(conversations.read(Frame(1, 0, RAW, each) for each in packets)) == []
    assert conversations.passedOver == 2


@pytest.mark.parametrize("size", [1, 3, 7, 50, len(STREAM)])
def test_aStreamIsCutIntoItsMessages(size: int) -> None:
    assert kinds(segments(STREAM, size)) == ["h225", "h245", "h225"]


def test_segmentsThatComeTwiceOrOutOfOrderAreReadOnceAndInOrder() -> None:
    opening, *others = segments(STREAM, 11)
    assert kinds([opening, *others, *others]) == ["h225", "h245", "h225"]
    assert kinds([opening, *reversed(others)]) == ["h225", "h245", "h225"]
    assert kinds([opening, *others[:2], *segments(STREAM, 40)[1:]]) == ["h225", "h245", "h225"]


def test_theNumbersOfAStreamBeginAnewAfterTheLast() -> None:
    assert kinds(segments(STREAM, 9, (1 << 32) - 20)) == ["h225", "h245", "h225"]


def test_aStreamWhoseBeginningWasNotCapturedIsReadFromThere() -> None:
    assert kinds(segments(STREAM, len(STREAM))[1:]) == ["h225", "h245", "h225"]


def test_afterAGapThatIsNotFilledItGoesOn() -> None:
    opening, first, lost, *others = segments(tpkt.encode(Q931) * (MAX_WAITING + 5), 4 + len(Q931))
    found = kinds([opening, first, *others])
    assert lost not in others
    assert found == ["h225"] * (1 + len(others))


def test_whatCannotBeReadIsToldAndTheStreamGoesOn() -> None:
    damaged = b"\x03\x00\x00\x01" + bytes(6)
    data = tpkt.encode(Q931) + damaged
    packets = [*segments(data, len(data)), *segments(STREAM, len(STREAM), 1000 + len(data))[1:]]
    views = read(packets)
    assert [view.get("undecodable", view["kind"]) for view in views] == [
        "h225",
        f"TPKT.length at octet {len(Q931) + 6}: length 1 is shorter than the header",
        "h225", "h245", "h225",
    ]  # fmt: skip
    (view,) = read([ip(udp(1719, 40000, b"\xff" * 9))])
    assert view["undecodable"].startswith("RasMessage")


def test_SIPInAStreamIsReadToo() -> None:
    views = read(segments(SIP + b"\r\n\r\n" + SIP, 100))
    assert [(view["kind"], view["status"], view["body"]) for view in views] == [
        ("sip", 200, "hi")
    ] * 2


def test_aStreamOfSomethingElseIsNotRead() -> None:
    assert read(segments(b"\x16\x03\x01" + bytes(600), 100)) == []
