"""
The walk of a server that is registered with another gatekeeper: what is the other's child, the
world reaches by its prefix.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from h323d.conference.config import ConferenceConfig
from h323d.config.sections import Configuration
from h323d.events.calls import CallRefused, CallRouted
from h323d.events.gatekeeper import (
    BandwidthChanged,
    EndpointRegistered,
    EndpointUnregistered,
    ParentLost,
    ParentRefused,
    ParentRegistered,
    RASAdmissionEnded,
    RASAdmissionGranted,
)
from h323d.gatekeeper.alternates import AlternateConfig
from h323d.gatekeeper.config import GatekeeperConfig
from h323d.gatekeeper.parents.config import ParentConfig, ParentKind
from h323d.gatekeeper.parents.parent import ParentState
from h323d.gatekeeper.routed.config import CallModel, RoutedConfig
from h323d.gatekeeper.routed.usage import Usage
from h323d.gatekeeper.security.config import PasswordEntry, SecurityConfig
from h323d.inputs import Input
from h323d.media.config import MediaConfig
from h323d.operation.peerviews import ParentView
from h323d.operation.routeviews import AskedView, RouteView
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from h323d.values.media.formats import G711_ALAW, G711_ULAW
from tests.support.bridged import SERVER, Phone, SIPPhone, h323Phone, sipPhone
from tests.support.graph import hidden
from tests.support.simulatedphone import Telephone
from tests.support.simulation import SimulatedServer, Simulation
from tests.walks.test_switchboard import isBeyond

PARENT, CHILD = "10.0.0.9", SERVER
ALICE, BOB = 400, 700  # Hz
TONES = (ALICE, BOB)
MEDIA = MediaConfig(tickMs=20)
WORLD = ParentConfig("world", PARENT, aliases=("island",), supportedPrefixes=("5",), timeToLive=60)


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation(seed=5) as simulation:
        yield simulation


ZONE = GatekeeperConfig(gatekeeperIdentifier="world", multicast=False)


def parentConfiguration(**sections: Any) -> Configuration:
    return replace(Configuration(gatekeeper=ZONE, media=MEDIA), **sections)


def parentIn(world: Simulation, **sections: Any) -> SimulatedServer:
    return world.server(PARENT, parentConfiguration(**sections))


def childConfiguration(*parents: ParentConfig, **sections: Any) -> Configuration:
    zone = GatekeeperConfig(
        gatekeeperIdentifier="island", multicast=False, parents=parents or (WORLD,)
    )
    return replace(Configuration(gatekeeper=zone, media=MEDIA), **sections)


def childIn(world: Simulation, *parents: ParentConfig, **sections: Any) -> SimulatedServer:
    return world.server(CHILD, childConfiguration(*parents, **sections))


def shown(child: SimulatedServer) -> ParentView:
    """
    As an operator sees it.
    """
    (view,) = child.server.operator.parents()
    return view


def stateOf(child: SimulatedServer) -> ParentState:
    zone = child.server.zone
    assert zone is not None
    (parent,) = zone.parents
    return parent.state


def registered(world: Simulation, child: SimulatedServer) -> None:
    world.until(lambda: stateOf(child) is ParentState.REGISTERED)


def alice(world: Simulation) -> Telephone:
    """
    An endpoint of the parent.
    """
    phone = Telephone(world, "10.0.1.1", "1001", ALICE, TransportAddress(PARENT, 1719))
    phone.register()
    world.until(lambda: phone.registrations == ["registered"])
    return phone


def bob(world: Simulation) -> SIPPhone:
    """
    A SIP phone of the child.
    """
    return sipPhone(world, "10.0.1.2", "5001", BOB, G711_ULAW)


def everybodyLeaves(world: Simulation) -> None:
    world.leave()
    assert world.leftOver() == []


def test_theChildRegistersWithItsPrefix(world: Simulation) -> None:
    parent = parentIn(world)
    child = SimulatedServer(world, CHILD, childConfiguration())
    registered(world, child)
    (fact,) = parent.told(EndpointRegistered)
    (told,) = child.told(ParentRegistered)
    assert (told.parent, told.gatekeeperIdentifier, told.endpointId) == (
        "world",
        "world",
        fact.endpointId,
    )
    zone = parent.server.zone
    assert zone is not None
    (registration,) = zone.registrations()
    assert registration.prefixes == ("5",)
    assert registration.signalling == (TransportAddress(CHILD, 1720),)
    assert shown(child) == ParentView(
        parent="world",
        state="registered",
        since=shown(child).since,
        gatekeeper=f"{PARENT}:1719",
        gatekeeperIdentifier="world",
        endpointId=fact.endpointId,
        aliases=("island",),
        prefixes=("5",),
        calls=0,
        lastRefusal=None,
    )
    child.stop()
    world.run(1.0)
    assert [each.reason for each in parent.told(EndpointUnregistered)] == ["request"]
    everybodyLeaves(world)


@pytest.mark.parametrize("model", [CallModel.DIRECT, CallModel.ROUTED])
def test_anEndpointOfTheParentCallsAPhoneOfTheChild(world: Simulation, model: CallModel) -> None:
    parent = parentIn(world, routed=RoutedConfig(model=model))
    child = childIn(world)
    registered(world, child)
    caller, called = alice(world), bob(world)
    caller.call("5001")
    world.until(lambda: caller.speaking and called.speaking)
    world.run(0.6)
    assert (caller.heard.heard(TONES), called.heard.heard(TONES)) == ([BOB], [ALICE])
    granted = parent.told(RASAdmissionGranted)
    assert [each.answerCall for each in granted] == [False, True]
    assert shown(child).calls == 1
    assert len({each.callIdentifier for each in granted}) == 1
    called.hangup()
    world.run(1.0)
    assert caller.cause is Cause.NORMAL_CALL_CLEARING
    assert len(parent.told(RASAdmissionEnded)) == 2
    everybodyLeaves(world)


def requests(world: Simulation, name: str) -> int:
    """
    How many of that name the child has sent to the parent so far.
    """
    sent = (entry.text.split()[:4] for entry in world.trace.of("udp"))
    return sum(
        source.startswith(CHILD) and there == f"{PARENT}:1719" and message == name
        for source, _, there, message in sent
    )


def test_itRenewsTheRegistrationBeforeItEnds(world: Simulation) -> None:
    parent = parentIn(world)
    child = childIn(world)
    registered(world, child)
    world.run(130)
    assert requests(world, "registrationRequest") == 3  # after 55 s, and again
    assert len(parent.told(EndpointRegistered)) == 1
    assert parent.told(EndpointUnregistered) == []
    everybodyLeaves(world)


def test_itRegistersAgainWhenTheParentIsBack(world: Simulation) -> None:
    parent = SimulatedServer(world, PARENT, parentConfiguration())
    child = childIn(world)
    registered(world, child)
    parent.stop()
    world.run(80)
    assert stateOf(child) is ParentState.FAILED
    assert [each.reason for each in child.told(ParentLost)] == ["noAnswer"]
    assert {each.reason for each in child.told(ParentRefused)} == {"noAnswer"}
    back = parentIn(world)
    world.run(60)
    assert stateOf(child) is ParentState.REGISTERED
    assert len(back.told(EndpointRegistered)) == 1
    everybodyLeaves(world)


def test_whereTheParentIsSilentItsAlternateTakesUs(world: Simulation) -> None:
    other = "10.0.0.8"
    told = replace(ZONE, alternates=(AlternateConfig(other),))
    parent = SimulatedServer(world, PARENT, parentConfiguration(gatekeeper=told))
    alternate = world.server(other, parentConfiguration())
    child = childIn(world)
    registered(world, child)
    parent.stop()
    world.run(80)
    assert len(alternate.told(EndpointRegistered)) == 1
    assert (shown(child).state, shown(child).gatekeeper) == ("registered", f"{other}:1719")
    caller, called = (
        bob(world),
        Telephone(world, "10.0.1.1", "1001", ALICE, TransportAddress(other, 1719)),
    )
    called.register()
    world.until(lambda: called.registrations == ["registered"])
    dial(caller, "1001")
    world.until(lambda: caller.speaking and called.speaking)
    everybodyLeaves(world)


def test_aParentThatHasForgottenUsIsToldEverythingAnew(world: Simulation) -> None:
    parent = SimulatedServer(world, PARENT, parentConfiguration())
    child = childIn(world)
    registered(world, child)
    parent.stop()
    world.run(4)
    back = parentIn(world)  # which answers the renewal that it does not know us
    world.run(60)
    assert stateOf(child) is ParentState.REGISTERED
    assert [each.reason for each in child.told(ParentLost)] == ["fullRegistrationRequired"]
    assert len(back.told(EndpointRegistered)) == 1
    everybodyLeaves(world)


def test_itRegistersAgainWhenTheParentEndsTheRegistration(world: Simulation) -> None:
    parent = parentIn(world)
    child = childIn(world)
    registered(world, child)
    parent.server.operator.unregister("island")
    world.run(1.0)
    assert [each.reason for each in child.told(ParentLost)] == ["unregistrationRequest"]
    assert stateOf(child) is ParentState.REGISTERED
    assert len(parent.told(EndpointRegistered)) == 2
    everybodyLeaves(world)


def test_whatTheParentRefusesIsAskedAgainAfterTwiceAsLong(world: Simulation) -> None:
    parent = parentIn(world)
    Telephone(world, "10.0.1.9", "island", gatekeeper=TransportAddress(PARENT, 1719)).register()
    world.until(lambda: parent.told(EndpointRegistered))
    child = childIn(world)
    world.run(30 + 60 + 5)
    refused = child.told(ParentRefused)
    assert {each.reason for each in refused} == {"duplicateAlias"}
    waits = [round(each.at - refused[0].at) for each in refused]
    assert waits == [0, 30, 90]
    assert (shown(child).state, shown(child).lastRefusal) == ("failed", "duplicateAlias")
    everybodyLeaves(world)


@pytest.mark.parametrize(("password", "state"), [("secret", "registered"), ("wrong", "failed")])
def test_itProvesWhoItIs(world: Simulation, password: str, state: str) -> None:
    security = SecurityConfig(passwords=(PasswordEntry("island", "secret"),))
    parentIn(world, security=security)
    child = childIn(world, replace(WORLD, password=password, gatekeeperIdentifier="world"))
    world.run(20)
    assert stateOf(child).value == state
    everybodyLeaves(world)


def test_theParentEndsACall(world: Simulation) -> None:
    parent = parentIn(world)
    child = childIn(world)
    registered(world, child)
    caller, called = alice(world), bob(world)
    caller.call("5001")
    world.until(lambda: caller.speaking and called.speaking)
    (call, _) = parent.told(RASAdmissionGranted)
    parent.server.operator.hangup(call.callIdentifier)
    world.run(1.0)
    assert called.cause is Cause.NORMAL_UNSPECIFIED
    assert child.server.gateway.bridges == {}
    everybodyLeaves(world)


def test_whatTheParentDoesNotAdmitIsRefused(world: Simulation) -> None:
    parentIn(world, gatekeeper=replace(ZONE, maxCalls=1))  # the caller's side alone
    child = childIn(world)
    registered(world, child)
    caller, called = alice(world), bob(world)
    caller.call("5001")
    world.run(1.0)
    assert caller.cause is Cause.RESOURCE_UNAVAILABLE
    assert "offered" not in called.reports
    everybodyLeaves(world)


def test_whoCallsNoneOfOurNamesThereIsAStranger(world: Simulation) -> None:
    parent = parentIn(world)
    child = childIn(world)
    registered(world, child)
    stranger = Telephone(world, "10.0.1.7", "stranger")
    called = sipPhone(world, "10.0.1.2", "7001", BOB)
    stranger.call("7001", destination=TransportAddress(CHILD, 1720))
    world.run(1.0)
    assert stranger.cause is Cause.NO_ROUTE_TO_DESTINATION
    assert "offered" not in called.reports
    assert parent.told(RASAdmissionGranted) == []
    everybodyLeaves(world)


@pytest.mark.parametrize(("direct", "reached"), [(True, True), (False, False)])
def test_aCallFromElsewhereIsForTheParentToLetIn(
    world: Simulation, direct: bool, reached: bool
) -> None:
    parentIn(world)
    child = childIn(world, replace(WORLD, acceptDirect=direct))
    registered(world, child)
    caller, called = alice(world), bob(world)
    caller.call("5001")
    world.run(1.0)
    assert ("offered" in called.reports) is reached
    assert (caller.cause is None) is reached
    everybodyLeaves(world)


def test_aReloadChangesWhereWeAreRegistered(world: Simulation) -> None:
    parent = parentIn(world)
    child = childIn(world)
    registered(world, child)
    server = child.server
    more = replace(WORLD, supportedPrefixes=("5", "6"))
    for parents in ((more,), ()):
        zone = replace(server.configuration.gatekeeper, parents=parents)
        child.inputs.enter(Input.RELOAD, replace(server.configuration, gatekeeper=zone))
        world.run(1.0)
    assert len(parent.told(EndpointRegistered)) == 2
    assert [each.reason for each in parent.told(EndpointUnregistered)] == ["request"] * 2
    everybodyLeaves(world)


def test_aReloadThatChangesNothingHereLeavesTheRegistrationAlone(world: Simulation) -> None:
    parent = parentIn(world)
    child = childIn(world)
    registered(world, child)
    child.inputs.enter(Input.RELOAD, child.server.configuration)
    world.run(1.0)
    assert child.told(ParentLost) == []
    assert len(parent.told(EndpointRegistered)) == 1
    everybodyLeaves(world)


def test_theParentSaysWhoCalls(world: Simulation) -> None:
    parentIn(world)
    child = childIn(world)
    registered(world, child)
    sipPhone(world, "10.0.1.3", "1001", 1000, G711_ALAW)  # the caller's number, here
    caller, called = alice(world), bob(world)
    caller.call("5001")
    world.until(lambda: called.leg is not None)
    assert called.leg is not None
    assert called.leg.displayName == "1001"
    everybodyLeaves(world)


# --- calls that leave


def childPhone(world: Simulation, protocol: str) -> Phone:
    """
    A phone of the child, in no room of numbers that the parent knows of.
    """
    if protocol == "sip":
        return sipPhone(world, "10.0.1.3", "4001", BOB, G711_ULAW)
    return h323Phone(world, "10.0.1.3", "4001", BOB)


def dial(phone: Phone, number: str) -> None:
    phone.dial(f"sip:{number}@{CHILD}" if isinstance(phone, SIPPhone) else number)


@pytest.mark.parametrize("protocol", ["sip", "h323"])
@pytest.mark.parametrize("model", [CallModel.DIRECT, CallModel.ROUTED])
def test_aPhoneOfTheChildCallsTheWorld(world: Simulation, protocol: str, model: CallModel) -> None:
    parent = parentIn(world, routed=RoutedConfig(model=model))
    child = childIn(world)
    registered(world, child)
    called, caller = alice(world), childPhone(world, protocol)
    dial(caller, "1001")
    world.until(lambda: caller.speaking and called.speaking)
    world.run(0.6)
    assert (caller.heard.heard(TONES), called.heard.heard(TONES)) == ([ALICE], [BOB])
    granted = parent.told(RASAdmissionGranted)
    assert [each.answerCall for each in granted] == [False, True]
    assert {str(each.calling[0]) for each in granted} == {"4001"}
    assert len({each.callIdentifier for each in granted}) == 1
    caller.hangup()
    world.run(1.0)
    assert called.cause is Cause.NORMAL_CALL_CLEARING
    assert len(parent.told(RASAdmissionEnded)) == 2
    assert shown(child).calls == 0
    everybodyLeaves(world)


@pytest.mark.parametrize("protocol", ["sip", "h323"])
def test_whyTheParentRefusesIsSeenByTheCaller(world: Simulation, protocol: str) -> None:
    parentIn(world)
    child = childIn(world)
    registered(world, child)
    caller = childPhone(world, protocol)
    dial(caller, "1999")
    world.until(lambda: caller.cause is not None)
    assert caller.cause is Cause.SUBSCRIBER_ABSENT
    everybodyLeaves(world)


def test_theParentIsAskedForWhatItServesAlone(world: Simulation) -> None:
    parent = parentIn(world)
    child = childIn(world, replace(WORLD, prefixes=("2",)))
    registered(world, child)
    alice(world)
    caller = childPhone(world, "sip")
    dial(caller, "1001")
    world.until(lambda: caller.cause is not None)
    assert caller.cause is Cause.NO_ROUTE_TO_DESTINATION
    assert parent.told(RASAdmissionGranted) == []
    everybodyLeaves(world)


def test_whereWeAreNotRegisteredNoCallGoes(world: Simulation) -> None:
    childIn(world)
    caller = childPhone(world, "sip")
    dial(caller, "1001")
    world.until(lambda: caller.cause is not None)
    assert caller.cause is Cause.NO_ROUTE_TO_DESTINATION
    everybodyLeaves(world)


@pytest.mark.parametrize("model", [CallModel.DIRECT, CallModel.ROUTED])
def test_aCallThatWouldGoBackToTheParentIsALoop(world: Simulation, model: CallModel) -> None:
    parent = parentIn(world)
    child = childIn(world, routed=RoutedConfig(model=model))
    registered(world, child)
    caller = alice(world)
    caller.call("5999")  # of our prefix, and nobody here has it
    world.until(lambda: caller.cause is not None)
    assert caller.cause is Cause.EXCHANGE_ROUTING_ERROR
    assert len(parent.told(RASAdmissionGranted)) == 2
    everybodyLeaves(world)


def test_anOperatorIsToldThatTheParentWillBeAsked(world: Simulation) -> None:
    parent = parentIn(world)
    child = childIn(world)
    registered(world, child)
    routes: list[RouteView] = []
    child.server.operator.route("1001").addCallback(routes.append)
    (route,) = routes
    assert route.why == "parents knows 1001"
    assert route.asked[-1] == AskedView("parents", "asks world")
    assert [each.parent for each in route.destinations] == ["world"]
    assert parent.told(RASAdmissionGranted) == []
    everybodyLeaves(world)


# --- calls between H.323 endpoints, which are routed


def h323Parties(world: Simulation) -> tuple[Telephone, Phone]:
    """
    An endpoint of the parent, and one of the child.
    """
    return alice(world), h323Phone(world, "10.0.1.4", "5002", BOB)


def routedBy(server: SimulatedServer) -> list[str]:
    return [fact.model for fact in server.told(CallRouted)]


def setups(world: Simulation) -> list[str]:
    """
    Where each Setup went, in order.
    """
    return [entry.text.split()[2] for entry in world.trace.of("tcp", "SETUP")]


everyModel = pytest.mark.parametrize(
    ("above", "here"),
    [
        (CallModel.DIRECT, CallModel.DIRECT),
        (CallModel.DIRECT, CallModel.PROXIED),
        (CallModel.ROUTED, CallModel.DIRECT),
        (CallModel.ROUTED, CallModel.ROUTED),
    ],
)


@everyModel
def test_whoeverIsCalledByH323FromAboveHearsTheCallerThroughUs(
    world: Simulation, above: CallModel, here: CallModel
) -> None:
    parent = parentIn(world, routed=RoutedConfig(model=above))
    child = childIn(world, routed=RoutedConfig(model=here))
    registered(world, child)
    caller, called = h323Parties(world)
    caller.call("5002")
    world.until(lambda: caller.speaking and called.speaking)
    world.run(0.6)
    assert (caller.heard.heard(TONES), called.heard.heard(TONES)) == ([BOB], [ALICE])
    assert routedBy(child) == ["proxied" if here is CallModel.PROXIED else "routed"]
    assert [each.answerCall for each in parent.told(RASAdmissionGranted)] == [False, True]
    called.hangup()
    world.run(1.0)
    assert caller.cause is Cause.NORMAL_CALL_CLEARING
    assert len(parent.told(RASAdmissionEnded)) == 2
    assert shown(child).calls == 0
    everybodyLeaves(world)


@everyModel
def test_whoeverCallsTheWorldByH323IsRoutedThroughUs(
    world: Simulation, above: CallModel, here: CallModel
) -> None:
    parent = parentIn(world, routed=RoutedConfig(model=above))
    child = childIn(world, routed=RoutedConfig(model=here))
    registered(world, child)
    called, caller = h323Parties(world)
    caller.dial("1001")
    world.until(lambda: caller.speaking and called.speaking)
    world.run(0.6)
    assert (caller.heard.heard(TONES), called.heard.heard(TONES)) == ([ALICE], [BOB])
    assert routedBy(child) == ["proxied" if here is CallModel.PROXIED else "routed"]
    granted = parent.told(RASAdmissionGranted)
    assert [each.answerCall for each in granted] == [False, True]
    assert len({each.callIdentifier for each in granted}) == 1
    assert len(set(setups(world))) == len(setups(world)) == (2 if above is CallModel.DIRECT else 3)
    caller.hangup()
    world.run(1.0)
    assert called.cause is Cause.NORMAL_CALL_CLEARING
    assert len(parent.told(RASAdmissionEnded)) == 2
    assert shown(child).calls == 0
    everybodyLeaves(world)


def test_whatTheParentDoesNotAdmitIsNotRoutedEither(world: Simulation) -> None:
    parentIn(world, gatekeeper=replace(ZONE, maxCalls=1))
    child = childIn(world)
    registered(world, child)
    caller, called = h323Parties(world)
    caller.call("5002")
    world.run(1.0)
    assert caller.cause is Cause.RESOURCE_UNAVAILABLE
    assert "offered" not in called.reports
    assert [each.reason for each in child.told(CallRefused)] == ["notAdmitted"]
    everybodyLeaves(world)


def test_aCallerWhoHangsUpWhileTheParentIsAskedLeavesNothingThere(world: Simulation) -> None:
    parent = parentIn(world)
    child = childIn(world)
    registered(world, child)
    _, caller = h323Parties(world)
    caller.dial("1001")
    world.until(lambda: requests(world, "admissionRequest"))
    caller.hangup()
    world.run(2.0)
    assert len(parent.told(RASAdmissionGranted)) == len(parent.told(RASAdmissionEnded))
    assert shown(child).calls == 0
    everybodyLeaves(world)


def test_theOperatorCallsWhoSaysWhereTheyAreWithoutAskingTheParent(world: Simulation) -> None:
    parent = parentIn(world)
    child = childIn(world)
    registered(world, child)
    other, called = Telephone(world, "10.0.1.7", "7001", ALICE), bob(world)
    child.server.operator.call("h323:7001@10.0.1.7", "5001")
    world.until(lambda: other.speaking and called.speaking)
    assert parent.told(RASAdmissionGranted) == []
    everybodyLeaves(world)


def test_theOperatorCallsTheWorldByTheParent(world: Simulation) -> None:
    parent = parentIn(world)
    child = childIn(world)
    registered(world, child)
    other, called = alice(world), bob(world)
    child.server.operator.call("1001", "5001")
    world.until(lambda: other.speaking and called.speaking)
    assert len(parent.told(RASAdmissionGranted)) == 2
    everybodyLeaves(world)


def test_aRoomOfTheChildIsReachedByItsPrefix(world: Simulation) -> None:
    parent = parentIn(world)
    rooms = ConferenceConfig(patterns=("7xxxx",))
    here = replace(WORLD, supportedPrefixes=("7",), terminalType=ParentKind.MCU)
    child = childIn(world, here, conference=rooms)
    registered(world, child)
    caller = alice(world)
    caller.call("70001")
    world.until(lambda: caller.speaking)
    assert list(child.server.conference.rooms) == ["70001"]
    assert [each.answerCall for each in parent.told(RASAdmissionGranted)] == [False, True]
    everybodyLeaves(world)


@pytest.mark.parametrize("protocol", ["sip", "h323"])
def test_allThatSuchACallIsMadeOfCanBeWrittenDown(world: Simulation, protocol: str) -> None:
    parentIn(world)
    child = childIn(world)
    found: dict[str, str] = {}

    def look() -> None:
        calls = ((f"{each}", each) for each in world.clock.getDelayedCalls())
        found.update(hidden([("server", child.server), *calls], isBeyond))

    world.watch(look, 23)
    registered(world, child)
    called, caller = alice(world), childPhone(world, protocol)
    dial(caller, "1001")
    world.until(lambda: caller.speaking and called.speaking)
    called.hangup()
    world.run(1.0)
    assert found == {}
    everybodyLeaves(world)


def test_theParentIsAskedForAsMuchAsTheEndpointMayUse(world: Simulation) -> None:
    parent = parentIn(world)
    here = replace(childConfiguration().gatekeeper, minimumBandwidthPerCall=7680)
    child = childIn(world, gatekeeper=here)
    registered(world, child)
    called, caller = h323Parties(world)
    caller.dial("1001")
    world.until(lambda: caller.speaking and called.speaking)
    assert [each.bandwidth for each in parent.told(RASAdmissionGranted)] == [7680, 1280]
    everybodyLeaves(world)


@pytest.mark.alone("the use of a call is changed from outside")
def test_theParentIsAskedForMoreWhenTheCallUsesMore(world: Simulation) -> None:
    parent = parentIn(world)
    child = childIn(world)
    registered(world, child)
    called, caller = h323Parties(world)
    caller.dial("1001")
    world.until(lambda: caller.speaking and called.speaking)
    zone = child.server.zone
    assert zone is not None
    (call,) = zone.routed
    call.usageChanged(Usage(3840, True))
    call.usageChanged(Usage(1280, True))
    world.run(0.5)
    assert [each.bandwidth for each in parent.told(BandwidthChanged)] == [3840]
    assert requests(world, "bandwidthRequest") == 1
    everybodyLeaves(world)
