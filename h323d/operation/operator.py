"""
What an operator can see and do, whichever door they came by.

The commands are those of L{h323d.operation.commands}; what they answer are views
(L{h323d.operation.views}).  Doors hand commands in at the desk (L{h323d.operation.desk}),
and have the answers in JSON.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterable, Sequence

from twisted.internet.defer import Deferred, fail

from h323d.call.gates import MAINTENANCE, Gates
from h323d.call.legs import ILeg
from h323d.call.surroundings import Surroundings
from h323d.call.switch import Switch
from h323d.conference.host import ConferenceHost
from h323d.conference.room import Room
from h323d.gateway.host import GatewayHost
from h323d.operation.calling import Calling
from h323d.operation.codecchoice import CodecChoiceView, choiceViews, spoken
from h323d.operation.command import OperatorError
from h323d.operation.councilkeeping import CouncilKeeping
from h323d.operation.councilviews import CouncilView, GuardianView
from h323d.operation.defending import BanView, Defending
from h323d.operation.following import Following
from h323d.operation.gatekeeping import Gatekeeping
from h323d.operation.health import HealthView
from h323d.operation.ladder import TracedView, WireView
from h323d.operation.merging import Merging
from h323d.operation.peerviews import ParentView
from h323d.operation.presence import Presence
from h323d.operation.protecting import ProtectionView
from h323d.operation.roomkeeping import RoomKeeping
from h323d.operation.routeviews import RouteView
from h323d.operation.statusviews import MaintenanceView, StatusView
from h323d.operation.trunkviews import TrunkView
from h323d.operation.viewing import codecViews, legView, participantView, roomView, sideView
from h323d.operation.views import (
    CallView,
    CodecView,
    Ended,
    MemberView,
    Originated,
    Record,
    RegistrationView,
    RoomView,
    Transferred,
    Unregistered,
)
from h323d.operation.vitals import Vitals
from h323d.operation.wires import Wires
from h323d.values.cause import Cause
from h323d.values.quality import LegQuality

__all__ = ["Keeping", "Operator"]


@dataclasses.dataclass(frozen=True, slots=True)
class Keeping:
    """
    What is done for an operator who calls others.

    @ivar calling: makes third-party calls.
    @ivar councils: convenes councils.
    """

    calling: Calling
    councils: CouncilKeeping


class Operator:
    """
    The server as an operator sees it.

    @ivar vitals: how it fares.
    """

    def __init__(
        self,
        world: Surroundings,
        switch: Switch,
        host: ConferenceHost,
        gateway: GatewayHost,
        gatekeeping: Gatekeeping,
        defending: Defending,
        keeping: Keeping,
        vitals: Vitals,
        records: Callable[[int], Sequence[Record]],
    ) -> None:
        """
        @param gatekeeping: the gatekeeper, if there is one.
        @param defending: the defence against who tries doors.
        @param keeping: makes third-party calls, and has councils.
        @param vitals: how the server fares.
        @param records: gives the last call detail records, the newest first.
        """
        self._clock = world.clock
        self._gates: Gates = switch.gates
        self._presence = Presence(switch, host, gateway)
        self._host = host
        self._gateway = gateway
        self._pool = world.pool
        self._codecs = world.codecs
        self._wires = Wires(world, self._isOn)
        self._gatekeeping = gatekeeping
        self._defending = defending
        self._calling, self._councilKeeping = keeping.calling, keeping.councils
        merging = Merging(gateway, host, self._gates)
        keepers = (keeping.calling, merging, vitals.qualities.of)
        self._roomKeeping = RoomKeeping(host, *keepers, host.sounds)
        self.vitals = vitals
        self._records = records

    def status(self) -> StatusView:
        """
        The server at a glance.
        """
        return self.vitals.status(self.vitals.standing())

    def health(self) -> HealthView:
        """
        Whether it does what it is there for.
        """
        return self.vitals.health(self.vitals.standing())

    def calls(self, limit: int = 1000) -> list[CallView]:
        """
        Every leg, with what is known of its media, and every call of the
        gatekeeper's endpoints.
        """
        now = self._clock.seconds()
        views: Iterable[CallView] = itertools.chain(
            (legView(leg) for leg in self._presence.arriving()),
            (
                participantView(room, each, now, self._qualityOf(each.leg))
                for room, each in self._presence.participants()
            ),
            (
                sideView(bridge, side, self._qualityOf(side.leg))
                for bridge, side in self._presence.bridged()
            ),
            self._gatekeeping.calls(now, (leg.callIdentifier for _, leg in self._presence.legs())),
        )
        return list(itertools.islice(views, limit))

    def _qualityOf(self, leg: ILeg) -> LegQuality | None:
        return self.vitals.qualities.of(leg.legId)

    def rooms(self) -> list[RoomView]:
        """
        Every open room, and who is in it.
        """
        now, rooms = self._clock.seconds(), self._host.rooms.values()
        return [roomView(room, now, self.vitals.qualities.of) for room in rooms]

    def room(self, name: str, verb: str = "list", what: str = "") -> Deferred[list[MemberView]]:
        """
        Have a room do something, and tell who is in it then.

        @param name: of the room.
        @param what: whom, or what, it is about.

        @return: fails with an L{OperatorError} if there is no such room, or nobody whom it could
            be about.
        """
        return Deferred.fromCoroutine(self._roomKeeping.do(name, verb, what))

    def council(
        self, name: str, verb: str = "show", names: str = "", callType: str = "", by: str = ""
    ) -> list[GuardianView]:
        """
        Have something done with a council, and tell who is on its list, and where they are.

        @param name: of the room.
        @param names: of guardians, with commas between; C{-} for all that are active.
        @param by: who has it done.

        @raise OperatorError: there is none, there can be none, or somebody is no guardian.
        """
        return self._councilKeeping.do(name, verb, names, callType, by)

    def councils(self) -> list[CouncilView]:
        """
        Every council.
        """
        return self._councilKeeping.all(self._clock.seconds())

    def registrations(self, name: str = "-", limit: int = 1000) -> list[RegistrationView]:
        """
        Registered endpoints.

        @param name: of one; C{-} for all of them.

        @raise OperatorError: nobody has that name.
        """
        return self._gatekeeping.registrations(name, limit)

    def parents(self) -> list[ParentView]:
        """
        The gatekeepers that we are registered with, or want to be.
        """
        return self._gatekeeping.parents(self._clock.seconds())

    def cdr(self, count: int = 20) -> Sequence[Record]:
        """
        The last call detail records, the newest first.
        """
        return self._records(count)

    def trace(self, name: str, limit: int = 1000) -> list[TracedView]:
        """
        The last messages of the signalling of a call, or with an address.

        @param name: C{-} for everybody's.

        @raise OperatorError: nothing is kept of it.
        """
        return self._wires.trace(name, limit)

    def wire(self, name: str = "-", limit: int = 1000, protocol: str = "all") -> list[WireView]:
        """
        The same, as it went over the wire.

        @param protocol: of what is wanted; C{"all"} for any.

        @raise OperatorError: nothing is kept of it.
        """
        return self._wires.wire(name, limit, protocol)

    def follow(self, name: str, form: str = "ladder", limit: int = 1000) -> Following:
        """
        The same in either form, and what is said from now on: until the call is over, or
        for as long as somebody reads.

        @param form: C{"ladder"} or C{"octets"}.

        @raise OperatorError: it is no address, and nothing is kept of it.
        """
        return self._wires.follow(name, form, limit)

    def _isOn(self, names: Sequence[str]) -> bool:
        """
        Whether there is a call that has one of these names.
        """
        return any(
            leg.callId in names or leg.callIdentifier in names for _, leg in self._presence.legs()
        ) or any(self._gatekeeping.hasCall(each) for each in names)

    def codecs(self, caller: str = "", called: str = "") -> list[CodecView] | list[CodecChoiceView]:
        """
        What sound we can code, by which library, and what is missing; or, where it is said what
        two sides speak, what the gateway would have them speak, and why.

        @param caller: names of codecs, best first, with commas between them.
        @param called: likewise.

        @raise OperatorError: one of them is not known, or the second side is missing.
        """
        if not caller:
            return codecViews(self._codecs, self._pool.formats)
        if not called:
            raise OperatorError("codecs needs B too: what the called side speaks")
        known = (*(each.format for each in self._codecs), *self._pool.formats)
        sides = (spoken(caller, known), spoken(called, known))
        return choiceViews(self._gateway.selection, *sides)

    def trunks(self) -> list[TrunkView]:
        """
        Every trunk, and how it is.
        """
        return self._gatekeeping.trunks(self._clock.seconds())

    def call(self, first: str, second: str) -> Deferred[Originated]:
        """
        Call C{first}, and when they answer, C{second}, and join them.

        @return: fails with an L{OperatorError} if one of them cannot be called.
        """
        return Deferred.fromCoroutine(self._calling.call(first, second))

    def route(self, name: str, caller: str = "") -> Deferred[RouteView]:
        """
        Where a call would go, without making it.

        @param caller: who calls; somebody unknown, if not said otherwise.

        @return: fails with an L{OperatorError} if nobody calls so.
        """
        return self._gatekeeping.route(name, caller)

    def hangup(self, name: str) -> Ended:
        """
        End the calls that C{name} means: a call, a leg, or a room's; of a call
        between endpoints, both are told to hang up (DRQ).

        @raise OperatorError: it means none.
        """
        ended = self.end(name, Cause.NORMAL_CALL_CLEARING)
        if not ended:
            raise OperatorError(f"no call, leg or room is called {name}")
        return Ended(tuple(ended))

    def end(self, name: str, cause: Cause) -> list[str]:
        """
        The same for whatever cause; it may mean none.
        """
        legs = [
            leg
            for room, leg in self._presence.legs()
            if name and name in (leg.callId, leg.legId, leg.callIdentifier, _roomOf(room))
        ]
        for leg in legs:
            leg.hangup(cause)
        return [*(leg.legId for leg in legs), *self._gatekeeping.hangup(name, cause)]

    def transfer(self, name: str, target: str, side: str = "calling") -> Deferred[Transferred]:
        """
        Have one side of a routed call call C{target} instead.

        @return: fails with an L{OperatorError} if there is no such call, if it cannot be
            asked, if nobody is called C{target}, or if no calls are taken: the one that
            there is would be given up for nothing.
        """
        if self._gates.shut is not None:
            return fail(OperatorError(f"no calls are taken: {self._gates.shut.word}"))
        return self._gatekeeping.transfer(name, target, side)

    def unregister(self, name: str) -> Unregistered:
        """
        End a registration, and tell the endpoint.

        @raise OperatorError: nobody has that name.
        """
        return self._gatekeeping.unregister(name)

    def bans(self, action: str = "list", source: str = "", seconds: int = 0) -> list[BanView]:
        """
        Who is banned; or ban an address or a network (C{add}), or lift that (C{remove}).

        @param seconds: for how long; 0 until it is lifted.

        @raise OperatorError: it is neither, or is not banned.
        """
        return self._defending.bans(action, source, seconds, self._clock.seconds())

    def ha(self, action: str = "status") -> ProtectionView:
        """
        How another server follows; or have it lead (C{switchover}), or another follow (C{join}).

        @raise OperatorError: it cannot be done.
        """
        return self.vitals.protecting.do(action)

    def maintenance(self, action: str = "status") -> MaintenanceView:
        """
        Take no new calls (C{on}), take them again (C{off}), or tell how many
        are left (C{status}).

        @raise OperatorError: the server is about to stop.
        """
        shut = self._gates.shut
        if action != "status" and shut not in (None, MAINTENANCE):
            raise OperatorError("the server is about to stop")
        if action == "on" and shut is None:
            self._gates.close(MAINTENANCE)
        elif action == "off" and shut is not None:
            self._gates.open()
        return MaintenanceView(
            maintenance=self._gates.shut is MAINTENANCE,
            calls=self.vitals.calls,
            **dataclasses.asdict(self._gatekeeping.figures()),
        )


def _roomOf(room: Room | None) -> str:
    return "" if room is None else room.roomId
