"""
Views of the server's own objects.
"""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock

from h323d.call.applications import Reason, Refusal
from h323d.call.legs import LegDirection
from h323d.call.ways import Way
from h323d.conference.room import Room, RoomTerms
from h323d.dsp.g711 import PCMU
from h323d.dsp.provisions import Provision
from h323d.events.bus import EventBus
from h323d.gatekeeper.admission import CallAdmission
from h323d.gatekeeper.bandwidth import Claim
from h323d.gatekeeper.registry.registrations import EndpointKind
from h323d.gatekeeper.routing.chain import Called, FoundWay
from h323d.gatekeeper.routing.explanation import Explanation
from h323d.operation.routeviews import AskedView, DestinationView
from h323d.operation.viewing import (
    admissionView,
    codecViews,
    legView,
    participantView,
    registrationView,
    roomView,
    routeView,
)
from h323d.operation.views import (
    CodecView,
    LegView,
    MemberView,
    RegistrationView,
)
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.identifiers import RoomID
from h323d.values.media.formats import G711_ULAW, MediaFormat
from h323d.values.media.profile import MediaProfile
from tests.support.fakeleg import FakeLeg
from tests.support.fakemedia import FakePool
from tests.support.recorder import Recorder
from tests.support.registrations import endpoint, name

THERE = TransportAddress("10.0.0.3", 1720)
HERE = TransportAddress("10.0.0.1", 1720)


class Scene:
    """
    A room that opened at the tenth second, with one leg in it.
    """

    def __init__(self) -> None:
        clock = Clock()
        clock.advance(10.0)
        pool = FakePool()
        owner: Any = Recorder()
        profile = MediaProfile.audio((G711_ULAW,))
        self.room = Room(RoomID("80001"), RoomTerms(8, profile), clock, EventBus(), pool, owner)
        self.leg = FakeLeg("80001", pool)
        self.room.admit(self.leg)
        self.participant = self.room.participants[self.leg.legId]


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_aLegIsShownWithoutItsMedia(scene: Scene) -> None:
    scene.leg.displayName = "Anna"
    assert legView(scene.leg) == LegView(
        callId=scene.leg.callId,
        legId=scene.leg.legId,
        protocol="fake",
        direction="incoming",
        calling=("1001",),
        called=("80001",),
        displayName="Anna",
        peer="127.0.0.9:5060",
        state="fake",
    )


def test_whoHasNoMediaYetHasNotJoined(scene: Scene) -> None:
    view = participantView(scene.room, scene.participant, 12.0)
    assert (view.room, view.presence, view.joined, view.media) == ("80001", "joining", None, None)
    assert view.legId == scene.leg.legId


def test_whoIsPresentHasMediaAndIsSoForAWhile(scene: Scene) -> None:
    scene.leg.mediaReady()
    view = participantView(scene.room, scene.participant, 12.0004)
    assert (view.presence, view.joined) == ("present", 2.0)
    assert view.media is not None
    assert (view.media.format, view.media.remote) == ("PCMU/8000", "127.0.0.9:4000")
    assert view.media.packetsReceived == 0


def test_aRoomIsShownWithWhoIsInIt(scene: Scene) -> None:
    scene.leg.mediaReady()
    port = scene.participant.port
    assert port is not None
    scene.room.levels({port.portId: -31.5})
    scene.room.activeSpeaker(port.portId)
    view = roomView(scene.room, 70.5)
    assert (view.room, view.open, view.maxParticipants) == ("80001", 60.5, 8)
    assert not view.locked
    assert view.speaker == scene.leg.legId
    member = MemberView(
        legId=scene.leg.legId,
        name="1001",
        displayName="",
        role="participant",
        presence="present",
        voice="open",
        level=-31.5,
    )
    assert view.participants == (member,)


@pytest.mark.parametrize(
    ("displayName", "direction", "calling", "shown"),
    [
        ("Anna", LegDirection.INCOMING, "1001", "Anna"),
        ("", LegDirection.INCOMING, "1001", "1001"),
        ("", LegDirection.OUTGOING, "1001", "80001"),
        ("", LegDirection.INCOMING, "", "127.0.0.9:5060"),
    ],
)
def test_aMemberIsCalledAsItCallsItselfOrByItsAddress(
    displayName: str, direction: LegDirection, calling: str, shown: str, scene: Scene
) -> None:
    scene.leg.displayName, scene.leg.direction = displayName, direction
    scene.leg.calling = (PartyAddress(AddressKind.DIALLED_DIGITS, calling),) if calling else ()
    (member,) = roomView(scene.room, 12.0).participants
    assert member.name == shown


