"""
What a configuration of the gateway may say.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.gateway.config import GatewayConfig


@pytest.mark.parametrize(
    "wrong",
    [
        {"maxCalls": 0},
        {"answerTimeout": 0.0},
        {"wayTimeout": 0.0},
        {"progressTimeout": -1.0},
        {"ringTimeout": 0.0},
        {"failoverCauses": (128,)},
        {"maxBranches": 0},
        {"packetMs": 25},
        {"maxBitRate": -1},
    ],
)
def test_whatMakesNoSenseIsRefusedByItsName(wrong: dict[str, Any]) -> None:
    (name,) = wrong
    with pytest.raises(ValueError, match=f"^{name}: "):
        GatewayConfig(**wrong)
