"""
An endpoint that has a password, against a gatekeeper that knows it, and others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from h323d.errors import RemoteProtocolError
from h323d.events.doors import AuthenticationFailed
from h323d.gatekeeper.alternates import AlternateConfig
from h323d.gatekeeper.security.config import PasswordEntry, Requirement, SecurityConfig
from h323d.h323.calls.admission import AdmissionGrant
from h323d.h323.ras.messages import RASMessage, decodeRAS
from h323d.h323.security.h235 import Stamp, keyOf, sign, tokenIn
from h323d.h323.signalling.uuie import CallIdentity
from h323d.values.cause import Cause
from tests.support import tshark
from tests.support.ras import Peer, at, drq
from tests.support.rasendpoint import CALL, Endpoint
from tests.support.zone import World

SECURED = SecurityConfig(
    h2351=Requirement.REQUIRED, passwords=(PasswordEntry("anna", "open sesame"),)
)


class Secured(Endpoint):
    """
    One that has a password.
    """

    def __init__(self, world: World, password: str = "open sesame", **profile: Any) -> None:
        super().__init__(world, profile={"timeToLive": 60, "password": password, **profile})
        self.client.start()

    def admit(self) -> list[Any]:
        outcomes: list[Any] = []
        self.client.calls.admit(CALL).addBoth(outcomes.append)
        self.run(1)
        return outcomes


Make = Callable[..., Secured]


@pytest.fixture
def make(makeWorld: Any) -> Any:
    """
    Makes an endpoint, and the gatekeeper for it.
    """
    made: list[Secured] = []

    def new(security: SecurityConfig = SECURED, **profile: Any) -> Secured:
        made.append(Secured(makeWorld(security=security), **profile))
        made[-1].run(1)
        return made[-1]

    yield new
    for endpoint in made:
        endpoint.client.close()


def overheard(world: World) -> list[bytes]:
    """
    Everything that is on the wire from now on.
    """
    heard: list[bytes] = []
    world.network.observers.append(lambda kind, source, there, data: heard.append(data))
    return heard


def test_itRegistersAndStays(make: Make) -> None:
    endpoint = make()
    endpoint.run(400)
    assert endpoint.reports == [("registered", "anna")]
    (registration,) = endpoint.world.zone.registrations()
    assert registration.authenticated == "anna"
    assert endpoint.world.told(AuthenticationFailed) == []


def test_itRegistersWithoutDiscovery(make: Make) -> None:
    assert make(discover=False).reports == [("registered", "anna")]


def test_itCallsAndLeaves(make: Make) -> None:
    endpoint = make()
    (grant,) = endpoint.admit()
    assert isinstance(grant, AdmissionGrant)
    endpoint.client.calls.disengage(CALL, Cause.NORMAL_CALL_CLEARING)
    endpoint.run(1)
    assert len(endpoint.world.zone.admissions) == 0
    endpoint.client.stop()
    endpoint.run(1)
    assert endpoint.reports[1:] == [("unregistered",)]
    assert endpoint.world.zone.registrations() == ()
    assert endpoint.world.told(AuthenticationFailed) == []


def test_anotherPasswordIsToldAsSuch(make: Make) -> None:
    endpoint = make(password="guess")
    endpoint.run(15)
    assert endpoint.reports == [("failed", "unverified", False)]
    reasons = {fact.reason for fact in endpoint.world.told(AuthenticationFailed)}
    assert reasons == {"securityIntegrityFailed"}


def test_aGatekeeperThatDoesNotSignIsNotBelieved(make: Make) -> None:
    endpoint = make(SecurityConfig(h2351=Requirement.OFF))
    endpoint.run(15)
    assert endpoint.reports == [("failed", "unverified", False)]
    assert endpoint.client.endpointIdentifier is None


def test_itIsUnregisteredByItsGatekeeper(make: Make) -> None:
    endpoint = make()
    endpointId = endpoint.client.endpointIdentifier
    assert endpointId is not None
    endpoint.world.zone.unregister(endpointId)
    endpoint.run(1)
    assert endpoint.reports[1:] == [("lost", "unregistrationRequest"), ("registered", "anna")]


def fromGatekeeper(endpoint: Endpoint, sender: str, password: str, seq: int = 9) -> bytes:
    message = drq(seq, endpoint.client.endpointIdentifier or "", callIdentifier={"guid": b"c" * 16})
    now = int(endpoint.world.clock.seconds())
    return sign(message, keyOf(password), Stamp(sender, "", now, 3))


@pytest.mark.parametrize(("sender", "password"), [("h323d", "guess"), ("other", "open sesame")])
def test_aForgedRequestIsNotAnswered(make: Make, sender: str, password: str) -> None:
    endpoint = make()
    endpoint.admit()
    forger = Peer(endpoint.world.network, "10.0.0.1", 4000)
    forged = fromGatekeeper(endpoint, sender, password)
    forger.port.send(forged, endpoint.client.address)
    endpoint.run(1)
    assert forger.received == []
    assert ("dropped", CALL) not in endpoint.reports


def test_aGenuineRequestIsAnsweredSignedAndNotTwice(make: Make) -> None:
    endpoint = make()
    endpoint.admit()
    gatekeeper = Peer(endpoint.world.network, "10.0.0.1", 4000)
    genuine = fromGatekeeper(endpoint, "h323d", "open sesame")
    gatekeeper.port.send(genuine, endpoint.client.address)
    endpoint.run(1)
    ((answer, _),) = gatekeeper.received
    assert tokenIn(decodeRAS(answer).fields) is not None
    assert ("dropped", CALL) in endpoint.reports
    replayer = Peer(endpoint.world.network, "10.0.0.1", 4001)
    replayer.port.send(genuine, endpoint.client.address)
    endpoint.run(1)
    assert replayer.received == []


def test_aForgedRejectDoesNotEndACall(make: Make) -> None:
    endpoint = make()
    endpoint.world.zone.close()  # it says nothing more
    heard = overheard(endpoint.world)
    outcomes = endpoint.admit()
    forger = Peer(endpoint.world.network, "10.0.0.1")
    seq = decodeRAS(heard[0]).requestSeqNum
    reject = {"requestSeqNum": seq, "rejectReason": ("callerNotRegistered", None)}
    forger.send(RASMessage("admissionReject", reject), endpoint.client.address)
    endpoint.run(1)
    assert outcomes == []
    endpoint.run(16)
    assert [type(each.value) for each in outcomes] == [RemoteProtocolError]


@pytest.mark.skipif(not tshark.available(), reason="no tshark")
def test_whatIsSignedCanBeDissected(make: Make, tmp_path: Path) -> None:
    endpoint = make()
    heard = overheard(endpoint.world)
    endpoint.admit()
    endpoint.client.calls.disengage(CALL, Cause.NORMAL_CALL_CLEARING)
    endpoint.run(70)
    endpoint.client.stop()
    endpoint.run(1)
    names = {decodeRAS(each).name for each in heard}
    assert {"admissionConfirm", "registrationConfirm", "unregistrationConfirm"} <= names
    assert all(tokenIn(decodeRAS(each).fields) for each in heard)
    packets = [tshark.rasPacket(each, 3000) for each in heard]
    assert tshark.complaints(packets, tmp_path / "signed.pcap") == []


@pytest.mark.parametrize(("sender", "believed"), [("second", True), ("h323d", False)])
def test_theAlternateThatAdmitsACallSignsInItsOwnName(
    makeWorld: Any, sender: str, believed: bool
) -> None:
    alternate = AlternateConfig("10.0.0.9", "second", needToRegister=False)
    world = makeWorld(security=SECURED, maxCalls=1, alternates=(alternate,))
    endpoint, second = Secured(world), Peer(world.network, "10.0.0.9")
    endpoint.run(1)
    assert isinstance(endpoint.admit()[0], AdmissionGrant)
    outcomes: list[Any] = []
    another = replace(CALL, identity=CallIdentity(b"o" * 16, b"o" * 16))
    endpoint.client.calls.admit(another).addBoth(outcomes.append)
    endpoint.run(1)
    ((octets, source),) = second.received
    asked, token = decodeRAS(octets), tokenIn(decodeRAS(octets).fields)
    assert token is not None
    assert token.generalID == "second"
    confirm = {
        "requestSeqNum": asked.requestSeqNum,
        "bandWidth": 1280,
        "callModel": ("direct", None),
        "destCallSignalAddress": at("10.0.0.9", 1720),
    }
    name = endpoint.client.endpointIdentifier
    assert name is not None
    stamp = Stamp(sender, name, int(world.clock.seconds()), 77)
    answer = RASMessage("admissionConfirm", confirm)
    second.port.send(sign(answer, keyOf("open sesame"), stamp), source)
    endpoint.run(1)
    assert [isinstance(each, AdmissionGrant) for each in outcomes] == [True] * believed
    endpoint.client.close()
