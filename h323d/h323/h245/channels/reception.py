"""
Whether the peer sends one medium, and in which formats: what of that is known to the leg.

Of what one channel brings or takes away only the sum matters; the leg is told when that changes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from automat import TypeMachineBuilder

from h323d.tracing import TypedDataState, TypedState, indexed
from h323d.values.media.streams import ReceiveFormat

__all__ = ["MACHINE", "Reception", "ReceptionOwner", "newReception"]


class ReceptionOwner(Protocol):
    """
    What the machine needs of whoever receives the medium.
    """

    def receiveReady(self, receive: ReceiveFormat) -> None:
        """The peer may send so: for the first time, or otherwise than before."""

    def receiveStopped(self) -> None:
        """The peer sends no more."""


class Reception(Protocol):
    """
    The inputs.
    """

    def adopt(self, receive: ReceiveFormat) -> None:
        """Fast connect opened a channel; the owner knows."""

    def flows(self, receive: ReceiveFormat) -> None:
        """So it may come by all channels that are open."""

    def ceases(self) -> None:
        """No channel is open."""

    def stop(self) -> None:
        """The session is over."""


@dataclass
class _Core:
    owner: ReceptionOwner


@dataclass
class _Flowing:
    """
    @ivar receive: as the owner knows.
    """

    receive: ReceiveFormat


def _flowing(machine: Reception, core: _Core, receive: ReceiveFormat) -> _Flowing:
    return _Flowing(receive)


_State = TypedState[Reception, _Core] | TypedDataState[Reception, _Core, Any, Any]
# Any: the data, of which an ignored input needs nothing.

builder = TypeMachineBuilder(Reception, _Core)

closed = builder.state("closed")
flowing = builder.state("flowing", _flowing)
ended = builder.state("ended")

closed.upon(Reception.adopt).to(flowing).returns(None)


@closed.upon(Reception.flows).to(flowing)
def begin(machine: Reception, core: _Core, receive: ReceiveFormat) -> None:
    core.owner.receiveReady(receive)


@flowing.upon(Reception.flows).loop()
def change(machine: Reception, core: _Core, now: _Flowing, receive: ReceiveFormat) -> None:
    if receive != now.receive:
        now.receive = receive
        core.owner.receiveReady(receive)


@flowing.upon(Reception.ceases).to(closed)
def cease(machine: Reception, core: _Core, now: _Flowing) -> None:
    core.owner.receiveStopped()


closed.upon(Reception.stop).to(ended).returns(None)
flowing.upon(Reception.stop, nodata=True).to(ended).returns(None)

_IGNORED: tuple[tuple[_State, tuple[Callable[..., None], ...]], ...] = (
    (closed, (Reception.ceases,)),
    (flowing, (Reception.adopt,)),
    (ended, (Reception.adopt, Reception.flows, Reception.ceases, Reception.stop)),
)
for _where, _inputs in _IGNORED:
    for _input in _inputs:
        _where.upon(_input).loop().returns(None)

MACHINE = indexed(builder.build())


def newReception(owner: ReceptionOwner) -> Reception:
    """
    @param owner: whoever receives the medium.
    """
    return MACHINE(_Core(owner))
