"""
Octets in every form in which people copy them.
"""

from __future__ import annotations

import pytest

from h323d.cli.decoding.hexdump import isHex, octetsOf
from h323d.errors import DecodeError

OCTETS = bytes(range(0x30, 0x30 + 37))  # characters that look like hexadecimal digits, too


def rows(width: int = 16) -> list[tuple[int, bytes]]:
    return [(start, OCTETS[start : start + width]) for start in range(0, len(OCTETS), width)]


def characters(octets: bytes) -> str:
    return "".join(chr(each) if 32 <= each < 127 else "." for each in octets)


FORMS = {
    "digits": OCTETS.hex(),
    "spaces": OCTETS.hex(" ") + "\n",
    "words": OCTETS.hex(" ", -2),
    "colons": OCTETS.hex(":"),
    "dashes": OCTETS.hex("-").upper(),
    "lines": "\n".join(row.hex(" ") for _, row in rows()),
    "0x": "0x" + OCTETS.hex(),
    "C": "{ " + ", ".join(f"0x{each:02X}" for each in OCTETS) + " };",
    "escapes": '"' + "".join(f"\\x{each:02x}" for each in OCTETS) + '"',
    "Wireshark": "\n".join(
        f"{start:04x}   {row.hex(' '):<47}   {characters(row)}" for start, row in rows()
    ),
    "Wireshark, no characters": "\n".join(f"{start:04x}   {row.hex(' ')}" for start, row in rows()),
    "tshark -x": "\n".join(
        f"{start:04x}  {row.hex(' '):<47}   {characters(row)}" for start, row in rows()
    ),
    "tcpdump -X": "\n".join(
        f"\t0x{start:04x}:  {row.hex(' ', -2):<39}  {characters(row)}" for start, row in rows()
    ),
    "xxd": "\n".join(
        f"{start:08x}: {row.hex(' ', -2):<39}  {characters(row)}" for start, row in rows()
    ),
    "hexdump -C": "\n".join(
        f"{start:08x}  {row[:8].hex(' ')}  {row[8:].hex(' ')}".ljust(60) + f"|{characters(row)}|"
        for start, row in rows()
    ),
    "offsets before one space": "\n".join(f"{start:06x} {row.hex(' ')}" for start, row in rows(8)),
    "one line": "0000  " + OCTETS.hex(" "),
    "not from the beginning": "\n".join(
        f"{start + 66:04x}  {row.hex(' ')}" for start, row in rows()
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_theOctetsAreFound(form: str) -> None:
    assert octetsOf(FORMS[form]) == OCTETS


def test_whatOnlyLooksLikeOffsetsIsOctets() -> None:
    assert octetsOf("0300 000b\n0802 0005") == bytes.fromhex("0300000b08020005")
    assert octetsOf("0300  000b") == bytes.fromhex("0300000b")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no octets"),
        (" \n", "no octets"),
        ("0x", "no octets"),
        ("0g", "not hexadecimal: 'g'"),
        ("000", "not hexadecimal: half an octet is missing"),
        ("0000  00\n0002  00", "a line of 1 octets, not 2"),
    ],
)
def test_whatIsNotHexadecimalIsTold(text: str, reason: str) -> None:
    with pytest.raises(DecodeError, match=f"HEX: {reason}"):
        octetsOf(text)


def test_aFilesNameIsNotHexadecimal() -> None:
    assert not isHex("calls.pcapng")
    assert isHex("03:00:00:04")
