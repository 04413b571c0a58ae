"""
Encoders of those who hear the same.

The listeners of a room who take the same format are sent the same octets: one encoder makes them
for all.  Whoever talks hears a mix of his own, and has an encoder of his own.  Where somebody goes
from one to the other, his decoder has to find itself, which is heard like a lost packet at most.
Rooms of few do without, and so do packets that are longer than a frame.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from h323d.dsp.codec import LARGEST_PAYLOAD, IEncoder
from h323d.media.audio.coders import Coders

__all__ = ["Form", "SharedEncoders"]

_WORTH_WHILE = 4  # members of a room who take the same
_KEPT_MS = 10_000  # for which an encoder that nobody hears is kept
_NOT_YET = -1

Octets = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.int16]


class Form(NamedTuple):
    """
    What those have in common who are sent the same.

    @ivar room: the mixer's number.
    @ivar sampleRate: of what is encoded, Hz.
    @ivar isSilence: whether they hear the mix that holds nothing, and others in the room may not.
    """

    room: int
    kind: int
    sampleRate: int
    parameters: tuple[tuple[str, str], ...]
    isSilence: bool = False


class _Shared:
    """
    One encoder, and what it made last.

    @ivar octets: C{uint8[o]}.
    @ivar madeAt: when, by the plane's clock, milliseconds.
    @ivar listeners: slots that were sent it.
    """

    __slots__ = ("encoder", "listeners", "loss", "madeAt", "octets", "size")

    def __init__(self, encoder: IEncoder) -> None:
        self.encoder = encoder
        self.octets = np.zeros(LARGEST_PAYLOAD, np.uint8)
        self.size = self.loss = 0
        self.madeAt = _NOT_YET
        self.listeners: set[int] = set()


class SharedEncoders:
    """
    All of a media thread.
    """

    def __init__(self, coders: Coders) -> None:
        self._coders = coders
        self._made: dict[Form, _Shared] = {}
        self._losses: dict[int, int] = {}

    @staticmethod
    def worthWhile(forms: Sequence[Form | None]) -> list[Form | None]:
        """
        @param forms: of all members of rooms who are sent a frame; C{None} for who cannot share.
        @return: those that enough members have in common.
        """
        counts = Counter(form and form._replace(isSilence=False) for form in forms)
        return [
            form
            if form is not None and counts[form._replace(isSilence=False)] >= _WORTH_WHILE
            else None
            for form in forms
        ]

    def encode(self, form: Form, slot: int, samples: Samples, clock: int, out: Octets) -> int:
        """
        What a slot is sent of a mix; made for the first who asks.

        @param clock: of the plane at the start of the frame, milliseconds.
        @param out: C{uint8[o]}: where it goes.
        @return: how many octets it has; 0 if there is nothing to send.
        """
        shared = self._made.get(form)
        if shared is None:
            self._prune(clock)
            encoder = self._coders.newEncoder(form.kind, form.sampleRate, form.parameters)
            shared = self._made[form] = _Shared(encoder)
        if shared.madeAt != clock:
            shared.madeAt = clock
            shared.listeners.clear()
            shared.size = self._coders.encode(shared.encoder, samples, shared.octets)
        shared.listeners.add(slot)
        out[: shared.size] = shared.octets[: shared.size]
        return shared.size

    def tune(self, slot: int, lossPercent: int) -> None:
        """
        The slot's peer reports how much it loses: who loses most decides.
        """
        self._losses[slot] = lossPercent
        for shared in self._made.values():
            if slot not in shared.listeners:
                continue
            most = max(self._losses.get(each, 0) for each in shared.listeners)
            if most != shared.loss:
                shared.loss = most
                self._coders.tune(shared.encoder, most)

    def forget(self, slot: int) -> None:
        """
        The slot's port closed.
        """
        self._losses.pop(slot, None)

    def _prune(self, clock: int) -> None:
        for form, shared in list(self._made.items()):
            if clock - shared.madeAt > _KEPT_MS:
                del self._made[form]
