"""
From mixes to RTP packets: encode, packetise, number, send.

Each distinct mix is encoded once per law.  A timestamp is the group's sample clock plus
the port's own base, so that it goes on truly over stalls, holds and reconfigurations;
where it jumps, the marker says so (RFC 3551, 4.1).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from h323d.dsp.g711 import encodeALaw, encodeULaw
from h323d.media.packets import IPacketIO
from h323d.media.table import ULAW, PortTable
from h323d.rtp.columns import HEADER_BYTES, writeHeaders

__all__ = ["sendMixes"]

Slots = npt.NDArray[np.intp]
Octets = npt.NDArray[np.uint8]


def sendMixes(
    table: PortTable,
    packets: IPacketIO,
    members: Slots,
    mixes: npt.NDArray[np.int16],
    mixOf: Slots,
    clock: int,
    pausing: npt.NDArray[np.bool_] | None = None,
) -> None:
    """
    @param members: C{intp[n]}.
    @param mixes: C{int16[m, s]}: the distinct mixes of one frame.
    @param mixOf: C{intp[n]}: which mix each member hears.
    @param clock: the sample count at the start of this frame.
    @param pausing: C{bool[n]}: the members that are not sent sound, because they are sent
        digits.
    """
    sending = table.sends[members]
    if pausing is not None:
        sending &= ~pausing
    if not sending.all():
        members, mixOf = members[sending], mixOf[sending]
    if not members.size:
        return
    payloads = _encode(table, members, mixes, mixOf)
    frame = mixes.shape[1]
    whole = table.packetSamples[members] == frame
    if whole.all():
        _sendWhole(table, packets, members, payloads, clock)
        return
    _sendWhole(table, packets, members[whole], payloads[whole], clock)
    _hold(table, packets, members[~whole], payloads[~whole], clock)


def _encode(table: PortTable, members: Slots, mixes: npt.NDArray[np.int16], mixOf: Slots) -> Octets:
    """
    @return: C{uint8[n, s]}: what each member is sent.
    """
    isULaw = table.law[members] == ULAW
    if isULaw.all():
        return encodeULaw(mixes).take(mixOf, axis=0)
    if not isULaw.any():
        return encodeALaw(mixes).take(mixOf, axis=0)
    payloads = np.empty((len(members), mixes.shape[1]), np.uint8)
    for rows, encode in ((isULaw, encodeULaw), (~isULaw, encodeALaw)):
        wanted, which = np.unique(mixOf[rows], return_inverse=True)
        payloads[rows] = encode(mixes[wanted])[which]
    return payloads


def _sendWhole(
    table: PortTable, packets: IPacketIO, members: Slots, payloads: Octets, clock: int
) -> None:
    """
    A frame is a packet.
    """
    if members.size:
        _emit(table, packets, members, payloads, clock + table.timestampBase[members])


def _hold(
    table: PortTable, packets: IPacketIO, members: Slots, payloads: Octets, clock: int
) -> None:
    """
    A packet takes several frames: keep this one, send what is full.
    """
    frame = payloads.shape[1]
    now = clock + table.timestampBase[members]
    gap = now != table.heldFrom[members] + table.heldCount[members]
    table.heldCount[members[gap]] = 0  # a stall, or another group: begin anew
    empty = table.heldCount[members] == 0
    table.heldFrom[members[empty]] = now[empty]
    at = table.heldCount[members]
    table.held[members[:, None], at[:, None] + np.arange(frame)] = payloads
    table.heldCount[members] += frame
    full = table.heldCount[members] >= table.packetSamples[members]
    for size in np.unique(table.packetSamples[members[full]]).tolist():
        ready = members[full & (table.packetSamples[members] == size)]
        _emit(table, packets, ready, table.held[ready, :size], table.heldFrom[ready])
        table.heldCount[ready] = 0


def _emit(
    table: PortTable,
    packets: IPacketIO,
    members: Slots,
    payloads: Octets,
    timestamps: npt.NDArray[np.int64],
) -> None:
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
    table.expected[members] = timestamps + size
    table.sequence[members] += 1
    table.sent[members] += 1
    table.sentOctets[members] += size
