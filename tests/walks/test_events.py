"""
The walk of a subscription to who is in a room.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

import pytest

from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.values.address import TransportAddress
from tests.support.bridged import SERVER, h323Phone, sipPhone
from tests.support.simulation import Simulation
from tests.support.sippeers import ScriptedPeer, offerBody, request, responseTo

SIP = TransportAddress(SERVER, 5060)


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation(seed=15) as simulation:
        yield simulation


class Subscriber(ScriptedPeer):
    """
    Takes whatever it is told.
    """

    def datagramReceived(self, data: bytes, source: TransportAddress) -> None:
        super().datagramReceived(data, source)
        message = self.messages[-1]
        if isinstance(message, SIPRequest):
            self.send(responseTo(message, 200), SIP)

    @property
    def told(self) -> list[tuple[str | None, int]]:
        """
        Of each document, its state, and how many users it has.
        """
        requests = (each for each in self.messages if isinstance(each, SIPRequest))
        notifies = [each for each in requests if each.body]
        roots = [ElementTree.fromstring(each.body) for each in notifies]
        return [(each.get("state"), len(each.findall(".//{*}user"))) for each in roots]


def test_whoIsInARoomIsSeenToComeAndGo(world: Simulation) -> None:
    server = world.server(SERVER)
    anna = sipPhone(world, "10.0.1.1", "1001", 400)
    bob = h323Phone(world, "10.0.1.2", "1002", 700)
    anna.dial(f"sip:80001@{SERVER}")
    world.until(lambda: anna.speaking)
    watcher = Subscriber(world, "10.0.0.3")
    watcher.send(request("SUBSCRIBE", uri=f"sip:80001@{SERVER}", extra="Event: conference\n"), SIP)
    world.until(lambda: watcher.told)
    assert (watcher.statuses, watcher.told) == ([200], [("full", 1)])
    world.run(2.0)
    bob.dial("80001")
    world.until(lambda: len(watcher.told) == 2)
    world.run(2.0)
    anna.hangup()
    world.until(lambda: len(watcher.told) == 3)
    assert watcher.told[1:] == [("partial", 1), ("partial", 1)]
    assert server.server.sip is not None
    world.leave()
    watcher.port.close()
    assert world.leftOver() == []


def test_whoCallsARoomIsToldWhatToSubscribeTo(world: Simulation) -> None:
    world.server(SERVER)
    caller = Subscriber(world, "10.0.0.3")
    caller.send(request("INVITE", uri=f"sip:80001@{SERVER}", body=offerBody()), SIP)
    world.until(lambda: 200 in caller.statuses)
    (answer,) = [each for each in caller.messages if isinstance(each, SIPResponse)]
    contact = answer.contact
    assert contact is not None
    assert contact.parameter("isfocus") == ""
    watching = request("SUBSCRIBE", callId="w", uri=str(contact.uri), extra="Event: conference\n")
    caller.send(watching, SIP)
    world.until(lambda: caller.statuses == [200, 200])
    world.leave()
    caller.port.close()


@pytest.mark.parametrize(
    ("uri", "extra", "status"),
    [
        ("sip:1001@10.0.0.1", "Event: conference\n", 404),
        ("sip:80001@10.0.0.1", "Event: presence\n", 489),
        ("sip:80001@10.0.0.1", "", 400),
    ],
)
def test_whatCannotBeWatchedIsRefused(world: Simulation, uri: str, extra: str, status: int) -> None:
    world.server(SERVER)
    watcher = Subscriber(world, "10.0.0.3")
    watcher.send(request("SUBSCRIBE", uri=uri, extra=extra), SIP)
    world.until(lambda: watcher.statuses)
    assert watcher.statuses == [status]
    world.leave()
    watcher.port.close()
    assert world.leftOver() == []