@pytest.mark.parametrize(("answerCall", "side"), [(False, "calling"), (True, "called")])
def test_anAdmissionIsASideOfACall(answerCall: bool, side: str) -> None:
    admission = CallAdmission(
        Claim(b"\x0a\xbc", "e1", answerCall),
        source=THERE,
        hosts=(THERE.host,),
        calling=(name("anna"),),
        called=(name("bert"),),
        destination=THERE,
        bandwidth=1280,
        callReference=1,
        conferenceId=b"",
        model="direct",
        since=100.0,
    )
    view = admissionView(admission, 640, 101.5)
    assert (view.callId, view.side, view.endpointId) == ("0abc", side, "e1")
    assert (view.calling, view.called, view.peer) == (("anna",), ("bert",), "10.0.0.3:1720")
    assert (view.bandwidth, view.used, view.admitted, view.model) == (1280, 640, 1.5, "direct")


def test_aRegistrationIsShownInTexts() -> None:
    registration = endpoint(
        1, "anna", kind=EndpointKind.GATEWAY, product="Box 1", authenticated="anna's"
    )
    assert registrationView(registration, {}) == RegistrationView(
        endpointId="endpoint1",
        protocol="h323",
        kind="gateway",
        aliases=("anna",),
        signalling=("10.1.0.2:1720",),
        source="10.1.0.2:1719",
        timeToLive=60,
        product="Box 1",
        user="anna's",
        roundTrips=(),
    )


FOUND = (FoundWay("h323", THERE, registration=endpoint(2), called=(name("bert"),)),)


def test_whoKnowsAPartyIsNamedWithWhereItIs() -> None:
    explanation = Explanation(FOUND, (("rewrite", None), ("registered", FOUND)))
    view = routeView("bert", explanation)
    assert (view.refused, view.why) == (None, "registered knows bert")
    assert view.destinations == (
        DestinationView(signalling="10.0.0.3:1720", endpointId="endpoint2", names=("bert",)),
    )
    assert view.asked == (
        AskedView("rewrite", "knows nobody of that name"),
        AskedView("registered", "at 10.0.0.3:1720"),
    )


def test_aTrunkIsNamedWithWhereItIsAndWhy() -> None:
    there = Way("sip", THERE, (name("sip:bert@10.0.0.3"),), trunk="carrier")
    found = (FoundWay("h323", HERE, trunk="carrier", onward=there, why="up, serves all"),)
    view = routeView("bert", Explanation(found, (("trunks", found),)))
    assert view.destinations == (
        DestinationView(
            str(THERE), None, ("sip:bert@10.0.0.3",), trunk="carrier", why="up, serves all"
        ),
    )
    assert view.asked[0].said == f"at trunk carrier, {THERE} (up, serves all)"


def test_whoRefusesIsNamedWithItsReason() -> None:
    refusal = Refusal.of(Reason.NOT_PERMITTED, "barred")
    asked = Called((name("carla"), name("carl")))
    view = routeView("bert", Explanation(refusal, (("rewrite", asked), ("strict", refusal))))
    assert (view.refused, view.why) == ("barred", "strict refuses: barred")
    assert view.destinations == ()
    assert [each.said for each in view.asked] == [
        "ask on for carla, carl",
        "not at all: barred (CALL_REJECTED)",
    ]


@pytest.mark.parametrize("decision", [None, ()])
def test_whereNobodyKnowsAPartyThatIsSaid(decision: Any) -> None:
    view = routeView("bert", Explanation(decision, (("registered", None),)))
    assert (view.refused, view.why, view.destinations) == (None, "no policy knows bert", ())


def test_aCodecIsShownWithItsLibraryOrWithWhatToInstall() -> None:
    lacking = Provision(MediaFormat("G729"), None, missing="no libx.so is here")
    assert codecViews((Provision(G711_ULAW, PCMU, "h323d"), lacking), (G711_ULAW,)) == [
        CodecView("PCMU", "PCMU/8000", "both", True, "h323d", None),
        CodecView("G729", "G729/8000", "none", False, None, "no libx.so is here"),
    ]


def test_aCodecThatTheConfigurationLeavesOutIsShownAsNotLoaded() -> None:
    (view,) = codecViews((Provision(G711_ULAW, PCMU, "h323d"),), ())
    assert (view.ways, view.loaded) == ("both", False)


def test_twoOfOneNameAreToldApartByWhatTheyOffer() -> None:
    aligned = MediaFormat("AMR", parameters=(("octet-align", "1"),))
    views = codecViews((), (aligned, MediaFormat("AMR")))
    assert [each.encoding for each in views] == ["AMR/8000 octet-align=1", "AMR/8000"]


def test_aCodecThatIsPluggedInIsShownToo() -> None:
    plugged = MediaFormat("SCRAMBLED", 48000, 2)
    assert codecViews((), (plugged,)) == [
        CodecView("SCRAMBLED", "SCRAMBLED/48000/2", "both", True, "plug-in", None)
    ]
