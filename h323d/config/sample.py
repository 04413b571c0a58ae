"""
The commented sample, made from the docstrings of the sections.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import itertools
import textwrap
import typing
from collections.abc import Iterator
from typing import Any

from h323d.config.sections import Configuration
from h323d.values.live import liveKeys

__all__ = ["sample"]


def sample() -> str:
    """
    The commented sample: every key with its default and its explanation.
    """
    lines = [
        "# h323d: every key with its default.  A key that is left out, or commented",
        "# out as here, has this value.  h323ctl config check FILE tells what is wrong.",
        "# What is marked live takes effect when the file is read again (SIGHUP); all",
        "# else waits for a restart.",
    ]
    configuration = Configuration()
    for each in dataclasses.fields(configuration):
        lines += ["", *_sampleSection(getattr(configuration, each.name), each.name)]
    return "\n".join(lines) + "\n"


def _sampleSection(section: Any, name: str) -> Iterator[str]:
    yield from _comment(inspect.getdoc(type(section)) or "")
    yield f"[{name}]"
    explanations, live = _explanations(type(section)), liveKeys(type(section))
    # Tables last: what follows one in TOML is part of it.
    keys = dataclasses.fields(section)
    for each in sorted(keys, key=lambda key: _tableItem(type(section), key.name) is not None):
        yield ""
        yield from _comment(explanations[each.name])
        default = getattr(section, each.name)
        item = _tableItem(type(section), each.name)
        mark = "  # live" if each.name in live else ""
        if item is None:
            yield f"# {each.name} = {_toml(default)}{mark}"
            continue
        yield f"# [[{name}.{each.name}]]{mark}"
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
