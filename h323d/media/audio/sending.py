"""
From mixes to RTP packets: encode, packetise, number, send.

Each distinct mix is encoded once per codec that remembers nothing.  A timestamp is the plane's clock, in
the units of what is sent, plus the port's own base, so that it goes on truly over stalls, holds and reconfigurations;
where it jumps, the marker says so (RFC 3551, 4.1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from h323d.media.audio.codecs import Codecs
from h323d.media.audio.table import Milliseconds, PortTable
from h323d.media.packets import IPacketIO
from h323d.rtp.columns import HEADER_BYTES, writeHeaders

__all__ = ["Mixes", "sendMixes"]

Slots = npt.NDArray[np.intp]
Octets = npt.NDArray[np.uint8]


@dataclass(slots=True)
class Mixes:
    """
    One frame of a group.

    @ivar samples: C{int16[m, s]}: the distinct mixes.
    @ivar of: C{intp[n]}: which of them each member hears.
    @ivar milliseconds: how long it is.
    """

    samples: npt.NDArray[np.int16]
    of: Slots
    milliseconds: int


def sendMixes(
    table: PortTable,
    codecs: Codecs,
    packets: IPacketIO,
    members: Slots,
    mixes: Mixes,
    clock: int,
    pausing: npt.NDArray[np.bool_] | None = None,
) -> None:
    """
    @param members: C{intp[n]}.
    @param clock: of the plane at the start of this frame, milliseconds.
    @param pausing: C{bool[n]}: the members that are not sent sound, because they are sent
        digits.
    """
    sending = table.sends[members]
    if pausing is not None:
        sending &= ~pausing
    mixOf = mixes.of
    if not sending.all():
        members, mixOf = members[sending], mixOf[sending]
    if not members.size:
        return
    kinds = table.codec[members]
    if (kinds == kinds[0]).all():
        payloads = codecs.encode(int(kinds[0]), members, mixes.samples, mixOf)
        _packetise(table, packets, members, payloads, mixes.milliseconds, clock)
        return
    for kind in np.unique(kinds).tolist():
        rows = kinds == kind
        payloads = codecs.encode(kind, members[rows], mixes.samples, mixOf[rows])
        _packetise(table, packets, members[rows], payloads, mixes.milliseconds, clock)


def _packetise(
    table: PortTable,
    packets: IPacketIO,
    members: Slots,
    payloads: Octets,
    frame: int,
    clock: int,
) -> None:
    """
    Send a frame where it is a packet, keep it where it is a part of one.

    @param payloads: C{uint8[n, octets]}, by member.
    @param frame: how long each is, milliseconds.
    """
    whole = table.packetMs[members] == frame
    if whole.all():
        _emit(table, packets, members, payloads, clock, frame)
        return
    if whole.any():
        _emit(table, packets, members[whole], payloads[whole], clock, frame)
    _hold(table, packets, members[~whole], payloads[~whole], clock, frame)


def _hold(
    table: PortTable,
    packets: IPacketIO,
    members: Slots,
    payloads: Octets,
    clock: int,
    frame: int,
) -> None:
    """
    A packet takes several frames: keep this one, send what is full.
    """
    anew = table.heldFrom[members] + table.heldMs[members] != clock
    anew |= table.heldMs[members] == 0  # or else a stall, or a digit
    table.heldMs[members[anew]] = table.heldOctets[members[anew]] = 0
    table.heldFrom[members[anew]] = clock
    at = table.heldOctets[members]
    table.held[members[:, None], at[:, None] + np.arange(payloads.shape[1])] = payloads
    table.heldMs[members] += frame
    table.heldOctets[members] += payloads.shape[1]
    full = members[table.heldMs[members] >= table.packetMs[members]]
    for size in np.unique(table.heldOctets[full]).tolist():
        ready = full[table.heldOctets[full] == size]
        held, begun = table.held[ready, :size], table.heldFrom[ready]
        _emit(table, packets, ready, held, begun, table.heldMs[ready])
        table.heldMs[ready] = 0


def _emit(
    table: PortTable,
    packets: IPacketIO,
    members: Slots,
    payloads: Octets,
    begun: Milliseconds,
    length: Milliseconds,
) -> None:
    """
    Send a packet to each.

    @param begun: when the sound of the packets begins, by the plane's clock.
    @param length: how much sound each packet holds.
    """
    timestamps = table.timestamps(members, begun)
    size = payloads.shape[1]
    out = np.empty((len(members), HEADER_BYTES + size), np.uint8)
    out[:, HEADER_BYTES:] = payloads
    writeHeaders(
        out,
        table.payloadType[members],
        table.expected[members] != timestamps,
        table.sequence[members],
        timestamps,
        table.ownSsrc[members],
    )
    packets.send(members, out)
    table.expected[members] = timestamps + length * table.sendUnits[members]
    table.sequence[members] += 1
    table.sent[members] += 1
    table.sentOctets[members] += size
