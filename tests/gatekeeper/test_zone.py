"""
The whole gatekeeper over a simulated network.
"""

from __future__ import annotations

from typing import Any

from h323d.events import EndpointRegistered
from h323d.values.address import TransportAddress
from tests.support.ras import GATEKEEPER, arq, at, drq, grq, rrq

ROOM = ("dialledDigits", "80001")


def test_anEndpointFindsRegistersCallsARoomAndHangsUp(world: Any) -> None:
    peer = world.peer("10.0.0.2")
    confirm = peer.ask(grq(1, "10.0.0.2"))
    assert confirm.name == "gatekeeperConfirm"
    assert confirm.fields["rasAddress"] == at("10.0.0.1", 1719)

    endpointId = register(world, peer)
    admitted = peer.ask(arq(3, endpointId, ROOM))
    assert admitted.name == "admissionConfirm"
    assert admitted.fields["destCallSignalAddress"] == at("10.0.0.1", 1720)
    assert admitted.fields["callModel"] == ("direct", None)
    assert len(world.zone.admissions) == 1

    assert peer.ask(drq(4, endpointId)).name == "disengageConfirm"
    assert len(world.zone.admissions) == 0
    assert world.zone.bandwidth.used == 0


def register(world: Any, peer: Any) -> str:
    answer = peer.ask(rrq(2, peer.host, ("h323-ID", "anna"), ("dialledDigits", "1001")))
    assert answer.name == "registrationConfirm"
    (fact,) = world.told(EndpointRegistered)
    assert fact.signalling == TransportAddress(peer.host, 1720)
    assert peer.received[0][1] == GATEKEEPER
    return str(answer.fields["endpointIdentifier"])
