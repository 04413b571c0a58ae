"""
What a service runs where it is protected.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from h323d.call.protection import IProtection, Standing
from h323d.call.transport import SecureStreams
from h323d.config.sections import Configuration
from h323d.control.paths import stateDirectory
from h323d.dsp.provisions import Provision
from h323d.errors import ConfigurationError
from h323d.ha.doors import Security
from h323d.house.deskfiles import DeskFiles
from h323d.house.inside import BEGIN, START, Inside
from h323d.house.protection import Protection
from h323d.house.renewal import canBeRenewed
from h323d.inputs import IInputs, Input
from h323d.keeper.asking import keeperOf
from h323d.server.server import Server
from h323d.world.sharing import Sharer
from h323d.world.world import World

__all__ = ["ProtectedHouse"]


class ProtectedHouse:
    """
    A server that another process follows (L{h323d.service.House}).
    """

    _log = Logger()

    def __init__(
        self,
        configuration: Configuration,
        reactor: Any,
        provided: tuple[Provision, ...],
        secure: Mapping[Security, SecureStreams],
    ) -> None:
        """
        @param reactor: Any, of many interfaces.

        @raise ConfigurationError: it cannot be protected here.
        """
        if not canBeRenewed(reactor):
            raise ConfigurationError("ha.enabled", "needs the reactor of epoll(7)")
        if not configuration.media.processes:
            media = replace(configuration.media, processes=1)
            configuration = replace(configuration, media=media)
        self._configuration = configuration
        self._reactor = reactor
        self._secure = secure
        self._inside = Inside(time.time(), provided)
        self._files = DeskFiles(configuration.ha, stateDirectory(configuration.control))
        self._protection = Protection(
            reactor, self._inside, configuration.ha, self._files, self._newWorld
        )
        self._enter(BEGIN, configuration)

    def _newWorld(self, sharer: Sharer, protection: IProtection) -> World:
        configuration = self._configuration
        return World(
            self._reactor,
            sharer,
            protection,
            self._secure,
            configuration.media,
            configuration.routing,
            keeperOf(os.environ),
        )

    def _enter(self, kind: str, *arguments: object) -> None:
        entrance = self._inside.reached.inputs.entrance
        assert entrance is not None
        entrance.enter(kind, *arguments)

    @property
    def server(self) -> Server:
        """
        It.
        """
        return self._inside.server

    @property
    def inputs(self) -> IInputs:
        """
        By which operators' commands enter.
        """
        inputs: IInputs = self._inside.reached.inputs
        return inputs

    def standing(self) -> Standing:
        """
        How it is protected.
        """
        return self._protection.standing()

    def start(self) -> None:
        """
        Listen.

        @raise ResourceUnavailable: something is not to be had.
        """
        self._enter(START)

    def protect(self) -> None:
        """
        All is there: let others come, and another process follow.
        """
        self._files.sign.begin()
        for each in self._secure:
            self._log.warn(
                "{what} over TLS is not protected: it ends with its process", what=each.value
            )
        self._protection.accept()
        self._protection.join()

    def stop(self) -> Deferred[None]:
        """
        Hang up, and leave.  Nobody follows meanwhile, who would take the end for a death, or, as
        it may wait for processes, for a hang.
        """
        self._protection.leave()
        leaving: Any = self.inputs.enter(Input.LEAVE)  # Any: inputs say nothing of their answers
        done: Deferred[None] = Deferred()
        leaving.addCallback(self._left, done)
        return done

    def _left(self, _: None, done: Deferred[None]) -> None:
        # In a turn still: what it has to say leaves first.
        self._reactor.callLater(0, self._ended, done)

    def _ended(self, done: Deferred[None]) -> None:
        self._files.sign.end()
        done.callback(None)
