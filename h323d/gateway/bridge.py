"""
A bridged call: the leg of who calls, legs of ours to who is called, and their sound.  Whom the
operator has call is called first, and counts as who calls from the answer on.

What is to be done when says the machine (L{h323d.gateway.bridging}); here it is done.  Until one
of the called sides answers, there may be several (L{h323d.gateway.branches}); the caller hears
the first of them that has early media, and another when that is over.  What one side does in the
middle of the call - it holds, it resumes, it presses a key - the other is told in the words of its
own protocol.  One that has the other call somebody else leaves its place to them
(L{h323d.gateway.handovers}).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from h323d.call.legs import ILeg, ITransferRequest, LegDirection, endedBy
from h323d.call.timer import Timer
from h323d.call.ways import Way
from h323d.gateway.branches import Branches, Place
from h323d.gateway.bridgeside import BridgeSide
from h323d.gateway.bridging import newBridging
from h323d.gateway.context import BridgeContext
from h323d.gateway.dialling import Dialling, calledBy
from h323d.gateway.facts import BridgeFacts
from h323d.gateway.handovers import Handovers, wayTo
from h323d.gateway.hearing import Hearing
from h323d.gateway.joinedleg import JoinedLeg
from h323d.gateway.movedleg import MovedLeg
from h323d.gateway.successor import Successor
from h323d.gateway.trunkpatience import TrunkPatience
from h323d.tracing import stateName
from h323d.values.address import PartyAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import LegID
from h323d.values.media.digits import DigitMethod
from h323d.values.media.discord import Discord
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile
from h323d.values.media.streams import Stream
from h323d.values.proceeding import Proceeding

__all__ = ["Bridge", "BridgeOwner"]


class BridgeOwner(Protocol):
    """
    Whom a bridge tells that it is over.
    """

    def bridgeCalled(self, bridge: Bridge, leg: ILeg) -> None:
        """It has made a leg to the called party."""

    def bridgeYielded(self, successor: Successor, joined: JoinedLeg, way: Way) -> None:
        """Who has the place of a side of it, and whom that has talked with, are a new call."""

    def bridgeClosed(self, bridge: Bridge) -> None:
        """Nobody is in it any more."""


class Bridge:
    """
    The side that calls and those that are called, from the call to the end of all.

    @ivar caller: the side that called here, or that we called first.
    @ivar source: the host that it called from; C{None} if it was we who called.
    @ivar sides: those that are not over, by leg.
    @ivar signalled: what the protocols call the calls to the called party.
    """

    def __init__(
        self, owner: BridgeOwner, context: BridgeContext, caller: ILeg, ways: tuple[Way, ...]
    ) -> None:
        """
        @param caller: an incoming leg, or an outgoing one that reports to nobody yet.
        @param ways: to the called party, in the order in which they are to be tried; with the
            names to be called there, unless the caller said them.
        """
        config = context.config
        self._isFetched = caller.direction is LegDirection.OUTGOING
        self.source = None if self._isFetched else caller.peer.host
        self.signalled: list[str] = []
        self._owner = owner
        self._context = context
        self._facts = BridgeFacts(context)
        self.caller = BridgeSide(self, caller)
        self.sides: dict[LegID, BridgeSide] = {caller.legId: self.caller}
        named = calledBy(ways, caller.called)
        self._branches = Branches(named, config.maxBranches, config.failoverCauses)
        self._patience = TrunkPatience(context.clock)
        self._dialling = Dialling(self, context, self.caller, self._branches, self._patience)
        self._hearing = Hearing(context, self.caller, self._branches)
        self._endedByCalled = False
        times = config.answerTimeout, config.ringTimeout, config.busySeconds
        self._machine = newBridging(self, context.clock, *times)
        self._handovers = Handovers(self, self._machine, context, caller)

    @property
    def state(self) -> str:
        """
        How far the call has come, for an operator to read.
        """
        return stateName(self._machine)

    @property
    def passing(self) -> bool:
        """
        Whether the sound of both passes as it is, and is not transcoded.
        """
        return self._hearing.passing

    @property
    def legs(self) -> Iterator[ILeg]:
        """
        The legs that are not over.
        """
        return (side.leg for side in tuple(self.sides.values()))

    def begin(self) -> None:
        """
        Call on; whom the operator has call is waited for first.
        """
        leg = self.caller.leg
        leg.observe(self.caller)
        if self._isFetched:
            self._facts.tellOriginated(leg)
            self._machine.fetch()
        else:
            leg.proceed()
            self._machine.begin()

    def join(self, successor: Successor, joined: JoinedLeg, way: Way) -> None:
        """
        Begin with both answered, as a call that somebody has transferred.

        @param successor: of who calls.
        @param way: to who is joined with them.
        """
        self._machine.join()
        successor.handOver(self.caller)
        profile = self._context.profile(joined.protocol, self.caller)
        self.placeCalled(joined, Place(way), profile)
        self._facts.tellRouted(self.caller.leg, joined)
        joined.comeOver(profile)

    def clear(self, cause: Cause) -> None:
        """
        End the call.
        """
        self._machine.clear(cause)

    def disband(self, called: tuple[PartyAddress, ...]) -> tuple[MovedLeg, ...]:
        """
        Let both go on elsewhere, as if each had called there; nobody, if they do not talk yet.
        """
        return self._handovers.disband(self.caller, called)

    # What the machine wants.

    def callNext(self) -> None:
        if not self._dialling.callNext():
            self._endedByCalled = self._branches.refusedByPeer
            if self._mayHearRefusal:
                self._machine.noneLeftToHear()
            else:
                self._machine.noneLeft(self._branches.verdict)

    @property
    def _mayHearRefusal(self) -> bool:
        """
        Whether the caller is in a call already, so that their telephone tells nothing of this one.
        """
        isInCall = self._isFetched or self._handovers.isOneMore
        return isInCall and self._hearing.canRefuse and self._context.config.busySeconds > 0

    def refuseAloud(self) -> None:
        self._hearing.refuse()

    def endRefused(self) -> None:
        self.end(self._branches.verdict)

    def giveUpRank(self) -> None:
        if self._branches.isImpatient:
            for side in self._branches:
                side.leg.hangup(Cause.NO_ANSWER_FROM_USER)

    def callRedirected(self) -> None:
        self._dialling.callDue()
        if self._branches.isOver:
            self._machine.noneAnswers()

    def ring(self) -> None:
        self.caller.leg.alert(None)

    def openEarly(self) -> None:
        heard = self._hearing.called or self._branches.speaking
        self.caller.leg.alert(self._context.profile(self.caller.leg.protocol, heard))

    def hear(self) -> None:
        self._hearing.begin()

    def answerCaller(self) -> None:
        for side in self._branches:
            if not side.answered:
                side.leg.hangup(Cause.NON_SELECTED_USER_CLEARING)
        self._hearing.settle()
        if self.caller.answered:
            self._machine.callerAnswered()
        else:
            profile = self._context.profile(self.caller.leg.protocol, self._hearing.called)
            self.caller.leg.answer(profile)

    def end(self, cause: Cause) -> None:
        self._hearing.stop()
        for side in tuple(self.sides.values()):
            if side is self.caller and not (side.answered or self._isFetched):
                discord = self._facts.tellLack(side.leg, cause, self._branches.discord)
                side.leg.reject(cause, self._branches.reason, Discord(discord))
            else:
                side.leg.hangup(cause)

    # What becomes of calling.

    def placeCalled(self, leg: ILeg, place: Place, offered: MediaProfile) -> None:
        side = self.sides[leg.legId] = BridgeSide(self, leg, offered.of(Medium.AUDIO))
        self._branches.enter(side, place)
        leg.observe(side)
        self._context.trunks.began(place.way, leg)
        config = self._context.config
        seconds = self._patience.shareOf(place.way, self._branches.left, config.wayTimeout)
        side.expect(Timer(self._context.clock), seconds, config.progressTimeout)
        self._owner.bridgeCalled(self, leg)
        self._facts.tellOriginated(leg, self.caller.leg.legId, leg.callIdentifier)

    def placesFound(self) -> None:
        self._machine.calledRedirects()

    # Who goes on in another call.

    def beginTransfer(self, side: BridgeSide, request: ITransferRequest) -> None:
        self._handovers.begin(side, request)

    def refuseTransfer(self, request: ITransferRequest) -> None:
        self._handovers.refuse(request)

    def moveOn(self) -> None:
        self._handovers.moveOn()

    def loseTransfer(self, cause: Cause) -> None:
        self._handovers.lose(cause)

    def pickUp(self, side: BridgeSide, leg: ILeg) -> None:
        if side is self.caller:
            self.refuseSuccessor(leg)
            return
        picker = self.sides[leg.legId] = BridgeSide(self, leg)
        self._branches.pickUp(picker, wayTo(leg))
        leg.observe(picker)
        leg.answer(self._context.profile(leg.protocol, self.caller))

    def expectSuccessor(self, side: BridgeSide, leg: ILeg) -> None:
        self._handovers.expect(side, leg)

    def refuseSuccessor(self, leg: ILeg) -> None:
        leg.reject(Cause.FACILITY_REJECTED)

    def dropSuccessor(self, successor: Successor) -> None:
        successor.leg.hangup(Cause.NORMAL_CALL_CLEARING)

    def yieldPlace(self, successor: Successor) -> None:
        self._handovers.yieldPlace(successor)

    def goesOn(self, successor: Successor, joined: JoinedLeg, way: Way) -> None:
        self._owner.bridgeYielded(successor, joined, way)

    def wayTo(self, side: BridgeSide) -> Way:
        return self._branches.wayTo(side) or wayTo(side.leg)

    def sideLeaves(self, side: BridgeSide) -> None:
        by = "called" if side is self.caller else "calling"
        self._over(side, Cause.NORMAL_CALL_CLEARING, by)

    # What the sides tell.

    def sideAsks(self, side: BridgeSide, request: ITransferRequest) -> None:
        self._machine.transferAsked(side, request)

    def sideReplaced(self, side: BridgeSide, by: ILeg) -> None:
        self._machine.replaceAsked(side, by)

    def sideDialled(self, side: BridgeSide) -> None:
        if side is not self.caller:
            self._facts.tellRouted(self.caller.leg, side.leg)

    def sideProceeds(self, side: BridgeSide, how: Proceeding) -> None:
        if side is not self.caller and how is not Proceeding.UNDER_WAY:
            self.caller.leg.proceed(how)

    def sideStalls(self, side: BridgeSide) -> None:
        if not all(map(self._patience.isOver, self._branches.left)):
            side.leg.hangup(Cause.NO_USER_RESPONDING)

    def sideRings(self, side: BridgeSide) -> None:
        self._facts.tellAlerting(side.leg)
        if side is not self.caller:
            self._context.trunks.reached(side.leg)
            self._machine.calledRings()
            self._hearing.follow()

    def sideRedirected(self, side: BridgeSide, way: Way) -> None:
        if side in self._branches:
            self._branches.redirect(side, way)

    def sideAnswered(self, side: BridgeSide) -> None:
        self._facts.tellAnswered(side.leg)
        if side is self.caller:
            self._machine.callerAnswered()
            if self._hearing.called is not None:
                self._hearing.changed(self._hearing.called)
        else:
            if self._branches.isUncalled(side):
                self._facts.tellPickedUp(self.caller.leg, side.leg)
            self._context.trunks.reached(side.leg)
            self._machine.calledAnswers()

    def sideHeard(self, side: BridgeSide, stream: Stream) -> None:
        self._facts.tellSoundBegan(side.leg, stream)
        if side in self._branches and not side.answered:
            self._machine.calledSpeaks()
        self._hearing.follow()
        self.sideChanged(side)

    def sideChanged(self, side: BridgeSide) -> None:
        self._hearing.changed(side)

    def sideHeld(self, side: BridgeSide) -> None:
        self._hearing.held(side)

    def sideResumed(self, side: BridgeSide) -> None:
        self._hearing.resumed(side)

    def sideDigit(
        self, side: BridgeSide, digit: str, milliseconds: int, method: DigitMethod
    ) -> None:
        other = self.otherOf(side)
        self._facts.tellDigit(side.leg, method)
        if other is not None:
            other.leg.sendDigit(digit, milliseconds)

    def sidePictureWanted(self, side: BridgeSide) -> None:
        other = self.otherOf(side)
        self._facts.tellPictureWanted(side.leg)
        if other is not None:
            other.leg.refreshPicture()

    def sideGone(self, side: BridgeSide, cause: Cause) -> None:
        leg = side.leg
        self._endedByCalled |= side.answered and side is not self.caller and leg.peerEnded
        by = endedBy(leg)
        if side is self.caller and by == "called":
            by = "calling"  # though it was we who called it
        elif side is self.caller and self._endedByCalled:
            by = "called"
        self._over(side, cause, by)
        if self._handovers.isReferrer(side):
            self._machine.referrerGone(cause)
        elif side is self.caller:
            self._machine.callerGone(cause)
        elif side.answered:
            self._machine.calledGone(cause)
        else:
            self._branchGone(side, cause)

    def _over(self, side: BridgeSide, cause: Cause, by: str) -> None:
        """
        A side is in the call no more.

        @param by: who has ended that, as C{CallEnded} has it.
        """
        del self.sides[side.leg.legId]
        self._context.trunks.ended(side.leg, cause)
        self._facts.tellEnded(side.leg, cause, by, side.figures)
        if not self.sides:
            self._hearing.close()
            self._owner.bridgeClosed(self)
        self._hearing.leave(side)

    def _branchGone(self, side: BridgeSide, cause: Cause) -> None:
        self._branches.leave(side, cause)
        if side.leg.refusedEverywhere:
            for other in self._branches:
                other.leg.hangup(cause)
        if self._branches.isDue:
            self._machine.calledRedirects()
        elif self._branches.isOver:
            self._machine.noneAnswers()
        elif self._branches.speaking is not None:
            self._machine.calledSpeaks()
        self._hearing.follow()

    def otherOf(self, side: BridgeSide) -> BridgeSide | None:
        return self._hearing.otherOf(side)
