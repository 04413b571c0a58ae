"""
One way to the called party that is tried: the side there, and what is between it and the caller's.

Of one that leads nowhere, nothing is left for the next.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from h323d.call.applications import Application
from h323d.call.dialrule import DialGuard
from h323d.call.homes import Home
from h323d.call.transport import IOpening
from h323d.errors import DecodeError, EncodeError, ResourceUnavailable
from h323d.gatekeeper.registry.registrations import Registration
from h323d.gatekeeper.routed import messages
from h323d.gatekeeper.routed.calledanswer import CalledAnswer, CalledChannels, Callee
from h323d.gatekeeper.routed.config import CallModel
from h323d.gatekeeper.routed.context import CallContext
from h323d.gatekeeper.routed.dialling import dial, targetOf
from h323d.gatekeeper.routed.messages import START_BODIES, START_FIELDS, Edit
from h323d.gatekeeper.routed.models import Endpoint, stricter
from h323d.gatekeeper.routed.passage import PassageOwner, newPassage
from h323d.gatekeeper.routed.side import CALLED, CALLER, Side, SideOwner
from h323d.gatekeeper.routing.chain import FoundWay
from h323d.gatekeeper.traversal import Whereabouts
from h323d.h323.applications import connectApplication
from h323d.h323.calls.incoming import proofsInConnect
from h323d.h323.h245.bandwidth import ChannelJudge
from h323d.h323.h245.connection import ControlNetwork
from h323d.h323.signalling.q931 import Q931Message
from h323d.h323.signalling.uuie import Content, Fields
from h323d.values.address import PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID, LegID
from h323d.values.proof import ofConnection

__all__ = ["Attempt", "AttemptOwner"]


class AttemptOwner(SideOwner, PassageOwner, Protocol):
    """
    What an attempt needs of the call.
    """

    callerSide: Side
    caller: Registration | None
    calling: tuple[PartyAddress, ...]
    peer: TransportAddress
    model: CallModel
    callId: CallID
    channels: ChannelJudge | None


class Attempt:
    """
    The attempt to reach the called party on one way, and what is between the sides when that
    has succeeded.

    @ivar route: the way.
    @ivar address: where it leads.
    @ivar model: how much of the call goes through us; as much as on the ways before it, or more.
    @ivar side: the called side.
    @ivar passage: what H.245 and media pass.
    @ivar answer: what the gates make of who answers there.
    """

    def __init__(
        self,
        owner: AttemptOwner,
        context: CallContext,
        route: FoundWay,
        names: tuple[PartyAddress, ...],
        reference: int,
    ) -> None:
        """
        @param names: what the called party is called there.
        @param reference: the call reference value there.
        """
        self._owner = owner
        self._context = context
        self.route = route
        self._target = targetOf(context, route)
        self.address = self._target.address
        self._reference = reference
        self.side = context.newSide(owner, CALLED, reference, self.address)
        self.model = self._modelTowards(names)
        self._names = names
        self.answer = CalledAnswer(context.zone.gates, LegID(owner.callId))
        self.passage = newPassage(
            owner,
            context,
            self.model,
            self._networkOf,
            self._guardOf,
            (self._homeOf(CALLER), self._homeOf(CALLED)),
            self._places(),
            self._judgeOf(owner.channels),
        )
        self._opening: IOpening | None = None
        self._held: Fields = {}

    def dial(self) -> None:
        """
        Get the connection; the call is told what becomes of it.
        """
        self._opening = dial(
            self._context,
            self.route,
            self._target,
            self.side,
            self._reference,
            self._owner.identity.callIdentifier,
        )

    def leave(self, cause: Cause) -> None:
        """
        End it, in whatever state.
        """
        self.answer.end()
        self.side.release(cause)
        self.passage.close()
        if self._opening is not None:
            self._opening.cancel()

    def hold(self, content: Content) -> None:
        """
        Keep what a CallProceeding says of how the call starts: the caller has had its
        CallProceeding, and is told with the next message that can say so.
        """
        self._held |= {
            name: content.fields[name] for name in START_FIELDS if name in content.fields
        }

    def withHeld(self, content: Content) -> tuple[Content, list[Edit]]:
        """
        A message for the caller, with what was kept for it.
        """
        if not self._held or content.body not in START_BODIES:
            return content, []
        held, self._held = self._held, {}
        return replace(content, fields=held | dict(content.fields)), [messages.adding(held)]

    def passTo(self, to: Side, message: Q931Message, content: Content, *edits: Edit) -> None:
        """
        Pass the other side's message on, as it is to be for this one.
        """
        which = 1 - to.which
        try:
            to.send(self.passage.translated(which, message, content, *edits))
        except ResourceUnavailable as error:
            self._owner.hangup(error.cause)
        except EncodeError as error:  # what came cannot be said again, or has become too long
            self._owner.fault("h225", which, DecodeError(error.reason, error.path))

    def answerApplication(self, message: Q931Message, content: Content) -> Application:
        """
        What a Connect applies for.
        """
        owner, side = self._owner, self.side
        shown = ofConnection(side.peerKey, self._context.clock.seconds())
        callee = Callee(
            side.source,
            (*proofsInConnect(message, content, owner.identity), *shown),
            self._names,
            owner.identity.callIdentifier.hex(),
            owner.callId,
            self.answer.legId,
        )
        return connectApplication(callee, self.passage.neededWith(content))

    def believed(self, address: TransportAddress | None) -> TransportAddress | None:
        """
        Where the called side sends the call instead, if it may; where we take calls, it may.
        """
        if address is None or self._context.identity.isOurSignalling(address):
            return address
        may = self._guardOf(CALLED).mayName("h225", address, "alternativeAddress")
        return address if may else None

    def _modelTowards(self, names: tuple[PartyAddress, ...]) -> CallModel:
        """
        The called party may make the model stricter, and so may TLS on one side only: without
        us, the other could not speak H.245 with it.  Where they are to read nothing of each other,
        they do not.
        """
        owner, route = self._owner, self.route
        source = Endpoint.registered(owner.caller, owner.calling, owner.peer.host)
        target = Endpoint.registered(route.registration, names, route.destination.host)
        model = stricter(owner.model, self._context.rules.models.choose(source, target))
        if owner.isHushed or self._target.secure is not owner.callerSide.isSecure:
            model = stricter(model, CallModel.ROUTED_H245)
        return model

    def _judgeOf(self, calling: ChannelJudge | None) -> ChannelJudge | None:
        """
        Who says how much the channels may need.

        @param calling: says so for the caller; C{None} if nobody minds.
        """
        if calling is None:
            return None
        return CalledChannels(calling, self.answer, self._context.zone.gates)

    def _sideAt(self, which: int) -> Side:
        return self._owner.callerSide if which == CALLER else self.side

    def _homeOf(self, which: int) -> Home:
        side = self._sideAt(which)
        return self._context.homeTowards(side.peer, side.local)

    def _networkOf(self, which: int) -> ControlNetwork:
        home = self._homeOf(which)
        network = self._context.streamsOf(self._sideAt(which).isSecure, home).control
        return network.ofCall(self._owner.identity.callIdentifier)

    def _guardOf(self, which: int) -> DialGuard:
        return self._context.guardOf(self._sideAt(which).peer)

    def _places(self) -> tuple[Whereabouts, Whereabouts]:
        """
        Where the two sides are, as far as media goes.
        """
        owner, called = self._owner, self.route.registration
        host = self.route.destination.host if called is None else called.source.host
        whereabouts = self._context.reaching.reach.whereabouts
        return whereabouts(owner.caller, owner.peer.host), whereabouts(called, host)
