"""
What the section of the defence takes.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.gatekeeper.security.defenceconfig import DefenceConfig


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ({"exempt": ("here",)}, "exempt: "),
        ({"unforged": ("10.0.0.1/8",)}, "unforged: "),
        ({"scanners": ("",)}, "scanners: "),
        ({"requestRate": -1.0}, "requestRate: "),
        ({"failureBurst": 0}, "failureBurst: "),
        ({"banSeconds": 0}, "banSeconds: "),
        ({"banSeconds": 100, "maxBanSeconds": 50}, "maxBanSeconds: "),
        ({"maxSources": 0}, "maxSources: "),
    ],
)
def test_aFaultNamesItsKey(keys: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValueError, match=f"^{fault}"):
        DefenceConfig(**keys)
