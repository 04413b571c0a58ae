"""
What an operator sees and does.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from h323d.call.applications import PASSED, Admission, Door, Reason, Refusal, Verdict
from h323d.call.homes import homeAt
from h323d.call.legs import ILegObserver, IOriginator, LegDirection
from h323d.call.particulars import NOTHING_MORE, Particulars
from h323d.call.switch import Switch
from h323d.call.ways import Way
from h323d.call.wire import WireMessage, WireProtocol
from h323d.conference.config import ConferenceConfig
from h323d.conference.directory import RoomDirectory
from h323d.conference.host import ConferenceHost
from h323d.dsp.provisions import Provision
from h323d.gatekeeper.registry.registrations import Contact, EndpointKind, Registration
from h323d.gatekeeper.routing.chain import Called, Finding, ICalledPolicy
from h323d.gateway.config import GatewayConfig
from h323d.gateway.host import GatewayHost
from h323d.h323.ras.messages import RASMessage
from h323d.operation.calling import Calling
from h323d.operation.command import OperatorError
from h323d.operation.config import TraceConfig
from h323d.operation.councilkeeping import CouncilKeeping
from h323d.operation.defending import Defending
from h323d.operation.following import LOOK
from h323d.operation.gatekeeping import Gatekeeping
from h323d.operation.operator import Keeping, Operator
from h323d.operation.presence import Presence
from h323d.operation.statusviews import MaintenanceView
from h323d.operation.views import Unregistered, told
from h323d.operation.vitals import Vitals
from h323d.operation.wirelog import WireLog
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID, RoomID
from h323d.values.media.formats import MediaFormat
from h323d.values.media.profile import MediaProfile
from tests.support.defended import newDefence
from tests.support.fakegate import FakeGate
from tests.support.fakeleg import FakeLeg
from tests.support.fakemedia import FakePool
from tests.support.lease import Lease
from tests.support.ras import CALL, Peer, arq
from tests.support.zone import newWorld, surroundings

LACKING = Provision(MediaFormat("G729"), None, missing="no libx.so is here")


@implementer(IOriginator)
class Originator:
    """
    Makes legs that are nobody's.

    @ivar made: all of them, with whom they were to call and where.
    """

    def __init__(self, protocol: str, pool: FakePool) -> None:
        self.protocol = protocol
        self.made: list[tuple[FakeLeg, str, TransportAddress | None]] = []
        self._pool = pool

    def names(self, mediaFormat: MediaFormat) -> bool:
        return True

    def originate(
        self,
        callId: CallID,
        calling: tuple[PartyAddress, ...],
        way: Way,
        profile: MediaProfile,
        observer: ILegObserver,
        particulars: Particulars = NOTHING_MORE,
    ) -> FakeLeg:
        name = way.called[0].value
        leg = FakeLeg(name, self._pool)
        leg.callId, leg.calling = callId, calling
        leg.direction = LegDirection.OUTGOING
        leg.observe(observer)
        self.made.append((leg, name, way.destination))
        return leg


class FakeReader:
    """
    Reads what messages say.
    """

    def __init__(self) -> None:
        self.said: list[str] = []
        self.over = False

    def told(self, rows: Sequence[Any], lost: int) -> None:
        self.said += [row["what"] for row in rows]

    def ended(self) -> None:
        self.over = True


@implementer(ICalledPolicy)
class Says:
    """
    A policy that has one answer, or fails.
    """

    def __init__(self, name: str, finding: Finding | Exception) -> None:
        self.name = name
        self._finding = finding

    def find(self, called: Called) -> Finding:
        if isinstance(self._finding, Exception):
            raise self._finding
        return self._finding


class OperatorTests(SynchronousTestCase):
    """
    L{Operator} over fake legs.
    """

    def setUp(self) -> None:
        self.gate = FakeGate(PASSED, (Door.OPERATOR,))
        self.world = newWorld(gates=(self.gate,))
        self.addCleanup(self.world.zone.close)
        self.clock, events, gates = self.world.clock, self.world.events, self.world.gates
        config = ConferenceConfig()
        self.pool, self.wire = FakePool(), WireLog(TraceConfig())
        self.host = ConferenceHost(config, self.clock, events, self.pool, gates)
        directory = RoomDirectory(config)
        self.switch = Switch(self.clock, events, gates, (directory,), {"conference": self.host})
        self.registry = self.world.zone.registry
        self.h323, self.sip = Originator("h323", self.pool), Originator("sip", self.pool)
        originators: dict[str, IOriginator] = {"h323": self.h323, "sip": self.sip}
        around = surroundings(self.world.network, self.clock, "10.0.0.1", events)
        self.gateway = GatewayHost(
            GatewayConfig(), replace(around, pool=self.pool), originators, self.switch
        )
        calling = Calling(
            originators,
            self.world.zone.finder,
            self.host,
            self.gateway,
            directory,
            homeAt("10.0.0.1"),
            gates,
            random.Random(1),
        )
        around = replace(around, pool=self.pool, codecs=(LACKING,), wire=self.wire)
        gatekeeping = Gatekeeping(self.world.zone)
        defending = Defending(newDefence(self.clock, events))
        self.operator = Operator(
            around,
            self.switch,
            self.host,
            self.gateway,
            gatekeeping,
            defending,
            Keeping(calling, CouncilKeeping(None, calling)),
            Vitals(
                around,
                Presence(self.switch, self.host, self.gateway),
                gates,
                gatekeeping,
                defending,
                lambda: {"sip": "127.0.0.1:5060"},
            ),
            lambda count: [{"callId": f"c{number}"} for number in range(count)],
        )

    def routed(self, *arguments: str) -> dict[str, Any]:
        answer: dict[str, Any] = told(self.successResultOf(self.operator.route(*arguments)))
        return answer

    def test_whereACallWouldGo(self) -> None:
        self.register()
        found = {"signalling": "127.0.0.9:1720", "endpointId": "e1", "names": []}
        for arguments in (("1001",), ("1001", "e1")):
            answer = self.routed(*arguments)
            self.assertEqual(
                (answer["refused"], answer["destinations"], answer["why"]),
                (None, [found], "registered knows 1001"),
            )
        self.failureResultOf(self.operator.route("1001", "nobody"), OperatorError)

    def test_whyACallWouldGoNowhereAndWhoSaidWhat(self) -> None:
        answer = self.routed("1002")
        self.assertEqual((answer["refused"], answer["destinations"]), (None, []))
        self.assertEqual(answer["why"], "no policy knows 1002")
        said = {each["policy"]: each["said"] for each in answer["asked"]}
        self.assertEqual(list(said)[:4], ["rewrite", "explicit", "rooms", "registered"])
        self.assertEqual(set(said.values()), {"knows nobody of that name"})

    def test_whoRefusesACallIsNamed(self) -> None:
        refuses = Says("strict", Refusal.of(Reason.NOT_PERMITTED, "barred"))
        renames = Says("renames", Called((PartyAddress(AddressKind.H323_ID, "anna"),)))
        self.world.zone.chain.use((Says("silent", None), renames, refuses))
        answer = self.routed("1002")
        self.assertEqual((answer["refused"], answer["why"]), ("barred", "strict refuses: barred"))
        self.assertEqual(
            [(each["policy"], each["said"]) for each in answer["asked"]],
            [
                ("silent", "knows nobody of that name"),
                ("renames", "ask on for anna"),
                ("strict", "not at all: barred (CALL_REJECTED)"),
            ],
        )

    def test_aPolicyThatFailsIsNamed(self) -> None:
        self.world.zone.chain.use((Says("broken", RuntimeError()), Says("later", None)))
        answer = self.routed("1002")
        self.assertEqual(answer["why"], "broken refuses: policyFailed")
        self.assertEqual([each["policy"] for each in answer["asked"]], ["broken"])
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 1)

    def register(self) -> None:
        here = TransportAddress("127.0.0.9", 1720)
        self.registry.register(
            Registration(
                "e1",
                "h323",
                here,
                (here,),
                (here,),
                (PartyAddress(AddressKind.DIALLED_DIGITS, "1001"),),
                EndpointKind.TERMINAL,
                300,
            )
        )

    def join(self, room: str) -> FakeLeg:
        leg = FakeLeg(room, self.pool)
        self.switch.legOffered(leg)
        leg.answered()
        leg.mediaReady()
        return leg

    def test_statusCountsAndTells(self) -> None:
        self.join("80001")
        self.register()
        self.clock.advance(5)
        status = self.operator.status()
        self.assertEqual(
            (status.uptime, status.calls, status.rooms, status.registrations), (5.0, 1, 1, 1)
        )
        self.assertEqual(status.facts["ParticipantJoined"], 1)
        self.assertEqual(status.media, {"ports": 1})

    def test_aCallShowsItsMedia(self) -> None:
        leg = self.join("80001")
        (call,) = told(self.operator.calls())
        self.assertEqual(
            (call["legId"], call["room"], call["presence"]), (leg.legId, "80001", "present")
        )
        self.assertEqual(call["media"]["format"], "PCMU/8000")
        self.assertEqual(call["media"]["remote"], "127.0.0.9:4000")

    def test_whoIsBeingAnsweredIsACallAndIsInNoRoom(self) -> None:
        leg = FakeLeg("80001", self.pool)
        self.switch.legOffered(leg)
        (call,) = told(self.operator.calls())
        self.assertEqual((call["legId"], "room" in call), (leg.legId, False))
        self.assertEqual(self.operator.rooms(), [])
        self.assertEqual(self.operator.status().calls, 1)
        self.operator.hangup(leg.callId)
        self.assertEqual(self.operator.calls(), [])

    def test_aRoomShowsWhoIsInIt(self) -> None:
        legs = [self.join("80001"), self.join("80001")]
        (room,) = self.operator.rooms()
        self.assertEqual([each.legId for each in room.participants], [leg.legId for leg in legs])

    def test_whoIsInARoomHasTheNameThatTheyGiveOrElseTheirAddress(self) -> None:
        named, _, called = (self.join("80001") for _ in range(3))
        named.displayName = "Anna"
        called.direction = LegDirection.OUTGOING
        called.called = (PartyAddress(AddressKind.H323_ID, "bert"),)
        nameless = self.join("80001")
        nameless.calling = ()
        (room,) = self.operator.rooms()
        self.assertEqual(
            [each.name for each in room.participants],
            ["Anna", "1001", "bert", "127.0.0.9:5060"],
        )

    def test_theLastRecordsAsManyAsAreAskedFor(self) -> None:
        self.assertEqual(len(self.operator.cdr()), 20)
        self.assertEqual(self.operator.cdr(2), [{"callId": "c0"}, {"callId": "c1"}])

    def test_codecsAreShownWithWhatIsMissing(self) -> None:
        shown = {each["name"]: each["loaded"] for each in told(self.operator.codecs())}
        self.assertEqual(shown, {"PCMU": True, "PCMA": True, "G729": False})

    def test_whatTwoSidesWouldSpeakIsShownFormatByFormat(self) -> None:
        shown = told(self.operator.codecs("PCMA,G729", "PCMA"))
        self.assertEqual(
            [(each["side"], each["format"], each["way"]) for each in shown],
            [
                ("called", "PCMA/8000", "passed through"),
                ("called", "G729/8000", "not spoken"),
                ("called", "PCMU/8000", "not spoken"),
                ("caller", "PCMA/8000", "passed through"),
                ("caller", "PCMU/8000", "not spoken"),
            ],
        )

    def test_whatBothSidesSpeakIsSaidOrNeither(self) -> None:
        with self.assertRaisesRegex(OperatorError, "needs B too"):
            self.operator.codecs("PCMA")

    def test_everyViewIsJSON(self) -> None:
        self.join("80001")
        self.register()
        operator = self.operator
        views = [operator.status(), operator.calls(), operator.rooms(), operator.registrations()]
        self.assertEqual(json.loads(json.dumps(told(views))), told(views))

    def test_aRegistrationShowsItsNames(self) -> None:
        self.register()
        (view,) = self.operator.registrations()
        self.assertEqual(
            (view.protocol, view.kind, view.aliases, view.signalling),
            ("h323", "terminal", ("1001",), ("127.0.0.9:1720",)),
        )

    def test_hangupByCallLegOrRoom(self) -> None:
        first, second, third = self.join("80001"), self.join("80002"), self.join("80003")
        self.operator.hangup(first.callId)
        self.operator.hangup(second.legId)
        self.operator.hangup("80003")
        for leg in (first, second, third):
            self.assertEqual(leg.done[-1], ("hangup", Cause.NORMAL_CALL_CLEARING))
        self.assertEqual(self.operator.calls(), [])

    def test_hangupByNoNameAtAllEndsNothing(self) -> None:
        leg = FakeLeg("80001", self.pool)
        self.switch.waiting[leg.legId] = leg
        with self.assertRaises(OperatorError):
            self.operator.hangup("")
        self.assertEqual(leg.done, [])

    def test_hangupOfNothingSaysSo(self) -> None:
        with self.assertRaisesRegex(OperatorError, "^no call, leg or room is called c99$"):
            self.operator.hangup("c99")

    # Signalling as it comes.

    def follow(self, name: str) -> FakeReader:
        reader = FakeReader()
        self.operator.follow(name).begin(reader)
        return reader

    def noted(self, name: str) -> None:
        us, peer = TransportAddress("10.0.0.1", 5060), TransportAddress("10.0.0.2", 5060)
        sip = b"OPTIONS sip:a SIP/2.0\r\nCSeq: 1 OPTIONS\r\n\r\n"
        message = WireMessage(0.0, WireProtocol.SIP, "UDP", False, us, peer, sip)
        self.wire.seen(name, message)

    def test_aCallIsFollowedForAsLongAsItLasts(self) -> None:
        leg = self.join("80001")
        self.noted("a")
        self.wire.belongs("a", leg.callId)
        reader = self.follow("a")
        self.clock.pump([LOOK] * 5)
        self.assertEqual((reader.said, reader.over), (["OPTIONS (1)"], False))
        self.operator.hangup(leg.callId)
        self.clock.pump([LOOK] * 3)
        self.assertTrue(reader.over)

    def test_aDirectCallIsFollowedForAsLongAsItIsAdmitted(self) -> None:
        self.admitted()
        self.noted(CALL.hex())
        reader = self.follow(CALL.hex())
        self.clock.pump([LOOK] * 5)
        self.assertFalse(reader.over)
        self.operator.hangup(CALL.hex())
        self.clock.pump([LOOK] * 30)
        self.assertTrue(reader.over)

    def test_whatIsNoAddressAndNoCallCannotBeFollowed(self) -> None:
        for name in ("a", "10.0.0", "10.0.0.2:", "anna:5060"):
            with self.assertRaisesRegex(OperatorError, "^no signalling is kept of"):
                self.operator.follow(name)
        for name in ("-", "10.0.0.2", "10.0.0.2:5060", "2001:db8::1", "[2001:db8::1]:5060"):
            self.operator.follow(name)

    def test_nothingIsFollowedWhereNothingIsKept(self) -> None:
        self.wire.reconfigure(TraceConfig(callOctets=0))
        with self.assertRaisesRegex(OperatorError, "callOctets is 0$"):
            self.operator.follow("10.0.0.2")

    def test_theLastMessagesOfOneProtocolAreNotCutByThoseOfOthers(self) -> None:
        self.noted("a")
        us, peer = TransportAddress("10.0.0.1", 1719), TransportAddress("10.0.0.2", 1719)
        for _ in range(5):
            self.wire.seen("", WireMessage(0.0, WireProtocol.RAS, "UDP", False, us, peer, b"\0"))
        self.assertEqual(len(self.operator.wire("-", 2, "SIP")), 1)
        self.assertEqual(len(self.operator.wire("-", 2)), 2)

    # The gatekeeper's calls.

    def admitted(self) -> tuple[Peer, Peer]:
        """
        A direct call between two endpoints, both sides of it admitted.
        """
        anna, annaId = self.world.registered("10.0.0.2", ("h323-ID", "anna"))
        bert, bertId = self.world.registered("10.0.0.3", ("dialledDigits", "1002"))
        anna.ask(arq(2, annaId, ("dialledDigits", "1002")))
        bert.ask(arq(2, bertId, ("dialledDigits", "1002"), answerCall=True))
        for each in (anna, bert):
            each.received.clear()
        return anna, bert

    def test_statusHasTheGatekeepersFigures(self) -> None:
        self.admitted()
        status = self.operator.status()
        self.assertEqual((status.admissions, status.bandwidth), (2, 1280))

    def test_aDirectCallIsShownWithBothItsSides(self) -> None:
        self.admitted()
        self.clock.advance(5)
        views = told(self.operator.calls())
        json.dumps(views)
        self.assertEqual([view["side"] for view in views], ["calling", "called"])
        self.assertEqual({view["callId"] for view in views}, {CALL.hex()})
        self.assertEqual(views[0]["called"], ["1002"])
        self.assertEqual(len(self.operator.calls(1)), 1)

    def test_bothEndpointsOfADirectCallAreToldToHangUp(self) -> None:
        anna, bert = self.admitted()
        answer = self.operator.hangup(CALL.hex())
        self.assertEqual(len(answer.ended), 2)
        self.clock.advance(0.01)
        for peer in (anna, bert):
            (told,) = peer.messages()
            self.assertEqual(told.name, "disengageRequest")
            self.assertEqual(told.fields["disengageReason"], ("forcedDrop", None))
            number = told.fields["requestSeqNum"]
            peer.send(RASMessage("disengageConfirm", {"requestSeqNum": number}))
        self.clock.advance(0.01)
        self.assertEqual(len(self.world.zone.admissions), 0)

    # Registrations.

    def test_anEndpointIsFoundByAnyOfItsNames(self) -> None:
        self.register()
        for name in ("1001", "e1", "127.0.0.9:1720"):
            (view,) = self.operator.registrations(name)
            self.assertEqual(view.endpointId, "e1")
        for name in ("1002", "127.0.0.9:1", "127.0.0.9:x", ":"):
            with self.assertRaisesRegex(OperatorError, f"^nobody is registered as {name}$"):
                self.operator.registrations(name)

    def test_noMoreRegistrationsThanWanted(self) -> None:
        self.register()
        self.world.registered("10.0.0.2")
        self.assertEqual(len(self.operator.registrations()), 2)
        self.assertEqual(len(self.operator.registrations("-", 1)), 1)

    def test_aPortWithoutEndIsNobodys(self) -> None:
        with self.assertRaises(OperatorError):
            self.operator.registrations("10.0.0.2:" + "9" * 5000)

    def test_anEndpointIsUnregisteredByItsName(self) -> None:
        peer, endpointId = self.world.registered("10.0.0.2", ("h323-ID", "anna"))
        peer.received.clear()
        self.assertEqual(self.operator.unregister("anna"), Unregistered(endpointId))
        self.clock.advance(0.01)
        self.assertEqual(peer.messages()[0].name, "unregistrationRequest")
        self.assertEqual(len(self.registry), 0)

    # Maintenance.

    def test_maintenanceIsSwitchedOnAndOffAndTellsWhatIsLeft(self) -> None:
        self.join("80001")
        self.register()
        off = MaintenanceView(
            maintenance=False, calls=1, registrations=1, routed=0, admissions=0, bandwidth=0
        )
        self.assertEqual(self.operator.maintenance(), off)
        self.assertEqual(self.operator.maintenance("on"), replace(off, maintenance=True))
        self.operator.maintenance("on")
        self.assertEqual(self.operator.status().shut, "maintenance")
        leg = FakeLeg("80002", self.pool)
        self.switch.legOffered(leg)
        self.assertEqual(leg.done, [("reject", Cause.SWITCHING_EQUIPMENT_CONGESTION)])
        self.assertEqual(self.operator.maintenance("off"), off)
        self.join("80002")

    def test_aServerThatStopsIsNotOpenedAgain(self) -> None:
        self.switch.leave()
        with self.assertRaisesRegex(OperatorError, "^the server is about to stop$"):
            self.operator.maintenance("off")

    # Third-party calls.

    def test_twoEndpointsAreCalledOneAfterTheOther(self) -> None:
        self.register()
        self.world.registered("10.0.0.2", ("h323-ID", "anna"))
        answer = self.successResultOf(self.operator.call("1001", "anna"))
        ((first, name, destination),) = self.h323.made
        self.assertEqual((name, destination), ("1001", TransportAddress("127.0.0.9", 1720)))
        self.assertEqual(str(first.calling[0]), "anna")
        first.answered()
        (_, (second, name, destination)) = self.h323.made
        self.assertEqual((name, destination), ("anna", TransportAddress("10.0.0.2", 1720)))
        self.assertEqual([view.callId for view in self.operator.calls()], [answer.callId] * 2)
        self.operator.hangup(answer.callId)
        self.assertEqual(second.done[-1], ("hangup", Cause.NORMAL_CALL_CLEARING))
        self.assertEqual(self.gateway.bridges, {})

    def test_aURIIsCalledByItsOwnProtocol(self) -> None:
        self.successResultOf(self.operator.call("sip:bob@192.0.2.1", "h323:eve@192.0.2.2"))
        ((leg, name, destination),) = self.sip.made
        self.assertEqual((name, destination), ("sip:bob@192.0.2.1", None))
        leg.answered()
        self.assertEqual(self.h323.made[0][1:], ("h323:eve@192.0.2.2", None))

    def test_aSIPPhoneThatIsRegisteredIsCalledByItsAddressOfRecord(self) -> None:
        there = TransportAddress("10.0.0.5", 5062)
        self.registry.register(
            Registration(
                "e5",
                "sip",
                there,
                (there,),
                (),
                (
                    PartyAddress(AddressKind.DIALLED_DIGITS, "1005"),
                    PartyAddress(AddressKind.URL, "sip:1005@10.0.0.1"),
                ),
                EndpointKind.TERMINAL,
                300,
                contacts=(Contact("sip:x@10.0.0.5:5062"),),
            )
        )
        self.successResultOf(self.operator.call("1005", "h323:eve@192.0.2.2"))
        self.assertEqual(self.sip.made[0][1:], ("sip:1005@10.0.0.1", there))

    def test_aPartyIsCalledIntoARoomOfOursWithoutCallingOurselves(self) -> None:
        self.register()
        inside = self.join("80001")
        for number, arguments in enumerate((("1001", "80001"), ("80001", "1001")), 1):
            answer = self.successResultOf(self.operator.call(*arguments))
            leg, name, destination = self.h323.made[-1]
            self.assertEqual(len(self.h323.made), number)
            self.assertEqual((name, str(leg.calling[0])), ("1001", "80001"))
            self.assertEqual(destination, TransportAddress("127.0.0.9", 1720))
            self.assertEqual(leg.callId, answer.callId)
            self.assertIn(leg.legId, self.host.rooms[RoomID("80001")].participants)
            self.operator.hangup(answer.callId)
        self.assertEqual(inside.done, [("answer", inside.done[0][1])])

    def test_aRoomAtAnotherHostIsNoneOfOurs(self) -> None:
        self.register()
        for uri in ("h323:80001@192.0.2.1", "sip:80001@192.0.2.1"):
            self.successResultOf(self.operator.call(uri, "1001"))
        self.assertEqual(self.h323.made[0][1:], ("h323:80001@192.0.2.1", None))
        self.assertEqual(self.sip.made[0][1:], ("sip:80001@192.0.2.1", None))
        self.successResultOf(self.operator.call("1001", "sip:80001@10.0.0.1"))
        self.assertIn("80001", self.host.rooms)

    def test_twoRoomsAreNobodyToCall(self) -> None:
        failure = self.failureResultOf(self.operator.call("80001", "80002"), OperatorError)
        self.assertEqual(str(failure.value), "80001 and 80002 are rooms: there is nobody to call")

    def test_intoAFullRoomNobodyIsCalled(self) -> None:
        self.register()
        self.host.prepare(ConferenceConfig(maxParticipants=1)).commit()
        self.join("80001")
        failure = self.failureResultOf(self.operator.call("1001", "80001"), OperatorError)
        self.assertEqual(str(failure.value), "roomFull")
        self.assertEqual(self.h323.made, [])

    def test_whomNobodyKnowsCannotBeCalled(self) -> None:
        self.register()
        failure = self.failureResultOf(self.operator.call("1001", "nobody"), OperatorError)
        self.assertEqual(str(failure.value), "nobody is called nobody")
        self.assertEqual(self.h323.made, [])

    def test_inMaintenanceNobodyIsCalled(self) -> None:
        self.operator.maintenance("on")
        failure = self.failureResultOf(
            self.operator.call("h323:a@192.0.2.1", "h323:b@192.0.2.2"), OperatorError
        )
        self.assertEqual(str(failure.value), "no calls are taken: maintenance")
        self.assertEqual(self.gate.judged, [])

    def test_aCallOfTheOperatorsPassesTheGates(self) -> None:
        self.register()
        done = self.successResultOf(self.operator.call("1001", "80001"))
        (application,) = self.gate.judged
        self.assertEqual((application.door, application.source), (Door.OPERATOR, None))
        self.assertEqual(
            (str(application.calling[0]), str(application.called[0])), ("1001", "80001")
        )
        self.assertEqual(application.callId, told(done)["callId"])

    def test_whatAGateRefusesTheOperatorIsNotCalled(self) -> None:
        self.register()
        self.gate.answer = Refusal.of(Reason.BANDWIDTH_EXCEEDED)
        failure = self.failureResultOf(self.operator.call("1001", "80001"), OperatorError)
        self.assertEqual(str(failure.value), "it is refused: BANDWIDTH_EXCEEDED")
        self.assertEqual(self.h323.made, [])

    def test_theOperatorWaitsForAGateThatTakesItsTime(self) -> None:
        self.register()
        self.gate.answer = slow = Deferred[Verdict]()
        call = self.operator.call("1001", "80001")
        self.assertEqual(self.h323.made, [])
        slow.callback(PASSED)
        self.successResultOf(call)
        self.assertEqual(len(self.h323.made), 1)

    def test_whatAGateKeepsForTheOperatorEndsWithTheCall(self) -> None:
        self.register()
        lease = Lease()
        self.gate.answer = Admission(leases=(lease,))
        self.successResultOf(self.operator.call("1001", "80001"))
        self.assertEqual(lease.ends, 0)
        self.h323.made[0][0].release(Cause.NORMAL_CALL_CLEARING)
        self.assertEqual(lease.ends, 1)

    def test_whatAGateKeepsForTwoThatAreJoinedLastsAsLongAsTheFirst(self) -> None:
        lease = Lease()
        self.gate.answer = Admission(leases=(lease,))
        self.successResultOf(self.operator.call("h323:a@192.0.2.1", "sip:b@192.0.2.2"))
        self.h323.made[0][0].answered()
        self.assertEqual(lease.ends, 0)
        self.sip.made[0][0].release(Cause.USER_BUSY)
        self.assertEqual(lease.ends, 1)

    def test_whatAGateKeepsForACallToNobodyEndsAtOnce(self) -> None:
        lease = Lease()
        self.gate.answer = Admission(leases=(lease,))
        self.failureResultOf(self.operator.call("1001", "nobody"), OperatorError)
        self.assertEqual(lease.ends, 1)
