"""
Where the names of SIP URIs lead.
"""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.defer import Deferred

from h323d.sip.config import SIPConfig
from h323d.sip.locating import AVOIDED, MAX_TRIES, Locator, NotLocated
from h323d.sip.messages.uri import SIPURI, parseURI
from h323d.values.cause import Cause
from tests.support.lookups import FakeNames
from tests.support.sippeers import SECURED, SIPWorld

US = "10.0.0.1"
UDP, TCP, TLS = (f"{each}.example.com" for each in ("_sip._udp", "_sip._tcp", "_sips._tcp"))


class Scene:
    """
    A server, and a zone that it asks.
    """

    def __init__(self, config: SIPConfig | None = None, host: str = US) -> None:
        self.world = SIPWorld()
        self.names = FakeNames()
        self.locator = Locator(self.world.peer(host, config).endpoint, self.names)

    def server(self, service: str, number: int, priority: int = 0, port: int = 5060) -> None:
        """
        A server of example.com, C{10.0.1.number}.
        """
        self.names.service(service, f"s{number}.example.com", port, priority)
        self.names.host(f"s{number}.example.com", f"10.0.1.{number}")

    def looking(self, text: str) -> list[Any]:
        uri = parseURI(text)
        assert isinstance(uri, SIPURI)
        told: list[Any] = []
        looking: Deferred[Any] = self.locator.locate(uri)
        looking.addCallbacks(lambda hops: told.append([str(each) for each in hops]), told.append)
        return told

    def find(self, text: str = "sip:bob@example.com") -> list[str]:
        (hops,) = self.looking(text)
        assert isinstance(hops, list), hops
        return hops

    def cause(self, text: str = "sip:bob@example.com") -> Cause:
        (failure,) = self.looking(text)
        assert isinstance(failure.value, NotLocated)
        return failure.value.cause


def test_theServersOfADomainAreFoundInTheirOrder() -> None:
    scene = Scene()
    scene.server(UDP, 2, priority=2, port=5070)
    scene.server(UDP, 1, priority=1)
    assert scene.find() == ["sip:10.0.1.1:5060", "sip:10.0.1.2:5070"]


def test_aDomainWithoutServersIsAHost() -> None:
    scene = Scene()
    scene.names.host("example.com", "10.0.1.9")
    assert scene.find() == ["sip:10.0.1.9:5060"]
    assert scene.names.asked == ["example.com", UDP, TCP, "example.com"]


def test_aPortSaysThatItIsAHost() -> None:
    scene = Scene()
    scene.server(UDP, 1)
    scene.names.host("example.com", "10.0.1.9")
    assert scene.find("sip:bob@example.com:5080") == ["sip:10.0.1.9:5080"]
    assert scene.names.asked == ["example.com"]


def test_theTransportThatAURINamesIsTheOnlyOneThatIsAskedFor() -> None:
    scene = Scene()
    scene.server(UDP, 1)
    scene.server(TCP, 2)
    assert scene.find("sip:example.com;transport=tcp") == ["sip:10.0.1.2:5060;transport=tcp"]


def test_aDomainThatTakesTCPAloneIsCalledByTCP() -> None:
    scene = Scene()
    scene.server(TCP, 2)
    assert scene.find() == ["sip:10.0.1.2:5060;transport=tcp"]


def test_aSecureURILeadsOverTLSAlone() -> None:
    scene = Scene(SECURED)
    scene.server(UDP, 1)
    scene.server(TLS, 3, port=5061)
    assert scene.find("sips:bob@example.com") == ["sips:10.0.1.3:5061"]


def test_aDomainSaysWhichTransportItPrefers() -> None:
    scene = Scene()
    scene.names.replacement("example.com", "SIP+D2U", "udp.example.com", order=2)
    scene.names.replacement("example.com", "sip+d2t", "tcp.example.com", order=1)
    scene.server("udp.example.com", 1)
    scene.server("tcp.example.com", 2, port=5070)
    assert scene.find() == ["sip:10.0.1.2:5070;transport=tcp", "sip:10.0.1.1:5060"]


def test_whatADomainPrefersCountsOnlyAsFarAsItIsSpoken() -> None:
    scene = Scene(SECURED)
    scene.names.replacement("example.com", "SIPS+D2T", "tls.example.com", order=2)
    scene.names.replacement("example.com", "SIP+D2S", "sctp.example.com", order=1)
    scene.names.replacement("example.com", "SIP+D2U", "udp.example.com", order=1)
    scene.server("udp.example.com", 1)
    scene.server("tls.example.com", 3, port=5061)
    assert scene.find("sips:example.com") == ["sips:10.0.1.3:5061"]


