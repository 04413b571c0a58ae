"""
How H.245 and media get from one side of a routed call to the other, as its model says.

In the routed model they pass by: whatever a message says of them stays as it is.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.gatekeeper.routed import messages
from h323d.gatekeeper.routed.config import CallModel
from h323d.gatekeeper.routed.context import CallContext
from h323d.gatekeeper.routed.control import ControlCoupling, CouplingOwner
from h323d.gatekeeper.routed.media import MediaProxy, MediaProxyOwner
from h323d.gatekeeper.routed.messages import Edit
from h323d.gatekeeper.traversal import Whereabouts
from h323d.h323.addresses import transportToValue
from h323d.h323.h245link import ControlNetwork
from h323d.h323.q931 import Q931Message
from h323d.h323.uuie import Content, Fields
from h323d.values.address import TransportAddress

__all__ = ["Passage", "PassageOwner", "newPassage"]

_MEDIA_FIELDS = ("fastStart", "parallelH245Control")
_INTRODUCTIONS = ("setup", "callProceeding", "alerting", "connect")


class PassageOwner(CouplingOwner, MediaProxyOwner, Protocol):
    """
    What the passage needs of the call.
    """

    def askToConnect(self, place: int, address: TransportAddress) -> None:
        """Have a side that cannot be connected to open its H.245 channel."""


class Passage:
    """
    What is between the two sides of one call.
    """

    def __init__(
        self,
        owner: PassageOwner,
        clock: IReactorTime,
        networkOf: Callable[[int], ControlNetwork] | None,
        media: MediaProxy | None,
    ) -> None:
        """
        @param networkOf: for separate H.245 with each side; C{None} lets the sides connect
            to each other.
        @param media: for media; C{None} lets them send to each other.
        """
        self._owner = owner
        self._clock = clock
        self._networkOf = networkOf
        self._media = media
        self._couplings: dict[int, ControlCoupling] = {}

    def translated(
        self, place: int, message: Q931Message, content: Content, *edits: Edit
    ) -> Q931Message:
        """
        What one side's message is to be for the other.

        @param edits: what else is to be changed.

        @raise h323d.errors.ResourceUnavailable: no ports are left.
        """
        more: list[Edit] = list(edits)
        address = content.start.h245Address
        if self._networkOf is not None and address is not None:
            ours = self._couple(self._networkOf, place, address)

            def replaceAddress(pdu: Fields, fields: Fields) -> None:
                fields["h245Address"] = transportToValue(ours)

            more.append(replaceAddress)
        if self._media is not None and self._media.traverses and content.body in _INTRODUCTIONS:
            introduce = functools.partial(self._media.introduce, place, content.body)
            more.append(lambda pdu, fields: introduce(fields))
        if self._media is not None and (
            content.h245Control or any(name in content.fields for name in _MEDIA_FIELDS)
        ):
            media = self._media

            def replaceMedia(pdu: Fields, fields: Fields) -> None:
                if "fastStart" in fields:
                    fields["fastStart"] = media.translateFastStart(place, fields["fastStart"])
                for holder, name in ((fields, "parallelH245Control"), (pdu, "h245Control")):
                    if name in holder:
                        holder[name] = self._controls(media, place, holder[name])

            more.append(replaceMedia)
        return messages.rewritten(message, *more)

    def translateControl(self, place: int, octets: bytes) -> bytes | None:
        """
        The same for a message of a separate channel.

        @raise h323d.errors.ResourceUnavailable: no ports are left.
        """
        return octets if self._media is None else self._media.translate(place, octets)

    def forget(self, place: int) -> None:
        """
        Somebody else will be on that side, and is told anew where the other waits.
        """
        self._uncouple()
        if self._media is not None:
            self._media.forget(place)

    def close(self) -> None:
        """
        Free everything.
        """
        self._uncouple()
        if self._media is not None:
            self._media.close()

    def _uncouple(self) -> None:
        couplings, self._couplings = self._couplings, {}
        for coupling in couplings.values():
            coupling.close()

    def _couple(
        self,
        networkOf: Callable[[int], ControlNetwork],
        place: int,
        target: TransportAddress,
    ) -> TransportAddress:
        coupling = self._couplings.get(place)
        if coupling is None:
            ask = None
            if self._media is not None and self._media.opensAll(place):
                ask = functools.partial(self._owner.askToConnect, place)
            coupling = ControlCoupling(self._owner, self._clock, networkOf, place, target, ask)
            self._couplings[place] = coupling
        else:
            coupling.aim(target)
        return coupling.address

    @staticmethod
    def _controls(media: MediaProxy, place: int, control: Iterable[bytes]) -> list[bytes]:
        translated = (media.translate(place, octets) for octets in control)
        return [octets for octets in translated if octets is not None]


def newPassage(
    owner: PassageOwner,
    context: CallContext,
    model: CallModel,
    networkOf: Callable[[int], ControlNetwork],
    places: tuple[Whereabouts, Whereabouts],
) -> Passage:
    """
    What a model lets through us: separate H.245, media, or neither.

    @param networkOf: how separate H.245 with each side is connected.
    @param places: where the caller's and the called side's media is.
    """
    media = None
    if model is CallModel.PROXIED:
        media = MediaProxy(owner, context.pool, context.mediaHost, places)
    inUse = model in (CallModel.ROUTED_H245, CallModel.PROXIED)
    return Passage(owner, context.clock, networkOf if inUse else None, media)
