"""
Mixers, and the load that they are to their planes; where ports go is in audio/test_crossing.py.
"""

from __future__ import annotations

from h323d.media.config import MediaConfig
from tests.support.packetio import MediaBench, RoomRecorder


def bench(threads: int = 1) -> MediaBench:
    return MediaBench(MediaConfig(maximumPorts=16, threads=threads))


def test_aMixerIsALoadFromTheBeginningToTheEnd() -> None:
    scene = bench()
    mixer = scene.pool.openMixer(RoomRecorder())
    assert scene.doors[0].load == 2  # who may be expected
    mixer.close()
    mixer.close()
    assert scene.doors[0].load == 0


def test_membersAreTheLoad() -> None:
    scene = bench()
    phones, mixer = scene.meeting(3)
    party = mixer.attach(None, None)
    assert scene.doors[0].load == 4
    mixer.join(phones[0].port)  # it is one already
    mixer.leave(phones[1].port)
    phones[2].port.close()
    assert scene.doors[0].load == 2
    mixer.detach(party)
    mixer.detach(party)
    mixer.leave(phones[1].port)
    assert scene.doors[0].load == 2
    mixer.close()
    assert scene.doors[0].load == 0


def test_whoGoesElsewhereIsALoadThere() -> None:
    scene = bench(2)
    phones, _ = scene.meeting(3)
    others, there = scene.meeting(3)
    assert [door.load for door in scene.doors] == [3, 3]
    there.join(phones[0].port)
    assert [door.load for door in scene.doors] == [2, 4]
    others[0].port.close()
    assert [door.load for door in scene.doors] == [2, 3]


def test_whatIsSaidOfWhoIsNoMemberChangesNothing() -> None:
    scene = bench(2)
    (a, b), here = scene.meeting(2)
    _, there = scene.meeting(2)
    there.mute(a.port, True)
    there.deafen(b.port, True)
    there.leave(a.port)
    scene.run(0.3)
    assert a.heard[-1][0] > scene.clock.seconds() - 0.03
    assert [door.load for door in scene.doors] == [2, 2]
    here.close()
    here.join(a.port)
    here.leave(a.port)
    assert [door.load for door in scene.doors] == [0, 2]
