"""
The driver of the relays in virtual time, for simulations and tests.

A packet is passed on in the moment in which it arrives, and a command obeyed in the moment in
which it is given.
"""

from __future__ import annotations

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from h323d.call.ports import IPortPair
from h323d.inputs import IInputs, Input
from h323d.media.relay.pool import RelayCommand
from h323d.media.relay.table import SURVEY, IRelayIO, Packet, Reader, RelayTable, Sender, Source

__all__ = ["SteppedRelays"]


class SteppedRelays:
    """
    Runs a table over a network in memory; the network's readers report when they have read.
    """

    def __init__(
        self,
        table: RelayTable,
        packets: IRelayIO,
        clock: IReactorTime,
        inputs: IInputs,
    ) -> None:
        self._table = table
        self._packets = packets
        self._clock = clock
        self._inputs = inputs
        self._survey: IDelayedCall | None = None

    def command(self, command: RelayCommand) -> None:
        """
        Obey at once; survey for as long as there is a relay.
        """
        command(self, self._clock.seconds())
        self._report()
        if self._survey is None and len(self._table):
            self._survey = self._clock.callLater(SURVEY, self._look)
        elif self._survey is not None and not len(self._table):
            self._survey.cancel()
            self._survey = None

    def add(self, pair: IPortPair, rtp: Reader, rtcp: Reader) -> tuple[Sender, Sender]:
        return self._packets.add(pair, self._reporting(rtp), self._reporting(rtcp))

    def prefixed(self, pair: IPortPair, control: bool, prefix: bytes) -> Sender:
        return self._packets.prefixed(pair, control, prefix)

    def remove(self, pair: IPortPair) -> None:
        self._packets.remove(pair)

    def _reporting(self, reader: Reader) -> Reader:
        def read(packet: Packet, source: Source, now: float) -> None:
            reader(packet, source, now)
            self._report()

        return read

    def _look(self) -> None:
        self._survey = self._clock.callLater(SURVEY, self._look)
        self._table.survey(self._clock.seconds())
        self._report()

    def _report(self) -> None:
        if self._table.reports:
            reports, self._table.reports = self._table.reports, []
            self._inputs.enter(Input.RELAYED, reports)
