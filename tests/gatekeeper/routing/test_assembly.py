"""
The routing of a whole server, as it is configured.
"""

from __future__ import annotations

import re

import pytest

from h323d.config import Configuration
from h323d.errors import ConfigurationError
from h323d.gatekeeper.routing.config import DEFAULT_POLICIES, RoutingConfig
from tests.support.simulation import Simulation

BUILT_IN = ("srv", "enum", *DEFAULT_POLICIES)


def start(*policies: str) -> None:
    with Simulation() as world:
        world.server("10.0.0.1", Configuration(routing=RoutingConfig(policies=policies)))
        world.leave()
        assert world.leftOver() == []


def test_everyPolicyCanBeNamed() -> None:
    start(*BUILT_IN)


def test_aServerWithoutPoliciesStartsAndKnowsNobody() -> None:
    start()


def test_anUnknownPolicyIsAClearErrorThatNamesThoseThereAre() -> None:
    with pytest.raises(ConfigurationError, match=r"^routing.policies: elsewhere is unk") as raised:
        start("elsewhere", "rooms")
    (known,) = re.findall("built in: (.*); no entry point in h323d.called", str(raised.value))
    assert sorted(known.split(", ")) == sorted(BUILT_IN)
