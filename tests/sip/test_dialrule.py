"""
Where a peer may have us send the requests of its call.
"""

from __future__ import annotations

import pytest

from h323d.events.doors import BadInput
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from tests.support.sippeers import SERVER, Peer, ScriptedPeer, SIPWorld, offerBody, request

CALLER = "10.0.0.3"
WITHHELD = [
    "sip:x@127.0.0.1:2222;transport=tcp",
    "sip:x@127.0.0.1",
    "sip:x@[::1]:2222;transport=tcp",
    "sip:x@169.254.169.254:80;transport=tcp",
    "sip:x@10.0.0.1:1720;transport=tcp",
    "sip:x@10.0.0.1:5060",
    "sip:x@224.0.0.1",
]


class Call:
    """
    A call from 10.0.0.3, which we have answered.

    @ivar destinations: where we have sent to since it was answered, by UDP and by TCP.
    @ivar told: what was complained of.
    """

    def __init__(self, contact: str, extra: str = "") -> None:
        self.world = SIPWorld()
        self.us: Peer = self.world.peer("10.0.0.1")
        self.told: list[BadInput] = []
        self.us.events.subscribe(BadInput, self.told.append)
        self.caller: ScriptedPeer = self.world.script(CALLER)
        invite = request("INVITE", body=offerBody(), extra=extra)
        ours = "Contact: <sip:script@10.0.0.3>"
        self.caller.send(invite.replace(ours, f"Contact: <{contact}>"), SERVER)
        self.world.run(0.1)
        tag = self.caller.messages[-1].toAddress.tag or ""
        self.caller.send(request("ACK", toTag=tag, branch="z9hG4bK2"), SERVER)
        self.world.run(0.1)
        self.destinations: list[tuple[str, TransportAddress]] = []
        self.world.network.observers.append(self._observe)

    def _observe(
        self, kind: str, source: tuple[str, int], destination: tuple[str, int], data: bytes
    ) -> None:
        if source[0] == "10.0.0.1":
            self.destinations.append((kind, TransportAddress(*destination)))

    def hangup(self) -> None:
        self.us.legs[0].hangup(Cause.NORMAL_CALL_CLEARING)
        self.world.run(0.1)


@pytest.mark.parametrize("contact", WITHHELD)
def test_aContactOnThisMachineOrALinkIsNotSentTo(contact: str) -> None:
    call = Call(contact)
    call.hangup()
    assert call.caller.methods == ["BYE"]
    assert {there.host for _, there in call.destinations} == {CALLER}
    assert [(each.door, each.source.host, each.place) for each in call.told] == [
        ("sip", CALLER, "Contact")
    ]


@pytest.mark.parametrize("route", WITHHELD)
def test_norIsSuchARecordRoute(route: str) -> None:
    call = Call("sip:script@10.0.0.3", f"Record-Route: <{route};lr>\n")
    call.hangup()
    assert call.caller.methods == ["BYE"]
    assert [each.place for each in call.told] == ["Record-Route"]


def test_aContactElsewhereIsSentTo() -> None:
    call = Call("sip:x@10.0.0.66:5070")
    elsewhere = call.world.script("10.0.0.66", 5070)
    call.hangup()
    assert (call.caller.methods, elsewhere.methods) == ([], ["BYE"])
    assert call.told == []
