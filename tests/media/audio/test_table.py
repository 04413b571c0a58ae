"""
The columns of all ports: their slots, and their clocks.
"""

from __future__ import annotations

import numpy as np
import pytest

from h323d.errors import ResourceUnavailable
from h323d.media.audio.table import PortTable

DAY_MS = 24 * 3600 * 1000


def test_aSlotThatIsTakenAgainHoldsWhatAFreshOneHolds() -> None:
    table = PortTable(1)
    slot = table.take(7)
    table.sendUnits[slot], table.packetMs[slot], table.payloadType[slot] = 48, 60, 99
    table.free(slot)
    assert table.take(8) == slot
    assert (table.sendUnits[slot], table.packetMs[slot], table.payloadType[slot]) == (8, 20, 0)


def test_whenAllSlotsAreTakenThereIsNone() -> None:
    table = PortTable(1)
    table.take(7)
    with pytest.raises(ResourceUnavailable):
        table.take(8)


@pytest.mark.parametrize("units", [8, 16, 32, 48])
def test_timestampsAreExactInEveryClock(units: int) -> None:
    table = PortTable(4)
    slots = np.array([table.take(1), table.take(2)])
    table.sendUnits[slots[0]] = units
    table.timestampBase[slots] = 0xFFFFFFFF, 5
    stamps = table.timestamps(slots, DAY_MS + 5)
    assert stamps.tolist() == [0xFFFFFFFF + units * (DAY_MS + 5), 5 + 8 * (DAY_MS + 5)]
    assert table.timestamp(int(slots[0]), DAY_MS + 5) == stamps[0] % 2**32


def test_timestampsCanBeOfSeveralMoments() -> None:
    table = PortTable(2)
    slots = np.array([table.take(1), table.take(2)])
    assert table.timestamps(slots, np.array([10, 25])).tolist() == [80, 200]
