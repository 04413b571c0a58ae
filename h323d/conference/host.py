"""
The conference host: the destination of calls to rooms.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import replace

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from zope.interface import implementer

from h323d.call.applications import PASSED, Door, Reason, Refusal, Verdict
from h323d.call.callers import ANY_NAME, ICallerNames, identitiesOf, introduce
from h323d.call.dialling import Dial
from h323d.call.gates import Gates
from h323d.call.leases import ended, ofCall
from h323d.call.legs import ILeg, IOffer, endedBy
from h323d.call.media import IMediaPool, IMediaPort
from h323d.call.observer import SilentObserver
from h323d.call.parts import Change, Commit, Part
from h323d.call.policy import IDestination, Route
from h323d.call.precedence import EQUALS, IPrecedence
from h323d.call.shares import UNSHARED, ShareRule, sourceOf
from h323d.conference.access import EVERYBODYS, RoomAccess
from h323d.conference.arrival import Arrival
from h323d.conference.config import ConferenceConfig
from h323d.conference.failures import failingName
from h323d.conference.givingway import GivingWay
from h323d.conference.lobby import Lobby
from h323d.conference.meeting import Meeting
from h323d.conference.participant import Participant
from h323d.conference.roles import RoomRole
from h323d.conference.room import Room, RoomTerms
from h323d.conference.rules import HostRules, rulesOf
from h323d.conference.visitor import Visitor
from h323d.errors import ResourceUnavailable
from h323d.events.bus import EventBus
from h323d.events.calls import CallAdmitted, CallEnded, CallOffered, CallRefused, CallRouted
from h323d.sounds.house import QUIET, Sounds
from h323d.values.cause import Cause
from h323d.values.identifiers import LegID, RoomID
from h323d.values.media.profile import MediaProfile
from h323d.values.media.streams import Stream

__all__ = ["ROOM_FULL", "ROOM_LOCKED", "ConferenceHost"]

ROOM_FULL = Refusal(Cause.USER_BUSY, Reason.CAPACITY_EXCEEDED, "roomFull")
SERVER_FULL = Refusal.of(Reason.CAPACITY_EXCEEDED, "serverFull")
ROOM_LOCKED = Refusal(Cause.USER_BUSY, Reason.NOT_PERMITTED, "roomLocked")
"""
As H.323 has it, who is called is in a conference (inConf), which is cause 17.
"""


@implementer(IDestination)
class ConferenceHost(Part[ConferenceConfig]):
    """
    Opens rooms on demand, and keeps to their limits.

    @ivar rooms: the open rooms, by identifier.
    @ivar meetings: those that rooms are kept for, by room.
    @ivar arrivals: who is being answered, and has no seat yet.
    @ivar lobby: who is answered, and asked for a PIN.
    @ivar sounds: what those in rooms hear of the house's own.
    """

    name = "conference"

    def __init__(
        self,
        config: ConferenceConfig,
        clock: IReactorTime,
        events: EventBus,
        pool: IMediaPool,
        gates: Gates,
        rule: ShareRule = UNSHARED,
        sounds: Sounds = QUIET,
        callers: ICallerNames = ANY_NAME,
        precedence: IPrecedence = EQUALS,
    ) -> None:
        """
        @param gates: what whoever wants a seat passes.
        @param rule: how many places one source may have, in all rooms together.
        @param sounds: what those in rooms hear of the house's own.
        @param callers: knows which names are whose.
        @param precedence: knows who gives way to whom in a room that is full.

        @raise ConfigurationError: a format is named that no codec is loaded for.
        """
        self._rule = rule
        self.rooms: dict[RoomID, Room] = {}
        self.arrivals: dict[LegID, Arrival] = {}
        self.meetings: dict[RoomID, Meeting] = {}
        self._clock = clock
        self._events = events
        self._pool = pool
        self._gates = gates
        self.sounds = sounds
        self.lobby = Lobby(self, clock, events, pool, sounds)
        self._callers = callers
        self._givingWay = GivingWay(precedence)
        self._rules = rulesOf(config, self._pool.formats)

    def prepare(self, config: ConferenceConfig) -> Commit:
        """
        Have other limits and formats ready.

        @raise ConfigurationError: a format is named that no codec is loaded for.
        """
        return Change(self, rulesOf(config, self._pool.formats))

    def reconfigure(self, rules: HostRules) -> None:
        """
        Limits and formats for whoever comes from now on.
        """
        self._rules = rules

    @property
    def participants(self) -> int:
        """
        How many are in all rooms together.
        """
        return sum(len(room.participants) for room in self.rooms.values())

    def accept(self, leg: ILeg, route: Route) -> None:
        """
        Answer the leg, which then gets a seat in the room that is the target; or reject it.
        """
        roomId = RoomID(route.target)
        role, counted = self._roleOf(leg, roomId), ""
        refusal, _ = self._seatFor(leg, roomId, self._refusalAt(roomId, role))
        refusal = refusal or self._refusalOf(leg.peer.host)
        if refusal is None and role is None:
            counted = failingName(leg, self._callers)
            refusal = self.lobby.refusalOf(counted, self._rules.config)
        if refusal is not None:
            self._tellRefusal(leg, roomId, refusal)
            leg.reject(refusal.cause, refusal.reason)
            return
        self._receive(Arrival(self, leg, roomId, role, counted))

    def _roleOf(self, leg: ILeg, roomId: RoomID) -> RoomRole | None:
        access = self._accessTo(roomId)
        identities = identitiesOf(leg, self._callers, leg.vouched) if access.tellsApart else ()
        return access.roleOf(identities)

    def _accessTo(self, roomId: RoomID) -> RoomAccess:
        return self._rules.accesses.get(roomId, EVERYBODYS)

    def mayWatch(self, roomId: RoomID, subscriber: IOffer) -> bool:
        """
        Whether somebody may know who is in a room: of one that asks for a PIN, those whom it would
        not ask, and those who are in it.
        """
        if self._accessTo(roomId).roleOf(identitiesOf(subscriber, self._callers)) is not None:
            return True
        party, room = self._callers.nameOf(subscriber).party, self.rooms.get(roomId)
        present = () if room is None else room.participants.values()
        return bool(party) and party in {self._callers.nameOf(each.leg).party for each in present}

    def seatWanted(self, room: Room, participant: Participant, leg: ILeg) -> None:
        # Who leaves it has been let in, and answers for who has it then.
        role = self._roleOf(leg, room.roomId) or RoomRole.PARTICIPANT
        arrival = Arrival(self, leg, room.roomId, role, predecessor=participant.leg)
        self._receive(arrival)

    def _receive(self, arrival: Arrival) -> None:
        """
        Ask whether it may come in.
        """
        leg, roomId = arrival.leg, arrival.roomId
        self.arrivals[leg.legId] = arrival
        leg.observe(arrival)
        if not self._gates.standAt(Door.ROOM):
            self._judged(PASSED, arrival)
            return
        verdict = self._gates.judge(replace(leg.application(), door=Door.ROOM, room=roomId))
        if isinstance(verdict, Deferred):
            verdict.addCallback(self._judged, arrival)
        else:
            self._judged(verdict, arrival)

    def _judged(self, verdict: Verdict, arrival: Arrival) -> None:
        leg = arrival.leg
        if isinstance(verdict, Refusal):
            if self.arrivals.pop(leg.legId, None) is not None:
                leg.observe(SilentObserver())
                self._tellRefusal(leg, arrival.roomId, verdict)
                leg.reject(verdict.cause, verdict.reason)
        elif leg.legId not in self.arrivals:  # its caller left meanwhile
            ended(verdict.leases)
        else:
            self._gates.leases.give(ofCall(leg.legId), verdict)
            introduce(leg, verdict)
            leg.focus(arrival.roomId)
            leg.answer(self._rules.profile)

    def refusal(self, route: Route) -> Refusal | None:
        """
        Why nobody more can get into the room that is the target; C{None} if somebody can.
        """
        return self._refusalAt(RoomID(route.target), RoomRole.PARTICIPANT)

    def _refusalAt(self, roomId: RoomID, role: RoomRole | None) -> Refusal | None:
        room = self.rooms.get(roomId)
        if room is not None and room.locked and role is not RoomRole.MODERATOR:
            return ROOM_LOCKED
        return self.lackAt(roomId)

    def lackAt(self, roomId: RoomID, count: int = 1) -> Refusal | None:
        """
        Why there is no place for so many more.
        """
        room, meeting = self.rooms.get(roomId), self.meetings.get(roomId)
        wanted = count if meeting is None else count + meeting.kept
        if room is not None and not room.holds(wanted):
            return ROOM_FULL
        if room is None and meeting is not None and wanted > meeting.seats:
            return ROOM_FULL
        taken = self.participants + len(self.lobby.visitors)
        if taken + count > self._rules.config.maxTotalParticipants:
            return SERVER_FULL
        if room is None and len(self.rooms) >= self._rules.config.maxRooms:
            return Refusal.of(Reason.CAPACITY_EXCEEDED, "tooManyRooms")
        return None

    def arrivalAnswered(self, arrival: Arrival) -> None:
        """
        Give it its seat, if there still is one.
        """
        leg, roomId, role = arrival.leg, arrival.roomId, arrival.role
        del self.arrivals[leg.legId]
        predecessor, room = arrival.predecessor, self.rooms.get(roomId)
        lack = self._refusalAt(roomId, role)
        refusal, yielding = self._seatFor(leg, roomId, lack)
        refusal = refusal or self._refusalOf(leg.peer.host)
        if predecessor is not None and room is not None and predecessor.legId in room.participants:
            room.admit(leg, role or RoomRole.PARTICIPANT)
            predecessor.hangup(Cause.NORMAL_CALL_CLEARING)
        elif refusal is not None:
            self._sendAway(leg, roomId, refusal)
        elif role is None:
            self.lobby.enter(arrival, self._accessTo(roomId), self._rules.config)
            # A seat in the room is not theirs yet; a place is.
            self._givingWay.preempt(yielding if lack is SERVER_FULL else None, leg)
        else:
            self._roomOf(roomId).admit(leg, role)
            self._givingWay.preempt(yielding, leg)

    def visitorAdmitted(self, visitor: Visitor, role: RoomRole) -> None:
        leg, roomId = visitor.leg, visitor.arrival.roomId
        refusal, yielding = self._seatFor(leg, roomId, self._refusalAt(roomId, role))
        if refusal is None:
            self._roomOf(roomId).seat(leg, role, tuple(visitor.media.values()))
            self._givingWay.preempt(yielding, leg)
        else:
            self._sendAway(leg, roomId, refusal)

    def _seatFor(
        self, leg: ILeg, roomId: RoomID, lack: Refusal | None
    ) -> tuple[Refusal | None, ILeg | None]:
        """
        @param lack: why there is none; C{None} if there is one.

        @return: why a caller gets no seat; and who has to leave theirs, if it gets that.
        """
        room, yielding = self.rooms.get(roomId), None
        if lack is ROOM_FULL and room is not None:
            yielding = self._givingWay.within(room, leg)
        elif lack is SERVER_FULL:
            places = self._rules.config.maxTotalParticipants
            rooms, asked = self.rooms.values(), self.lobby.legs
            yielding = self._givingWay.anywhere(rooms, asked, places, leg)
        return (lack if yielding is None else None), yielding

    def _sendAway(self, leg: ILeg, roomId: RoomID, refusal: Refusal) -> None:
        """
        Let go of who is answered already.
        """
        self._tellRefusal(leg, roomId, refusal)
        leg.observe(SilentObserver())
        leg.hangup(refusal.cause)

    def arrivalLeft(self, arrival: Arrival, cause: Cause) -> None:
        leg = arrival.leg
        self.arrivals.pop(leg.legId, None)  # it is none any more if its room has failed
        now = self._clock.seconds()
        self._events.publish(CallEnded(now, leg.callId, leg.legId, cause, endedBy(leg)))

    def invite(self, roomId: RoomID, dial: Dial) -> None:
        """
        Call somebody into a room, be it locked or not.

        @raise ResourceUnavailable: there is no seat for them.
        """
        refusal = self.lackAt(roomId)
        if refusal is not None:
            raise ResourceUnavailable(refusal.word, refusal.cause)
        self._roomOf(roomId).invite(dial)

    @property
    def profile(self) -> MediaProfile:
        """
        What is spoken in rooms.
        """
        return self._rules.profile

    def takeOver(self, leg: ILeg, roomId: RoomID) -> None:
        """
        Seat somebody who was in another call until now, and is not asked for a PIN, as if they had
        called the room.  That they are answered, the leg is still to report.
        """
        now, ids, model = self._clock.seconds(), (leg.callId, leg.legId), self.name
        self._events.publish(
            CallOffered(now, *ids, leg.protocol, leg.peer, leg.callIdentifier, leg.conferenceId)
        )
        self._events.publish(CallAdmitted(now, *ids, leg.calling, leg.called))
        self._events.publish(CallRouted(now, *ids, model, roomId))
        role = self._roleOf(leg, roomId) or RoomRole.PARTICIPANT
        self._roomOf(roomId).seat(leg, role, ())

    def _refusalOf(self, host: str) -> Refusal | None:
        """
        Why nobody more from there gets a seat.
        """
        source = sourceOf(host)
        seated = (each.leg for room in self.rooms.values() for each in room.participants.values())
        legs = itertools.chain(seated, self.lobby.legs)
        held = sum(sourceOf(leg.peer.host) == source for leg in legs)
        total = self._rules.config.maxTotalParticipants
        if self._rule.mayHold("rooms", host, held, total):
            return None
        return Refusal.of(Reason.CAPACITY_EXCEEDED, "share")

    def seatCalled(
        self,
        leg: ILeg,
        roomId: RoomID,
        media: Iterable[tuple[IMediaPort, Stream]],
        identities: Iterable[str],
    ) -> None:
        """
        Give somebody whom we have called, and who has just answered, the seat that was kept.

        @param media: what is negotiated with them already.
        @param identities: names that are theirs for certain.
        """
        room, role = self._roomOf(roomId), self._accessTo(roomId).roleOf(identities)
        room.admit(leg, role or RoomRole.PARTICIPANT)
        for port, stream in media:
            room.participants[leg.legId].legMediaReady(leg, port, stream)

    def roomClosed(self, room: Room) -> None:
        self.rooms.pop(room.roomId, None)

    def leave(self) -> None:
        for arrival in tuple(self.arrivals.values()):
            arrival.leg.hangup(Cause.NORMAL_CALL_CLEARING)
        for leg in self.lobby.legs:
            leg.hangup(Cause.NORMAL_CALL_CLEARING)
        for room in tuple(self.rooms.values()):
            room.dismiss(Cause.NORMAL_CALL_CLEARING)

    def _roomOf(self, roomId: RoomID) -> Room:
        """
        The room, which is opened if it is not.
        """
        return self.rooms.get(roomId) or self._open(roomId)

    def _open(self, roomId: RoomID) -> Room:
        meeting, limits = self.meetings.get(roomId), self._rules.limits
        configured = limits.get(roomId, self._rules.config.maxParticipants)
        limit = configured if meeting is None else meeting.seats
        rules, recorded = self._rules, self._accessTo(roomId).recorded
        terms = RoomTerms(limit, rules.profile, recorded, rules.menu)
        room = Room(roomId, terms, self._clock, self._events, self._pool, self, self.sounds)
        self.rooms[roomId] = room
        return room

    def _tellRefusal(self, leg: ILeg, roomId: RoomID, refusal: Refusal) -> None:
        """
        Tell of it, those first who meet there.
        """
        if roomId in self.meetings:
            self.meetings[roomId].turnedAway(leg, refusal)
        now = self._clock.seconds()
        self._events.publish(CallRefused(now, leg.callId, leg.legId, refusal.cause, refusal.word))
