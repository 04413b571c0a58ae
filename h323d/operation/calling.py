"""
Third-party calls: two parties whom the operator names are found, called and joined; or one
is called into a room of ours.

A name is looked for among the rooms, among the registered SIP phones, then as a registered
endpoint's call is routed; what nobody knows there must say itself where it is.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace

from twisted.internet.defer import Deferred

from h323d.call.applications import Admission, Application, Door, Refusal
from h323d.call.dialling import Dial
from h323d.call.gates import Gates
from h323d.call.homes import Homes
from h323d.call.leases import ended, ofCall
from h323d.call.legs import IOriginator
from h323d.call.policy import IFinder
from h323d.call.ways import Way
from h323d.conference.directory import RoomDirectory
from h323d.conference.host import ConferenceHost
from h323d.errors import ResourceUnavailable
from h323d.gateway.host import GatewayHost
from h323d.h323.ports import SIGNALLING_PORT
from h323d.h323.signalling.addresses import hostOf, partyFromText
from h323d.operation.command import OperatorError
from h323d.operation.views import Originated
from h323d.values.address import PartyAddress
from h323d.values.identifiers import CallID, LegID, RoomID, newCallID

__all__ = ["Calling"]

_SIP = ("sip:", "sips:")


class Calling:
    """
    Makes third-party calls.
    """

    def __init__(
        self,
        originators: Mapping[str, IOriginator],
        finder: IFinder | None,
        host: ConferenceHost,
        gateway: GatewayHost,
        directory: RoomDirectory,
        homes: Homes,
        gates: Gates,
        rng: random.Random,
    ) -> None:
        """
        @param originators: by protocol.
        @param finder: knows where names are; C{None} without a gatekeeper.
        @param host: has the rooms.
        @param gateway: joins two parties.
        @param directory: knows which names are rooms.
        @param homes: the addresses at which they are.
        @param gates: what the operator's calls pass, too.
        """
        self._originators = dict(originators)
        self._finder = finder
        self._host = host
        self._gateway = gateway
        self._directory = directory
        self._homes = homes
        self._gates = gates
        self._rng = rng

    async def call(self, first: str, second: str) -> Originated:
        """
        Call C{first}, and when they answer, C{second}; or whoever of them is no room, into it.

        @raise OperatorError: a gate refuses it, one of them cannot be found, or there is no
            room for them.
        """
        names = partyFromText(first), partyFromText(second)
        rooms = [self._roomOf(name) for name in names]
        holder: str
        callId = holder = newCallID(self._rng)
        admission = await self._admitted(callId, *names)
        try:
            if rooms[0] is not None and rooms[1] is not None:
                raise OperatorError(f"{first} and {second} are rooms: there is nobody to call")
            if rooms[1] is not None:
                await self._invite(callId, first, names[1], rooms[1])
            elif rooms[0] is not None:
                await self._invite(callId, second, names[0], rooms[0])
            else:
                holder = await self._join(callId, first, second)
        except ResourceUnavailable as error:
            ended(admission.leases)
            raise OperatorError(str(error)) from error
        except OperatorError:
            ended(admission.leases)
            raise
        self._gates.leases.give(ofCall(holder), admission)
        return Originated(callId)

    def roomOf(self, text: str) -> RoomID | None:
        """
        The room of ours that somebody means who types this.
        """
        return self._roomOf(partyFromText(text))

    async def _admitted(
        self, callId: CallID, calling: PartyAddress, called: PartyAddress
    ) -> Admission:
        """
        @raise OperatorError: a gate refuses it, or none lets calls pass at present.
        """
        application = Application(
            Door.OPERATOR, "", None, calling=(calling,), called=(called,), callId=callId
        )
        verdict = self._gates.judge(application)
        if isinstance(verdict, Deferred):
            verdict = await verdict
        if isinstance(verdict, Refusal):
            told = "no calls are taken" if verdict is self._gates.shut else "it is refused"
            raise OperatorError(f"{told}: {verdict.word}")
        return verdict

    async def _join(self, callId: CallID, first: str, second: str) -> LegID:
        """
        @return: the leg that lasts as long as the call; the second party may have several.
        """
        (one, *_), others = await self._find(first), await self._find(second)
        return self._gateway.join(self._dial(callId, one, others[0].called[0]), others)

    async def _invite(self, callId: CallID, text: str, room: PartyAddress, roomId: RoomID) -> None:
        way, *_ = await self._find(text)
        self._host.invite(roomId, self._dial(callId, way, room))

    def _dial(self, callId: CallID, way: Way, calling: PartyAddress) -> Dial:
        return Dial(self._originators[way.protocol], callId, (calling,), way)

    def _roomOf(self, name: PartyAddress) -> RoomID | None:
        """
        The room of ours that a name means; at another host it means none.
        """
        host = hostOf(name, SIGNALLING_PORT)
        if host is not None and not self._homes.owns(host.host):
            return None
        found = self._directory.resolve((name,))
        return None if found is None else RoomID(found)

    async def _find(self, text: str) -> tuple[Way, ...]:
        """
        The ways to somebody, best first, with the name that they are to be called there.
        """
        name = partyFromText(text)
        # What is a room's name here is none where it says itself that it is elsewhere.
        isElsewhere = self._directory.serves(name) and hostOf(name, SIGNALLING_PORT) is not None
        ways = () if isElsewhere else await self._known(text, name)
        if not ways and name.value.lower().startswith(_SIP):
            ways = (Way("sip", None, (name,)),)
        if not ways and hostOf(name, SIGNALLING_PORT) is not None:
            ways = (Way("h323", None, (name,)),)
        if not ways:
            raise OperatorError(f"nobody is called {text}")
        spoken = [way for way in ways if way.protocol in self._originators]
        if not spoken:
            raise OperatorError(f"{text} speaks {ways[0].protocol}, which is switched off")
        return tuple(way if way.called else replace(way, called=(name,)) for way in spoken)

    async def _known(self, text: str, name: PartyAddress) -> tuple[Way, ...]:
        if self._finder is None:
            return ()
        found = self._finder.find((), (name,))
        if isinstance(found, Deferred):
            found = await found
        if isinstance(found, Refusal):
            raise OperatorError(f"{text} may not be called: {found.word}")
        if hostOf(name, SIGNALLING_PORT) is None:
            return found or ()
        # Nobody else is asked where somebody is whose name says it.
        return tuple(way for way in found or () if not way.parent)
