"""
Messages become a capture that Wireshark opens.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from h323d.cli.decoding.capturefile import framesIn
from h323d.cli.decoding.packets import PacketReader, Segment
from h323d.cli.tracing.pcap import SEGMENT, captureOf
from h323d.h323.signalling import messages, q931, tpkt, uuie
from h323d.h323.signalling.uuie import CallIdentity
from tests.support import tshark
from tests.support.sip_messages import message

AT = 1_800_000_000.25
OPTIONS = message(
    *("OPTIONS sip:b@192.0.2.2 SIP/2.0", "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa"),
    *("From: <sip:a@192.0.2.1>;tag=1", "To: <sip:b@192.0.2.2>", "Call-ID: a", "CSeq: 1 OPTIONS"),
    *("Max-Forwards: 70", "Content-Length: 0"),
)
US, PEER = "192.0.2.1:5060", "192.0.2.2:5060"


def row(octets: bytes, transport: str = "UDP", source: str = US, target: str = PEER) -> Any:
    return {
        "at": AT,
        "source": source,
        "target": target,
        "transport": transport,
        "octets": octets.hex(),
    }


def segments(*rows: Any) -> list[Segment | None]:
    reader = PacketReader()
    frames = framesIn(captureOf(rows))
    return [reader.read(frame.linkType, frame.octets) for frame in frames]


def dissected(file: Path, rows: Sequence[Any], *fields: str) -> list[str]:
    """
    What tshark says of each packet, its complaints last.
    """
    if not tshark.available():
        pytest.skip("tshark is not installed")
    file.write_bytes(captureOf(rows))
    shown = (*fields, "_ws.expert.message")
    names = [word for name in shown for word in ("-e", name)]
    checks = [
        word for each in ("ip", "udp", "tcp") for word in ("-o", f"{each}.check_checksum:TRUE")
    ]
    command = ["tshark", "-n", "-r", str(file), *checks, "-T", "fields", "-E", "separator=|"]
    result = subprocess.run([*command, *names], capture_output=True, check=True, text=True)
    return result.stdout.splitlines()


def test_aMessageIsADatagramAtItsTime() -> None:
    (frame,) = framesIn(captureOf([row(OPTIONS)]))
    assert frame.seconds == pytest.approx(AT)
    (segment,) = segments(row(OPTIONS))
    assert segment is not None
    assert (segment.transport, segment.payload) == ("udp", OPTIONS)
    assert (str(segment.source), str(segment.destination)) == (US, PEER)


def test_eachDirectionOfAConnectionHasItsOwnNumbers() -> None:
    sequences = [
        each.sequence
        for each in segments(
            row(b"abc", "TCP"), row(b"de", "TLS", PEER, US), row(b"f", "TCP"), row(b"g", "TCP")
        )
        if each is not None
    ]
    assert sequences == [1, 1, 4, 5]


def test_aLongMessageTakesSeveralSegments() -> None:
    octets = bytes(range(256)) * 300
    parts = [each.payload for each in segments(row(octets, "TCP")) if each is not None]
    assert [len(each) for each in parts] == [SEGMENT, SEGMENT, len(octets) - 2 * SEGMENT]
    assert b"".join(parts) == octets


@pytest.mark.parametrize(
    ("source", "target"), [(US, PEER), ("[2001:db8::1]:5060", "[2001:db8::2]:5060")]
)
@pytest.mark.parametrize("transport", ["UDP", "TCP"])
def test_wiresharkReadsSIP(tmp_path: Path, transport: str, source: str, target: str) -> None:
    rows = [row(OPTIONS, transport, source, target)] * 2
    said = dissected(tmp_path / "a.pcap", rows, "sip.Method", "sip.Call-ID")
    assert [each.split("|")[:2] for each in said] == [["OPTIONS", "a"]] * 2
    assert not any("hecksum" in each or "alformed" in each for each in said)


def test_wiresharkReadsCallSignalling(tmp_path: Path) -> None:
    body = uuie.releaseComplete(CallIdentity(bytes(16), bytes(16)), None)
    userUser = uuie.write(body, True)
    octets = q931.encode(messages.addressed(messages.facility(userUser), 1, False))
    rows = [row(tpkt.encode(octets), "TCP", "192.0.2.1:40000", "192.0.2.2:1720")]
    (said,) = dissected(tmp_path / "a.pcap", rows, "q931.message_type", "frame.protocols")
    assert said.startswith("0x62|")
    assert "h225" in said
    assert "alformed" not in said
