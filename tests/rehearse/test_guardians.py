"""
The registry that a guarded rehearsal is given.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from h323d.cli.calloptions import optionsOf
from h323d.cli.callsettings import settingsOf
from h323d.guard.registry.reading import parse
from h323d.rehearse.cast import Proof, castOf
from h323d.rehearse.guardians import GUARD, Guardians


def test_eachPartyIsThereWithWhatItProvesItselfBy(tmp_path: Path) -> None:
    cast = castOf(12, 1, isGuarded=True)
    hosts = [f"127.0.0.{101 + each.number}" for each in cast]
    guardians = Guardians(tmp_path, cast, hosts)
    registry = {each.terminalId: each for each in parse(guardians.registry.read_text())}
    assert len(registry) == len(cast)
    for part in cast:
        (proof,) = registry[f"if://guardian/{part.alias}"].proofs
        assert proof.value == part.proof
        told = guardians.argumentsOf(part)
        options = optionsOf(["--bind", "127.0.0.1", *part.arguments, *told, *where(part.isCalled)])
        settings = settingsOf(options, None)
        assert (settings.signs is not None) == (part.proof == Proof.ED25519)
        assert bool(settings.gatekeeperPassword) == (part.proof == Proof.H235)


def where(isCalled: bool) -> list[str]:
    gatekeeper = ["--gatekeeper", "127.0.0.1"]
    return gatekeeper if isCalled else [*gatekeeper, "80001"]


def test_theServerIsToldWhoGuardsIt(tmp_path: Path) -> None:
    cast = castOf(12, 0, isGuarded=True)
    guardians = Guardians(tmp_path, cast, ["127.0.0.1"] * len(cast))
    document = tomllib.loads(guardians.configuration)
    assert document["guard"] == {"registry": str(guardians.registry), "name": GUARD}
    passwords = [each["alias"] for each in document["security"]["passwords"]]
    assert passwords == [each.alias for each in cast if each.proof == Proof.H235]
