"""
How trunks are asked whether they are there.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from h323d.call.homes import Homes, NoRoutes
from h323d.errors import ResourceUnavailable
from h323d.gatekeeper.identity import Identity
from h323d.gatekeeper.trunks.config import TrunkConfig, TrunkProtocol, TrunkTransport
from h323d.gatekeeper.trunks.probes import H323Probe, SIPPlaces, SIPProbe, sipURI
from h323d.gatekeeper.trunks.target import TrunkPlace
from h323d.h323.ras.messages import Fields, RASMessage
from h323d.net.stream import StreamOpener
from h323d.sip.locating import MAX_TRIES, Locator
from h323d.values.address import TransportAddress
from tests.support.lookups import FakeNames
from tests.support.sealed import sealed
from tests.support.sippeers import SECURED, SIPWorld

HERE, THERE = "10.0.0.1", "10.0.0.7"
AT_TRUNK = TransportAddress(THERE, 5060)
HOMES = Homes((HERE,), NoRoutes())


class Answers:
    """
    A L{h323d.gatekeeper.trunks.checking.Check} that writes down what it is told.
    """

    def __init__(self) -> None:
        self.told: list[str] = []

    def answered(self) -> None:
        self.told.append("there")

    def refused(self, reason: str, retryAfter: float = 0.0) -> None:
        self.told.append(reason)


class Asking:
    """
    Sends no RAS, but remembers what it was to ask.
    """

    def __init__(self, full: bool = False) -> None:
        self.asked: list[tuple[str, Fields, TransportAddress, float]] = []
        self.answered: Callable[[RASMessage | None], None] | None = None
        self._full = full

    def ask(
        self,
        name: str,
        fields: Fields,
        destination: TransportAddress,
        answered: Callable[[RASMessage | None], None],
        interval: float,
    ) -> Asking:
        if self._full:
            raise ResourceUnavailable("no requestSeqNum is free")
        self.asked.append((name, fields, destination, interval))
        self.answered = answered
        return self

    def cancel(self) -> None:
        """
        Nothing is under way.
        """


GATEWAY = TrunkConfig("gw", f"{AT_TRUNK}", TrunkProtocol.H323)


def sip(world: SIPWorld, names: FakeNames | None = None) -> SIPProbe:
    endpoint = world.peer(HERE, SECURED).endpoint
    return SIPProbe(endpoint, SIPPlaces(Locator(endpoint, names or FakeNames())))


def h323(world: SIPWorld, asker: Asking | None = None, names: FakeNames | None = None) -> H323Probe:
    opener = StreamOpener(world.network.host(HERE))
    return H323Probe(
        Identity("zone", HOMES),
        asker or Asking(),
        opener,
        HOMES,
        names or FakeNames(),
        random.Random(1),
    )


@pytest.mark.parametrize(
    ("keys", "user", "uri"),
    [
        ({}, None, "sip:192.0.2.1:5060;transport=udp"),
        ({}, "4930", "sip:4930@192.0.2.1:5060;transport=udp"),
        ({"transport": TrunkTransport.TCP}, "4930", "sip:4930@192.0.2.1:5060;transport=tcp"),
        ({"address": "sip.example.com"}, "+4930", "sip:+4930@sip.example.com;transport=udp"),
        (
            {"address": "sip.example.com:5080"},
            "a b",
            "sip:a%20b@sip.example.com:5080;transport=udp",
        ),
        ({"address": "2001:db8::1"}, "4930", "sip:4930@[2001:db8::1]:5060;transport=udp"),
    ],
)
def test_aSIPTrunkHasAURI(keys: dict[str, Any], user: str | None, uri: str) -> None:
    config = TrunkConfig("carrier", **{"address": "192.0.2.1", **keys})
    assert str(sipURI(config, user)) == uri


@pytest.mark.parametrize("transport", list(TrunkTransport))
def test_aSIPServerIsAskedByOPTIONSOverItsTransport(transport: TrunkTransport) -> None:
    world, answers = SIPWorld(), Answers()
    world.peer(THERE, SECURED)
    config = TrunkConfig("carrier", "sip.example.com", transport=transport)
    isSealed = transport is TrunkTransport.TLS
    there = TransportAddress(THERE, 5061) if isSealed else AT_TRUNK
    spoken = "udp" if transport is TrunkTransport.AUTO else transport.value
    sip(world).ask(config, TrunkPlace(there, spoken), answers)
    world.run(1.0)
    assert answers.told == ["there"]
    sent = [sealed(data) if isSealed else data for _, source, data in world.sent]
    (asked,) = [data for data in sent if data.startswith(b"OPTIONS")]
    assert asked.startswith(b"OPTIONS sip:sip.example.com;")


def test_aTrunkOverTLSIsAtThePortOfTLS() -> None:
    config = TrunkConfig("carrier", "192.0.2.1", transport=TrunkTransport.TLS)
    assert config.place == ("192.0.2.1", 5061)


def test_aGatewayIsThereIfItTakesConnections() -> None:
    world, answers = SIPWorld(), Answers()
    world.peer(THERE)
    h323(world).ask(GATEWAY, TrunkPlace(AT_TRUNK), answers)
    world.run(1.0)
    assert answers.told[0] == "there"
    assert list(world.network.streams) == []


def test_aGatewayThatTakesNoneIsNot() -> None:
    world, answers = SIPWorld(), Answers()
    h323(world).ask(GATEWAY, TrunkPlace(AT_TRUNK), answers)
    world.run(5.0)
    assert answers.told[0].startswith("no connection: ")


GATEKEEPER = TrunkConfig("gk", THERE, TrunkProtocol.H323, ras=THERE, checkTimeout=3.0)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (RASMessage("locationReject", {"requestSeqNum": 1}), "there"),
        (RASMessage("locationConfirm", {"requestSeqNum": 1}), "there"),
        (RASMessage("unknownMessageResponse", {"requestSeqNum": 1}), "there"),
        (None, "no answer"),
    ],
)
def test_aGatekeeperIsThereWhateverItSaysToALRQ(answer: RASMessage | None, told: str) -> None:
    world, answers, asker = SIPWorld(), Answers(), Asking()
    h323(world, asker).ask(GATEKEEPER, TrunkPlace(AT_TRUNK), answers)
    ((name, fields, destination, interval),) = asker.asked
    assert (name, destination) == ("locationRequest", TransportAddress(THERE, 1719))
    assert (fields["hopCount"], fields["destinationInfo"]) == (1, [("h323-ID", "zone")])
    assert interval == 1.0  # three times within the timeout
    assert asker.answered is not None
    asker.answered(answer)
    assert answers.told == [told]


@pytest.mark.parametrize(
    ("ras", "asked"),
    [
        ("example.com", "10.0.0.8:1720"),
        ("gk.example.com", "10.0.0.5:1719"),
        ("gk.example.com:1730", "10.0.0.5:1730"),
    ],
)
def test_aGatekeeperThatHasANameIsLookedFor(ras: str, asked: str) -> None:
    names, asker = domain(), Asking()
    names.service("_h323ls._udp.example.com", "two.example.com", 1720)
    names.host("gk.example.com", "10.0.0.5")
    h323(SIPWorld(), asker, names).ask(
        replace(GATEKEEPER, ras=ras), TrunkPlace(AT_TRUNK), Answers()
    )
    assert [str(destination) for _, _, destination, _ in asker.asked] == [asked]


def test_aGatekeeperWhoseNameIsNotFoundIsAFailure() -> None:
    answers = Answers()
    config = replace(GATEKEEPER, ras="nobody.example.com")
    h323(SIPWorld(), names=domain()).ask(config, TrunkPlace(AT_TRUNK), answers)
    assert answers.told == ["nobody.example.com leads nowhere"]


def test_aGatekeeperThatIsFoundTooLateIsNotAsked() -> None:
    names, asker = domain(), Asking()
    found = names.wait("_h323ls._udp.example.com")
    config = replace(GATEKEEPER, ras="example.com")
    asked = h323(SIPWorld(), asker, names).ask(config, TrunkPlace(AT_TRUNK), Answers())
    assert asked is not None
    asked.cancel()
    found.callback(())
    assert asker.asked == []


def test_whatCannotBeAskedIsAFailure() -> None:
    world, answers = SIPWorld(), Answers()
    assert h323(world, Asking(full=True)).ask(GATEKEEPER, TrunkPlace(AT_TRUNK), answers) is None
    assert answers.told == ["no requestSeqNum is free"]


def found(probe: SIPProbe | H323Probe, config: TrunkConfig) -> list[str]:
    """
    Where the servers of a trunk are, or why there are none.
    """
    told: list[str] = []
    looking = probe.locate(config)
    looking.addCallback(lambda places: told.extend(map(str, places)))
    looking.addErrback(lambda failure: told.append(failure.getErrorMessage()))
    return told


def domain() -> FakeNames:
    names = FakeNames()
    names.service("_sip._udp.example.com", "one.example.com", 5070, 2)
    names.service("_sip._udp.example.com", "two.example.com", 5060, 1)
    names.service("_sip._tcp.example.com", "two.example.com", 5080)
    names.service("_h323cs._tcp.example.com", "one.example.com", 1730, 1)
    names.service("_h323cs._tcp.example.com", "two.example.com", 1720, 2)
    names.replacement("example.com", "SIP+D2T", "_sip._tcp.example.com")
    names.host("one.example.com", "10.0.0.7")
    names.host("two.example.com", "10.0.0.8", "10.0.0.9")
    names.host("example.com", "10.0.0.6")
    return names


@pytest.mark.parametrize(
    ("keys", "places"),
    [
        ({}, ["10.0.0.8:5060 udp", "10.0.0.9:5060 udp", "10.0.0.7:5070 udp"]),
        ({"transport": TrunkTransport.TCP}, ["10.0.0.8:5080 tcp", "10.0.0.9:5080 tcp"]),
        ({"transport": TrunkTransport.AUTO}, ["10.0.0.8:5080 tcp", "10.0.0.9:5080 tcp"]),
        ({"transport": TrunkTransport.TLS}, ["10.0.0.6:5061 tls"]),
        ({"address": "example.com:5060"}, ["10.0.0.6:5060 udp"]),
        ({"address": "elsewhere.example.com"}, ["elsewhere.example.com leads nowhere"]),
    ],
)
def test_theServersOfASIPDomainAreFoundBestFirst(keys: dict[str, Any], places: list[str]) -> None:
    config = TrunkConfig("carrier", **{"address": "example.com", **keys})
    assert found(sip(SIPWorld(), domain()), config) == places


@pytest.mark.parametrize(
    ("address", "places"),
    [
        ("example.com", ["10.0.0.7:1730", "10.0.0.8:1720", "10.0.0.9:1720"]),
        ("example.com:1720", ["10.0.0.6:1720"]),
        ("two.example.com", ["10.0.0.8:1720", "10.0.0.9:1720"]),
        ("nobody.example.com", ["nobody.example.com leads nowhere"]),
    ],
)
def test_theServersOfAnH323DomainAreFoundBestFirst(address: str, places: list[str]) -> None:
    config = TrunkConfig("carrier", address, TrunkProtocol.H323)
    assert found(h323(SIPWorld(), names=domain()), config) == places


def test_whereNobodyAnswersForAServerTheOthersAreFound() -> None:
    names = domain()
    names.broken.add("one.example.com")
    config = TrunkConfig("carrier", "example.com", TrunkProtocol.H323)
    assert len(found(h323(SIPWorld(), names=names), config)) == 2
    names.broken.add("two.example.com")
    assert found(h323(SIPWorld(), names=names), config) == ["nobody answers"]


@pytest.mark.parametrize("protocol", list(TrunkProtocol))
def test_ofFiveHundredServersTenAreTaken(protocol: TrunkProtocol) -> None:
    names, world = FakeNames(), SIPWorld()
    service = "_sip._udp." if protocol is TrunkProtocol.SIP else "_h323cs._tcp."
    for number in range(500):
        names.service(f"{service}example.com", f"s{number}.example.com", 5060)
        names.host(f"s{number}.example.com", f"10.1.{number // 250}.{number % 250 + 1}")
    probe = sip(world, names) if protocol is TrunkProtocol.SIP else h323(world, names=names)
    assert len(found(probe, TrunkConfig("carrier", "example.com", protocol))) == MAX_TRIES
    assert len(names.asked) <= MAX_TRIES + 1
