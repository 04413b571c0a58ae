"""
What the configuration can name, and what it is told when it cannot.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import EntryPoint
from typing import Any

import pytest
from zope.interface import Interface, implementer

from h323d.dsp.g711 import PCMU
from h323d.dsp.l16 import L16
from h323d.dsp.provisions import Provision
from h323d.errors import ConfigurationError
from h323d.plugins import POLICIES, choose, chooseCodecs, lookForCodec
from h323d.values.media.formats import MediaFormat
from tests.support.streamcodec import LinearCodec, ScrambledCodec


class ILamp(Interface):
    """
    Something to plug in.
    """

    def light() -> None:
        """
        Shine.
        """


@implementer(ILamp)
class Lamp:
    def light(self) -> None:
        pass


class Stone:
    pass


def nothingInstalled(**query: str) -> list[EntryPoint]:
    return []


def installed(value: str) -> Callable[..., list[EntryPoint]]:
    def find(group: str, name: str) -> list[EntryPoint]:
        return [EntryPoint(name, value, group)]

    return find


def pick(name: str, find: Callable[..., Any]) -> object:
    (found,) = choose(
        [name],
        {"lamp": Lamp(), "stone": Stone()},
        POLICIES,
        ILamp,
        "plugins.routes",
        installed=find,
    )
    return found


def test_aBuiltInIsFoundFirst() -> None:
    assert isinstance(pick("lamp", nothingInstalled), Lamp)


def test_anEntryPointIsLoadedByNameAndVerified() -> None:
    with pytest.raises(ConfigurationError, match=r"^plugins.routes: other: .*ILamp"):
        pick("other", installed("collections:OrderedDict"))


def test_anUnknownNameSaysWhatIsKnown() -> None:
    with pytest.raises(
        ConfigurationError, match=r"^plugins.routes: torch is unknown; built in: lamp, stone"
    ):
        pick("torch", nothingInstalled)


def test_aBrokenEntryPointSaysWhy() -> None:
    with pytest.raises(ConfigurationError, match="torch cannot be loaded: No module named"):
        pick("torch", installed("no_such_module:Lamp"))


def test_whatDoesNotProvideItsInterfaceIsRefused() -> None:
    with pytest.raises(ConfigurationError, match=r"^plugins.routes: stone: .*ILamp"):
        pick("stone", nothingInstalled)


HAD = Provision(PCMU.format, PCMU, "h323d")
ALSO_HAD = Provision(L16.format, L16, "h323d")
LACKING = Provision(MediaFormat("G729"), None, missing="no libx.so is here; apt install libx")
PROVIDED = (ALSO_HAD, LACKING, HAD)


def test_allCodecsAreLoadedThatTheMachineCanDo() -> None:
    assert chooseCodecs((), PROVIDED) == (L16, PCMU)


def test_codecsAreLoadedInTheOrderThatTheConfigurationHas() -> None:
    assert chooseCodecs(("PCMU", "L16"), PROVIDED) == (PCMU, L16)


def test_aNameStandsForAllCodecsThatHaveIt() -> None:
    narrow = LinearCodec(MediaFormat("L16"))
    provided = (*PROVIDED, Provision(narrow.format, narrow, "h323d"))
    assert chooseCodecs(("L16", "PCMU"), provided) == (L16, narrow, PCMU)


def test_aCodecThatIsNamedAndMissingSaysWhatToInstall() -> None:
    with pytest.raises(ConfigurationError) as raised:
        chooseCodecs(("PCMU", "G729"), PROVIDED)
    assert str(raised.value) == "plugins.codecs: G729: no libx.so is here; apt install libx"


def test_aCodecThatNobodyHasSaysWhichThereAre() -> None:
    with pytest.raises(ConfigurationError, match=r"G7 is unknown; built in: PCMU, PCMA"):
        chooseCodecs(("G7",), PROVIDED, nothingInstalled)


def test_aCodecIsLoadedFromAnEntryPoint() -> None:
    value = "tests.support.streamcodec:ScrambledCodec"
    (codec,) = chooseCodecs(("SCRAMBLED",), PROVIDED, installed(value))
    assert isinstance(codec, ScrambledCodec)


def test_aCodecThatCanBeHadIsNoFault() -> None:
    lookForCodec("PCMU", PROVIDED, nothingInstalled)
