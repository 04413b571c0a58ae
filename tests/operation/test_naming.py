"""
Whom an operator means.
"""

from __future__ import annotations

import pytest

from h323d.operation.naming import registrationNamed
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from tests.support.registrations import Table, endpoint

ANNA, BERT = endpoint(1, "anna"), endpoint(2, "bert")
CARLA = endpoint(
    3,
    aliases=(PartyAddress(AddressKind.DIALLED_DIGITS, "1003"),),
    signalling=(TransportAddress("2001:db8::3", 1720),),
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("endpoint1", "endpoint1"),
        ("anna", "endpoint1"),
        ("bert", "endpoint2"),
        ("1003", "endpoint3"),
        ("10.1.0.2:1720", "endpoint1"),
        ("[2001:db8::3]:1720", "endpoint3"),
        ("2001:db8::3:1720", "endpoint3"),
        ("10.1.0.2:1719", None),
        ("10.1.0.2", None),
        ("10.1.0.2:", None),
        ("10.1.0.2:\uff11\uff17\uff12\uff10", None),
        ("10.1.0.2:001720", None),
        ("Anna", None),
        ("", None),
    ],
)
def test_byIdentifierAliasOrAddress(text: str, found: str | None) -> None:
    registry = Table().registry
    for each in (ANNA, BERT, CARLA):
        registry.register(each)
    named = registrationNamed(registry, text)
    assert (named and named.endpointId) == found


def test_anIdentifierGoesBeforeAnAliasThatLooksLikeIt() -> None:
    registry = Table().registry
    registry.register(endpoint(1, "endpoint2"))
    registry.register(endpoint(2))
    named = registrationNamed(registry, "endpoint2")
    assert named is not None
    assert named.endpointId == "endpoint2"
