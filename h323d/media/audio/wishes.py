"""
How the peer of each slot wants to be sent: the parameters that were negotiated, and the mode that
it asks for with its packets (L{h323d.dsp.codec.IModeDecoder}).
"""

from __future__ import annotations

from h323d.dsp.codec import MODE_REQUEST

__all__ = ["Wishes"]

Said = tuple[tuple[str, str], ...]


class Wishes:
    """
    Those of all peers.
    """

    def __init__(self) -> None:
        self._parameters: dict[int, Said] = {}

    def of(self, slot: int) -> Said:
        """
        All that an encoder is to be made with.
        """
        return self._parameters.get(slot, ())

    def negotiated(self, slot: int, parameters: Said) -> bool:
        """
        Those of the format.

        @return: whether they are others than before.
        """
        isNew = slot not in self._parameters or self._agreed(slot) != parameters
        if isNew:
            self._parameters[slot] = parameters
        return isNew

    def asked(self, slot: int, mode: int | None) -> bool:
        """
        A mode is asked for.

        @param mode: C{None} for any.
        @return: whether it is another than before.
        """
        request = () if mode is None else ((MODE_REQUEST, str(mode)),)
        parameters = (*self._agreed(slot), *request)
        isNew = parameters != self.of(slot)
        if isNew:
            self._parameters[slot] = parameters
        return isNew

    def take(self, slot: int) -> Said | None:
        """
        The slot's port leaves.

        @return: what it had; C{None} for nothing.
        """
        return self._parameters.pop(slot, None)

    def put(self, slot: int, parameters: Said) -> None:
        """
        A port came that had these elsewhere.
        """
        self._parameters[slot] = parameters

    def _agreed(self, slot: int) -> Said:
        return tuple(each for each in self.of(slot) if each[0] != MODE_REQUEST)
