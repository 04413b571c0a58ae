"""
Who sits together.
"""

from __future__ import annotations

import pytest

from h323d.gatekeeper.lines.config import LineGroup
from h323d.gatekeeper.lines.groups import LineGroups

GROUPS = LineGroups((LineGroup(("1001", "anna", "+493012")), LineGroup(("anna", "bob"))))


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ({"1001"}, {"anna"}, True),
        ({"49 30 12"}, {"1001"}, False),
        ({"493012"}, {"1001", "front desk"}, True),
        ({"1001"}, {"bob"}, False),
        ({"anna"}, {"bob"}, True),
        ({"carol", "1003"}, {"1003"}, True),  # a name in common
        ({"carol"}, {"dave"}, False),
        (set(), {"anna"}, False),
    ],
)
def test_whoSharesAGroupOrANameSitsTogether(one: set[str], other: set[str], together: bool) -> None:
    assert GROUPS.sitTogether(one, other) is together
    assert GROUPS.sitTogether(other, one) is together


def test_itIsKnownWhoIsInAGroup() -> None:
    assert GROUPS.have({"bob", "1002"})
    assert not GROUPS.have({"carol"})