def test_aDomainThatPointsAtNothingHasServersAllTheSame() -> None:
    scene = Scene()
    scene.names.replacement("example.com", "SIP+D2U", "gone.example.com")
    scene.names.broken.add("gone.example.com")
    scene.server(UDP, 1)
    assert scene.find() == ["sip:10.0.1.1:5060"]


def test_whatWeDoNotSpeakLeadsNowhere() -> None:
    scene = Scene()
    scene.server(TLS, 3, port=5061)
    assert scene.cause("sips:bob@example.com") is Cause.NO_ROUTE_TO_DESTINATION
    assert scene.names.asked == []


def test_addressesOfAFamilyThatWeDoNotHaveAreLeftOut() -> None:
    scene = Scene()
    scene.names.host("example.com", "10.0.1.9", "2001:db8::9")
    assert scene.find() == ["sip:10.0.1.9:5060"]


def test_ofManyServersNoMoreAreLookedUpThanAreTried() -> None:
    scene = Scene()
    for number in range(500):
        scene.server(UDP, number)
    assert len(scene.find()) == MAX_TRIES
    assert len(scene.names.asked) == 2 + MAX_TRIES


def test_recordsThatNameThemselvesLeadNowhereAndAreAskedForOnce() -> None:
    scene = Scene()
    scene.names.replacement("example.com", "SIP+D2U", "example.com")
    scene.names.service(UDP, UDP, 5060)
    assert scene.cause() is Cause.NO_ROUTE_TO_DESTINATION
    assert max(map(scene.names.asked.count, scene.names.asked)) <= 2
    assert len(scene.names.asked) < MAX_TRIES


def test_anOperatorsDomainMayHaveServersAnywhere() -> None:
    scene = Scene()
    scene.names.host("example.com", "127.0.0.6")
    found: list[object] = []
    uri = SIPURI("example.com")
    scene.locator.locate(uri, trusted=True).addCallback(found.extend)
    assert list(map(str, found)) == ["sip:127.0.0.6:5060"]
    assert scene.cause() is Cause.NO_ROUTE_TO_DESTINATION


def test_aServerWithoutAnAddressIsPassedOver() -> None:
    scene = Scene()
    scene.names.service(UDP, "gone.example.com", 5060, 1)
    scene.names.service(UDP, "mute.example.com", 5060, 2)
    scene.names.broken.add("mute.example.com")
    scene.server(UDP, 3, priority=3)
    assert scene.find() == ["sip:10.0.1.3:5060"]


def test_whereNobodyTellsTheServersTheHostIsTried() -> None:
    scene = Scene()
    scene.names.broken.add(UDP)
    scene.names.host("example.com", "10.0.1.9")
    assert scene.find() == ["sip:10.0.1.9:5060"]


def test_aNameThatDoesNotExistHasNoRouteAndOneThatNobodyTellsMayHaveOneLater() -> None:
    scene = Scene()
    assert scene.cause() is Cause.NO_ROUTE_TO_DESTINATION
    scene.names.broken.update((UDP, "example.com"))
    assert scene.cause() is Cause.TEMPORARY_FAILURE


def test_theWholeSearchHasItsTime() -> None:
    scene = Scene()
    scene.names.wait(UDP)
    told = scene.looking("sip:bob@example.com")
    scene.world.run(31.9)
    assert told == []
    scene.world.run(0.2)
    (failure,) = told
    assert failure.value.cause is Cause.TEMPORARY_FAILURE


@pytest.mark.parametrize("others", [False, True])
def test_aDomainThatLeadsBackToUsIsALoop(others: bool) -> None:
    scene = Scene()
    scene.names.host("example.com", US, *(["10.0.1.9"] if others else []))
    if others:
        assert scene.find() == ["sip:10.0.1.9:5060"]
    else:
        assert scene.cause() is Cause.EXCHANGE_ROUTING_ERROR


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.1.1", "224.0.0.1", "0.0.0.0"])
def test_nobodysDomainHasUsCallThisMachine(address: str) -> None:
    scene = Scene()
    scene.names.host("example.com", address)
    assert scene.cause("sip:bob@example.com:22") is Cause.NO_ROUTE_TO_DESTINATION


def test_whoIsOnlyOnThisMachineIsCalledThere() -> None:
    scene = Scene(host="127.0.0.5")
    scene.names.host("example.com", "127.0.0.6")
    assert scene.find() == ["sip:127.0.0.6:5060"]


def test_aHopThatHasFailedComesLastForAWhile() -> None:
    scene = Scene()
    scene.server(UDP, 1, priority=1)
    scene.server(UDP, 2, priority=2)
    scene.locator.avoid(SIPURI("10.0.1.1", port=5060))
    assert scene.find() == ["sip:10.0.1.2:5060", "sip:10.0.1.1:5060"]
    scene.world.run(AVOIDED + 0.1)
    assert scene.find() == ["sip:10.0.1.1:5060", "sip:10.0.1.2:5060"]
