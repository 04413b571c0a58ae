"""
The trunks of a zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from twisted.internet.defer import Deferred

from h323d.call.legs import ILeg
from h323d.call.parts import Change, Commit, Part
from h323d.call.surroundings import Surroundings
from h323d.call.ways import Way
from h323d.gatekeeper.routing.prefixes import PrefixTable
from h323d.gatekeeper.trunks.checking import Probe, TrunkChecks
from h323d.gatekeeper.trunks.config import TrunkConfig, TrunkProtocol
from h323d.gatekeeper.trunks.trunk import Trunk
from h323d.sip.digest.algorithms import Algorithm
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.values.address import PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import LegID

__all__ = ["Trunks"]

TrunkConfigs = tuple[TrunkConfig, ...]


class Trunks(Part[TrunkConfigs]):
    """
    All of them, in the order of the configuration.  Whoever sends calls there is a
    L{h323d.gateway.trunklines.TrunkLines}'s user.
    """

    def __init__(
        self,
        configs: Iterable[TrunkConfig],
        world: Surroundings,
        probes: Mapping[TrunkProtocol, Probe],
    ) -> None:
        """
        @param probes: ask trunks whether they are there, by protocol; looked for with each check.
        """
        self._clock, self._events = world.clock, world.events
        self._probes = probes
        self._trunks: dict[str, tuple[Trunk, TrunkChecks]] = {}
        self._serving: PrefixTable[Trunk] = PrefixTable()
        self._taken: dict[LegID, Trunk] = {}
        self._started = False
        self.reconfigure(tuple(configs))

    def __iter__(self) -> Iterator[Trunk]:
        return (trunk for trunk, _ in self._trunks.values())

    # The life of a part.

    def start(self) -> None:
        """
        Check them from now on.
        """
        self._started = True
        for _, checks in self._trunks.values():
            checks.start()

    def prepare(self, configs: TrunkConfigs) -> Commit:
        return Change(self, configs)

    def reconfigure(self, configs: TrunkConfigs) -> None:
        """
        Have others from now on.  One of the same name is the same, with its calls; of one that is
        not there any more, the calls go on.
        """
        before, self._trunks = self._trunks, {}
        self._serving = PrefixTable()
        for config in configs:
            known = before.pop(config.name, None) or self._made(config)
            self._trunks[config.name] = known
            trunk, checks = known
            if trunk.config != config:
                trunk.reconfigure(config)
                checks.stop()
            if self._started and not checks.running:
                checks.start()
            for prefix in config.prefixes:
                self._serving.add(prefix, trunk)
        for _, checks in before.values():
            checks.stop()

    def _made(self, config: TrunkConfig) -> tuple[Trunk, TrunkChecks]:
        trunk = Trunk(config, self._clock, self._events)
        return trunk, TrunkChecks(trunk, self._probes, self._clock)

    def close(self) -> Deferred[None]:
        self._started = False
        for _, checks in self._trunks.values():
            checks.stop()
        return super().close()

    # Who they are.

    def serving(self, name: PartyAddress) -> Iterator[tuple[str, Trunk]]:
        """
        Those that serve a number or a name, each with its prefix, the longest first.
        """
        return self._serving.matching(name.number)

    def serves(self, name: PartyAddress) -> bool:
        """
        Whether any does.
        """
        return next(self.serving(name), None) is not None

    def at(self, source: TransportAddress | None) -> Trunk | None:
        """
        The trunk that something comes from: known by its host, as it need not send from the port
        where it takes calls.
        """
        host = None if source is None else source.host
        return next((each for each in self if host is not None and each.isAt(host)), None)

    @property
    def haveVoiceMail(self) -> bool:
        """
        Whether any is a voice-mail server.
        """
        return any(each.config.voiceMail for each in self)

    def isVoiceMail(self, source: TransportAddress) -> bool:
        """
        Whether one is that something comes from.
        """
        trunk = self.at(source)
        return trunk is not None and trunk.config.voiceMail

    def callingFrom(
        self, source: TransportAddress | None, called: Iterable[PartyAddress]
    ) -> tuple[Trunk, ...]:
        """
        The trunks that a call may come by.  Of several accounts with one server, it is the one
        whose user is called, who is in the Contact that we have registered; where another number
        stands in its place, it may be any of them.
        """
        host = None if source is None else source.host
        there = tuple(each for each in self if host is not None and each.isAt(host))
        names = {each.number for each in called}
        meant = tuple(each for each in there if each.config.user and each.config.user in names)
        return meant or there

    def secretAt(
        self, peer: TransportAddress, realm: str, algorithm: Algorithm, account: str = ""
    ) -> tuple[str, str] | None:
        """
        Our user name, and its H(A1), with the trunk that is at an address; C{None} if we have none
        for what it calls its realm (L{h323d.sip.digest.answering.Secrets}).

        @param account: the name of the trunk, where several are at that address.
        """
        known = self._trunks.get(account)
        isThere = known is not None and known[0].isAt(peer.host)
        trunk = known[0] if known is not None and isThere else self.at(peer)
        return None if trunk is None else trunk.config.secretFor(realm, algorithm)

    def signed(self, request: SIPRequest) -> SIPRequest:
        """
        A request as it is: trunks know us by passwords alone.
        """
        return request

    def signedAnswer(self, request: SIPRequest, response: SIPResponse) -> SIPResponse:
        """
        An answer, likewise.
        """
        return response

    # Whoever sends calls there.

    def obstacle(self, way: Way) -> Cause | None:
        """
        Why a call cannot be sent by a way now; C{None} if it can, or the way is by no trunk.
        """
        known = self._trunks.get(way.trunk)
        obstacle = None if known is None else known[0].obstacle
        return None if obstacle is None else obstacle.cause

    def lineOf(self, way: Way) -> str:
        """
        The name of the trunk that is where a way leads, whoever has named the address; empty if
        none is.
        """
        there = self.at(way.destination)
        isSo = there is not None and there.config.protocol.value == way.protocol
        return there.name if there is not None and isSo else ""

    def began(self, way: Way, leg: ILeg) -> None:
        """
        A call is sent by it.
        """
        known = self._trunks.get(way.trunk)
        if known is not None:
            self._taken[leg.legId] = known[0]
            known[0].began(leg, way.destination)

    def reached(self, leg: ILeg) -> None:
        """
        Somebody's telephone rings, or is answered.
        """
        trunk = self._taken.get(leg.legId)
        if trunk is not None:
            trunk.reached(leg)

    def ended(self, leg: ILeg, cause: Cause) -> None:
        """
        A call is over.
        """
        trunk = self._taken.pop(leg.legId, None)
        if trunk is not None:
            trunk.ended(leg, cause)
