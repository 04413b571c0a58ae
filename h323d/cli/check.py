"""
What is wrong with a configuration: C{h323ctl config check}.
"""

from __future__ import annotations

from h323d.conference.directory import RoomDirectory
from h323d.conference.host import ConferenceHost
from h323d.config import PluginConfig, load
from h323d.errors import ConfigurationError
from h323d.gatekeeper.routing.config import BUILT_IN_POLICIES
from h323d.media.codecs import BUILT_IN
from h323d.plugins import CALLED, CODECS, DESTINATIONS, POLICIES, look

__all__ = ["check"]


def check(file: str) -> None:
    """
    Read a configuration, and look whether the plug-ins that it names are there.

    @raise ConfigurationError: there is something wrong with it.
    """
    configuration = load(file)
    try:
        _look(configuration.plugins)
        look(configuration.routing.policies, BUILT_IN_POLICIES, CALLED, "routing.policies")
    except ConfigurationError as error:
        raise ConfigurationError(f"{file}: {error.place}", error.reason) from error


def _look(plugins: PluginConfig) -> None:
    look(plugins.codecs, [each.name for each in BUILT_IN], CODECS, "plugins.codecs")
    look(plugins.routes, [RoomDirectory.name], POLICIES, "plugins.routes")
    look(plugins.gates, [], POLICIES, "plugins.gates")
    look(plugins.destinations, [ConferenceHost.name], DESTINATIONS, "plugins.destinations")
