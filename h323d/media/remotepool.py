"""
The media pool over processes of their own (L{h323d.media.process}).

It is the same pool as with threads; its doors lead to other processes.  What comes in from these
are two inputs, L{Input.SAID} and L{Input.ENDED}; what goes out are commands, each with a number.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence, Set
from typing import Any

from twisted.logger import Logger

from h323d.call.ports import IPortSource
from h323d.errors import DecodeError
from h323d.inputs import IInputs, Input
from h323d.media.config import MediaConfig
from h323d.media.dtls.handshakes import KeyAgreements
from h323d.media.pool import MediaPool
from h323d.media.relay.pool import RelayPool
from h323d.media.relay.table import RelayTable
from h323d.media.remotemedia import RemoteMedia
from h323d.media.reports import Report
from h323d.media.wire import decode
from h323d.values.media.encryption import CryptoSuite

__all__ = ["RemotePool", "RemoteReports", "newRemotePool"]


class RemotePool(MediaPool):
    """
    Ports and mixers of media processes.
    """

    def __init__(self, media: RemoteMedia, *arguments: Any) -> None:
        """
        @param arguments: Any, as of L{MediaPool}.
        """
        super().__init__(*arguments)
        self._media = media

    def figures(self) -> Mapping[str, float]:
        return {**super().figures(), **self._media.figures()}


class RemoteReports:
    """
    What processes say, on its way to whom it concerns.
    """

    _log = Logger()

    def __init__(self, media: RemoteMedia, pool: MediaPool, relays: RelayPool) -> None:
        self._media = media
        self._pool = pool
        self._relays = relays

    def said(self, number: int, octets: bytes) -> None:
        """
        @param number: of the process.
        """
        try:
            message, commands, name, *arguments = decode(octets)
            if self._media.heard(number, message, commands):
                self._deliver(number, name, arguments)
        except (DecodeError, TypeError, ValueError):
            self._log.failure("a media process says what it should not")

    def _deliver(self, number: int, name: str, arguments: list[Any]) -> None:
        """
        @param arguments: Any, as messages differ.
        """
        first = self._media.serves(number)
        match name:
            case "ready":
                self._media.ready(number, *arguments)
            case "failed":
                self._log.error("a media process cannot begin: {reason}", reason=arguments[0])
            case "wanted":
                self._media.wanted(number, *arguments)
            case "sounded":
                self._media.sounded(*arguments)
            case "heard" if first is not None:
                plane, reports = arguments
                self._heard(first + plane, reports)
            case "relayed" if first is not None:
                self._relays.deliver(self._media.relaysNoted(*arguments))

    def _heard(self, number: int, reports: Sequence[Report]) -> None:
        self._media.noted(reports)
        self._pool.deliver(number, reports)

    def ended(self, number: int) -> None:
        """
        A process has ended.
        """
        loss = self._media.ended(number)
        for plane, reports in loss.reports.items():
            self._heard(plane, reports)
        if loss.relays:
            self._relays.deliver(self._media.relaysNoted(loss.relays))


def newRemotePool(
    config: MediaConfig,
    media: RemoteMedia,
    ports: IPortSource,
    agreements: KeyAgreements,
    suites: Set[CryptoSuite],
    rng: random.Random,
    inputs: IInputs,
) -> RemotePool:
    """
    @param media: not started.
    @param ports: binds pairs that have sockets.
    @param rng: draws multiplex numbers, which must not be guessed.
    @param inputs: where what processes say enters.
    """
    relays = RelayPool(RelayTable(config.latchAnyHost), ports, rng, media.relay)
    pool = RemotePool(media, config, media.doors, ports, relays, agreements, suites)
    reports = RemoteReports(media, pool, relays)
    inputs.lead(Input.SAID, reports.said)
    inputs.lead(Input.ENDED, reports.ended)
    return pool
