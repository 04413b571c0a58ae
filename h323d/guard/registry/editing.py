"""
Changing the text of a registry in place: every comment, and every entry but the one that is
changed, stays as somebody wrote it.

What comes out has been read again, so nothing leaves here that L{h323d.guard.registry.reading}
would not take.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping as Fields

from h323d.errors import ConfigurationError
from h323d.guard.registry.document import Mapping, Node, Scalar, Sequence, read
from h323d.guard.registry.guardian import Status
from h323d.guard.registry.reading import ROOT, parse

__all__ = ["added", "withStatus"]

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/@+-]*(?::[A-Za-z0-9._/@+-]+)*")


def withStatus(text: str, terminalId: str, status: Status, name: str) -> str:
    """
    A registry in which one entry has another status.

    @param name: the file's, for errors.

    @raise ConfigurationError: there is no such entry, or something is wrong with the file.
    """
    before = parse(text, name)
    if before.byTerminalId(terminalId) is None:
        raise ConfigurationError(name, f"there is no {terminalId}")
    entry = _entryOf(read(text, name), terminalId)
    place = f"{name}: line {entry.place.line}: {terminalId}"
    value = entry.member("status")
    if value is not None:
        changed = _replaced(text, value, status.value)
    else:
        identifier = entry.member("terminal_id")
        assert identifier is not None  # it was found by it
        if entry.flow:
            end = identifier.place.end
            changed = f"{text[:end]}, status: {status.value}{text[end:]}"
        else:
            line = f"{' ' * entry.place.column}status: {status.value}\n"
            changed = _afterLine(text, identifier.place.end, line)
    _check(text, changed, place, terminalId)
    return changed


def added(text: str, fields: Fields[str, tuple[str, ...]], name: str) -> str:
    """
    A registry with one entry more, at its end.

    @param fields: what it says, by its name; of several values, a list.

    @raise ConfigurationError: the entry cannot be read, or another one has something of it, or
        something is wrong with the file.
    """
    parse(text, name)
    document = read(text, name)
    terminalId = fields.get("terminal_id", ("",))[0]
    if document is None:
        head = text if not text or text.endswith("\n") else f"{text}\n"
        changed = f"{head}{ROOT}:\n{_entry(fields, 2)}"
    else:
        assert isinstance(document, Mapping)  # it has been read as a registry
        changed = _appended(text, document, fields, name)
    _check(text, changed, name, terminalId)
    return changed


def _appended(text: str, document: Mapping, fields: Fields[str, tuple[str, ...]], name: str) -> str:
    key, entries = document.members[0]
    if isinstance(entries, Sequence) and entries.items and not entries.flow:
        return _afterLine(text, _endOf(entries), _entry(fields, entries.place.column))
    if isinstance(entries, Sequence) and entries.items:
        raise ConfigurationError(name, f"{ROOT} stands in brackets: add the entry by hand")
    if isinstance(entries, Sequence):  # an empty pair of brackets
        start, end = entries.place.start, entries.place.end
        text = text[:start].rstrip(" ") + text[end:]
    return _afterLine(text, key.place.end, _entry(fields, key.place.column + 2))


def _entry(fields: Fields[str, tuple[str, ...]], column: int) -> str:
    lines = [f"{field}: {_valueOf(values)}" for field, values in fields.items()]
    indent = " " * column
    return f"{indent}- " + f"\n{indent}  ".join(lines) + "\n"


def _valueOf(values: tuple[str, ...]) -> str:
    written = [
        each if _PLAIN.fullmatch(each) else json.dumps(each, ensure_ascii=False) for each in values
    ]
    return written[0] if len(written) == 1 else f"[{', '.join(written)}]"


def _entryOf(document: Node | None, terminalId: str) -> Mapping:
    assert isinstance(document, Mapping)  # it has been read as a registry, and has this entry
    entries = document.member(ROOT)
    assert isinstance(entries, Sequence)
    for each in entries.items:
        identifier = each.member("terminal_id") if isinstance(each, Mapping) else None
        named = isinstance(identifier, Scalar) and identifier.text == terminalId
        if named and isinstance(each, Mapping):
            return each
    raise AssertionError(terminalId)


def _replaced(text: str, value: Node, new: str) -> str:
    return text[: value.place.start] + new + text[value.place.end :]


def _afterLine(text: str, index: int, line: str) -> str:
    """
    @param index: somewhere in the line after which another one comes.
    """
    end = text.find("\n", index)
    if end < 0:
        return f"{text}\n{line}"
    return text[: end + 1] + line + text[end + 1 :]


def _endOf(node: Node) -> int:
    """
    Where the last thing in it ends.  A mark of YAML's stands before what comes next, behind
    all comments.
    """
    if isinstance(node, Sequence) and not node.flow:
        return max((_endOf(each) for each in node.items), default=node.place.start)
    if isinstance(node, Mapping) and not node.flow:
        return max((_endOf(each) for _, each in node.members), default=node.place.start)
    return node.place.end


def _check(before: str, after: str, place: str, terminalId: str) -> None:
    """
    Look whether only one entry has changed.
    """
    old, new = parse(before, place), parse(after, place)
    others = [each for each in old if each.terminalId != terminalId]
    kept = [each for each in new if each.terminalId != terminalId]
    if others != kept or new.byTerminalId(terminalId) is None or len(new) - len(old) not in (0, 1):
        raise ConfigurationError(place, "is written in a way that cannot be changed: do it by hand")
