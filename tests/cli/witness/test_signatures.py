"""
Whether who is said to have signed has.
"""

from __future__ import annotations

import random
from base64 import b64encode
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from h323d.cli.witness.program import main
from h323d.events.doors import ApplicationPassed
from h323d.guard.gates.chain import decide
from h323d.guard.gates.recording import Judged, recorded
from h323d.values.address import TransportAddress
from h323d.values.proof import Proof
from h323d.witness.log.places import Place
from h323d.witness.log.telling import entryOf
from tests.support.decidedlog import CALL
from tests.support.guardians import publicKey, signingKey
from tests.support.witnesslogs import START, newDisk, placeOf

PEER = TransportAddress("192.0.2.7", 1719)


@dataclass(frozen=True)
class Signed:
    """
    A request, and by whom it is said to be signed.
    """

    octets: bytes = b"IF.guard/1 ras\0request"
    by: str = "anna"
    named: str = "anna"

    def fact(self) -> ApplicationPassed:
        key = publicKey(self.named).raw
        proof = Proof(
            "ed25519", "it", 1, b"nonce", key, self.octets, signingKey(self.by).sign(self.octets)
        )
        told = recorded(Judged(CALL, decide(CALL), key=key))
        nothing = ("", "", "", "", "")
        return ApplicationPassed(
            START, "ARQ", "h323", PEER, "ep1", (proof,), (), (), 0, *nothing, told
        )


def log(directory: Path, requests: Sequence[Signed]) -> Place:
    disk = newDisk(directory)
    entries = [entryOf(each.fact(), random.Random(n)) for n, each in enumerate(requests)]
    disk.write(deque(each for each in entries if each is not None), START, isLast=True)
    disk.close()
    return placeOf(directory)


def said(directory: Path, capsys: pytest.CaptureFixture[str], status: int) -> list[str]:
    assert main(["decisions", str(directory)]) == status
    return capsys.readouterr().out.splitlines()


def test_eachSignatureIsByTheKeyThatItNames(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log(tmp_path, [Signed(), Signed(b"another", "bert", "bert")] * 10)
    assert said(tmp_path, capsys, 0) == [
        "20 decisions; 20 follow from what was known",
        "20 signatures; 20 hold",
    ]


def test_whatAServerHasMadeUpIsNamed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log(tmp_path, [Signed(), Signed(by="mallory")])
    assert said(tmp_path, capsys, 1) == [
        "record 2: the signature is not by the key that it names",
        "2 decisions; 2 follow from what was known",
        "2 signatures; 1 hold",
    ]


def test_whatIsErasedCannotBeLookedAt(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = log(tmp_path, [Signed()] * 20)
    place.openings(0).unlink()
    assert said(tmp_path, capsys, 0)[-1] == "20 signatures; 5 hold; 15 cannot be looked at any more"


def test_whatOpensNothingIsNamed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = log(tmp_path, [Signed(b"request"), Signed(b"others!")])
    opened = place.openings(0).read_bytes()
    sealed, other = (b64encode(each) for each in (b"request", b"others!"))
    place.openings(0).write_bytes(opened.replace(sealed, other))
    assert main(["decisions", str(tmp_path)]) == 2
    assert "record 1: is not what was sealed" in capsys.readouterr().err


def test_anOpeningThatIsNoneIsNamed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = log(tmp_path, [Signed()])
    place.openings(0).write_bytes(b"{}\n")
    assert main(["decisions", str(tmp_path)]) == 2
    assert f"{place.openings(0)}: opening: has not" in capsys.readouterr().err
