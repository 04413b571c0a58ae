"""
Third-party calls: two parties whom the operator names are found, called and joined; or one
is called into a room of ours.

A name is looked for among the rooms, among the registered SIP phones, then as a registered
endpoint's call is routed; what nobody knows there must say itself where it is.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from twisted.internet.defer import Deferred

from h323d.call.gates import Gates
from h323d.call.homes import Homes
from h323d.call.legs import ILeg, ILegObserver, IOriginator
from h323d.call.policy import Refusal
from h323d.conference.directory import RoomDirectory
from h323d.conference.host import ConferenceHost
from h323d.errors import ResourceUnavailable
from h323d.gatekeeper.registry.registrations import Registration
from h323d.gatekeeper.routing.chain import Called
from h323d.gatekeeper.zone import Zone
from h323d.h323.signalling.addresses import hostOf, partyFromText
from h323d.operation.commands import OperatorError
from h323d.operation.naming import registrationNamed
from h323d.operation.views import Originated
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.identifiers import CallID, newCallID
from h323d.values.media.profile import MediaProfile

__all__ = ["Calling"]

H323_PORT = 1720  # of a URI that names none
_SIP = ("sip:", "sips:")


@dataclass(frozen=True, slots=True)
class _Party:
    """
    Somebody who can be called.

    @ivar protocol: by which.
    @ivar name: as they are called.
    @ivar destination: where the call is sent; C{None} if the name says it.
    """

    protocol: str
    name: PartyAddress
    destination: TransportAddress | None = None


class Calling:
    """
    Makes third-party calls.
    """

    def __init__(
        self,
        originators: Mapping[str, IOriginator],
        zone: Zone | None,
        host: ConferenceHost,
        directory: RoomDirectory,
        homes: Homes,
        gates: Gates,
        rng: random.Random,
    ) -> None:
        """
        @param originators: by protocol.
        @param zone: knows where names are; C{None} without a gatekeeper.
        @param host: joins the two.
        @param directory: knows which names are rooms.
        @param homes: the addresses at which they are.
        @param gates: while they are shut, nobody is called.
        """
        self._originators = dict(originators)
        self._zone = zone
        self._host = host
        self._directory = directory
        self._homes = homes
        self._gates = gates
        self._rng = rng

    async def call(self, first: str, second: str) -> Originated:
        """
        Call C{first}, and when they answer, C{second}; or whoever of them is no room, into it.

        @raise OperatorError: one of them cannot be found, or there is no room for them.
        """
        if self._gates.shut is not None:
            raise OperatorError(f"no calls are taken: {self._gates.shut.reason}")
        names = partyFromText(first), partyFromText(second)
        rooms = [self._roomOf(name) for name in names]
        callId = newCallID(self._rng)
        try:
            if rooms[0] is not None and rooms[1] is not None:
                raise OperatorError(f"{first} and {second} are rooms: there is nobody to call")
            if rooms[1] is not None:
                await self._invite(callId, first, names[1], rooms[1])
            elif rooms[0] is not None:
                await self._invite(callId, second, names[0], rooms[0])
            else:
                await self._pair(callId, first, second)
        except ResourceUnavailable as error:
            raise OperatorError(str(error)) from error
        return Originated(callId)

    async def _pair(self, callId: CallID, first: str, second: str) -> None:
        one, other = await self._find(first), await self._find(second)
        self._host.pair(
            callId,
            partial(self._dial, callId, one, other.name),
            partial(self._dial, callId, other, one.name),
        )

    async def _invite(self, callId: CallID, text: str, room: PartyAddress, roomId: str) -> None:
        party = await self._find(text)
        self._host.invite(roomId, partial(self._dial, callId, party, room))

    def _roomOf(self, name: PartyAddress) -> str | None:
        """
        The room of ours that a name means; at another host it means none.
        """
        host = hostOf(name, H323_PORT)
        if host is not None and not self._homes.owns(host.host):
            return None
        return self._directory.resolve((name,))

    def _dial(
        self,
        callId: CallID,
        called: _Party,
        calling: PartyAddress,
        profile: MediaProfile,
        observer: ILegObserver,
    ) -> ILeg:
        originator = self._originators[called.protocol]
        leg: ILeg = originator.originate(
            callId, (calling,), called.name, profile, observer, called.destination
        )
        return leg

    async def _find(self, text: str) -> _Party:
        name = partyFromText(text)
        # What is a room's name here is none where it says itself that it is elsewhere.
        isElsewhere = self._directory.serves(name) and hostOf(name, H323_PORT) is not None
        party = None if isElsewhere else await self._route(text, name)
        if party is None and name.value.lower().startswith(_SIP):
            party = _Party("sip", name)
        if party is None and hostOf(name, H323_PORT) is not None:
            party = _Party("h323", name)
        if party is None:
            raise OperatorError(f"nobody is called {text}")
        if party.protocol not in self._originators:
            raise OperatorError(f"{text} speaks {party.protocol}, which is switched off")
        return party

    async def _route(self, text: str, name: PartyAddress) -> _Party | None:
        if self._zone is None:
            return None
        registration = registrationNamed(self._zone.registry, text)
        if registration is not None and registration.protocol == "sip":
            return _Party("sip", _addressOfRecord(registration))
        decision = self._zone.chain.find(Called((name,)))
        if isinstance(decision, Deferred):
            decision = await decision
        if isinstance(decision, Refusal):
            raise OperatorError(f"{text} may not be called: {decision.reason}")
        if not decision:
            return None
        names = decision[0].names or (name,)
        return _Party("h323", names[0], decision[0].signalling)


def _addressOfRecord(registration: Registration) -> PartyAddress:
    """
    What a phone has registered; where it is to be called at, the originator knows.
    """
    urls = (each for each in registration.aliases if each.kind is AddressKind.URL)
    return next(urls, PartyAddress(AddressKind.URL, registration.contacts[0]))
