"""
What follows from what an endpoint is.
"""

from __future__ import annotations

import pytest

from h323d.values.address import TransportAddress
from tests.support.registrations import endpoint

HERE, THERE = TransportAddress("10.0.0.2", 1720), TransportAddress("10.0.0.3", 1720)


def test_itsSignallingComesFromWhereItRegisteredAndFromWhereItTakesCalls() -> None:
    source = TransportAddress("10.0.0.9", 1719)
    gateway = endpoint(
        1, source=source, signalling=(HERE, THERE, TransportAddress("10.0.0.2", 1721))
    )
    assert gateway.hosts == ("10.0.0.9", "10.0.0.2", "10.0.0.3")


@pytest.mark.parametrize(("protocol", "own"), [("h323", (HERE, THERE)), ("sip", ())])
def test_aPhoneOfSIPSharesItsAddressWithItsOtherNames(
    protocol: str, own: tuple[TransportAddress, ...]
) -> None:
    assert endpoint(1, protocol=protocol, signalling=(HERE, THERE)).ownAddresses == own
