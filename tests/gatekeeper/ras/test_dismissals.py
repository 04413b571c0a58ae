"""
URQ of the gatekeeper's own: whom it tells that a registration is over.
"""

from __future__ import annotations

from typing import Any

from h323d.call.homes import homeAt
from h323d.errors import ResourceUnavailable
from h323d.gatekeeper.identity import Identity
from h323d.gatekeeper.ras.dismissals import Dismissals
from h323d.gatekeeper.registry.expiry import PAUSE, PORTION
from h323d.gatekeeper.registry.registrations import GRACE
from h323d.h323.ras.messages import RASMessage
from h323d.values.address import TransportAddress
from tests.support.ras import at, rrq
from tests.support.registrations import endpoint
from tests.support.zone import World

ANNA = ("h323-ID", "anna")
TIME_TO_LIVE = 60


class Channel:
    """
    Notes what is sent; or has no number left to send anything.
    """

    def __init__(self, full: bool = False) -> None:
        self.sent: list[tuple[str, str]] = []
        self._full = full

    def request(self, name: str, fields: Any, destination: Any, answered: Any) -> None:
        self.tell(name, fields, destination)

    def tell(self, name: str, fields: Any, destination: Any) -> None:
        if self._full:
            raise ResourceUnavailable("no requestSeqNum is free")
        self.sent.append((name, fields["reason"][0]))


def newDismissals(channel: Channel) -> Dismissals:
    return Dismissals(channel, Identity("h323d", homeAt("10.0.0.1")))


def test_whoDoesNotRenewIsToldSoOnce(world: World) -> None:
    peer, endpointId = world.registered("10.0.0.2", ANNA, timeToLive=TIME_TO_LIVE)
    peer.received.clear()
    world.clock.advance(TIME_TO_LIVE + GRACE + 1)
    world.clock.pump([0.5] * 30)
    (request,) = peer.messages()
    assert request.name == "unregistrationRequest"
    assert request.fields["reason"] == ("ttlExpired", None)
    assert request.fields["endpointIdentifier"] == endpointId
    assert request.fields["gatekeeperIdentifier"] == "h323d"
    assert request.fields["callSignalAddress"] == [at("10.0.0.2", 1720)]


def test_itsConfirmIsExpectedByNobodyAndRegisteringAnewWorks(world: World) -> None:
    peer, _endpointId = world.registered("10.0.0.2", ANNA, timeToLive=TIME_TO_LIVE)
    peer.received.clear()
    world.clock.advance(TIME_TO_LIVE + GRACE + 1)
    world.clock.advance(0.1)
    (request,) = peer.messages()
    peer.received.clear()
    peer.send(RASMessage("unregistrationConfirm", {"requestSeqNum": request.requestSeqNum}))
    world.clock.advance(0.1)
    assert peer.received == []
    assert peer.ask(rrq(9, "10.0.0.2", ANNA)).name == "registrationConfirm"


def test_veryManyAreToldAPortionAtATime(world: World) -> None:
    peer = world.peer("10.0.0.2")
    source = TransportAddress("10.0.0.2", 1719)
    for number in range(PORTION + 1):
        world.zone.registry.register(endpoint(number, source=source))
    world.clock.advance(60 + GRACE)
    assert len(world.zone.registry) == 1
    world.clock.advance(PAUSE)
    world.clock.advance(0.01)
    assert len(peer.messages()) == PORTION + 1


def test_aSIPPhoneIsNotTold() -> None:
    channel = Channel()
    dismissals = newDismissals(channel)
    dismissals.expire(endpoint(1, protocol="sip"))
    dismissals.dismiss(endpoint(1, protocol="sip"))
    assert channel.sent == []


def test_withoutANumberForAnotherQuestionNobodyIsTold() -> None:
    channel = Channel(full=True)
    dismissals = newDismissals(channel)
    dismissals.expire(endpoint(1))
    dismissals.dismiss(endpoint(1))
    assert channel.sent == []
