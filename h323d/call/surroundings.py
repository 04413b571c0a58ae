"""
What a server, and what is plugged into it, needs of the world.
"""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field
from pathlib import Path

from twisted.internet.interfaces import IReactorTime

from h323d.call.homes import IRoutes, NoRoutes
from h323d.call.lookups import IFiles, INames, IWeb, NoFiles, NoNames, NoWeb
from h323d.call.media import IMediaPool
from h323d.call.protection import IProtection, NoProtection
from h323d.call.transport import IDatagrams, IStreamListener, IStreamOpener, SecureStreams
from h323d.call.wire import IWireLog, NoWireLog
from h323d.dsp.provisions import Provision
from h323d.events.bus import EventBus
from h323d.events.witness import IWitnessLog, NoWitnessLog
from h323d.inputs import IInputs, Inputs
from h323d.keeping import Defer

__all__ = ["Surroundings"]


@dataclass(frozen=True)
class Surroundings:
    """
    Clock, chance, sockets and media: a reactor's in service, a simulation's in tests.

    Nothing enters by another way: a server is a function of what comes from here.

    @ivar clock: runs every signalling timer.
    @ivar rng: draws identifiers, which must not be guessed; C{SystemRandom}
        in service.
    @ivar defer: runs what waits for a disk.
    @ivar events: the facts, of which there is one bus in a server.
    @ivar stateDirectory: where files are that outlive the process; C{None} in a
        simulation, which keeps nothing that no absolute path is given for.
    @ivar names: the DNS.
    @ivar web: who answers questions by HTTP.
    @ivar secure: TLS for call signalling; C{None} without a certificate.
    @ivar secureSIP: TLS for SIP; C{None} where it is not spoken.
    @ivar routes: what the system knows of its networks.
    @ivar files: those that the configuration names.
    @ivar codecs: what the machine can code of the house's codecs, and what it lacks for others.
    @ivar inputs: by which commands, configurations and reports enter.
    @ivar wire: where it is noted what goes over the wires of calls' signalling.
    @ivar witness: the log of what was decided.
    @ivar protection: who has another server follow this one.
    """

    clock: IReactorTime
    rng: random.Random
    datagrams: IDatagrams
    listener: IStreamListener
    opener: IStreamOpener
    pool: IMediaPool
    events: EventBus
    defer: Defer
    stateDirectory: Path | None = None
    names: INames = field(default_factory=NoNames)
    web: IWeb = field(default_factory=NoWeb)
    secure: SecureStreams | None = None
    secureSIP: SecureStreams | None = None
    routes: IRoutes = field(default_factory=NoRoutes)
    files: IFiles = field(default_factory=NoFiles)
    inputs: IInputs = field(default_factory=Inputs)
    codecs: tuple[Provision, ...] = ()
    wire: IWireLog = field(default_factory=NoWireLog)
    witness: IWitnessLog = field(default_factory=NoWitnessLog)
    protection: IProtection = field(default_factory=NoProtection)

    def pathOf(self, name: str) -> Path | None:
        """
        Where a file is that outlives the process.

        @param name: as configured: relative to the state directory, or not.

        @return: C{None} if it is not kept.
        """
        if not name:
            return None
        path = Path(os.path.expanduser(name))  # which leaves what it cannot expand
        if path.is_absolute():
            return path
        return None if self.stateDirectory is None else self.stateDirectory / path
