"""
Who is called, where, and in whose name.
"""

from __future__ import annotations

from typing import Any

import pytest
from zope.interface.verify import verifyObject

from h323d.call.legs import IOriginator
from h323d.call.lookups import HostRecord
from h323d.call.particulars import Particulars
from h323d.call.ways import Way
from h323d.sip.calls.originator import SIPOriginator
from h323d.sip.config import SIPConfig
from h323d.sip.messages.message import SIPRequest
from h323d.sip.messages.uri import SIPURI, parseURI
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID
from tests.support.lookups import LIFETIME, FakeNames
from tests.support.sippeers import PROFILE, LegLog, SIPWorld

THERE = TransportAddress("10.0.0.3", 5060)
BOB = PartyAddress(AddressKind.URL, "sip:bob@10.0.0.3")
NAMED = PartyAddress(AddressKind.URL, "sip:bob@example.com;transport=udp")
NOBODY = PartyAddress(AddressKind.DIALLED_DIGITS, "2000")
ANNA = PartyAddress(AddressKind.H323_ID, "Anna Lee")


class Scene:
    """
    Somebody who calls, and a script at 10.0.0.3 that says nothing.
    """

    def __init__(self, config: SIPConfig | None = None) -> None:
        self.world = SIPWorld()
        self.peer = self.world.peer("10.0.0.1", config)
        self.script = self.world.script("10.0.0.3")
        self.log = LegLog()
        self.names = FakeNames()
        self.originator = SIPOriginator(self.peer.endpoint, self.names)

    def call(
        self,
        called: PartyAddress,
        calling: tuple[PartyAddress, ...] = (ANNA,),
        destination: TransportAddress | None = None,
        contact: str = "",
        path: tuple[str, ...] = (),
        **said: Any,
    ) -> Any:
        way = Way("sip", destination, (called,), contact=contact, path=path)
        leg = self.originator.originate(
            CallID("c1"), calling, way, PROFILE, self.log, Particulars(**said)
        )
        assert self.log.causes == []  # nothing is told before the leg is returned
        self.world.run(0.05)
        return leg

    @property
    def invite(self) -> SIPRequest:
        (invite,) = self.script.messages
        assert isinstance(invite, SIPRequest)
        return invite


def test_itMakesLegsOfItsProtocol() -> None:
    scene = Scene()
    assert verifyObject(IOriginator, scene.originator)
    leg = scene.call(BOB)
    assert (leg.protocol, leg.callId, leg.called) == ("sip", "c1", (BOB,))


def test_whoIsKnownByAnAddressIsCalledThere() -> None:
    scene = Scene()
    scene.call(BOB)
    assert str(scene.invite.uri) == "sip:bob@10.0.0.3"
    assert scene.log.causes == []


def test_whoHasNoURIIsCalledNowhere() -> None:
    scene = Scene()
    scene.call(NOBODY)
    assert scene.log.causes == [Cause.NO_ROUTE_TO_DESTINATION]
    assert scene.script.messages == []


def test_aWaySaysWhereTheRequestGoesWhateverItsURISays() -> None:
    scene = Scene()
    scene.call(NAMED, destination=THERE)
    assert scene.invite.uri == parseURI(NAMED.value)


@pytest.mark.parametrize("serves", [True, False])
def test_aNameIsLookedUpFirst(serves: bool) -> None:
    scene = Scene()
    host = "proxy.example.com" if serves else "example.com"
    if serves:
        scene.names.service("_sip._udp.example.com", host, 5060)
    found = scene.names.wait(host)
    scene.call(NAMED)
    assert scene.names.asked == ["_sip._udp.example.com", host]
    assert scene.script.messages == []
    found.callback((HostRecord("10.0.0.3", LIFETIME),))
    scene.world.run(0.05)
    assert scene.invite.uri == parseURI(NAMED.value)


@pytest.mark.parametrize(
    ("broken", "cause"),
    [((), Cause.NO_ROUTE_TO_DESTINATION), (("example.com",), Cause.TEMPORARY_FAILURE)],
)
def test_whoseNameHasNoAddressIsCalledNowhere(broken: tuple[str, ...], cause: Cause) -> None:
    scene = Scene()
    scene.names.broken.update(broken)
    scene.call(NAMED)
    assert scene.log.causes == [cause]


def test_whoHungUpWhileANameWasLookedUpCallsNobody() -> None:
    scene = Scene()
    found = scene.names.wait("example.com")
    leg = scene.call(NAMED)
    leg.hangup(Cause.NORMAL_CALL_CLEARING)
    found.callback((HostRecord("10.0.0.3", LIFETIME),))
    scene.world.run(0.05)
    assert scene.script.messages == []
    assert scene.log.causes == [Cause.NORMAL_CALL_CLEARING]


