"""
Two who are alone: their packets go on from one to the other as they come, and are not mixed.

That holds for a room that is made for it, as a bridged call's is, while there are just two in it,
both of them ports, neither muted nor deaf nor sent a digit, and while what each may send can be
made into what the other is sent (L{h323d.media.audio.laneforms}): as it is, or by another codec.
Whoever sends something else after all is mixed, until it has kept to what passes for a while.
What becomes of the packets is told in L{h323d.media.audio.forwarding}.

Nothing is lost in the change.  Sound that waits to be mixed is sent on before the first packet
passes; and mixed sound goes on where the last packet that passed has ended, when there is some.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from h323d.media.audio.buffers import SoundStores
from h323d.media.audio.digits import Digits
from h323d.media.audio.forwarding import Forwarding
from h323d.media.audio.laneforms import LaneForms
from h323d.media.audio.lanes import Lane, LaneForm
from h323d.media.audio.receiving import Receiver
from h323d.media.audio.sending import Mixes, Sender
from h323d.media.audio.strays import Strays
from h323d.media.audio.table import PortTable
from h323d.media.audio.transcoding import Transcoding
from h323d.media.packets import IPacketIO
from h323d.values.media.streams import Stream

__all__ = ["Passing"]

_WAITS_MS = 60  # for the first sound that is mixed
_UNHURRIED = np.array([np.inf])  # seconds of jitter

Octets = npt.NDArray[np.uint8]
Slots = npt.NDArray[np.intp]
Pausing = npt.NDArray[np.bool_]


class Passing:
    """
    All pairs of a media thread whose packets go on as they come.

    @ivar resuming: by slot, whose sound it waits for to be mixed, and until when at most.
    """

    def __init__(
        self,
        table: PortTable,
        forms: LaneForms,
        forwarding: Forwarding,
        transcoding: Transcoding,
        strays: Strays,
        stores: SoundStores,
        receiver: Receiver,
        sender: Sender,
        digits: Digits,
    ) -> None:
        self._table = table
        self._forms = forms
        self._forwarding = forwarding
        self._lanes = forwarding.lanes
        self._renumbering = forwarding.renumbering
        self._strays = strays
        self._transcoding = transcoding
        self._stores = stores
        self._receiver = receiver
        self._sender = sender
        self._digits = digits
        self.resuming: dict[int, tuple[int, int]] = {}

    # Who passes

    def negotiated(self, slot: int, stream: Stream) -> None:
        """
        What the slot's peer may send, and is sent, from now on.
        """
        self._forms.negotiated(slot, stream)
        self._strays.watchNoLonger(slot)

    def release(self, slot: int) -> Stream:
        """
        The slot's port closed, or leaves.

        @return: what was negotiated there last.
        """
        self.resuming.pop(slot, None)
        self._strays.watchNoLonger(slot)
        return self._forms.forget(slot)

    def suits(self, slots: list[int]) -> bool:
        """
        Whether the packets of all who are in a room may go on as they come.
        """
        return bool(self._between(slots))

    def copies(self, slots: list[int]) -> bool:
        """
        Whether the packets of all who are in a room pass as they are.
        """
        lanes = [self._lanes.get(slot) for slot in slots]
        return all(lane is not None and lane.form.coding is None for lane in lanes)

    def _between(self, slots: list[int]) -> list[tuple[int, int, LaneForm]]:
        """
        @return: both lanes; none if there are not two parties.
        """
        table = self._table
        if len(slots) != 2 or table.local[slots].any():
            return []
        if table.muted[slots].any() or table.deaf[slots].any():
            return []
        if any(slot in self._strays.watched or self._digits.sends(slot) for slot in slots):
            return []
        found = []
        for source, target in (slots, slots[::-1]):
            form = self._forms.of(source, target)
            if form is None:
                return []
            found.append((source, target, form))
        return found if any(form.packetMs for _, _, form in found) else []

    def join(self, packets: IPacketIO, slots: list[int], now: float) -> None:
        """
        Let packets pass between two whom it L{suits}, from now on; or by other forms, if they do
        already.

        @param now: seconds.
        """
        for source, target, form in self._between(slots):
            lane = self._lanes.get(source)
            if lane is None:
                self._sendOn(packets, source, target, now)
                self.resuming.pop(target, None)
            if lane is None or lane.form != form:
                self._replace(lane, Lane(source, target, form))

    def _replace(self, former: Lane | None, lane: Lane) -> None:
        """
        Let packets go on by another lane.
        """
        if former is not None:
            self._leave(former)
        if lane.form.coding is not None:
            self._transcoding.begin(lane, lane.form.coding)
        self._lanes[lane.source] = lane

    def _leave(self, lane: Lane) -> None:
        """
        What was only copied has not been decoded: what the coders remember is void.
        """
        if lane.form.coding is None:
            self._receiver.restart(lane.source)
            self._sender.restart(lane.target)

    def part(self, slots: Iterable[int]) -> list[int]:
        """
        Let no packets pass between them any more: they are mixed again.

        @return: those of them whose packets passed until now.
        """
        parted = [slot for slot in slots if slot in self._lanes]
        for slot in parted:
            lane = self._lanes.pop(slot)
            self._leave(lane)
            self._renumbering.align(lane.target, self._forwarding.clock)
            self.resuming[lane.target] = slot, self._forwarding.clock + _WAITS_MS
        return parted

    # The change

    def _sendOn(self, packets: IPacketIO, source: int, target: int, now: float) -> None:
        """
        Send on the sound that waits to be mixed.
        """
        table = self._table
        number, row = int(table.store[source]), np.array([table.row[source]])
        if number < 0 or not table.sends[target]:
            return
        if table.sampleRate[source] != table.sendRate[target]:
            return  # they have hardly been mixed yet
        store, member = self._stores.made[number], np.array([target])
        clock = self._forwarding.clock
        if table.heldMs[target]:
            clock = int(table.heldFrom[target] + table.heldMs[target])
        waiting = round(store.buffers.depth()[row[0]] * 1000)
        for _ in range(-(-waiting // store.frameMs)):
            samples, sounding = store.pull(row, now, _UNHURRIED)
            if target in self.resuming:
                if not sounding[0]:
                    continue
                del self.resuming[target]
            if not table.heldMs[target]:
                self._renumbering.align(target, clock)
            mixes = Mixes(samples, np.zeros(1, np.intp), store.frameMs)
            self._sender.send(packets, member, mixes, clock)
            clock += store.frameMs

    def resume(
        self,
        members: Slots,
        sounding: npt.NDArray[np.bool_],
        pausing: Pausing | None,
        clock: int,
    ) -> Pausing | None:
        """
        Let members who were passed packets wait for the first sound that is mixed for them.

        @param members: C{intp[n]}.
        @param sounding: C{bool[n]}: who has sound in this frame.
        @param pausing: C{bool[n]}: who is sent digits instead; C{None} if nobody is.
        @param clock: of the plane at the start of the frame, milliseconds.
        @return: C{bool[n]}: who is sent no sound in this frame; C{None} if everybody is.
        """
        places = {slot: place for place, slot in enumerate(members.tolist())}
        for target in [target for target in self.resuming if target in places]:
            source, until = self.resuming[target]
            place = places[target]
            if pausing is not None and pausing[place]:
                del self.resuming[target]
            elif source not in places or sounding[places[source]] or clock >= until:
                del self.resuming[target]
                self._renumbering.align(target, clock)
            else:
                pausing = np.zeros(len(members), bool) if pausing is None else pausing
                pausing[place] = True
        return pausing
