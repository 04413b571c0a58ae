"""
The log as it grows.
"""

from __future__ import annotations

import pytest

from h323d.errors import DecodeError
from h323d.witness.log.chain import NOT_RECORDED, Chain, Entry
from h323d.witness.log.record import GENESIS, read
from tests.support.witnesslogs import entry


def test_eachRecordNamesTheOneBefore() -> None:
    chain = Chain()
    records = [read(chain.write(entry(number))) for number in range(3)]
    assert [each.index for each in records] == [0, 1, 2]
    assert [each.prevHash for each in records] == [GENESIS, records[0].hash, records[1].hash]
    assert chain.size == 3


def test_aRecordHasSealsInThePlaceOfPersonalData() -> None:
    one = entry(5)
    line = Chain().write(one)
    assert read(line).data["sealed"] == {"source": one.openings[0].seal}
    assert b"192.0.2.5" not in line


def test_whatCannotBeWrittenAsItIsLeavesNoGap() -> None:
    chain = Chain()
    record = read(chain.write(Entry("bad", "now", {"a": 0.5})))
    assert (record.msgType, record.data["msg_type"]) == (NOT_RECORDED, "bad")
    assert chain.size == 1


def test_aChainFollowsWhatAnotherHasWritten() -> None:
    one, other = Chain(), Chain()
    for number in range(5):
        line = one.write(entry(number))
        other.follow(read(line), line)
    assert (other.prevHash, other.frontier.root()) == (one.prevHash, one.frontier.root())


def test_itDoesNotFollowWhatIsNotTheNext() -> None:
    chain = Chain()
    lines = [chain.write(entry(number)) for number in range(2)]
    with pytest.raises(DecodeError, match="is 1, not 0"):
        Chain().follow(read(lines[1]), lines[1])
    another = Chain()
    another.write(entry(7))
    with pytest.raises(DecodeError, match="is not the hash of the one before"):
        another.follow(read(lines[1]), lines[1])


def test_aCopyGoesOnByItself() -> None:
    chain = Chain()
    other = chain.copy()
    chain.write(entry(0))
    assert (other.size, other.prevHash) == (0, GENESIS)
