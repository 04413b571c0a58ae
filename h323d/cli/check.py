"""
What is wrong with a configuration: C{h323ctl config check}.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from h323d.conference.directory import RoomDirectory
from h323d.conference.host import ConferenceHost
from h323d.config.reading import read
from h323d.config.sections import PluginConfig
from h323d.errors import ConfigurationError, ConfigurationFaults
from h323d.gatekeeper.routing.config import BUILT_IN_POLICIES
from h323d.gateway.host import GatewayHost
from h323d.gateway.policy import Onward
from h323d.media.audio.codecs import BUILT_IN
from h323d.plugins import CALLED, CODECS, DESTINATIONS, POLICIES, look

__all__ = ["check"]


def check(file: str) -> None:
    """
    Read a configuration, and look whether the plug-ins that it names are there.

    @raise ConfigurationError: there is something wrong with it; all of it is told.
    """
    configuration, faults = read(file)
    for error in _missing(configuration.plugins, configuration.routing.policies):
        faults.append(ConfigurationError(f"{file}: {error.place}", error.reason))
    if faults:
        raise ConfigurationFaults(tuple(faults))


def _missing(plugins: PluginConfig, policies: tuple[str, ...]) -> Iterator[ConfigurationError]:
    """
    What is wrong with the plug-ins.
    """
    seams: tuple[tuple[Iterable[str], Iterable[str], str, str], ...] = (
        (plugins.codecs, [each.format.name for each in BUILT_IN], CODECS, "plugins.codecs"),
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
            try:
                look((name,), builtIns, group, place)
            except ConfigurationError as error:
                yield error
