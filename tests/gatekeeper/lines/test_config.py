"""
Who sits together, as it is configured.
"""

from __future__ import annotations

import pytest

from h323d.gatekeeper.lines.config import LineGroup


@pytest.mark.parametrize("members", [(), ("1001",), ("1001", "")])
def test_aGroupHasTwoMembersAtLeast(members: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="members: a group"):
        LineGroup(members)
