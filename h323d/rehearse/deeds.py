"""
What a script says, done: to the server, and to parties.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from typing import Any

from twisted.internet.task import deferLater

from h323d.cli.party import PartyFailed
from h323d.rehearse.player import Player
from h323d.rehearse.results import Incident
from h323d.rehearse.schedule import stormed
from h323d.rehearse.script import Deed, ScriptedIncident
from h323d.rehearse.stage import Stage

__all__ = ["PATIENCE", "READY", "Deeds", "until"]

STALL = 0.2  # seconds
PATIENCE = 60.0  # seconds for whatever is waited for, on a busy machine
READY = 180.0  # seconds after which processes that have not started never will, on any machine
POLL = 0.02  # seconds

_FAIL_OVERS = (Deed.KILL_LEADER,)


async def until(reactor: Any, condition: Any, what: str, seconds: float = PATIENCE) -> None:
    """
    Wait for something.  Any: a reactor of many interfaces, and what can be called.

    @raise PartyFailed: it was not, for so long.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise PartyFailed(f"{what}: not within {seconds:.0f} s")
        await deferLater(reactor, POLL)


class Deeds:
    """
    Does them, one after the other, and keeps what was done.

    @ivar done: with times by the monotonic clock.
    """

    def __init__(
        self,
        reactor: Any,
        stage: Stage | None,
        players: Sequence[Player],
        places: tuple[str, tuple[int, int, int]],
        rng: random.Random,
    ) -> None:
        """
        @param reactor: Any: of many interfaces.
        @param stage: C{None} where the server is others'.
        @param places: the host of the server, and its ports of SIP, H.323 and RAS.
        """
        self.done: list[Incident] = []
        self._reactor = reactor
        self._stage = stage
        self._players = players
        self._host, self._ports = places
        self._rng = rng

    async def do(self, incident: ScriptedIncident) -> None:
        """
        Do it, and wait until it is: that what was killed is replaced, and who was to join has.

        @raise PartyFailed: it did not come to that.
        """
        if incident.party is not None:
            await self._toParty(incident.deed, self._players[incident.party - 1])
        elif incident.deed is Deed.STORM:
            await self._storm()
        elif self._stage is not None:
            await self._toServer(incident.deed, self._stage)

    def _note(self, deed: Deed, target: str = "") -> None:
        isFailOver = deed in _FAIL_OVERS
        self.done.append(Incident(time.monotonic(), deed.value, target, isFailOver))

    async def _toServer(self, deed: Deed, stage: Stage) -> None:
        if deed is Deed.KILL_LEADER:
            await self._killLeader(stage)
            return
        self._note(deed)
        match deed:
            case Deed.KILL_MEDIA:
                stage.killMedia()
            case Deed.STALL_LEADER:
                pid = stage.stall()
                await deferLater(self._reactor, STALL)
                stage.goOn(pid)
            case Deed.BREAK_REGISTRY:
                stage.breakRegistry()
            case Deed.MEND_REGISTRY:
                stage.mendRegistry()
            case Deed.FILL_DISK:
                stage.fillDisk()
            case Deed.FREE_DISK:
                stage.freeDisk()

    async def _killLeader(self, stage: Stage) -> None:
        """
        Not before another process follows: that is what is rehearsed.
        """
        await until(self._reactor, stage.protected, "another process follows")
        leader = stage.leader
        self._note(Deed.KILL_LEADER, f"process {leader}")
        stage.strike()
        await until(self._reactor, lambda: stage.leader != leader, "another process leads")

    async def _toParty(self, deed: Deed, player: Player) -> None:
        self._note(deed, player.name)
        match deed:
            case Deed.LEAVES:
                self._partOthers(player)
                player.hangup()
                await until(self._reactor, lambda: not player.isThere, f"{player.name} leaves")
            case Deed.JOINS:
                await self._join(player)
            case Deed.VANISHES:
                self._partOthers(player)
                player.vanish()
            case Deed.FLOODS:
                player.isSuspect = True
                player.tell(f"flood {self._host} {self._ports[0]}\n".encode())
            case Deed.SENDS_GARBAGE:
                player.isSuspect = True
                ports = " ".join(map(str, self._ports))
                player.tell(f"garbage {self._host} {ports}\n".encode())

    def _othersOf(self, player: Player) -> list[Player]:
        """
        Who is in a bridged call with it.
        """
        group = player.part.group
        return [
            each for each in self._players if each is not player and each.part.group == group > 0
        ]

    def _partOthers(self, player: Player) -> None:
        for each in self._othersOf(player):
            each.isWanted = False

    async def _join(self, player: Player) -> None:
        """
        Call again; as another process, where the one before has died.
        """
        if player.isThere:
            return
        if player.isOver:
            player.start()
            await until(self._reactor, player.ready, f"{player.name} is ready", READY)
        player.isSuspect = False
        player.isWanted = True
        for each in self._othersOf(player):
            each.isWanted = True
        caller = next(iter(self._othersOf(player))) if player.part.isCalled else player
        caller.call()
        await until(self._reactor, lambda: player.isThere, f"{player.name} is there again")

    async def _storm(self) -> None:
        there = [each.part.number for each in self._players if each.isThere and not each.part.group]
        leaving = [self._players[number] for number in stormed(there, self._rng)] if there else []
        self._note(Deed.STORM, f"{len(leaving)} parties")
        for each in leaving:
            each.hangup()
        for each in leaving:
            await until(self._reactor, lambda each=each: not each.isThere, f"{each.name} leaves")
        for each in leaving:
            each.call()
        for each in leaving:
            await until(self._reactor, lambda each=each: each.isThere, f"{each.name} is back")
