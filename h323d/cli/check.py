"""
What is wrong with a configuration: C{h323ctl config check}.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from h323d.conference.directory import RoomDirectory
from h323d.conference.host import ConferenceHost
from h323d.config.reading import read
from h323d.config.sections import PluginConfig
from h323d.dsp.provisions import provisions
from h323d.errors import ConfigurationError, ConfigurationFaults
from h323d.gatekeeper.routing.config import BUILT_IN_POLICIES
from h323d.gateway.host import GatewayHost
from h323d.gateway.policy import Onward
from h323d.guard.config import GuardConfig
from h323d.net.files import Files
from h323d.plugins import CALLED, DESTINATIONS, GUARD, POLICIES, look, lookForCodec
from h323d.sounds.config import SoundsConfig
from h323d.sounds.house import recordingOf
from h323d.sounds.names import HouseSound

__all__ = ["check"]


def check(file: str) -> None:
    """
    Read a configuration, and look whether the plug-ins and the sounds that it names are there.

    @raise ConfigurationError: there is something wrong with it; all of it is told.
    """
    configuration, faults = read(file)
    for error in (
        *_missing(configuration.plugins, configuration.routing.policies),
        *_missingPolicies(configuration.guard),
        *_unplayable(configuration.sounds),
    ):
        faults.append(ConfigurationError(f"{file}: {error.place}", error.reason))
    if faults:
        raise ConfigurationFaults(tuple(faults))


def _missing(plugins: PluginConfig, policies: tuple[str, ...]) -> Iterator[ConfigurationError]:
    """
    What is wrong with the plug-ins.
    """
    provided = provisions() if plugins.codecs else ()
    for name in plugins.codecs:
        yield from _fault(partial(lookForCodec, name, provided))
    seams: tuple[tuple[Iterable[str], Iterable[str], str, str], ...] = (
        (plugins.routes, [RoomDirectory.name, Onward.name], POLICIES, "plugins.routes"),
        (plugins.gates, [], POLICIES, "plugins.gates"),
        (
            plugins.destinations,
            [ConferenceHost.name, GatewayHost.name],
            DESTINATIONS,
            "plugins.destinations",
        ),
        (policies, BUILT_IN_POLICIES, CALLED, "routing.policies"),
    )
    for names, builtIns, group, place in seams:
        for name in names:
            yield from _fault(partial(look, (name,), builtIns, group, place))


def _missingPolicies(config: GuardConfig) -> Iterator[ConfigurationError]:
    for key in ("policies", "shadow"):
        for name in getattr(config, key):
            yield from _fault(partial(look, (name,), (), GUARD, f"guard.{key}"))


def _unplayable(config: SoundsConfig) -> Iterator[ConfigurationError]:
    """
    What is wrong with the files of sounds.
    """
    for sound in HouseSound:
        yield from _fault(partial(recordingOf, sound, config, Files()))


def _fault(looked: Callable[[], object]) -> Iterator[ConfigurationError]:
    """
    What is wrong where something is looked for.
    """
    try:
        looked()
    except ConfigurationError as error:
        yield error
