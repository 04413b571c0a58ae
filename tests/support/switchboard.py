"""
One server with a call in every state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar

from h323d.call.legs import ILeg
from h323d.config.sections import Configuration
from h323d.gatekeeper.routed.config import CallModel, RoutedConfig, RoutedRule
from h323d.gatekeeper.routing.config import NeighbourConfig, RewriteRule, RoutingConfig, StaticRoute
from h323d.h323.calls.callstart import StartUpOptions
from h323d.inputs import Input
from h323d.media.config import MediaConfig
from h323d.operation.command import Role
from h323d.operation.desk import Actor
from h323d.operation.views import LegView, RoutedView
from h323d.values.address import TransportAddress
from h323d.values.media.direction import Direction
from tests.support.nat import NAT
from tests.support.simulatedphone import PROFILE, Telephone
from tests.support.simulation import SimulatedServer, Simulation

__all__ = ["Switchboard"]

T = TypeVar("T", bound=Telephone)

SERVER = "203.0.113.1"
RAS = TransportAddress(SERVER, 1719)
SIGNALLING = TransportAddress(SERVER, 1720)
SILENT = "203.0.113.99"  # where the gatekeeper of another zone should be, and nobody is
PRIVATE, ALSO_PRIVATE = "192.168.1.5", "192.168.1.6"
ROOM = "80001"
FAST, SLOW = StartUpOptions(True, True, False), StartUpOptions(False, False, False)
EARLY = StartUpOptions(True, True, True)
OPERATOR = Actor("anna", Role.OPERATOR)


class Ringing(Telephone):
    """
    A telephone that nobody answers.
    """

    def legOffered(self, leg: ILeg) -> None:
        leg.observe(self)
        self.leg = leg
        leg.alert(None)

    def pickUp(self) -> None:
        """
        Answer after all.
        """
        if self.leg is not None:
            self.leg.answer(PROFILE)


class Switchboard:
    """
    A server that is conference and gatekeeper, and all who call.

    @ivar calls: what begins each call, by what becomes of it, in the order in which they begin.
    """

    def __init__(self, seed: int = 1, kind: type[SimulatedServer] = SimulatedServer) -> None:
        """
        @param kind: what the server is.
        """
        self.world = Simulation(seed)
        self._hosts = 0
        rules = [
            RoutedRule(model, aliases=aliases)
            for model, aliases in (
                (CallModel.ROUTED, ("routed", "transferred")),
                (CallModel.ROUTED_H245, ("ringing", "held")),
                (CallModel.PROXIED, ("proxied", "nobody")),
            )
        ]
        self.server = self.world.started(
            kind(
                self.world,
                SERVER,
                replace(
                    Configuration(),
                    routed=RoutedConfig(rules=tuple(rules)),
                    routing=RoutingConfig(
                        neighbours=(NeighbourConfig("silent", SILENT, prefixes=("47",)),),
                        routes=(StaticRoute("far", to=(f"{SILENT}:1720",), caller="h"),),
                        rewrites=(RewriteRule("near", to="far", caller="203.0.113.0/24"),),
                    ),
                    media=MediaConfig(threads=2, maximumPorts=32, tickMs=20),
                ),
            )
        )
        nat = NAT(self.world.network, "198.51.100.7")
        for private in (PRIVATE, ALSO_PRIVATE):
            nat.traversalHost(private)
        self.answering = [self._registered(name) for name in ("routed", "held", "proxied")]
        self.ringing = [
            self._ringing("ringing"),
            self._ringing("nobody"),
            self._ringing("behind", PRIVATE),
            self._ringing("nobody2"),
        ]
        self.answering.append(self._registered("alsoBehind", ALSO_PRIVATE))
        self.answering.append(self._registered("transferred"))
        self.world.run(1.0)
        self.callers: list[Telephone] = []
        self.calls: dict[str, Callable[[], object]] = dict(self._calls())

    def begin(self) -> None:
        """
        Let everybody call, one after the other.
        """
        for call in self.calls.values():
            call()
            self.world.run(0.05)

    def change(self) -> None:
        """
        Bring about what comes of a call later: it is held, or transferred.
        """
        holding = PROFILE.directed(Direction.SENDONLY)
        for each in self.callers:
            if each.alias.startswith("holding") and each.leg is not None:
                each.leg.changeMedia(holding)
        calls = self.server.server.operator.calls()
        (call,) = (each.callId for each in calls if each.called == ("transferred",))
        self.server.inputs.enter(Input.COMMAND, OPERATOR, "transfer", [call, ROOM])

    def _calls(self) -> Iterator[tuple[str, Callable[[], object]]]:
        yield "in a room by H.323, quickly", self._calling("fast", ROOM, FAST)
        yield "in a room by H.323, with H.245 apart", self._calling("slow", ROOM, SLOW)
        yield "in a room by SIP over UDP", self._calling("udp", f"sip:{ROOM}@{SERVER}")
        yield (
            "in a room by SIP over TCP",
            self._calling("tcp", f"sip:{ROOM}@{SERVER};transport=tcp"),
        )
        yield "holding by H.323", self._calling("holding323", ROOM, EARLY)
        yield "holding by SIP", self._calling("holdingSIP", f"sip:{ROOM}@{SERVER}")
        yield "routed", self._asking("a", "routed", FAST)
        yield "routed with its H.245", self._asking("b", "held", SLOW)
        yield "routed and ringing", self._asking("c", "ringing", EARLY)
        yield "proxied", self._asking("d", "proxied", FAST)
        yield "proxied and ringing", self._asking("e", "nobody", SLOW)
        yield "being transferred", self._asking("f", "transferred", FAST)
        yield "dialled back and ringing", self._asking("g", "behind", FAST)
        yield "dialled back", self._asking("i", "alsoBehind", SLOW)
        yield "called into the room by SIP", self._commanding(self._beside("desk"), ROOM)
        yield "paired by the operator", self._commanding("nobody2", self._beside("desk2"))
        yield "waiting for another zone", self._asking("h", "4711", FAST)

    def _calling(
        self, alias: str, target: str, options: StartUpOptions | None = None
    ) -> Callable[[], object]:
        phone = self._new(alias)
        there = None if target.startswith("sip:") else SIGNALLING
        return lambda: phone.call(target, options, there)

    def _asking(self, alias: str, target: str, options: StartUpOptions) -> Callable[[], object]:
        phone = self._registered(alias)
        self.callers.append(phone)
        return lambda: phone.call(target, options)

    def _commanding(self, *names: str) -> Callable[[], object]:
        ask, command = self.server.inputs.enter, Input.COMMAND
        return lambda: ask(command, OPERATOR, "call", names)

    def _beside(self, alias: str) -> str:
        """
        The address of a telephone that rings, and is not registered.
        """
        phone = Ringing(self.world, self._host(), alias)
        self.ringing.append(phone)
        return f"sip:{alias}@{phone.address}"

    def _new(self, alias: str) -> Telephone:
        phone = Telephone(self.world, self._host(), alias)
        self.callers.append(phone)
        return phone

    def _registered(self, alias: str, address: str = "") -> Telephone:
        return self._register(Telephone(self.world, address or self._host(), alias, gatekeeper=RAS))

    def _ringing(self, alias: str, address: str = "") -> Ringing:
        return self._register(Ringing(self.world, address or self._host(), alias, gatekeeper=RAS))

    def _register(self, phone: T) -> T:
        phone.register()
        self.world.until(lambda: phone.registrations == ["registered"])
        return phone

    def _host(self) -> str:
        self._hosts += 1
        return f"203.0.113.{10 + self._hosts}"

    def states(self) -> list[str]:
        """
        What an operator sees of the calls: how they are made, and how far they are.
        """
        return [
            f"{view.model if isinstance(view, RoutedView) else view.protocol} {view.state}"
            for view in self.server.server.operator.calls()
            if isinstance(view, LegView | RoutedView)
        ]

    def presences(self) -> list[str]:
        """
        What an operator sees of those in the room.
        """
        rooms = self.server.server.operator.rooms()
        return [each.presence for room in rooms if room.room == ROOM for each in room.participants]
