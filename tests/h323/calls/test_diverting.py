"""
Who has sent a call on, as H.450.3 has it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from h323d.asn1 import h450_1, h450_3
from h323d.h323.calls.diverting import diversionIn, diversionService
from h323d.h323.signalling import uuie
from h323d.h323.signalling.uuie import Content
from h323d.values.address import AddressKind, PartyAddress
from h323d.values.diversion import Diversion, DiversionReason
from tests.support import tshark

NUMBER = PartyAddress(AddressKind.DIALLED_DIGITS, "1002")
TOLD = {  # in its words
    DiversionReason.UNCONDITIONAL,
    DiversionReason.BUSY,
    DiversionReason.NO_ANSWER,
    DiversionReason.UNKNOWN,
}


def saying(*services: bytes) -> Content:
    return uuie.read(uuie.write(uuie.EMPTY, True, services=services))


def service(argument: bytes, opcode: int = 21) -> bytes:
    invoke = {"invokeId": 7, "opcode": ("local", opcode), "argument": argument}
    value = {"serviceApdu": ("rosApdus", [("invoke", invoke)])}
    return bytes(h450_1.encode("H4501SupplementaryService", value))


def argument(**more: Any) -> bytes:
    fields = {"diversionCounter": 2, "diversionReason": "cfb", **more}
    return bytes(h450_3.encode("ARG-divertingLegInformation2", fields))


@pytest.mark.parametrize("reason", DiversionReason)
@pytest.mark.parametrize("party", [NUMBER, None])
def test_whatWeWriteWeRead(reason: DiversionReason, party: PartyAddress | None) -> None:
    read = diversionIn(saying(diversionService(Diversion(party, reason))))
    assert read == Diversion(party, reason if reason in TOLD else DiversionReason.UNKNOWN)


def test_whoDoesNotWantToBeShownIsNotNamed() -> None:
    number = {
        "destinationAddress": [("dialledDigits", "1002")],
        "destinationAddressPresentationIndicator": ("presentationRestricted", None),
    }
    said = saying(service(argument(divertingNr=number)))
    assert diversionIn(said) == Diversion(None, DiversionReason.BUSY)


@pytest.mark.parametrize(
    "services", [(), (b"\xff\xff",), (service(b""),), (service(argument(), 20),)]
)
def test_whatDoesNotSayItOrCannotBeReadSaysNothing(services: tuple[bytes, ...]) -> None:
    assert diversionIn(saying(*services)) is None


@pytest.mark.skipif(not tshark.available(), reason="there is no tshark")
def test_whatIsSaidIsWellFormed(tmp_path: Path) -> None:
    said = diversionService(Diversion(NUMBER, DiversionReason.BUSY))
    packet = tshark.signallingPacket(uuie.write(uuie.EMPTY, True, services=(said,)), 20000)
    assert tshark.complaints([packet], tmp_path / "said.pcap") == []
