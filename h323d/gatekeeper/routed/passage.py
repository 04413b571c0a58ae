"""
How H.245 and media get from one side of a routed call to the other, as its model says.

In the routed model they pass by: whatever a message says of them stays as it is.  What passes
through us is read in any model, once, for what the call uses; and where somebody judges what
channels need, what nobody can read goes no further.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.asn1 import h245
from h323d.call.dialrule import DialGuard
from h323d.call.homes import Home
from h323d.errors import DecodeError, EncodeError, ResourceUnavailable
from h323d.gatekeeper.routed import messages
from h323d.gatekeeper.routed.channeldoor import ChannelDoor, ControlWay, answeredWithin
from h323d.gatekeeper.routed.config import CallModel
from h323d.gatekeeper.routed.context import CallContext
from h323d.gatekeeper.routed.control import ControlCoupling, CouplingOwner
from h323d.gatekeeper.routed.flows import flowsOf
from h323d.gatekeeper.routed.media import MediaProxy, MediaProxyOwner
from h323d.gatekeeper.routed.messages import Edit
from h323d.gatekeeper.routed.side import CALLED, CALLER
from h323d.gatekeeper.routed.usage import (
    ChannelUsage,
    UsageOwner,
    fastStarted,
    mayConcernChannels,
)
from h323d.gatekeeper.routed.words import isWordless
from h323d.gatekeeper.traversal import Whereabouts
from h323d.h323.applications import BANDWIDTH_UNIT
from h323d.h323.h245.bandwidth import ChannelJudge
from h323d.h323.h245.connection import ControlNetwork
from h323d.h323.h245.messages import Message
from h323d.h323.signalling.addresses import transportToValue
from h323d.h323.signalling.q931 import Q931Message
from h323d.h323.signalling.uuie import Content, Fields
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause

__all__ = ["Passage", "PassageOwner", "newPassage"]

_MESSAGE = "MultimediaSystemControlMessage"
_MEDIA_FIELDS = ("fastStart", "parallelH245Control")
_INTRODUCTIONS = ("setup", "callProceeding", "alerting", "connect")


class PassageOwner(CouplingOwner, MediaProxyOwner, UsageOwner, Protocol):
    """
    What the passage needs of the call.

    @ivar isHushed: whether its sides are to read nothing of each other.
    """

    isHushed: bool

    @property
    def startBandwidth(self) -> int:
        """Bit/s that what is opened by fast start may need, where that is judged."""

    def hangup(self, cause: Cause) -> None:
        """End the call: there is nothing left to pass it with."""

    def tunnel(self, which: int, octets: bytes) -> None:
        """Have one side hear a message of H.245 by call signalling."""

    def askToConnect(self, which: int, address: TransportAddress) -> None:
        """Have a side that cannot be connected to open its H.245 channel."""


@dataclass(frozen=True, slots=True)
class _Tunnel:
    """
    The L{ControlWay} of one side by call signalling.
    """

    owner: PassageOwner
    which: int

    def goOn(self, octets: bytes) -> None:
        self.owner.tunnel(1 - self.which, octets)

    def answer(self, octets: bytes) -> None:
        self.owner.tunnel(self.which, octets)


class Passage:
    """
    What is between the two sides of one call.
    """

    def __init__(
        self,
        owner: PassageOwner,
        clock: IReactorTime,
        networkOf: Callable[[int], ControlNetwork] | None,
        guardOf: Callable[[int], DialGuard],
        media: MediaProxy | None,
        judge: ChannelJudge | None = None,
    ) -> None:
        """
        @param networkOf: for separate H.245 with each side; C{None} lets the sides connect
            to each other.
        @param guardOf: where each side may have us connect to.
        @param media: for media; C{None} lets them send to each other.
        @param judge: says how much the channels may need; C{None} if nobody minds.
        """
        self._owner = owner
        self._clock = clock
        self._networkOf = networkOf
        self._guardOf = guardOf
        self._media = media
        self._usage = ChannelUsage(owner, networkOf is not None)
        self._door = None if judge is None else ChannelDoor(self, self._usage, judge)
        self._couplings: dict[int, ControlCoupling] = {}

    @property
    def _changesNothing(self) -> bool:
        """
        Whether all that passes goes on as it came.
        """
        return self._media is None and self._door is None and not self._owner.isHushed

    def translated(
        self, which: int, message: Q931Message, content: Content, *edits: Edit
    ) -> Q931Message:
        """
        What one side's message is to be for the other.

        @param edits: what else is to be changed.

        @raise h323d.errors.ResourceUnavailable: no ports are left.
        """
        more: list[Edit] = list(edits)
        address = content.start.h245Address
        if self._networkOf is not None and address is not None:
            ours = self._couple(self._networkOf, which, address)
            more.append(functools.partial(_replaceAddress, ours))
        if self._media is not None and self._media.traverses and content.body in _INTRODUCTIONS:
            introduce = functools.partial(self._media.introduce, which, content.body)
            more.append(lambda pdu, fields: introduce(fields))
        if content.h245Control or any(name in content.fields for name in _MEDIA_FIELDS):
            if self._changesNothing:
                self._listen(which, content)
            else:
                more.append(functools.partial(self._replaceMedia, which))
        return messages.rewritten(message, *more)

    def translateControl(self, which: int, octets: bytes, way: ControlWay) -> bytes | None:
        """
        The same for a message of H.245.

        @param way: by which it came.

        @return: the octets themselves where nothing had to change; C{None} where they
            are not to go on, or not yet.
        """
        door = self._door
        if door is not None and door.keeps(which, octets, way):
            return None
        isHushed = self._owner.isHushed
        if self._media is None and not isHushed and not mayConcernChannels(octets):
            return octets
        try:
            message = h245.decode(_MESSAGE, octets)
        except DecodeError as error:
            self._usage.missed()
            if self._changesNothing:
                return octets
            self._owner.fault("h245", which, error)
            return None
        if isHushed and not isWordless(message):
            return None
        if door is not None and not door.admits(which, message, octets, way):
            return None
        return self._translated(which, message, octets)

    def channelAdmitted(self, which: int, message: Message, octets: bytes, way: ControlWay) -> None:
        translated = self._translated(which, message, octets)
        if translated is not None:
            way.goOn(translated)

    def _translated(self, which: int, message: Message, octets: bytes) -> bytes | None:
        self._usage.heard(which, message)
        if self._media is None:
            return octets
        try:
            return self._media.translate(which, message, octets)
        except ResourceUnavailable as error:
            self._owner.hangup(error.cause)
        except EncodeError as error:
            self._owner.fault("h245", which, DecodeError(error.reason, error.path))
        return None

    def neededWith(self, content: Content) -> int:
        """
        Bit/s that the channels need that were opened, and those that an answer opens by fast start.
        """
        answer = self._channelsIn(CALLED, content.fields.get("fastStart", ()))
        opened = {name: flowsOf(CALLER, each) for name, each in fastStarted(answer).items()}
        known = {name: flows for name, flows in opened.items() if flows is not None}
        return BANDWIDTH_UNIT * self._usage.neededWith(known)

    def close(self) -> None:
        """
        Free everything.
        """
        couplings, self._couplings = self._couplings, {}
        for coupling in couplings.values():
            coupling.close()
        if self._door is not None:
            self._door.close()
        self._usage.forget()
        if self._media is not None:
            self._media.close()

    def _couple(
        self,
        networkOf: Callable[[int], ControlNetwork],
        which: int,
        target: TransportAddress,
    ) -> TransportAddress | None:
        """
        @param target: where a side waits for a connection.

        @return: where we wait for the other side's; C{None} if the first may not wait there.
        """
        asks = self._media is not None and self._media.opensAll(which)
        if not asks and not self._guardOf(which).mayNameControl(target):
            return None
        coupling = self._couplings.get(which)
        if coupling is None:
            ask = self._owner.askToConnect if asks else None
            coupling = ControlCoupling(
                self._owner, self._clock, networkOf, self._guardOf, which, target, ask
            )
            self._couplings[which] = coupling
        else:
            coupling.aim(target)
        return coupling.address

    def _listen(self, which: int, content: Content) -> None:
        """
        Take note of what goes on as it is.
        """
        parallel = content.fields.get("parallelH245Control", ())
        for octets in (*parallel, *content.h245Control):
            self.translateControl(which, octets, _Tunnel(self._owner, which))
        if which == CALLED:  # a proposal alone opens nothing
            self._usage.fastStarted(self._channelsIn(which, content.fields.get("fastStart", ())))

    def _replaceMedia(self, which: int, pdu: Fields, fields: Fields) -> None:
        """
        An L{Edit}.
        """
        if "fastStart" in fields:
            self._replaceFastStart(which, fields)
        way = _Tunnel(self._owner, which)
        for holder, name in ((fields, "parallelH245Control"), (pdu, "h245Control")):
            if name in holder:
                translated = (self.translateControl(which, octets, way) for octets in holder[name])
                holder[name] = [octets for octets in translated if octets is not None]

    def _replaceFastStart(self, which: int, fields: Fields) -> None:
        channels = self._channelsIn(which, fields["fastStart"])
        if which == CALLED:
            isJudged = self._door is not None
            if isJudged and not answeredWithin(channels, self._owner.startBandwidth):
                del fields["fastStart"]
                fields["fastConnectRefused"] = None
                return
            self._usage.fastStarted(channels)
        if self._media is not None:
            fields["fastStart"] = self._media.translateFastStart(which, channels)

    def _channelsIn(self, which: int, elements: Iterable[bytes]) -> list[Fields]:
        """
        Those elements of a fast start that can be read.
        """
        channels = []
        for octets in elements:
            try:
                channels.append(h245.decode("OpenLogicalChannel", octets))
            except DecodeError as error:
                self._usage.missed()
                if not self._changesNothing:
                    self._owner.fault("h245", which, error)
        return channels


def _replaceAddress(ours: TransportAddress | None, pdu: Fields, fields: Fields) -> None:
    """
    An L{Edit}.  Without an address the other side takes the tunnel, or says where it waits.
    """
    del fields["h245Address"]
    if ours is not None:
        fields["h245Address"] = transportToValue(ours)


def newPassage(
    owner: PassageOwner,
    context: CallContext,
    model: CallModel,
    networkOf: Callable[[int], ControlNetwork],
    guardOf: Callable[[int], DialGuard],
    homes: tuple[Home, Home],
    places: tuple[Whereabouts, Whereabouts],
    judge: ChannelJudge | None = None,
) -> Passage:
    """
    What a model lets through us: separate H.245, media, or neither.

    @param networkOf: how separate H.245 with each side is connected.
    @param guardOf: where each side may have us connect to.
    @param homes: our address towards the caller's side, and towards the called.
    @param places: where the caller's and the called side's media is.
    @param judge: says how much the channels may need; C{None} if nobody minds.
    """
    media = None
    if model is CallModel.PROXIED:
        media = MediaProxy(owner, context.zone.world.pool, homes, places, context.clock)
    inUse = model in (CallModel.ROUTED_H245, CallModel.PROXIED)
    return Passage(owner, context.clock, networkOf if inUse else None, guardOf, media, judge)
