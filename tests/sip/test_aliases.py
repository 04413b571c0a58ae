"""
Who wants to be called by the connection that they have opened.
"""

from __future__ import annotations

import pytest

from h323d.net.stream import StreamOpener
from h323d.sip.messages.message import SIPRequest
from h323d.values.address import TransportAddress
from tests.support.sealed import SPOKEN_FOR, sealedStreams
from tests.support.sippeers import SECURED, Peer, SIPWorld, Wire, request

OVER_TLS, OVER_TCP = (TransportAddress("10.0.0.1", port) for port in (5061, 5060))
(PROVED,) = SPOKEN_FOR
UNPROVED = "10.0.0.3"


class Scene:
    """
    Us, and somebody who has connected and cannot be dialled.
    """

    def __init__(self, host: str, parameters: str, port: str = ":5061") -> None:
        self.world = SIPWorld()
        self.us: Peer = self.world.peer("10.0.0.1", SECURED)
        self.wire = Wire()
        sealedStreams(self.world.network.host(host)).opener.open(OVER_TLS, self.wire, 5.0)
        self.world.run(0.1)
        via = f"SIP/2.0/TLS {host}{port}{parameters}"
        self.wire.send(request("OPTIONS", uri="sip:10.0.0.1", via=via))
        self.world.run(0.1)
        assert self.wire.statuses == [200]

    def invites(self, target: str) -> int:
        """
        Call somebody.

        @return: how many INVITEs come by the connection.
        """
        self.us.call(target)
        self.world.run(0.2)
        return sum(isinstance(each, SIPRequest) for each in self.wire.messages)


@pytest.mark.parametrize(
    ("host", "parameters", "target", "comes"),
    [
        (PROVED, ";alias", f"sips:bob@{PROVED}", 1),
        (PROVED, ";alias", f"sips:bob@{PROVED}:5061", 1),
        (PROVED, ";alias", f"sips:bob@{PROVED}:5071", 0),
        (PROVED, "", f"sips:bob@{PROVED}", 0),
        (UNPROVED, ";alias", f"sips:bob@{UNPROVED}", 0),
    ],
)
def test_whoSaysSoAndProvesToBeThereIsCalledByTheirConnection(
    host: str, parameters: str, target: str, comes: int
) -> None:
    assert Scene(host, parameters).invites(target) == comes


def test_withoutAPortInViaItIsThatOfTLS() -> None:
    assert Scene(PROVED, ";alias", port="").invites(f"sips:bob@{PROVED}") == 1


def test_aConnectionThatIsClosedIsNobodys() -> None:
    scene = Scene(PROVED, ";alias")
    assert scene.wire.stream is not None
    scene.wire.stream.close()
    scene.world.run(0.1)
    assert scene.invites(f"sips:bob@{PROVED}") == 0


def test_theLastThatIsOpenedIsTaken() -> None:
    scene = Scene(PROVED, ";alias")
    later = Wire()
    sealedStreams(scene.world.network.host(PROVED)).opener.open(OVER_TLS, later, 5.0)
    scene.world.run(0.1)
    later.send(request("OPTIONS", uri="sip:10.0.0.1", via=f"SIP/2.0/TLS {PROVED}:5061;alias"))
    scene.world.run(0.1)
    assert scene.invites(f"sips:bob@{PROVED}") == 0
    assert later.methods == ["INVITE"]
    assert scene.wire.stream is not None
    scene.wire.stream.close()
    scene.world.run(0.1)
    scene.us.call(f"sips:carol@{PROVED}")
    scene.world.run(0.2)
    assert later.methods == ["INVITE", "INVITE"]


def test_overTCPNobodyProvesAnything() -> None:
    world = SIPWorld()
    us, wire = world.peer("10.0.0.1", SECURED), Wire()
    StreamOpener(world.network.host(PROVED)).open(OVER_TCP, wire, 5.0)
    world.run(0.1)
    via = f"SIP/2.0/TCP {PROVED}:5060;alias"
    wire.send(request("OPTIONS", uri="sip:10.0.0.1", via=via))
    world.run(0.1)
    us.call(f"sip:bob@{PROVED};transport=tcp")
    world.run(0.2)
    assert wire.methods == []
