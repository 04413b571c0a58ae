"""
All councils: who convenes and dismisses them, and what the facts tell of each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from h323d.call.applications import CallType
from h323d.call.parts import Change, Commit, Part
from h323d.council.config import CouncilConfig
from h323d.council.context import CouncilContext
from h323d.council.council import Council
from h323d.council.keeper import CouncilKeeper
from h323d.council.kept import Convening, KeptCouncil
from h323d.errors import ResourceUnavailable
from h323d.events.calls import CallEnded
from h323d.events.council import CouncilDismissed, GuardianRefused
from h323d.events.gatekeeper import EndpointRegistered
from h323d.events.rooms import ParticipantJoined
from h323d.guard.registry.guardian import Status
from h323d.values.cause import Cause
from h323d.values.identifiers import RoomID

__all__ = ["Councils"]


class Councils(Part[CouncilConfig]):
    """
    Those that meet.
    """

    _log = Logger()

    def __init__(
        self, config: CouncilConfig, context: CouncilContext, keeper: CouncilKeeper
    ) -> None:
        """
        @param keeper: has those of the run before, and will have these.
        """
        self._config = config
        self._context = context
        self._keeper = keeper
        self._councils: dict[RoomID, Council] = {}
        events = context.events
        events.subscribe(ParticipantJoined, self._joined)
        events.subscribe(CallEnded, self._ended)
        events.subscribe(GuardianRefused, self._refused)
        events.subscribe(EndpointRegistered, self._registered)

    def __iter__(self) -> Iterator[Council]:
        return iter(tuple(self._councils.values()))

    def __len__(self) -> int:
        return len(self._councils)

    def start(self) -> None:
        """
        Let those go on that met when the server ended, and are not over.
        """
        now = self._context.clock.seconds()
        kept = self._keeper.start()
        for each in kept:
            if each.convening.until > now:
                self._goOn(each, now)
        if kept:
            self.councilChanged()

    def _goOn(self, kept: KeptCouncil, now: float) -> None:
        self._log.info(
            "the council in {room} goes on: {expected} guardians, {seconds} s are left",
            room=kept.convening.roomId,
            expected=len(kept.guardians),
            seconds=round(kept.convening.until - now),
        )
        self._meet(kept.convening).resume(kept)

    def prepare(self, config: CouncilConfig) -> Commit:
        return Change(self, config)

    def reconfigure(self, config: CouncilConfig) -> None:
        """
        Other limits, for councils from now on.
        """
        self._config = config

    @property
    def guardians(self) -> tuple[str, ...]:
        """
        Everybody who may be called: the names of the active entries.
        """
        registry = self._context.guard.registry
        return tuple(each.terminalId for each in registry if each.status is Status.ACTIVE)

    def at(self, roomId: RoomID) -> Council | None:
        """
        The one that meets in a room.
        """
        return self._councils.get(roomId)

    def convene(
        self, roomId: RoomID, callType: CallType, names: Iterable[str], by: str = ""
    ) -> Council:
        """
        Call guardians together, or more of them.

        @param by: the operator who has it done; empty for nobody that is known.

        @raise ResourceUnavailable: there are as many councils as there may be, the room is open
            without one, or the one there is of another type.
        """
        council = self._councils.get(roomId) or self._newCouncil(roomId, callType, by)
        if council.callType is not callType:
            raise ResourceUnavailable(f"the council in {roomId} is {council.callType.value}")
        council.call(names)
        return council

    def _newCouncil(self, roomId: RoomID, callType: CallType, by: str) -> Council:
        if len(self._councils) >= self._config.maxCouncils:
            raise ResourceUnavailable(f"{self._config.maxCouncils} councils meet already")
        host = self._context.host
        if roomId in host.rooms:
            raise ResourceUnavailable(f"{roomId} is open: end the calls in it first")
        lack = host.lackAt(roomId)
        if lack is not None:
            raise ResourceUnavailable(lack.word, lack.cause)
        now = self._context.clock.seconds()
        return self._meet(Convening(roomId, callType, by, now, now + self._config.maxSeconds))

    def _meet(self, convening: Convening) -> Council:
        council = Council(self, self._context, self._config, convening)
        self._context.host.meetings[council.roomId] = council
        self._context.guard.roomTypes.meet(council.roomId, council.callType)
        self._councils[council.roomId] = council
        return council

    def dismiss(self, roomId: RoomID, why: str = "dismissed") -> None:
        """
        End a council, and all calls in its room; nothing, if there is none.
        """
        council = self._councils.pop(roomId, None)
        if council is None:
            return
        council.dismiss()
        self.councilChanged()
        host = self._context.host
        del host.meetings[roomId]
        if roomId in host.rooms:
            host.rooms[roomId].dismiss(Cause.NORMAL_CALL_CLEARING)
        self._context.guard.roomTypes.over(roomId)
        now = self._context.clock.seconds()
        self._context.events.publish(CouncilDismissed(now, roomId, why))

    def councilLate(self, council: Council) -> None:
        self.dismiss(council.roomId, "timeOver")

    def councilChanged(self) -> None:
        self._keeper.keep(each.lasting for each in self)

    def leave(self) -> None:
        self._keeper.stop()  # who has to leave now is expected when the server is there again
        for roomId in tuple(self._councils):
            self.dismiss(roomId, "shuttingDown")

    def close(self) -> Deferred[None]:
        self.leave()
        return self._keeper.close()

    def _joined(self, fact: ParticipantJoined) -> None:
        council = self._councils.get(fact.roomId)
        if council is not None:
            council.joined(fact.callId, fact.legId)

    def _ended(self, fact: CallEnded) -> None:
        for council in self:
            council.over(fact.legId)

    def _refused(self, fact: GuardianRefused) -> None:
        for council in self:
            if fact.roomId in ("", council.roomId):
                council.refused(fact)

    def _registered(self, fact: EndpointRegistered) -> None:
        guardian = self._context.guard.registry.ownerOf(fact.aliases) if self._councils else None
        if guardian is not None:
            for council in self:
                council.appeared(guardian.terminalId)
