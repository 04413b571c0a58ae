"""
One rehearsal, from the first process to the last.

Times are seconds by the monotonic clock, which all processes of a machine share.
"""

from __future__ import annotations

import random
import socket
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.python.failure import Failure

from h323d.cli.freeports import freePorts
from h323d.cli.party import PartyFailed
from h323d.control.client import CommandFailed
from h323d.net.route import Routes
from h323d.rehearse.cast import Part, hostOf
from h323d.rehearse.deeds import PATIENCE, READY, Deeds, until
from h323d.rehearse.guardians import Guardians
from h323d.rehearse.impairment import UNIMPAIRED
from h323d.rehearse.options import Plan
from h323d.rehearse.player import Player
from h323d.rehearse.progress import Progress, clockOf, lineOf
from h323d.rehearse.relayprocess import RelayProcess
from h323d.rehearse.results import Incident
from h323d.rehearse.schedule import Schedule
from h323d.rehearse.script import ScriptedIncident
from h323d.rehearse.stage import Stage
from h323d.rehearse.terminal import PORTS, Role
from h323d.rehearse.watch import LoadWatch

__all__ = ["Run"]

APART = 0.1  # seconds between two calls
SECOND = 1.0
RTP = 20000  # the first port of media of the first party
SIGNATURES = 6.0  # seconds in which a new server takes no signature
USUAL_PORTS = (5060, 1720, 1719)
FAREWELL = 10.0  # seconds for all calls to be over, and all processes
REACHED = 2.0  # seconds that a server of others has to answer