def test_whoHasRegisteredIsAskedForAtTheirContactAndAddressedAsTheyAreKnown() -> None:
    scene = Scene()
    scene.call(NAMED, destination=THERE, contact="sip:x@phone.example.com:5062")
    assert scene.invite.uri == SIPURI("phone.example.com", "x", 5062)
    assert str(scene.invite.toAddress.uri) == NAMED.value


def test_whoIsBehindProxiesIsCalledByThem() -> None:
    scene = Scene()
    path = ("sip:10.0.0.3;lr", "sip:edge@192.0.2.9;lr")
    scene.call(NAMED, destination=THERE, contact="sip:x@192.168.1.5:5062", path=path)
    assert tuple(str(each.uri) for each in scene.invite.routes) == path
    assert scene.invite.uri == SIPURI("192.168.1.5", "x", 5062)


@pytest.mark.parametrize("called", [BOB, NAMED])
def test_callsToOthersGoByTheOutboundProxy(called: PartyAddress) -> None:
    scene = Scene(SIPConfig(outboundProxy="sip:proxy.example.com"))
    scene.names.host("proxy.example.com", "10.0.0.3")
    scene.names.host("example.com", "10.0.0.9")
    scene.call(called)
    assert scene.invite.uri == parseURI(called.value)
    assert [str(each.uri) for each in scene.invite.routes] == ["sip:proxy.example.com;lr"]


def test_anOutboundProxyMayBeAnAddress() -> None:
    scene = Scene(SIPConfig(outboundProxy="sip:10.0.0.3;lr"))
    scene.call(NAMED)
    assert [str(each.uri) for each in scene.invite.routes] == ["sip:10.0.0.3;lr"]
    assert scene.names.asked == []


@pytest.mark.parametrize("contact", ["", "sip:x@10.0.0.3"])
def test_whoseAddressIsKnownIsNotCalledByTheOutboundProxy(contact: str) -> None:
    scene = Scene(SIPConfig(outboundProxy="sip:10.0.0.9"))
    scene.call(NAMED, destination=THERE, contact=contact)
    assert scene.invite.routes == ()


@pytest.mark.parametrize(
    ("calling", "uri", "shown"),
    [
        ((ANNA,), "sip:Anna%20Lee@10.0.0.1:5060", "Anna Lee"),
        ((NOBODY,), "sip:2000@10.0.0.1:5060", ""),
        ((ANNA, BOB), "sip:bob@10.0.0.3", ""),
        ((), "sip:h323d@10.0.0.1:5060", ""),
    ],
)
def test_theCallerHasAURIOrANameAtOurs(
    calling: tuple[PartyAddress, ...], uri: str, shown: str
) -> None:
    scene = Scene()
    scene.call(BOB, calling)
    caller = scene.invite.fromAddress
    assert (str(caller.uri), caller.displayName) == (uri, shown)


def test_whatIsNoURIOfSIPDoesNotHinderTheCall() -> None:
    scene = Scene()
    scene.call(BOB, (PartyAddress(AddressKind.URL, "sip:%zz@nowhere"), ANNA))
    assert scene.invite.fromAddress.displayName == ""


@pytest.mark.parametrize("calling", [(NOBODY,), (BOB,)])
def test_theNameForPeopleIsSaid(calling: tuple[PartyAddress, ...]) -> None:
    scene = Scene()
    scene.call(BOB, calling, displayName="Anna Lee")
    assert scene.invite.fromAddress.displayName == "Anna Lee"


NOBODY = PartyAddress(AddressKind.URL, "sip:anonymous@anonymous.invalid")


@pytest.mark.parametrize(
    ("calling", "shown", "trusted", "asserted"),
    [
        (ANNA, "Anna", "10.0.0.3", "Anna <sip:Anna%20Lee@10.0.0.1:5060>"),
        (NOBODY, "Anonymous", "10.0.0.3", "Anna Lee <sip:Anna%20Lee@10.0.0.1:5060>"),
        (NOBODY, "Anonymous", "10.0.0.4", None),
    ],
)
def test_whoCallsIsAssertedToWhomIsTrustedAlsoWhereTheyDoNotWantToBeKnown(
    calling: PartyAddress, shown: str, trusted: str, asserted: str | None
) -> None:
    scene = Scene(SIPConfig(trustedNetworks=(trusted,)))
    scene.call(BOB, (calling,), displayName=shown, asserted=(ANNA,))
    assert scene.invite.headers.get("P-Asserted-Identity") == asserted
    assert scene.invite.headers.get("Privacy") == ("id" if calling is NOBODY else None)


def test_whoIsNotKnownForCertainIsNotAsserted() -> None:
    scene = Scene(SIPConfig(trustedNetworks=("10.0.0.3",)))
    scene.call(BOB)
    assert "P-Asserted-Identity" not in scene.invite.headers
