"""
What an operator sees and does.
"""

from __future__ import annotations

import json
import random

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from h323d.call.gates import Gates
from h323d.call.switch import Switch
from h323d.conference.config import ConferenceConfig
from h323d.conference.directory import RoomDirectory
from h323d.conference.host import ConferenceHost
from h323d.control.operator import Operator, OperatorError
from h323d.events import EventBus
from h323d.gatekeeper.config import GatekeeperConfig
from h323d.gatekeeper.registrations import EndpointKind, EndpointRegistry, Registration
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from tests.support.fakeleg import FakeLeg
from tests.support.fakemedia import FakePool


class NobodyCares:
    """
    Has nothing to clear up after an endpoint.
    """

    def endpointGone(self, registration: Registration) -> None:
        pass


class OperatorTests(SynchronousTestCase):
    """
    L{Operator} over fake legs.
    """

    def setUp(self) -> None:
        self.clock = Clock()
        events = EventBus()
        config = ConferenceConfig()
        self.pool = FakePool()
        self.host = ConferenceHost(config, self.clock, events, self.pool)
        gates = Gates(self.clock, events, ())
        self.switch = Switch(
            self.clock, events, gates, (RoomDirectory(config),), {"conference": self.host}
        )
        gatekeeper = GatekeeperConfig()
        self.registry = EndpointRegistry(
            gatekeeper, self.clock, random.Random(1), events, NobodyCares()
        )
        self.addCleanup(self.registry.close)
        self.operator = Operator(
            self.clock,
            events,
            self.switch,
            self.host,
            self.pool,
            self.registry,
            {"sip": "127.0.0.1:5060"},
            lambda count: [{"callId": f"c{number}"} for number in range(count)],
        )

    def register(self) -> None:
        here = TransportAddress("127.0.0.9", 1720)
        self.registry.register(
            Registration(
                "",
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
        leg.mediaReady()
        return leg

    def test_statusCountsAndTells(self) -> None:
        self.join("80001")
        self.register()
        self.clock.advance(5)
        status = self.operator.status()
        self.assertEqual(
            {key: status[key] for key in ("uptime", "calls", "rooms", "registrations")},
            {"uptime": 5.0, "calls": 1, "rooms": 1, "registrations": 1},
        )
        self.assertEqual(status["facts"]["ParticipantJoined"], 1)
        self.assertEqual(status["media"], {"ports": 1})

    def test_aCallShowsItsMedia(self) -> None:
        leg = self.join("80001")
        (call,) = self.operator.calls()
        self.assertEqual(
            (call["legId"], call["room"], call["presence"]), (leg.legId, "80001", "present")
        )
        self.assertEqual(call["media"]["format"], "PCMU/8000")
        self.assertEqual(call["media"]["remote"], "127.0.0.9:4000")

    def test_aRoomShowsWhoIsInIt(self) -> None:
        legs = [self.join("80001"), self.join("80001")]
        (room,) = self.operator.rooms()
        self.assertEqual(
            [each["legId"] for each in room["participants"]], [leg.legId for leg in legs]
        )

    def test_theLastRecordsAsManyAsAreAskedFor(self) -> None:
        self.assertEqual(len(self.operator.cdr()), 20)
        self.assertEqual(self.operator.cdr("2"), [{"callId": "c0"}, {"callId": "c1"}])
        for count in ("", "-1", "many", "\u0663", "9" * 5000):
            self.assertRaises(OperatorError, self.operator.cdr, count)

    def test_everyViewIsJSON(self) -> None:
        self.join("80001")
        self.register()
        operator = self.operator
        json.dumps(
            [operator.status(), operator.calls(), operator.rooms(), operator.registrations()]
        )

    def test_aRegistrationShowsItsNames(self) -> None:
        self.register()
        (view,) = self.operator.registrations()
        self.assertEqual(
            (view["protocol"], view["kind"], view["aliases"], view["signalling"]),
            ("h323", "terminal", ["1001"], ["127.0.0.9:1720"]),
        )

    def test_hangupByCallLegOrRoom(self) -> None:
        first, second, third = self.join("80001"), self.join("80002"), self.join("80003")
        self.operator.hangup(first.callId)
        self.operator.hangup(second.legId)
        self.operator.hangup("80003")
        for leg in (first, second, third):
            self.assertEqual(leg.done[-1], ("hangup", Cause.NORMAL_CALL_CLEARING))
        self.assertEqual(self.operator.calls(), [])

    def test_hangupOfNothingSaysSo(self) -> None:
        with self.assertRaisesRegex(OperatorError, "^no call, leg or room is called c99$"):
            self.operator.hangup("c99")
