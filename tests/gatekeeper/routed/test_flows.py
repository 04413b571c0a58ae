"""
What flows by a logical channel, and what several need together.
"""

from __future__ import annotations

from typing import Any

from h323d.gatekeeper.routed.flows import Flow, flowsOf, neededBy
from h323d.gatekeeper.routed.side import CALLED, CALLER

ULAW = ("audioData", ("g711Ulaw64k", 20))
G729 = ("audioData", ("g729", 2))
UNKNOWN: Any = ("audioData", ("nonStandard", {}))
NOTHING = ("nullData", None)


def channel(forward: Any, back: Any = None, session: int = 1) -> dict[str, Any]:
    parameters = ("h2250LogicalChannelParameters", {"sessionID": session})
    told: dict[str, Any] = {
        "forwardLogicalChannelParameters": {"dataType": forward, "multiplexParameters": parameters}
    }
    if back is not None:
        told["reverseLogicalChannelParameters"] = {
            "dataType": back,
            "multiplexParameters": parameters,
        }
    return told


def test_bothDirectionsOfAChannelFlow() -> None:
    assert flowsOf(CALLER, channel(ULAW, G729)) == (Flow(CALLER, 1, 640), Flow(CALLED, 1, 80))


def test_whatTheOtherSideSendsInAFastStartIsItsOwn() -> None:
    flows = flowsOf(CALLER, channel(NOTHING, ULAW))
    assert flows is not None
    assert flows[1] == Flow(CALLED, 1, 640)


def test_whoLeavesTheSessionToTheMasterMeansThePrimaryOne() -> None:
    flows = flowsOf(CALLED, channel(ULAW, session=0))
    assert flows is not None
    assert flows[0] == Flow(CALLED, 1, 640)


def test_whatNobodyKnowsTheRateOfDoesNotFlow() -> None:
    assert flowsOf(CALLER, channel(UNKNOWN)) is None
    assert flowsOf(CALLER, channel(ULAW, UNKNOWN)) is None


def test_ofOneSessionInOneDirectionTheGreatestCounts() -> None:
    flows = [Flow(CALLER, 1, 640), Flow(CALLER, 1, 80), Flow(CALLED, 1, 80), Flow(CALLER, 2, 3840)]
    assert neededBy(flows) == 640 + 80 + 3840
