"""
What the server's processes use.
"""

from __future__ import annotations

from h323d.rehearse.processtree import ProcessSeen
from h323d.rehearse.results import Load
from h323d.rehearse.watch import MEGABYTE, LoadWatch


def seen(pid: int, cpu: float) -> ProcessSeen:
    return ProcessSeen(pid, 1, "twistd", cpu, 80 * MEGABYTE)


def test_itIsTheShareOfOneProcessorSinceTheLastLook() -> None:
    watch = LoadWatch()
    watch.look(10.0, [("leader", seen(5, 3.0)), ("media", seen(6, 1.0))])
    assert (watch.load, watch.latest) == ([], None)
    watch.look(12.0, [("leader", seen(5, 3.5)), ("media", seen(6, 2.5))])
    assert watch.load == [Load(12.0, "leader", 25.0, 80.0), Load(12.0, "media", 75.0, 80.0)]
    assert watch.latest == 100.0


def test_whatHasBegunMeanwhileIsCountedFromThenOn() -> None:
    watch = LoadWatch()
    watch.look(10.0, [("leader", seen(5, 3.0))])
    watch.look(11.0, [("leader", seen(7, 9.0))])
    assert watch.load == []
    watch.look(12.0, [("leader", seen(7, 9.1))])
    assert [round(each.cpu) for each in watch.load] == [10]
