"""
tshark as a judge of what we encode: PDUs in a capture file, and its complaints.
"""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

__all__ = ["available", "complaints", "controlFields", "rasPacket", "segment", "signallingPacket"]

_RAW_IPV4 = 228  # LINKTYPE_IPV4
_FACILITY = 0x62
_HOME = bytes((127, 0, 0, 1))


def available() -> bool:
    """
    Whether there is a tshark.
    """
    return shutil.which("tshark") is not None


def _ip(protocol: int, payload: bytes) -> bytes:
    return (
        struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), 0, 0, 64, protocol, 0)
        + _HOME
        + _HOME
        + payload
    )


def rasPacket(data: bytes, port: int) -> bytes:
    """
    A RAS message in a datagram to port 1719.

    @param port: the source port.
    """
    return _ip(17, struct.pack("!HHHH", port, 1719, 8 + len(data), 0) + data)


def signallingPacket(data: bytes, port: int, messageType: int = _FACILITY) -> bytes:
    """
    An H323-UserInformation in a Q.931 message in a TPKT in a segment to port 1720.

    @param port: the source port: one connection for each message.
    """
    q931 = struct.pack("!BBHBBHB", 8, 2, 1, messageType, 0x7E, len(data) + 1, 5) + data
    return segment(struct.pack("!BBH", 3, 0, 4 + len(q931)) + q931, port)


def segment(data: bytes, port: int) -> bytes:
    """
    A segment to port 1720.

    @param data: its octets: whole TPKTs.
    @param port: the source port: one connection for each segment.
    """
    return _ip(6, struct.pack("!HHIIBBHHH", port, 1720, 1, 1, 0x50, 0x18, 65535, 0, 0) + data)


def complaints(packets: list[bytes], file: Path) -> list[str]:
    """
    Have packets dissected.

    @param file: where the capture may be written.
    @return: for each packet that is malformed, or not H.225.0 at all, a line with its
        number (from 1), its protocols and what tshark says of it.
    """
    _write(packets, file)
    command = ["tshark", "-n", "-r", str(file), "-T", "fields", "-E", "separator=|"]
    for name in ("frame.number", "frame.protocols", "_ws.malformed", "_ws.expert.message"):
        command += ["-e", name]
    result = subprocess.run(command, capture_output=True, check=True, text=True)
    rows = result.stdout.splitlines()
    assert len(rows) == len(packets)
    bad = []
    for row in rows:
        _, protocols, malformed, message = row.split("|", 3)
        if "h225" not in protocols or malformed or "alformed" in message:
            bad.append(row)
    return bad


def controlFields(data: bytes, names: list[str], file: Path) -> dict[str, str]:
    """
    Have a compound of RTCP dissected.

    @param names: of fields that are wanted.
    @param file: where the capture may be written.
    @return: what tshark shows of these, and its complaints as C{_ws.malformed}.
    """
    _write([_ip(17, struct.pack("!HHHH", 5005, 5005, 8 + len(data), 0) + data)], file)
    command = ["tshark", "-n", "-r", str(file), "-d", "udp.port==5005,rtcp", "-T", "fields"]
    names = [*names, "_ws.malformed"]
    for name in names:
        command += ["-e", name]
    result = subprocess.run(command, capture_output=True, check=True, text=True)
    return dict(zip(names, result.stdout.rstrip("\n").split("\t"), strict=True))


def _write(packets: list[bytes], file: Path) -> None:
    with file.open("wb") as out:
        out.write(struct.pack("!IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, _RAW_IPV4))
        for packet in packets:
            out.write(struct.pack("!IIII", 0, 0, len(packet), len(packet)) + packet)
