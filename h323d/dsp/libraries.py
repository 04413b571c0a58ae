"""
Libraries in C that code sound, found on the machine or in the installed packages.

Nothing here is imported or linked before it is asked for, and what is not to be had is no error: it
is told, with what to install.  A library that loads is not yet one that works: that is tried in
L{h323d.dsp.provisions}.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from cffi import FFI

__all__ = ["Carrier", "Library", "Missing", "find", "findModule"]


@dataclass(frozen=True, slots=True)
class Carrier:
    """
    An installed package that carries a library among its files; it is not imported.

    @ivar package: by the name that is imported.
    @ivar pattern: of the file, as C{Path.glob} has it, beside the package.
    """

    package: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Library:
    """
    A library that was opened.

    @ivar file: which one it is: a name that the system's loader knows, or a path.
    @ivar functions: its functions, by name; Any, as C{cffi} makes them of the declarations.
    """

    file: str
    ffi: FFI
    functions: Any


@dataclass(frozen=True, slots=True)
class Missing:
    """
    A library that is not to be had.

    @ivar reason: what is wrong, in words.
    @ivar install: what to do about it, in words.
    """

    reason: str
    install: str

    def __str__(self) -> str:
        return f"{self.reason}; {self.install}"


def find(
    declarations: str, names: Sequence[str], carriers: Sequence[Carrier], install: str
) -> Library | Missing:
    """
    Open a library, the system's own first.

    @param declarations: of its functions, in C.
    @param names: by which the system's loader may know it.
    @param carriers: packages that may carry it.
    @param install: what to do if it is not to be had.
    """
    ffi = FFI()
    ffi.cdef(declarations)
    for file in (*names, *_carried(carriers)):
        try:
            return Library(file, ffi, ffi.dlopen(file))
        except OSError:
            continue
    return Missing(f"no {names[0]} is here", install)


def findModule(name: str, install: str) -> ModuleType | Missing:
    """
    Import a package that is a library with an interface for Python.

    @param install: what to do if it is not to be had.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        return Missing(f"{name} cannot be imported: {error}", install)


def _carried(carriers: Sequence[Carrier]) -> Iterator[str]:
    """
    @return: the paths of files, of one carrier after the other.
    """
    for carrier in carriers:
        try:
            spec = importlib.util.find_spec(carrier.package)
        except (ImportError, ValueError):
            continue
        for place in (spec and spec.submodule_search_locations) or ():
            yield from map(str, sorted(Path(place).parent.glob(carrier.pattern)))
