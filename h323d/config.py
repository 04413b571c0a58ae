"""
The configuration file: TOML in, frozen sections out.

Each package defines its own section beside the code that uses it; this module
only puts them together, checks a file against them, and writes the commented
sample from their docstrings.  Every fault names the file and the key.
"""

from __future__ import annotations

import ast
import dataclasses
import difflib
import inspect
import ipaddress
import itertools
import math
import re
import textwrap
import tomllib
import types
import typing
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from h323d.call.advertising import EVERYBODY, Advertisement
from h323d.call.homes import WILDCARDS
from h323d.conference.config import ConferenceConfig
from h323d.control.config import ControlConfig
from h323d.errors import ConfigurationError, ConfigurationFaults
from h323d.gatekeeper.config import GatekeeperConfig
from h323d.gatekeeper.routed.config import RoutedConfig
from h323d.gatekeeper.routing.config import RoutingConfig
from h323d.gatekeeper.security.config import SecurityConfig
from h323d.gatekeeper.traversalconfig import TraversalConfig
from h323d.h323.config import H323Config
from h323d.media.config import MediaConfig
from h323d.sip.config import SIPConfig
from h323d.toml import linesOf
from h323d.witness.config import CDRConfig

__all__ = [
    "AdvertisedConfig",
    "Configuration",
    "PluginConfig",
    "ServerConfig",
    "differences",
    "load",
    "parse",
    "read",
    "sample",
]


@dataclass(frozen=True, slots=True)
class AdvertisedConfig:
    """
    What the peers of one network are told.
    """

    address: str
    """The address that they are told, or a name for it, which is looked up in the DNS."""

    network: str = "0.0.0.0/0"
    """The network, as in 10.0.0.0/8; of several that a peer is in, the smallest counts."""

    def __post_init__(self) -> None:
        try:
            version = ipaddress.ip_network(self.network).version
        except ValueError:
            raise ValueError(f"network: {self.network!r} is no network") from None
        _checkHost("address", self.address)
        if _isLiteral(self.address) and ipaddress.ip_address(self.address).version != version:
            raise ValueError("address: is of another family than the network")


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """
    Where the server listens.
    """

    bind: str | tuple[str, ...] = "0.0.0.0"
    """The address of every listener: SIP, RAS, call signalling, H.245 and RTP.  0.0.0.0 is every
    address of IPv4, :: every address of IPv6, and ["0.0.0.0", "::"] is both."""

    advertise: str = ""
    """The address that peers are told, or a name for it, which is looked up in the DNS; empty tells
    each of them the one by which it reaches us."""

    advertised: tuple[AdvertisedConfig, ...] = ()
    """What the peers of some networks are told, instead of C{advertise}."""

    niceness: int = -10
    """The scheduling priority of the whole process, as nice has it, where the system lets us raise
    it (root, or CAP_SYS_NICE); a busy machine's fair share comes too late for sound."""

    def __post_init__(self) -> None:
        if not -20 <= self.niceness <= 19:
            raise ValueError("niceness: must be -20 to 19")
        for text in self.binds:
            if not _isLiteral(text):
                raise ValueError(f"bind: {text!r} is not an IP address")
        _checkBinds(self.binds)
        if self.advertise:
            _checkHost("advertise", self.advertise)

    def reloaded(self, changed: ServerConfig) -> ServerConfig:
        """
        What is in force when the file has changed: what is bound stays so.
        """
        return dataclasses.replace(self, advertise=changed.advertise, advertised=changed.advertised)

    @property
    def binds(self) -> tuple[str, ...]:
        """
        The addresses of every listener.
        """
        return (self.bind,) if isinstance(self.bind, str) else self.bind

    @property
    def advertisements(self) -> tuple[Advertisement, ...]:
        """
        What is told to whom.
        """
        several = [Advertisement(each.network, each.address) for each in self.advertised]
        if self.advertise:
            several += [Advertisement(network, self.advertise) for network in EVERYBODY]
        return tuple(several)


