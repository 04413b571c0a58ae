"""
A YAML document as a tree whose every scalar is text, and that knows where everything stands.

PyYAML's events are walked, and nothing of its constructors is used: those read C{0012025550123}
as a number in octal, C{no} as false, and of two members with one name keep the last.  What makes
a document larger than its file, or other than it looks - anchors, aliases, tags, members twice,
depth - is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from h323d.errors import ConfigurationError

__all__ = ["MAX_OCTETS", "Mapping", "Node", "Place", "Scalar", "Sequence", "read"]

MAX_OCTETS = 4 * 1024 * 1024
MAX_DEPTH = 8
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # the C library is eight times as fast


@dataclass(frozen=True, slots=True)
class Place:
    """
    Where something stands.

    @ivar line: from 1.
    @ivar column: from 0.
    @ivar start: the first character, in the whole text.
    @ivar end: that after the last.
    """

    line: int
    column: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Scalar:
    """
    @ivar text: what it says, without its quotes.
    """

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Sequence:
    """
    @ivar items: in their order.
    @ivar flow: written in brackets.
    """

    items: tuple[Node, ...]
    flow: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Mapping:
    """
    @ivar members: in their order, with the scalar that names each.
    @ivar flow: written in braces.
    """

    members: tuple[tuple[Scalar, Node], ...]
    flow: bool
    place: Place

    def member(self, name: str) -> Node | None:
        """
        What a name stands for; C{None} if it is not there.
        """
        return next((value for key, value in self.members if key.text == name), None)


Node = Scalar | Sequence | Mapping


def read(text: str, name: str) -> Node | None:
    """
    Read a document.

    @param name: the file's, for errors.

    @return: C{None} if there is nothing in it.

    @raise ConfigurationError: it is too large, no YAML, or refused; the place is the line.
    """
    if len(text) > MAX_OCTETS or len(text.encode(errors="replace")) > MAX_OCTETS:
        raise ConfigurationError(name, f"has more than {MAX_OCTETS} octets")
    try:
        return _Walk(yaml.parse(text, Loader=_LOADER), name).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = name if mark is None else f"{name}: line {mark.line + 1}"
        raise ConfigurationError(place, str(error.problem or error.context)) from None
    except (yaml.YAMLError, UnicodeError) as error:
        # What cannot be in YAML at all: control characters, half a surrogate pair.
        raise ConfigurationError(name, f"is no YAML: {str(error).splitlines()[0]}") from None


class _Walk:
    """
    One way through the events of a document.
    """

    def __init__(self, events: Iterator[yaml.Event], name: str) -> None:
        self._events = events
        self._name = name
        self._depth = 0

    def document(self) -> Node | None:
        found: Node | None = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent) and found is not None:
                raise self._refusal(event, "a second document begins")
            if isinstance(event, yaml.NodeEvent):
                found = self._node(event)
        empty = isinstance(found, Scalar) and not found.text
        return None if empty else found

    def _node(self, event: yaml.NodeEvent) -> Node:
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise self._refusal(event, "anchors and aliases are not taken")
        if event.tag is not None:
            raise self._refusal(event, "tags are not taken")
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(event.value, _placeOf(event, event))
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._refusal(event, f"is deeper than {MAX_DEPTH}")
        collection = self._mapping if isinstance(event, yaml.MappingStartEvent) else self._sequence
        found = collection(event)
        self._depth -= 1
        return found

    def _sequence(self, start: yaml.Event) -> Sequence:
        items: list[Node] = []
        for event in self._events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            items.append(self._node(event))
        return Sequence(tuple(items), bool(start.flow_style), _placeOf(start, event))

    def _mapping(self, start: yaml.Event) -> Mapping:
        members: dict[str, tuple[Scalar, Node]] = {}
        for event in self._events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._node(event)
            if not isinstance(key, Scalar):
                raise self._refusal(event, "a member's name is a text")
            if key.text in members:
                raise self._refusal(event, f"{key.text!r} stands there twice")
            members[key.text] = (key, self._node(next(self._events)))
        return Mapping(tuple(members.values()), bool(start.flow_style), _placeOf(start, event))

    def _refusal(self, event: yaml.Event, reason: str) -> ConfigurationError:
        return ConfigurationError(f"{self._name}: line {event.start_mark.line + 1}", reason)


def _placeOf(first: yaml.Event, last: yaml.Event) -> Place:
    start = first.start_mark
    return Place(start.line + 1, start.column, start.index, last.end_mark.index)
