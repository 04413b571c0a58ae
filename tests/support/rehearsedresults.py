"""
Results of a rehearsal that nobody held, with something of everything in them.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from h323d.rehearse.analysis import binned
from h323d.rehearse.promises import judged
from h323d.rehearse.results import (
    Distribution,
    Environment,
    Fault,
    FaultKind,
    Heard,
    Incident,
    Join,
    Leave,
    Load,
    LostCall,
    Pair,
    Party,
    Reception,
    Rehearsal,
)

__all__ = ["HOSTILE", "results"]

HOSTILE = (
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "x\x1b]0;owned\x07y\x00",
    "\u202egnp.exe",
    "a\"b'c&d$\\frac{1}{2}$",
    "會議室 غرفة",
    "Ethics",
    "Ethics",
)
"""
What parties call themselves.
"""

SECONDS = 60.0
WAYS = (
    ("sip", "early offer"),
    ("h323", "fast start"),
    ("h323", "tunnelled"),
    ("sip", "delayed offer"),
)


def results(parties: int = 8, seed: int = 1) -> Rehearsal:
    """
    The same for the same seed.
    """
    chance = np.random.default_rng(seed)
    people = tuple(_party(chance, number) for number in range(parties))
    pairs = tuple(
        _pair(chance, one.number, other.number)
        for one in people
        for other in people
        if one is not other and one.group == other.group
    )
    at = chance.uniform(0, SECONDS, 2000)
    latency, jitter = chance.normal(22, 3, 2000), np.abs(chance.normal(1, 0.5, 2000))
    whole = Rehearsal(
        Environment("2026-12-01 01:00 UTC", "h323d", "a machine", 2, SECONDS, seed, "0.5 % lost"),
        people,
        Heard(
            pairs,
            (
                Fault(FaultKind.GAP, 0, 12.5, 340.0),
                Fault(FaultKind.SLIP, 1, 20.0, -20.0, 0),
                Fault(FaultKind.STRANGER, 0, 30.0, 192.0, 99),
            ),
            binned(at, latency + 40, SECONDS),
            binned(at, latency, SECONDS),
        ),
        jitter=binned(at, jitter, SECONDS),
        incidents=(
            Incident(20.0, "kill", HOSTILE[0], True, 812.0),
            Incident(40.0, "flood", HOSTILE[2]),
        ),
        load=tuple(
            Load(float(second), process, float(chance.uniform(10, 60)), 80.0 + second / 10)
            for second in range(0, 60, 5)
            for process in ("server", f"media {HOSTILE[0]}", HOSTILE[2], HOSTILE[3])
        ),
        lost=(LostCall(20.4, 1, HOSTILE[0]),),
        notes=(HOSTILE[0],),
    )
    return judged(whole)


def _party(chance: np.random.Generator, number: int) -> Party:
    protocol, startUp = WAYS[number % len(WAYS)]
    party = Party(number, HOSTILE[number % len(HOSTILE)], protocol, startUp, ("PCMU",))
    jitter = Distribution.of(np.abs(chance.normal(1, 0.4, 60)))
    joins = Join(0.5, float(chance.uniform(2, 40)), float(chance.uniform(40, 90)))
    return replace(
        party,
        joins=(joins, Join(30.0, None, reason=HOSTILE[0])) if number == 1 else (joins,),
        leaves=(Leave(59.0, float(chance.uniform(2, 20)), 20.0),),
        reception=Reception(3000, int(chance.integers(0, 30)), 3, 1, 12, 3000, jitter, 2),
        mos=float(chance.uniform(4.0, 4.4)),
        group=int(number >= 6),
    )


def _pair(chance: np.random.Generator, speaker: int, listener: int) -> Pair:
    server = chance.normal(22, 2, 24)
    heard = int(24 - (speaker == 2))
    ways = Distribution.of(server + 40), Distribution.of(server)
    return Pair(speaker, listener, 24, heard, *ways, drift=1.5, accuracyMs=2.0)
