"""
Every gate, every reason, at every door: the table that C{docs/reference/guard-gates.rst} has, too.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from h323d.call.applications import CallType, Door, Purpose, Reason
from h323d.guard.gates.chain import AT, GATES, POLICY, decide
from h323d.guard.gates.inputs import ABSENT, Asker, Demand, Failure, GateInput, Stock
from h323d.guard.pii.rules import PIIKind
from h323d.guard.registry.guardian import ProofForm, Status

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "guard-gates.rst"
ANNA = Asker("", ProofForm.ED25519, "if://guardian/anna", Status.ACTIVE)
CALL = Demand(CallType.ESCALATE, bandwidth=100)
GOOD = GateInput(Door.INVITE, 0.0, "", ANNA, CALL, Stock(held=0, quota=100, pool=100, seats=1))

FAILING = {
    "1": (replace(GOOD, asker=ABSENT), "INVALID_SIGNATURE", "absent"),
    "2": (replace(GOOD, asker=replace(ANNA, status=Status.REVOKED)), "NOT_REGISTERED", "revoked"),
    "2.1": (
        replace(GOOD, asker=replace(ANNA, namesAreOwn=False)),
        "INVALID_SIGNATURE",
        "wrongName",
    ),
    "3": (
        replace(GOOD, demand=replace(CALL, declaredPII=True)),
        "PII_POLICY_VIOLATION",
        "declared",
    ),
    "4": (replace(GOOD, stock=replace(GOOD.stock, held=1)), "BANDWIDTH_EXCEEDED", "quota"),
    "5": (replace(GOOD, stock=replace(GOOD.stock, seated=1)), "CAPACITY_EXCEEDED", "roomFull"),
}
NIGHT = ("NOT_PERMITTED", "night:afterTen")
ALL = sorted((*GATES, POLICY))
CASES = [(door, gate) for door in AT for gate in GATES]


@pytest.mark.parametrize("door", AT)
def test_whoFailsNowhereIsAdmitted(door: Door) -> None:
    decision = decide(replace(GOOD, door=door))
    assert (decision.admitted, decision.gate, decision.told) == (True, "", None)


@pytest.mark.parametrize(("door", "gate"), CASES)
def test_aGateRefusesAtTheDoorsWhereItStands(door: Door, gate: str) -> None:
    asked, reason, detail = FAILING[gate]
    decision = decide(replace(asked, door=door))
    assert decision.admitted == (gate not in AT[door])
    if gate in AT[door]:
        assert decision.failure is not None
        assert (decision.gate, decision.failure.reason.value, decision.failure.detail) == (
            gate,
            reason,
            detail,
        )


def test_theReasonIsThatOfTheFirstGate() -> None:
    worst = GateInput(
        Door.INVITE,
        0.0,
        "",
        Asker("stale", status=Status.REVOKED, namesAreOwn=False),
        Demand(CallType.ESCALATE, declaredPII=True, bandwidth=999),
        Stock(quota=1, pool=1, seats=1, seated=1),
    )
    gates = []
    for asker, demand, stock in (
        (worst.asker, worst.demand, worst.stock),
        (replace(worst.asker, fault=""), worst.demand, worst.stock),
        (replace(ANNA, namesAreOwn=False), worst.demand, worst.stock),
        (ANNA, worst.demand, worst.stock),
        (ANNA, replace(worst.demand, declaredPII=False), worst.stock),
        (ANNA, CALL, replace(worst.stock, quota=100)),
    ):
        gates.append(decide(replace(worst, asker=asker, demand=demand, stock=stock)).gate)
    assert gates == list(GATES)


def test_whoHasOthersCalledIsToldNoMoreThanWhoHasAnothersName() -> None:
    decision = decide(replace(GOOD, asker=replace(ANNA, isWhereTheySay=False)))
    assert decision.failure is not None
    assert (decision.gate, decision.failure.detail) == ("2.1", "wrongAddress")


@pytest.mark.parametrize(
    ("asker", "told"),
    [
        (Asker("absent"), Reason.INVALID_SIGNATURE),
        (Asker("badSignature", status=Status.REVOKED), Reason.INVALID_SIGNATURE),
        (Asker(form=ProofForm.DIGEST), Reason.INVALID_SIGNATURE),
        (replace(ANNA, namesAreOwn=False), Reason.INVALID_SIGNATURE),
        (replace(ANNA, status=Status.SUSPENDED), Reason.NOT_REGISTERED),
    ],
)
def test_whoHasProvenNothingLearnsNothing(asker: Asker, told: Reason) -> None:
    assert decide(replace(GOOD, asker=asker)).told is told


@pytest.mark.parametrize(
    ("declared", "room", "may", "judged"),
    [
        (None, None, True, CallType.ROUTINE),
        (CallType.ESCALATE, None, True, CallType.ESCALATE),
        (CallType.ESCALATE, None, False, CallType.ROUTINE),
        (CallType.ROUTINE, CallType.ESCALATE, True, CallType.ESCALATE),
        (None, CallType.ESCALATE, True, CallType.ESCALATE),
        (CallType.EMERGENCY, CallType.ESCALATE, True, CallType.EMERGENCY),
        (CallType.EMERGENCY, CallType.ESCALATE, False, CallType.ESCALATE),
        (CallType.EMERGENCY, None, False, CallType.ROUTINE),
    ],
)
def test_asWhichTypeACallIsJudged(
    declared: CallType | None, room: CallType | None, may: bool, judged: CallType
) -> None:
    asked = replace(
        GOOD, asker=replace(ANNA, mayDeclare=may), demand=Demand(declared, room, bandwidth=1)
    )
    decision = decide(asked)
    assert decision.callType is judged
    assert decision.priorityUnauthorized == (not may)


def test_personalDataIsFoundInTheGravestCallsAlone() -> None:
    found = replace(CALL, foundPII=frozenset((PIIKind.SSN, PIIKind.EMAIL)))
    refused = decide(replace(GOOD, demand=found))
    assert refused.failure is not None
    assert refused.failure.detail == "found:EMAIL+SSN"
    assert decide(replace(GOOD, demand=replace(found, callType=CallType.ROUTINE))).admitted


def test_anEmergencyMayCarryItAndThatIsSaid() -> None:
    demand = replace(CALL, callType=CallType.EMERGENCY, declaredPII=True)
    decision = decide(replace(GOOD, demand=demand))
    assert (decision.admitted, decision.emergencyOverride) == (True, True)
    assert not decide(GOOD).emergencyOverride


def test_thePoolIsForAll() -> None:
    assert decide(replace(GOOD, stock=replace(GOOD.stock, pooled=1))).gate == "5"
    assert decide(replace(GOOD, stock=replace(GOOD.stock, pooled=1, pool=0))).admitted


@pytest.mark.parametrize("door", AT)
def test_policiesAreAskedAboutCallsThatHaveNoPersonalDataAndBeforeBandwidth(door: Door) -> None:
    asked: list[GateInput] = []

    def night(this: GateInput) -> Failure:
        asked.append(this)
        return Failure(Reason(NIGHT[0]), NIGHT[1])

    poor = replace(FAILING["4"][0], door=door)
    decision = decide(poor, night)
    assert (POLICY in AT[door]) == (door.purpose is Purpose.CALL)
    assert asked == [poor] * (POLICY in AT[door])
    assert decision.gate == (POLICY if asked else "4" if "4" in AT[door] else "")
    decide(replace(FAILING["3"][0], door=door), night)
    assert len(asked) == int(POLICY in AT[door])


def test_whatAnotherCallGivesUpIsAsGoodAsWhatIsInThePool() -> None:
    short = replace(GOOD.stock, pooled=40)
    assert decide(replace(GOOD, stock=replace(short, yielding=39))).gate == "5"
    assert decide(replace(GOOD, stock=replace(short, yielding=40))).admitted


def tableOfGates() -> str:
    """
    The doors and their gates, as the page has them.
    """
    rule = "  ".join(("=" * 13, *("=" * max(2, len(gate) + 1) for gate in ALL)))
    rows = ["  ".join((f"{'door':13}", *(gate.ljust(max(2, len(gate) + 1)) for gate in ALL)))]
    for door in AT:
        marks = [("x" if gate in AT[door] else "").ljust(max(2, len(gate) + 1)) for gate in ALL]
        rows.append("  ".join((f"``{door.value}``".ljust(13), *marks)).rstrip())
    rows[0] = rows[0].rstrip()
    return "\n".join((rule, rows[0], rule, *rows[1:], rule))


def tableOfReasons() -> str:
    """
    The gates and their reasons.
    """
    rule = "====  ========================  ============="
    rows = [f"{'gate':4}  {'reason':24}  detail"]
    failing = {gate: (reason, detail) for gate, (_, reason, detail) in FAILING.items()}
    for gate, (reason, detail) in sorted({**failing, POLICY: NIGHT}.items()):
        rows.append(f"{gate:4}  {f'``{reason}``':24}  ``{detail}``")
    return "\n".join((rule, rows[0], rule, *rows[1:], rule))


def test_thePageHasTheTables() -> None:
    page = PAGE.read_text()
    assert tableOfGates() in page
    assert tableOfReasons() in page
