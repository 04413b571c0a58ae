"""
Results are written, and read again as they were.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from h323d.rehearse.document import VERSION, NotResults, fromJSON, toJSON
from h323d.rehearse.results import (
    Distribution,
    Environment,
    Fault,
    FaultKind,
    Heard,
    Incident,
    Join,
    Load,
    LostCall,
    Pair,
    Party,
    Reception,
    Rehearsal,
    Verdict,
)

SMALL = Rehearsal(
    Environment("2026-12-01 01:00 UTC", "h323d 0.1.0", "a machine", 2, 30.0, 7),
    (
        Party(
            *(0, "Ethics", "sip", "early offer", ("PCMU",)),
            joins=(Join(1.0, 2.5),),
            reception=Reception(10, 0, jitter=Distribution.of([1, 2, 3])),
        ),
    ),
    Heard(
        (Pair(0, 1, 3, 2, server=Distribution.of([3.0])),),
        (Fault(FaultKind.GAP, 0, 12.5, 40.0),),
    ),
    promises=(Verdict("everybody", "all", "", None),),
)

finite = st.floats(allow_nan=False, allow_infinity=False)


def test_whatIsWrittenIsRead() -> None:
    assert fromJSON(toJSON(SMALL)) == SMALL


def test_theSameIsWrittenByTheSameOctets() -> None:
    assert toJSON(SMALL) == toJSON(fromJSON(toJSON(SMALL)))


@given(
    st.builds(
        Rehearsal,
        environment=st.builds(Environment, seconds=finite),
        parties=st.just(()),
        heard=st.just(Heard()),
        jitter=st.just(()),
        incidents=st.lists(st.builds(Incident, at=finite, overMs=st.none() | finite)).map(tuple),
        load=st.lists(st.builds(Load, at=finite, cpu=finite, memory=finite)).map(tuple),
        lost=st.lists(st.builds(LostCall, at=finite)).map(tuple),
    )
)
def test_whateverItIsItIsReadAsItWas(rehearsal: Rehearsal) -> None:
    assert fromJSON(toJSON(rehearsal)) == rehearsal


def changed(**fields: Any) -> str:
    document = json.loads(toJSON(SMALL))
    document["environment"].update(fields)
    return json.dumps(document)


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "null", "7", '"text"', "{}", "[" * 100_000),
        *(changed(seed=7.5), changed(seed="7"), changed(seed=True), changed(seed=None)),
        *(changed(seconds=float("nan")), changed(seconds=float("inf")), changed(extra=1)),
        toJSON(SMALL).replace("30.0", "1e999"),
        toJSON(SMALL).replace('"gap"', '"gaps"'),
        toJSON(SMALL).replace('"kept": null', '"kept": 1'),
        toJSON(SMALL).replace('"began"', '"begun"'),
    ],
    ids=range(19),
)
def test_whatIsElseIsRefused(text: str) -> None:
    with pytest.raises(NotResults):
        fromJSON(text)


@pytest.mark.parametrize("version", [0, VERSION + 1, str(VERSION), True, None, 1.0])
def test_otherVersionsAreRefused(version: Any) -> None:
    document = {**json.loads(toJSON(SMALL)), "version": version}
    with pytest.raises(NotResults, match="version"):
        fromJSON(json.dumps(document))


def test_aFigureThatIsNoneIsNotWritten() -> None:
    broken = Rehearsal(Environment("", "", "", 1, float("nan"), 0), ())
    with pytest.raises(ValueError, match="nan"):
        toJSON(broken)
