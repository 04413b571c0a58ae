"""
Who of those who are registered here may send text messages, and where they go: to all telephones of
the one that they name.
"""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime

from h323d.call.callers import CallerName, ICallerNames
from h323d.call.legs import IOffer
from h323d.call.parts import Change, Commit, Part
from h323d.call.texts import TextRefusal, TextRule, Written
from h323d.call.ways import Way
from h323d.call.wire import NO_WIRE, IWireLog
from h323d.gatekeeper.identity import ILocalNumbers
from h323d.gatekeeper.lines.config import LinesConfig
from h323d.gatekeeper.lines.names import PartyNames
from h323d.gatekeeper.routing.finder import waysTo
from h323d.gatekeeper.security.rate import Rate
from h323d.values.address import PartyAddress

__all__ = ["PartyTexts"]


class PartyTexts(Part[LinesConfig]):
    """
    L{h323d.call.texts.Texts} of a zone.
    """

    def __init__(
        self,
        config: LinesConfig,
        names: PartyNames,
        callers: ICallerNames,
        numbers: ILocalNumbers,
        clock: IReactorTime,
        wire: IWireLog = NO_WIRE,
        rule: TextRule | None = None,
    ) -> None:
        """
        @param names: by which parties are known.
        @param callers: knows who somebody is.
        @param numbers: the rooms, which take no text.
        @param wire: keeps messages.
        @param rule: knows what may not be shown; C{None} where everything may.
        """
        self._names = names
        self._callers = callers
        self._numbers = numbers
        self._clock, self._wire, self._rule = clock, wire, rule
        self._config = config
        self._rate = Rate(clock, config.messageRate, config.messageBurst)

    def prepare(self, config: LinesConfig) -> Commit:
        return Change(self, config)

    def reconfigure(self, config: LinesConfig) -> None:
        """
        Go by other limits from now on; everybody has all turns again where they have changed.
        """
        before, self._config = self._config, config
        limits = config.messageRate, config.messageBurst
        if limits != (before.messageRate, before.messageBurst):
            self._rate = Rate(self._clock, *limits)

    def writer(self, who: IOffer) -> CallerName | None:
        name: CallerName = self._callers.nameOf(who)
        return name if self._config.messages and self._names.ofParty(name.party) else None

    def takeTurn(self, who: IOffer) -> bool:
        return self._rate.take(who.peer.host)

    def shown(
        self, writer: CallerName, readers: tuple[PartyAddress, ...], written: Written
    ) -> Written | None:
        rule = self._rule
        return None if rule is None else rule.shown(writer.calling, readers, written)

    def conceal(self, name: str) -> None:
        self._wire.conceal(name)

    def find(self, names: tuple[PartyAddress, ...]) -> tuple[Way, ...] | TextRefusal:
        found = self._names.registered(names)
        phones = [each for each in found if each.protocol == "sip"]
        if phones:
            return tuple(way for phone in phones for way in waysTo(phone))
        if found or any(map(self._numbers.serves, names)):
            return TextRefusal.NO_TEXT
        return TextRefusal.ABSENT if self._names.areOurs(names) else TextRefusal.UNKNOWN