def _checkBinds(binds: tuple[str, ...]) -> None:
    if not binds:
        raise ValueError("bind: names no address")
    for wildcard in WILDCARDS:
        family = [each for each in binds if (":" in each) == (":" in wildcard)]
        if wildcard in family and len(family) > 1:
            raise ValueError(f"bind: {wildcard} is all addresses of its family already")
    if len(set(binds)) < len(binds):
        raise ValueError("bind: an address stands there twice")


def _isLiteral(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


_NAME = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*\.?")
_NUMBERS = re.compile(r"[0-9.]+")


def _checkHost(key: str, text: str) -> None:
    if _isLiteral(text):
        return
    if not _NAME.fullmatch(text) or _NUMBERS.fullmatch(text):
        raise ValueError(f"{key}: {text!r} is neither an IP address nor a name")


@dataclass(frozen=True, slots=True)
class PluginConfig:
    """
    What is plugged into the seams, by name; built-in or from an entry point.
    """

    routes: tuple[str, ...] = ("rooms",)
    """The routing chain: the first policy that knows the called party decides."""

    gates: tuple[str, ...] = ()
    """The admission policies that every call passes, in this order."""

    destinations: tuple[str, ...] = ("conference",)
    """Where calls can end."""

    codecs: tuple[str, ...] = ("PCMU", "PCMA")
    """The codecs that are loaded."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """
    Everything that can be configured.
    """

    server: ServerConfig = field(default_factory=ServerConfig)
    plugins: PluginConfig = field(default_factory=PluginConfig)
    sip: SIPConfig = field(default_factory=SIPConfig)
    h323: H323Config = field(default_factory=H323Config)
    gatekeeper: GatekeeperConfig = field(default_factory=GatekeeperConfig)
    routing: RoutingConfig = field(default_factory=RoutingConfig)
    routed: RoutedConfig = field(default_factory=RoutedConfig)
    security: SecurityConfig = field(default_factory=SecurityConfig)
    traversal: TraversalConfig = field(default_factory=TraversalConfig)
    media: MediaConfig = field(default_factory=MediaConfig)
    conference: ConferenceConfig = field(default_factory=ConferenceConfig)
    cdr: CDRConfig = field(default_factory=CDRConfig)
    control: ControlConfig = field(default_factory=ControlConfig)

    def reloaded(self, changed: Configuration) -> Configuration:
        """
        What is in force when the file has changed; the rest waits for a
        restart.
        """
        return dataclasses.replace(
            self,
            server=self.server.reloaded(changed.server),
            h323=self.h323.reloaded(changed.h323),
            gatekeeper=self.gatekeeper.reloaded(changed.gatekeeper),
            routing=self.routing.reloaded(changed.routing),
            routed=changed.routed,
            security=changed.security,
            traversal=changed.traversal,
            conference=changed.conference,
        )


def differences(one: Configuration, other: Configuration) -> tuple[str, ...]:
    """
    The keys that do not have the same value in both, as in C{sip.port}.
    """
    sections = [each.name for each in dataclasses.fields(one)]
    return tuple(
        f"{section}.{key.name}"
        for section in sections
        for key in dataclasses.fields(getattr(one, section))
        if getattr(getattr(one, section), key.name) != getattr(getattr(other, section), key.name)
    )


_MOVED = {
    "h323.silenceTimeout": "media.silenceTimeout",
    "media.silenceSeconds": "media.silenceTimeout",
}
"""
Keys of before, and what took their place.
"""


def load(path: str | Path) -> Configuration:
    """
    Read a configuration file.

    @raise ConfigurationError: it cannot be read, is not TOML, or has keys or
        values that mean nothing; the error names all the places.
    """
    configuration, faults = read(path)
    return _faultless(configuration, faults)


def read(path: str | Path) -> tuple[Configuration, list[ConfigurationError]]:
    """
    Read a configuration file, with its faults: what has one is left out, and has its default.

    @raise ConfigurationError: it cannot be read, or is not TOML.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "is not UTF-8 text"
        raise ConfigurationError(str(path), reason) from error
    return _readText(text, str(path))


def parse(text: str, source: str) -> Configuration:
    """
    Read a configuration from text.

    @param source: what errors call it.

    @raise ConfigurationError: as for L{load}.
    """
    return _faultless(*_readText(text, source))


def _faultless(configuration: Configuration, faults: list[ConfigurationError]) -> Configuration:
    if faults:
        raise faults[0] if len(faults) == 1 else ConfigurationFaults(tuple(faults))
    return configuration


def _readText(text: str, source: str) -> tuple[Configuration, list[ConfigurationError]]:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(source, str(error)) from error
    except ValueError as error:  # Python's own limit
        raise ConfigurationError(source, "a number has too many digits") from error
    except RecursionError:
        raise ConfigurationError(source, "nested too deep") from None
    reading = _Reading()
    configuration = reading.section(Configuration, document, "")
    lines = linesOf(text) if reading.faults else {}
    return configuration, [
        ConfigurationError(f"{source}: {place}", reason + _at(lines, place))
        for place, reason in reading.faults
    ]


def _at(lines: dict[str, int], place: str) -> str:
    while place and place not in lines:
        place = place[: max(place.rfind("."), place.rfind("["), 0)]
    return f" (at line {lines[place]})" if place else ""


class _Unusable(Exception):
    """
    A value that has a fault, which is noted.
    """


class _Reading:
    """
    One reading of a document against the sections.

    @ivar faults: place and reason of each, in the order of the document.
    """

    def __init__(self) -> None:
        self.faults: list[tuple[str, str]] = []

    def section(self, kind: Any, table: dict[str, Any], path: str) -> Any:
        """
        @return: C{None} if there is none without what is missing or wrong.
        """
        fields = {each.name: each for each in dataclasses.fields(kind)}
        hints = typing.get_type_hints(kind)
        values = {}
        for key, value in table.items():
            place = f"{path}.{key}" if path else key
            if key not in fields:
                self.faults.append((place, _unknown(key, fields, place)))
                continue
            with suppress(_Unusable):
                values[key] = self._value(hints[key], value, place)
        missing = [name for name, each in fields.items() if _required(each) and name not in values]
        self.faults += [(path, f"{name} is missing") for name in missing if name not in table]
        return None if missing else self._made(kind, values, path)

    def _made(self, kind: Any, values: dict[str, Any], path: str) -> Any:
        """
        The section; what it does not take is left out, to see whether there is more.
        """
        while True:
            try:
                return kind(**values)
            except ValueError as error:
                key, colon, reason = str(error).partition(": ")
                known = colon and key in typing.get_type_hints(kind)
                place, reason = (f"{path}.{key}", reason) if known else (path, str(error))
            if any(place == noted for noted, _ in self.faults):  # nor does it take the default
                return None
            self.faults.append((place, reason))
            if not known or _required(kind.__dataclass_fields__[key]) or key not in values:
                return None
            del values[key]

    def _value(self, hint: Any, value: Any, place: str) -> Any:
        if dataclasses.is_dataclass(hint):
            if not isinstance(value, dict):
                raise self._unusable(place, "must be a table")
            section = self.section(hint, value, place)
            if section is None:
                raise _Unusable
            return section
        if typing.get_origin(hint) is tuple:
            return self._list(typing.get_args(hint)[0], value, place)
        if typing.get_origin(hint) in (types.UnionType, typing.Union):
            hints = [each for each in typing.get_args(hint) if each is not type(None)]
            lists = [each for each in hints if typing.get_origin(each) is tuple]
            if isinstance(value, list) and lists:
                hints = lists
            return self._value(hints[0], value, place)
        return self._scalar(hint, value, place)

    def _list(self, hint: Any, value: Any, place: str) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise self._unusable(place, "must be a list")
        items = []
        for index, each in enumerate(value):
            with suppress(_Unusable):
                items.append(self._value(hint, each, f"{place}[{index}]"))
        if len(items) < len(value):  # by what is left nothing can be judged
            raise _Unusable
        return tuple(items)

    def _scalar(self, hint: type, value: Any, place: str) -> Any:
        if hint is float and type(value) is int:
            try:
                return float(value)
            except OverflowError:
                raise self._unusable(place, "is too large") from None
        if isinstance(hint, type) and type(value) is hint:
            if isinstance(value, float) and not math.isfinite(value):
                raise self._unusable(place, "must be finite")
            return value
        if isinstance(hint, type) and hint not in _WORDS:
            try:
                return hint(value)
            except ValueError:
                choices = ", ".join(str(each.value) for each in hint)  # type: ignore[attr-defined]  # an enumeration
                raise self._unusable(place, f"must be one of {choices}") from None
        raise self._unusable(place, f"must be {_WORDS[hint]}")

    def _unusable(self, place: str, reason: str) -> _Unusable:
        self.faults.append((place, reason))
        return _Unusable()


def _required(key: dataclasses.Field[Any]) -> bool:
    return key.default is dataclasses.MISSING and key.default_factory is dataclasses.MISSING


def _unknown(key: str, fields: dict[str, Any], place: str) -> str:
    if place in _MOVED:
        return f"is {_MOVED[place]} now"
    close = difflib.get_close_matches(key, fields, n=1)
    return f"unknown key; did you mean {close[0]}?" if close else "unknown key"


_WORDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a string"}


def sample() -> str:
    """
    The commented sample: every key with its default and its explanation.
    """
    lines = [
        "# h323d: every key with its default.  A key that is left out, or commented",
        "# out as here, has this value.  h323ctl config check FILE tells what is wrong.",
    ]
    configuration = Configuration()
    for each in dataclasses.fields(configuration):
        lines += ["", *_sampleSection(getattr(configuration, each.name), each.name)]
    return "\n".join(lines) + "\n"


def _sampleSection(section: Any, name: str) -> Iterator[str]:
    yield from _comment(inspect.getdoc(type(section)) or "")
    yield f"[{name}]"
    explanations = _explanations(type(section))
    # Tables last: what follows one in TOML is part of it.
    keys = dataclasses.fields(section)
    for each in sorted(keys, key=lambda key: _tableItem(type(section), key.name) is not None):
        yield ""
        yield from _comment(explanations[each.name])
        default = getattr(section, each.name)
        item = _tableItem(type(section), each.name)
        if item is None:
            yield f"# {each.name} = {_toml(default)}"
            continue
        yield f"# [[{name}.{each.name}]]"
        inner = _explanations(item)
        for key in dataclasses.fields(item):
            yield from _comment(inner[key.name])
            default = "example" if key.default is dataclasses.MISSING else key.default
            yield f"# {key.name} = {_toml(default)}"


def _tableItem(section: type, name: str) -> Any:
    arguments = typing.get_args(typing.get_type_hints(section)[name])
    return arguments[0] if arguments and dataclasses.is_dataclass(arguments[0]) else None


def _comment(text: str) -> Iterator[str]:
    plain = text.replace("C{", "").replace("}", "")
    for line in textwrap.wrap(" ".join(plain.split()), 78):
        yield f"# {line}"


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(each) for each in value) + "]"
    text = str(getattr(value, "value", value))
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _explanations(section: type) -> dict[str, str]:
    """
    The docstring under each field of a section.
    """
    tree = ast.parse(textwrap.dedent(inspect.getsource(section)))
    (body,) = (node.body for node in tree.body if isinstance(node, ast.ClassDef))
    result = {}
    for statement, following in itertools.pairwise(body):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            if not isinstance(following, ast.Expr) or not isinstance(following.value, ast.Constant):
                raise TypeError(f"{section.__name__}.{statement.target.id} is not explained")
            result[statement.target.id] = str(following.value.value)
    return result
