"""
C{h323ctl decode}: whatever it is given, it finds out what that is.
"""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from h323d.cli import ctl
from h323d.h323.signalling import tpkt
from tests.support.capturefiles import SYN, ethernet, ip, pcap, pcapng, tcp, udp
from tests.support.examples import Q931, RAS, SIP, TCS_ACK

STREAM = tpkt.encode(Q931) + tpkt.encode(TCS_ACK)
FRAMES = [
    ethernet(each)
    for each in (
        ip(udp(40000, 1719, RAS)),
        ip(udp(9, 9, b"x")),
        ip(tcp(40000, 1720, 0, b"", SYN), 6),
        ip(tcp(40000, 1720, 1, STREAM), 6),
        ip(udp(5060, 5060, SIP)),
    )
]


def decoded(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert ctl.main(["decode", *arguments]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize(
    "content",
    [RAS.hex().encode(), RAS, ("0000  " + RAS.hex(" ")).encode(), ethernet(ip(udp(9, 9, RAS)))],
    ids=["hexadecimal", "octets", "dump", "a packet's octets"],
)
def test_aFileHoldsOneMessageInAnyForm(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "message"
    file.write_bytes(content)
    assert json.loads(decoded(capsys, str(file)))["kind"] == "ras"


def test_aPacketThatWasCopiedWithItsHeadersIsDecodedWithoutThem(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for packet in (ip(udp(40000, 1719, RAS)), ethernet(ip(tcp(1720, 1, 5, tpkt.encode(Q931)), 6))):
        view = json.loads(decoded(capsys, packet.hex(" ")))
        assert view["kind"] == ("ras" if packet[0] == 0x45 else "h225")


@pytest.mark.parametrize("ends", ["\r\n", "\n"], ids=["CR LF", "LF"])
def test_aSIPMessageIsReadAsTheTextThatItIs(
    ends: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "message"
    file.write_bytes(SIP.replace(b"\r\n", ends.encode()))
    view = json.loads(decoded(capsys, str(file)))
    assert (view["kind"], view["status"], view["body"]) == ("sip", 200, "hi")


@pytest.mark.parametrize("form", [pcap, pcapng], ids=["pcap", "pcapng"])
def test_aCaptureIsPrintedMessageByMessage(
    form: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert form in (pcap, pcapng)
    file = tmp_path / "capture"
    file.write_bytes(pcap(FRAMES, 1) if form is pcap else pcapng(FRAMES, 1))
    out = decoded(capsys, str(file))
    assert [line for line in out.splitlines() if line.startswith("-- ")] == [
        "-- frame 1, 0.000000 s, udp, 10.0.0.1:40000 > 10.0.0.2:1719: ras gatekeeperConfirm",
        "-- frame 4, 1.500000 s, tcp, 10.0.0.1:40000 > 10.0.0.2:1720: h225 FACILITY",
        "-- frame 4, 1.500000 s, tcp, 10.0.0.1:40000 > 10.0.0.2:1720: h245 terminalCapabilitySetAck",
        "-- frame 5, 2.000000 s, udp, 10.0.0.1:5060 > 10.0.0.2:5060: sip 200",
    ]
    assert "\nSIP/2.0 200 OK\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\n" in out
    assert '"terminalCapabilitySetAck"' in out


def test_ofACaptureOneKindCanBeWanted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "capture"
    file.write_bytes(pcap(FRAMES, 1))
    out = decoded(capsys, "--kind", "h245", str(file))
    assert out.count("-- frame") == 1
    views = json.loads(decoded(capsys, "--json", str(file)))
    assert [view["kind"] for view in views] == ["ras", "h225", "h245", "sip"]


def test_aCaptureIsTakenFromStandardInputToo(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(pcap(FRAMES, 1))))
    assert decoded(capsys, "-").count("-- frame") == 4


def test_aCaptureOfNothingSaysSo(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "capture"
    file.write_bytes(pcap([ethernet(ip(udp(9, 9, b"x")))] * 3, 1))
    out = decoded(capsys, str(file))
    assert out == "no RAS, H.225.0, H.245 or SIP; 3 packets of other things\n"


def test_whatAPeerWroteInACaptureCannotSteerTheTerminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    message = SIP.replace(b"hi", b"\x1b]").replace(b"200 OK", "200 \x9b2J".encode())
    file = tmp_path / "capture"
    file.write_bytes(pcap([ethernet(ip(udp(5060, 5060, message)))], 1))
    out = decoded(capsys, str(file))
    assert all(each.isprintable() for each in out.replace("\n", ""))


def test_whatIsNeitherHexadecimalNorAFileIsTold(capsys: pytest.CaptureFixture[str]) -> None:
    assert ctl.main(["decode", "nothing.pcap"]) == 1
    expected = "h323ctl: nothing.pcap: neither hexadecimal nor a file: No such file or directory\n"
    assert capsys.readouterr().err == expected