class Run:
    """
    @ivar began: when the first call was made.
    @ivar ended: when the last call was over.
    @ivar isInterrupted: whether it was ended before its time.
    @ivar players: by their number.
    @ivar fault: why it came to nothing; empty if it did not.
    """

    def __init__(self, reactor: Any, plan: Plan, directory: Path, progress: Progress) -> None:
        """
        @param reactor: Any: of many interfaces.
        """
        self.began = self.ended = time.monotonic()
        self.isInterrupted = False
        self.fault = ""
        self.watch = LoadWatch()
        self._under = 0
        self._reactor = reactor
        self._plan = plan
        self._progress = progress
        self._schedule = Schedule(plan.script)
        self._host = plan.server or plan.host
        self._ports = self._chosenPorts()
        route = Routes().source(self._host) or self._host
        hosts = [hostOf(part, self._host, route) for part in plan.cast]
        self._guardians = Guardians(directory, plan.cast, hosts) if plan.isGuarded else None
        self._stage = None if plan.server else self._newStage(directory)
        self._relay = RelayProcess(reactor, plan.impairment, plan.seed)
        self.players = [
            self._newPlayer(*each, directory) for each in zip(plan.cast, hosts, strict=True)
        ]
        rng = random.Random(plan.seed)
        places = self._host, self._ports
        self._deeds = Deeds(reactor, self._stage, self.players, places, rng)

    @property
    def incidents(self) -> Sequence[Incident]:
        return self._deeds.done

    def interrupt(self) -> None:
        """
        End it early; what was measured is reported.
        """
        self.isInterrupted = True

    async def perform(self) -> None:
        """
        Everything; afterwards no process is left.
        """
        try:
            await self._gather()
            await self._join()
            await self._meet()
        except Interrupted:
            pass
        except (PartyFailed, CommandFailed) as error:
            self.fault = str(error)
        finally:
            self.ended = time.monotonic()
            await self._part()

    async def _gather(self) -> None:
        """
        Start all processes.
        """
        plan = self._plan
        if self._stage is None:
            self._reach()
            self._progress.say(f"{len(plan.cast)} parties for the server at {self._host} ...")
        else:
            what = "protected server" if plan.isProtected else "server"
            self._progress.say(f"starting a {what} and {len(plan.cast)} parties ...")
            self._stage.start()
            await self._until(self._stage.ready, "the server starts", READY)
        if self._isRelayed:
            doors = [(each.host, each.portFirst, PORTS) for each in self.players]
            self._relay.start(doors)
            await self._until(self._relay.ready, "the relay starts", READY)
        for each in self.players:
            each.start()
        for each in self.players:
            await self._until(each.ready, f"{each.name} is ready", READY)
        if self._stage is not None and plan.isProtected:
            await self._until(self._stage.protected, "another process follows", READY)
        if plan.isGuarded:
            await deferLater(self._reactor, SIGNATURES)

    async def _join(self) -> None:
        self.began = time.monotonic()
        for each in self.players:
            if not each.part.isCalled:
                each.call()
                await deferLater(self._reactor, APART)
            else:
                each.isWanted = True
        for each in self.players:
            await self._until(each.joined, f"{each.name} is there", PATIENCE)
        self._progress.say(f"all are there; {self._plan.seconds:g} s begin")

    async def _meet(self) -> None:
        start = time.monotonic()
        while (elapsed := time.monotonic() - start) < self._plan.seconds:
            self._look(elapsed)
            while (incident := self._schedule.due(elapsed)) is not None:
                self._progress.say(f"{clockOf(elapsed)} {incident}")
                self._begin(incident)
            left = min(SECOND, self._plan.seconds - elapsed)
            if self._schedule.next is not None:
                left = min(left, max(0.0, self._schedule.next.at - elapsed))
            await deferLater(self._reactor, left)
            self._goOn()
        await self._until(lambda: not self._under, "all that was begun is done", READY)

    def _begin(self, incident: ScriptedIncident) -> None:
        """
        What is waited for after one thing does not keep the next from its time.
        """
        self._under += 1
        doing = Deferred.fromCoroutine(self._deeds.do(incident))
        doing.addErrback(self._undone, incident)
        doing.addCallback(self._done)

    def _done(self, result: None) -> None:
        self._under -= 1

    def _undone(self, failure: Failure, incident: ScriptedIncident) -> None:
        failure.trap(PartyFailed, CommandFailed, OSError)
        self.fault = f"{incident}: {failure.getErrorMessage()}"

    def _goOn(self) -> None:
        """
        @raise Interrupted: it does not.
        """
        if self.isInterrupted:
            raise Interrupted
        if self.fault:
            raise PartyFailed(self.fault)

    async def _part(self) -> None:
        """
        Have all calls and processes end.
        """
        there = [each for each in self.players if each.isThere]
        for each in there:
            each.isWanted = False
        for each in there:
            if not each.part.isCalled:  # whose callers hang up
                each.hangup()
        with suppress(PartyFailed):
            await until(self._reactor, self._haveLeft, "all have left", FAREWELL)
        self.ended = time.monotonic()
        for each in self.players:
            each.finish()
        with suppress(PartyFailed):
            await until(self._reactor, self._haveEnded, "all have ended", FAREWELL)
        for each in self.players:
            each.kill()
        self._relay.kill()
        if self._stage is not None:
            self._stage.freeDisk()
            await self._stage.stop()

    def _haveLeft(self) -> bool:
        there = [each for each in self.players if not each.isOver]
        return not any(each.isThere or each.isUnconfirmed for each in there)

    def _haveEnded(self) -> bool:
        return all(each.isOver or not each.recordings for each in self.players)

    def _look(self, elapsed: float) -> None:
        if self._stage is not None:
            self.watch.look(time.monotonic(), self._stage.roles())
        there = sum(each.isThere for each in self.players)
        received = sum(each.received for each in self.players)
        lost = sum(each.lost for each in self.players)
        line = lineOf(
            *(elapsed, self._plan.seconds, (there, len(self.players))),
            lost / max(1, received + lost),
            self.watch.latest,
            self._schedule.next,
        )
        self._progress.show(elapsed, line)

    async def _until(self, condition: Any, what: str, seconds: float) -> None:
        def isSo() -> bool:
            self._goOn()
            return bool(condition())

        await until(self._reactor, isSo, what, seconds)

    # What is there before anything begins.

    @property
    def _isRelayed(self) -> bool:
        return self._plan.impairment != UNIMPAIRED

    def _chosenPorts(self) -> tuple[int, int, int]:
        """
        @raise PartyFailed: one that was asked for is taken.
        """
        given = self._plan.ports
        if self._plan.server is not None:
            sip, h323, ras = (each or usual for each, usual in zip(given, USUAL_PORTS, strict=True))
            return sip, h323, ras
        for port in filter(None, given):
            with socket.socket() as probe:
                try:
                    probe.bind((self._host, port))
                except OSError as error:
                    raise PartyFailed(f"{self._host}:{port}: {error.strerror}") from error
        free = iter(freePorts(self._host, 3))
        sip, h323, ras = (each or next(free) for each in given)
        return sip, h323, ras

    def _reach(self) -> None:
        """
        @raise PartyFailed: there is no server.
        """
        for protocol, port in (("SIP", self._ports[0]), ("H.323", self._ports[1])):
            try:
                socket.create_connection((self._host, port), REACHED).close()
            except OSError as error:
                reason = error.strerror or "no answer"
                where = f"{self._host}:{port}"
                raise PartyFailed(f"no server of {protocol} at {where}: {reason}") from error

    def _newStage(self, directory: Path) -> Stage:
        guardians = self._guardians
        return Stage(
            self._reactor,
            directory,
            self._host,
            self._ports,
            self._plan.isProtected,
            None if guardians is None else guardians.registry,
            "" if guardians is None else guardians.configuration,
        )

    def _newPlayer(self, part: Part, host: str, directory: Path) -> Player:
        first = RTP + 2 * PORTS * part.number
        recording = directory / f"party-{part.number + 1}"
        role = Role(part.number, len(self._plan.cast), recording, first, self._isRelayed)
        proof = [] if self._guardians is None else self._guardians.argumentsOf(part)
        arguments = ["--bind", host, *part.arguments, *proof, *self._targetOf(part)]
        return Player(self._reactor, part, host, role, arguments, self._relay.route)

    def _targetOf(self, part: Part) -> list[str]:
        sip, h323, ras = self._ports
        room = self._plan.room
        if part.group:  # of each pair, the second is called
            room = next(
                each.alias for each in self._plan.cast if each.group == part.group and each.isCalled
            )
        if part.protocol == "gatekeeper":
            return ["--gatekeeper", f"{self._host}:{ras}", *([] if part.isCalled else [room])]
        if part.protocol == "h323":
            return [f"h323:{room}@{self._host}:{h323}"]
        transport = ";transport=tcp" if part.protocol == "sip-tcp" else ""
        return [f"sip:{room}@{self._host}:{sip}{transport}"]


class Interrupted(Exception):
    """
    Whoever rehearses has had enough.
    """
