"""
The walk of a call between two zones: ARQ at the first, LRQ to the second, Setup from endpoint to
endpoint; and questions that nobody can answer.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from h323d.conference.config import ConferenceConfig
from h323d.config.sections import Configuration
from h323d.events.calls import CallRouted
from h323d.events.doors import AuthenticationFailed
from h323d.events.gatekeeper import RASAdmissionGranted, RASAdmissionRefused
from h323d.gatekeeper.config import GatekeeperConfig
from h323d.gatekeeper.routed.config import CallModel, RoutedConfig, RoutedRule
from h323d.gatekeeper.routing.config import DEFAULT_POLICIES, NeighbourConfig, RoutingConfig
from h323d.h323.ras.messages import RASMessage, decodeRAS, encodeRAS
from h323d.h323.security.h235 import tokenIn
from h323d.h323.signalling.addresses import transportToValue
from h323d.media.config import MediaConfig
from h323d.values.address import TransportAddress
from tests.support.signatures import isSignedWith
from tests.support.simulatedphone import Telephone
from tests.support.simulation import SimulatedServer, Simulation

NORTH, SOUTH, EAST = "10.0.0.1", "10.0.0.2", "10.0.0.3"
QUICK = 0.1  # seconds: much less than anybody waits for an answer
PATIENCE = 5.0  # seconds that a neighbour is waited for
PASSWORD = "between friends"


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation() as world:
        yield world


def zone(
    world: Simulation,
    address: str,
    *neighbours: str,
    routing: RoutingConfig | None = None,
    routed: RoutedConfig | None = None,
) -> SimulatedServer:
    configured = tuple(NeighbourConfig(each, each) for each in neighbours)
    return world.server(
        address,
        Configuration(
            gatekeeper=GatekeeperConfig(gatekeeperIdentifier=address, multicast=False),
            routing=routing or RoutingConfig(neighbours=configured),
            routed=routed or RoutedConfig(),
            media=MediaConfig(tickMs=20),
            conference=ConferenceConfig(patterns=("8xxxx",)),
        ),
    )


def registered(world: Simulation, address: str, alias: str, zone: str) -> Telephone:
    phone = Telephone(world, address, alias, gatekeeper=TransportAddress(zone, 1719))
    phone.register()
    world.until(lambda: phone.registrations == ["registered"])
    return phone


def asked(world: Simulation) -> list[str]:
    """
    The messages between gatekeepers, as the trace has them.
    """
    gatekeepers = (NORTH, SOUTH, EAST)
    found = []
    for entry in world.trace.of("udp"):
        source, _, destination, name = entry.text.split()[:4]
        ends = [each.split(":")[0] for each in (source, destination)]
        if all(end in gatekeepers for end in ends):
            found.append(f"{ends[0]} > {ends[1]} {name}")
    return found


def test_anEndpointOfOneZoneCallsOneOfTheOther(world: Simulation) -> None:
    north, south = zone(world, NORTH, SOUTH), zone(world, SOUTH, NORTH)
    anna = registered(world, "10.0.1.1", "anna", NORTH)
    bert = registered(world, "10.0.2.1", "bert", SOUTH)
    anna.call("bert")
    world.until(lambda: anna.speaking and bert.speaking)
    assert asked(world) == [
        f"{NORTH} > {SOUTH} locationRequest",
        f"{SOUTH} > {NORTH} locationConfirm",
    ]
    for server in (north, south):
        assert len(server.told(RASAdmissionGranted)) == 1
    anna.hangup()
    world.leave()
    assert world.leftOver() == []


@pytest.mark.parametrize("model", [CallModel.ROUTED, CallModel.PROXIED])
def test_aCallFromTheOtherZoneIsRoutedAsItsEndpointsCallsAre(
    world: Simulation, model: CallModel
) -> None:
    zone(world, NORTH, SOUTH)
    rule = RoutedRule(model=model, aliases=("bert",))
    south = zone(world, SOUTH, NORTH, routed=RoutedConfig(rules=(rule,)))
    anna = registered(world, "10.0.1.1", "anna", NORTH)
    bert = registered(world, "10.0.2.1", "bert", SOUTH)
    anna.call("bert")
    world.until(lambda: anna.speaking and bert.speaking)
    (fact,) = south.told(CallRouted)
    assert fact.peer == TransportAddress("10.0.2.1", 1720)
    setups = [entry.text.split()[2] for entry in world.trace.of("tcp", "SETUP")]
    assert setups == [f"{SOUTH}:1720", "10.0.2.1:1720"]
    world.leave()
    assert world.leftOver() == []


def test_aStrangersCallIsNotRouted(world: Simulation) -> None:
    south = zone(world, SOUTH, routed=RoutedConfig(model=CallModel.ROUTED))
    registered(world, "10.0.2.1", "bert", SOUTH)
    stranger = Telephone(world, "10.0.9.1", "stranger")
    stranger.call("bert", destination=TransportAddress(SOUTH, 1720))
    world.until(lambda: "released" in stranger.reports)
    assert not south.told(CallRouted)
    world.leave()
    assert world.leftOver() == []


@pytest.mark.alone("its directory is changed from outside")
def test_aRoomOfTheOtherZoneIsFoundToo(world: Simulation) -> None:
    zone(world, NORTH, SOUTH)
    south = zone(world, SOUTH, NORTH)
    patterns = Configuration(conference=ConferenceConfig(patterns=("9xxxx",)))
    south.server.directory.prepare(patterns.conference).commit()
    anna = registered(world, "10.0.1.1", "anna", NORTH)
    anna.call("90001")
    world.until(lambda: anna.speaking)
    assert list(south.server.conference.rooms) == ["90001"]
    world.leave()
    assert world.leftOver() == []


def test_twoNeighboursThatDoNotKnowANameFindThatOutAtOnce(world: Simulation) -> None:
    north = zone(world, NORTH, SOUTH)
    zone(world, SOUTH, NORTH)
    anna = registered(world, "10.0.1.1", "anna", NORTH)
    anna.call("nobody")
    world.run(QUICK)
    (refused,) = north.told(RASAdmissionRefused)
    assert refused.reason == "calledPartyNotRegistered"
    assert asked(world) == [
        f"{NORTH} > {SOUTH} locationRequest",
        f"{SOUTH} > {NORTH} locationReject",
    ]
    world.leave()
    assert world.leftOver() == []


def test_aQuestionInACircleOfThreeEndsAtOnce(world: Simulation) -> None:
    north = zone(world, NORTH, SOUTH)
    zone(world, SOUTH, EAST, NORTH)
    zone(world, EAST, NORTH, SOUTH)
    anna = registered(world, "10.0.1.1", "anna", NORTH)
    anna.call("nobody")
    world.run(QUICK)
    assert len(north.told(RASAdmissionRefused)) == 1
    assert f"{SOUTH} > {EAST} locationRequest" in asked(world)
    assert len(asked(world)) == 6
    world.leave()
    assert world.leftOver() == []


def test_aNameIsFoundThroughTheZoneBetween(world: Simulation) -> None:
    zone(world, NORTH, SOUTH)
    zone(world, SOUTH, EAST, NORTH)
    zone(world, EAST, SOUTH)
    anna = registered(world, "10.0.1.1", "anna", NORTH)
    carl = registered(world, "10.0.3.1", "carl", EAST)
    anna.call("carl")
    world.until(lambda: anna.speaking and carl.speaking)
    assert asked(world)[:2] == [
        f"{NORTH} > {SOUTH} locationRequest",
        f"{SOUTH} > {EAST} locationRequest",
    ]
    world.leave()
    assert world.leftOver() == []


def test_aNeighbourThatIsDownCostsItsTimeoutAndNoMore(world: Simulation) -> None:
    silent = NeighbourConfig("south", SOUTH, timeout=1.5)
    catchAll = RoutingConfig(neighbours=(silent,), catchAll="10.0.9.1:1720")
    north = zone(world, NORTH, routing=catchAll)
    anna = registered(world, "10.0.1.1", "anna", NORTH)
    anna.call("nobody")
    world.run(1.4)
    assert not north.told(RASAdmissionGranted)
    world.run(0.2)
    assert len(north.told(RASAdmissionGranted)) == 1
    assert asked(world) == [f"{NORTH} > {SOUTH} locationRequest"] * 3
    world.leave()
    assert world.leftOver() == []


def test_aNameInAForeignDomainIsFoundByTheDNS(world: Simulation) -> None:
    world.names.service("_h323ls._udp.south.example.com", "gk.south.example.com", 1719)
    world.names.host("gk.south.example.com", SOUTH)
    zone(world, NORTH, routing=RoutingConfig(policies=("srv", *DEFAULT_POLICIES)))
    zone(
        world,
        SOUTH,
        routing=RoutingConfig(domains=("south.example.com",), acceptUnknownLRQ=True),
    )
    anna = registered(world, "10.0.1.1", "anna", NORTH)
    bert = registered(world, "10.0.2.1", "bert", SOUTH)
    anna.call("bert@south.example.com")
    world.until(lambda: anna.speaking and bert.speaking)
    world.leave()
    assert world.leftOver() == []


def test_aProgramSaysWhereACallGoes(world: Simulation) -> None:
    world.web.answer = b'{"names": ["bert"]}'
    routing = RoutingConfig(policies=("http", "registered"), httpURL="http://127.0.0.1:8080/route")
    zone(world, NORTH, routing=routing)
    anna = registered(world, "10.0.1.1", "anna", NORTH)
    bert = registered(world, "10.0.1.2", "bert", NORTH)
    anna.call("4711")
    world.until(lambda: anna.speaking and bert.speaking)
    assert world.web.asked[0]["called"] == ["4711"]
    world.leave()
    assert world.leftOver() == []


# --- neighbours with a password

UDP = tuple[str, int]


class Between:
    """
    The datagrams between two gatekeepers.

    @ivar said: from where, and the octets.
    """

    def __init__(self, world: Simulation) -> None:
        self.said: list[tuple[str, bytes]] = []
        world.network.observers.append(self._sent)

    def _sent(self, kind: str, source: UDP, destination: UDP, data: bytes) -> None:
        if kind == "udp" and {source[0], destination[0]} == {NORTH, SOUTH}:
            self.said.append((source[0], data))

    def signatures(self) -> list[tuple[str, str, str, str]]:
        """
        Of each message its name, who signed it, for whom, and whether that is
        what who knows the password would have signed.
        """
        found = []
        for source, data in self.said:
            message = decodeRAS(data)
            token = tokenIn(message.fields)
            assert token is not None, f"{source} did not sign {message.name}"
            right = "right" if isSignedWith(PASSWORD, data, token.hash) else "wrong"
            found.append((message.name, token.proof.identity, token.generalID or "", right))
        return found


def sharing(address: str, password: str = PASSWORD, timeout: float = PATIENCE) -> NeighbourConfig:
    """
    A neighbour that calls itself by its address; with no password if there is none.
    """
    return NeighbourConfig(
        address, address, gatekeeperIdentifier=address, password=password, timeout=timeout
    )


def secured(
    world: Simulation, address: str, *neighbours: NeighbourConfig, catchAll: str = ""
) -> SimulatedServer:
    return zone(world, address, routing=RoutingConfig(neighbours=neighbours, catchAll=catchAll))


def doubts(server: SimulatedServer) -> set[tuple[str, str, str]]:
    return {
        (fact.source.host, fact.message, fact.reason) for fact in server.told(AuthenticationFailed)
    }


def test_neighboursThatShareAPasswordFindEachOthersEndpoints(world: Simulation) -> None:
    between = Between(world)
    north, south = secured(world, NORTH, sharing(SOUTH)), secured(world, SOUTH, sharing(NORTH))
    anna = registered(world, "10.0.1.1", "anna", NORTH)
    bert = registered(world, "10.0.2.1", "bert", SOUTH)
    anna.call("bert")
    world.until(lambda: anna.speaking and bert.speaking)
    anna.hangup()
    world.run(QUICK)
    bert.call("nobody")
    world.run(QUICK)
    assert between.signatures() == [
        ("locationRequest", NORTH, SOUTH, "right"),
        ("locationConfirm", SOUTH, NORTH, "right"),
        ("locationRequest", SOUTH, NORTH, "right"),
        ("locationReject", NORTH, SOUTH, "right"),
    ]
    assert doubts(north) == doubts(south) == set()
    world.leave()
    assert world.leftOver() == []


@pytest.mark.parametrize(
    ("ours", "theirs", "wait", "ourDoubts", "theirDoubts"),
    [
        (
            PASSWORD, "guess", PATIENCE,
            {(SOUTH, "locationReject", "absent")},
            {(NORTH, "locationRequest", "securityIntegrityFailed")},
        ),
        (PASSWORD, "", PATIENCE, {(SOUTH, "locationConfirm", "absent")}, set()),
        ("", PASSWORD, 0.0, set(), {(NORTH, "locationRequest", "absent")}),
    ],
    ids=["wrong", "missing there", "missing here"],
)  # fmt: skip
def test_neighboursThatDoNotFindNothing(
    world: Simulation, ours: str, theirs: str, wait: float, ourDoubts: object, theirDoubts: object
) -> None:
    north = secured(world, NORTH, sharing(SOUTH, ours))
    south = secured(world, SOUTH, sharing(NORTH, theirs))
    anna = registered(world, "10.0.1.1", "anna", NORTH)
    registered(world, "10.0.2.1", "bert", SOUTH)
    anna.call("bert")
    if wait:
        world.run(wait - QUICK)
        assert not north.told(RASAdmissionRefused)  # what is not believed is no answer
    world.run(2 * QUICK)
    (refused,) = north.told(RASAdmissionRefused)
    assert refused.reason == "calledPartyNotRegistered"
    assert not north.told(RASAdmissionGranted)
    assert (doubts(north), doubts(south)) == (ourDoubts, theirDoubts)
    world.leave()
    assert world.leftOver() == []


def test_aSignedAnswerThatIsLostIsSentAgainAndBelieved(world: Simulation) -> None:
    between = Between(world)
    north, south = secured(world, NORTH, sharing(SOUTH)), secured(world, SOUTH, sharing(NORTH))
    anna = registered(world, "10.0.1.1", "anna", NORTH)
    bert = registered(world, "10.0.2.1", "bert", SOUTH)

    def answersPass(source: UDP, destination: UDP, data: bytes) -> bool:
        return source[0] != SOUTH or destination[0] != NORTH or len(between.said) > 2

    world.network.filters.append(answersPass)
    anna.call("bert")
    world.until(lambda: anna.speaking and bert.speaking)
    question, answer, again, same = between.said
    assert (again, same) == (question, answer)
    assert doubts(north) == doubts(south) == set()
    world.leave()
    assert world.leftOver() == []


def test_signedAnnouncementsExtendTheWait(world: Simulation) -> None:
    between = Between(world)
    down = NeighbourConfig("down", EAST, timeout=8.0)
    north = secured(world, NORTH, sharing(SOUTH, timeout=2.0))
    south = secured(world, SOUTH, sharing(NORTH), down)
    anna = registered(world, "10.0.1.1", "anna", NORTH)
    anna.call("nobody")
    world.run(8.0 - QUICK)
    assert not north.told(RASAdmissionRefused)
    world.run(2 * QUICK)
    (refused,) = north.told(RASAdmissionRefused)
    assert refused.reason == "calledPartyNotRegistered"
    names = [(name, right) for name, _, _, right in between.signatures()]
    announcements = [name for name, _ in names].count("requestInProgress")
    assert announcements >= 2
    assert names[-1] == ("locationReject", "right")
    assert doubts(north) == doubts(south) == set()
    world.leave()
    assert world.leftOver() == []


def test_whoSpeaksInANeighboursPlaceSendsNobodyAnywhere(world: Simulation) -> None:
    north = secured(world, NORTH, sharing(SOUTH), catchAll="10.0.9.1:1720")
    anna = registered(world, "10.0.1.1", "anna", NORTH)
    forged: list[bytes] = []

    def forge(kind: str, source: UDP, destination: UDP, data: bytes) -> None:
        if kind == "udp" and destination == (SOUTH, 1719):
            fields = {
                "requestSeqNum": decodeRAS(data).requestSeqNum,
                "callSignalAddress": transportToValue(TransportAddress("10.0.6.66", 1720)),
                "rasAddress": transportToValue(TransportAddress(SOUTH, 1719)),
            }
            forged.append(encodeRAS(RASMessage("locationConfirm", fields)))
            world.network.sendDatagram(destination, source, forged[-1])

    world.network.observers.append(forge)
    anna.call("bert")
    world.run(PATIENCE + QUICK)
    assert len(forged) == 3
    (granted,) = north.told(RASAdmissionGranted)
    assert granted.destination == TransportAddress("10.0.9.1", 1720)
    assert doubts(north) == {(SOUTH, "locationConfirm", "absent")}
    world.leave()
    assert world.leftOver() == []
