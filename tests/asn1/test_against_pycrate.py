"""
Octet for octet what patched pycrate encodes: every type of the three big modules,
and every kind of PDU.
"""

from __future__ import annotations

import random
from importlib import import_module
from typing import Any

import pytest

from h323d.asn1.compiler import shapes
from tests.support import asn1values

pytest.importorskip("pycrate_asn1rt", reason="pycrate is not installed")

from tests.support import pycrate_oracle  # only with pycrate

_WORLD = asn1values.world()
_UNKNOWN = {"ExtendedAudioCapability", "extendedAudioCapability"}  # to pycrate

# Where the kinds of PDU are told apart.
_KINDS = [
    ("h225", "RasMessage"),
    ("h225", "H323_UU_PDU"),
    ("h245", "RequestMessage"),
    ("h245", "ResponseMessage"),
    ("h245", "CommandMessage"),
    ("h245", "IndicationMessage"),
]


def _choice(module: str, name: str) -> tuple[shapes.Choice, Any]:
    """
    The CHOICE of PDUs, and what makes a value of the type of one of its values.
    """
    shape = _WORLD.modules[module].types[name]
    if isinstance(shape, shapes.Choice):
        return shape, lambda value: value
    assert isinstance(shape, shapes.Sequence)
    body = next(part.shape for part in shape.root if part.name == "h323-message-body")
    assert isinstance(body, shapes.Choice)
    return body, lambda value: {"h323-message-body": value, "h245Tunnelling": True}


def _compare(module: str, name: str, asn1Name: str, value: Any) -> bool | None:
    shape = _WORLD.modules[module].types[name]
    theirs = pycrate_oracle.encode(module, name, asn1values.forPycrate(_WORLD, shape, value))
    if theirs is None:
        return None
    namespace = import_module(f"h323d.asn1.{module}")
    ours: bytes = namespace.encode(asn1Name, value)
    return ours == theirs


@pytest.mark.parametrize("module", ["h235", "h245", "h225"])
def test_everyTypeIsEncodedAsPycrateDoes(module: str) -> None:
    results: dict[str, bool | None] = {}
    for asn1Name, name in _WORLD.modules[module].asn1Names.items():
        if asn1Name in _UNKNOWN:
            continue
        shape = _WORLD.modules[module].types[name]
        for seed in range(2):
            values = asn1values.Values(_WORLD, random.Random(f"{module} {asn1Name} {seed}"))
            values.without |= _UNKNOWN
            results[f"{asn1Name} {seed}"] = _compare(module, name, asn1Name, values.make(shape))
    assert [name for name, same in results.items() if same is False] == []
    assert sum(same is None for same in results.values()) <= 3
    assert len(results) >= 74


@pytest.mark.parametrize(("module", "name"), _KINDS)
def test_everyKindOfPDUIsEncodedAsPycrateDoes(module: str, name: str) -> None:
    choice, wrap = _choice(module, name)
    results: dict[str, bool | None] = {}
    for part in (*choice.root, *choice.additions):
        for seed in range(3):
            values = asn1values.Values(_WORLD, random.Random(f"{name} {part.name} {seed}"))
            values.without |= _UNKNOWN
            value = wrap((part.name, values.make(part.shape)))
            asn1Name = name.replace("_", "-")
            results[f"{part.name} {seed}"] = _compare(module, name, asn1Name, value)
    assert [kind for kind, same in results.items() if same is False] == []
    assert sum(same is None for same in results.values()) <= 3
