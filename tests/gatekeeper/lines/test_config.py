"""
Who sits together, as it is configured.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.gatekeeper.lines.config import LineGroup, LinesConfig


@pytest.mark.parametrize("members", [(), ("1001",), ("1001", "")])
def test_aGroupHasTwoMembersAtLeast(members: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="members: a group"):
        LineGroup(members)


@pytest.mark.parametrize(("key", "value"), [("messageRate", -1.0), ("messageBurst", 0)])
def test_limitsAreChecked(key: str, value: Any) -> None:
    with pytest.raises(ValueError, match=key):
        LinesConfig(**{key: value})
