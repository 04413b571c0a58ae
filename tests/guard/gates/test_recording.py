"""
A decision as the record has it: everything that it was made of, and nothing personal.
"""

from __future__ import annotations

import json
import random
import re
from base64 import b64decode
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from h323d.call.applications import CallType, Door, Reason
from h323d.errors import DecodeError
from h323d.guard.gates.chain import AT, decide
from h323d.guard.gates.inputs import ABSENT, Asker, Demand, Failure, GateInput, Stock
from h323d.guard.gates.opinions import Answer, Opinion
from h323d.guard.gates.recording import Judged, read, recorded, wholeMilliseconds
from h323d.guard.pii.rules import PIIKind
from h323d.guard.registry.guardian import ProofForm, Status
from h323d.witness.log.record import canonical
from tests.support.guardians import publicKey

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "witness-format.rst"
ANNA = Asker("", ProofForm.ED25519, "if://guardian/anna", Status.ACTIVE)
GOOD = GateInput(
    Door.ARQ, 1_800_000_000.25, "ab" * 32, ANNA, Demand(CallType.ESCALATE, bandwidth=1), Stock(1, 9)
)


def judged(asked: GateInput = GOOD, **more: Any) -> Judged:
    return Judged(asked, decide(asked), **more)


def drawn(rng: random.Random) -> GateInput:
    """
    Anything that might be asked.
    """
    kinds = frozenset(rng.sample(list(PIIKind), rng.randrange(3)))
    types = [None, *CallType]
    return GateInput(
        rng.choice(list(AT)),
        wholeMilliseconds(rng.uniform(1.7e9, 2.1e9)),
        rng.randbytes(32).hex(),
        rng.choice(
            [
                ABSENT,
                ANNA,
                Asker("", None, "if://guardian/Ünal", rng.choice(list(Status))),
                replace(ANNA, namesAreOwn=rng.random() < 0.5, mayDeclare=rng.random() < 0.5),
                replace(ANNA, form=ProofForm.ADDRESS, isWhereTheySay=rng.random() < 0.5),
            ]
        ),
        Demand(rng.choice(types), rng.choice(types), rng.random() < 0.2, kinds, rng.randrange(99)),
        Stock(*(rng.randrange(99) for _ in range(6))),
    )


@pytest.mark.parametrize("seed", range(200))
def test_fromTheRecordAloneTheSameIsDecidedAgain(seed: int) -> None:
    one = judged(drawn(random.Random(seed)))
    line = canonical(recorded(one))
    again = read(json.loads(line))
    assert again == one
    assert decide(again.asked) == one.decision
    assert canonical(recorded(again)) == line


def test_theExampleOfThePageIsWhatItSays() -> None:
    example = re.search(r'(?m)^    (\{"call_type".*)$', PAGE.read_text())
    assert example is not None
    told = json.loads(example[1])
    found = read(told)
    assert decide(found.asked) == found.decision
    assert canonical({**recorded(found), "key": told["key"]}).decode() == example[1]


def test_whatPoliciesSaidIsRecordedInTheirOrder() -> None:
    failure = Failure(Reason.NOT_PERMITTED, "night:late")
    opinions = (
        Opinion("one", Answer.OPENS),
        Opinion("night", Answer.REFUSES, failure),
    )
    shadows = (Opinion.none("slow", Answer.LATE),)
    one = judged(opinions=opinions, shadows=shadows)
    assert read(recorded(one)) == one
    assert recorded(one)["shadow"] == [
        {"policy": "slow", "answer": "late", "reason": "GATEKEEPER_ERROR", "detail": "slow:late"}
    ]


def test_theKeyIsToldByWhichItWasSigned() -> None:
    key = publicKey("anna").raw
    assert b64decode(recorded(judged(key=key))["key"]) == key
    assert read(recorded(judged(key=key))).key == key
    assert recorded(judged())["key"] == ""


def test_aTimeThatIsRecordedIsTheSameAsBefore() -> None:
    rng = random.Random(5)
    for _ in range(1000):
        now = wholeMilliseconds(rng.uniform(1e9, 4e9))
        assert read(recorded(judged(replace(GOOD, now=now)))).asked.now == now


def changed(path: str, value: Any) -> Any:
    """
    A decision with another value in a place; C{...} for none.
    """
    told: Any = json.loads(canonical(recorded(judged(opinions=(Opinion("a", Answer.OPENS),)))))
    here, names = told, path.split(".")
    for name in names[:-1]:
        here = here[int(name)] if name.isdecimal() else here[name]
    if value is ...:
        del here[names[-1]]
    else:
        here[names[-1]] = value
    return told


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        ("input", ..., "decision.input"),
        ("input.door", "XRQ", "decision.input.door"),
        ("input.door", ..., "decision.input.door"),
        ("input.now_ms", "0", "decision.input.now_ms"),
        ("input.now_ms", ..., "decision.input.now_ms"),
        ("input.asker.status", "dead", "decision.input.asker.status"),
        ("input.asker.names_are_own", 1, "decision.input.asker.names_are_own"),
        ("input.demand", [], "decision.input.demand"),
        ("input.demand.found_pii", "SSN", "decision.input.demand.found_pii"),
        ("input.demand.found_pii", [1], "decision.input.demand.found_pii"),
        ("input.stock.held", True, "decision.input.stock.held"),
        ("gate", None, "decision.gate"),
        ("reason", "BECAUSE", "decision.reason"),
        ("call_type", "GRAVE", "decision.call_type"),
        ("key", ..., "decision.key"),
        ("key", "=", "decision.key"),
        ("policies", {}, "decision.policies"),
        ("policies", ["a"], r"decision.policies\[0\]"),
        ("policies.0.answer", "maybe", r"decision.policies\[0\].answer"),
        ("policies.0.policy", 1, r"decision.policies\[0\].policy"),
    ],
)
def test_whatIsNoDecisionIsRefusedWithThePlace(path: str, value: Any, place: str) -> None:
    with pytest.raises(DecodeError, match=rf"^{place}: "):
        read(changed(path, value))


def test_whatAnOlderRecordDoesNotTellIsAsItWasBefore() -> None:
    assert read(changed("input.stock.pool", ...)).asked.stock == replace(GOOD.stock, pool=0)
