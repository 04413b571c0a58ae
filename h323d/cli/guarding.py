"""
C{h323ctl guard}: making keys, and looking after the registry of guardians.  No server is needed.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from h323d.errors import ConfigurationError
from h323d.guard.keyfile import newKey
from h323d.guard.registry.document import MAX_OCTETS
from h323d.guard.registry.editing import added, withStatus
from h323d.guard.registry.guardian import DEFAULT_QUOTA, Guardian, Status
from h323d.guard.registry.reading import parse

__all__ = ["run"]

Row = dict[str, object]


def run(options: argparse.Namespace) -> str | list[Row]:
    """
    Do what was asked for.

    @return: a line that says so, or rows.

    @raise ConfigurationError: it cannot be done; the file is as it was.
    """
    path = Path(options.file)
    if options.action == "keygen":
        return _keygen(path)
    if options.action == "add":
        return _add(path, options.terminal_id, options.fields)
    if options.action == "list":
        return [_rowOf(each) for each in parse(_textOf(path), str(path))]
    if options.action == "check":
        registry = parse(_textOf(path), str(path))
        return f"{path}: good; {len(registry)} entries, generation {registry.generation[:12]}"
    status = Status.SUSPENDED if options.action == "suspend" else Status.REVOKED
    changed = withStatus(_textOf(path), options.terminal_id, status, str(path))
    _write(path, changed)
    return f"{options.terminal_id}: {status.value}"


def _keygen(path: Path) -> str:
    text, public = newKey()
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
    except FileExistsError:
        raise ConfigurationError(str(path), "is there already") from None
    except OSError as error:
        raise ConfigurationError(str(path), str(error.strerror)) from None
    return f"public_key: {public}"


def _add(path: Path, terminalId: str, given: Sequence[str]) -> str:
    fields = {"terminal_id": (terminalId,)}
    for each in given:
        field, separator, value = each.partition("=")
        if not separator or not field:
            raise ConfigurationError(each, "is not like FIELD=VALUE")
        fields[field] = (*fields.get(field, ()), value)
    fields.setdefault("registered_at", (datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),))
    _write(path, added(_textOf(path), fields, str(path)))
    return f"{terminalId}: added"


def _rowOf(guardian: Guardian) -> Row:
    return {
        "terminal_id": guardian.terminalId,
        "status": guardian.status.value,
        "proof": ", ".join(each.value for each in guardian.proofs),
        "aliases": ", ".join(map(str, guardian.aliases)),
        "may": ", ".join(each.value for each in guardian.may),
        "bandwidth_quota_bps": guardian.quota or DEFAULT_QUOTA,
        "line": guardian.line,
        **dict(guardian.particulars),
    }


def _textOf(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return file.read(MAX_OCTETS + 1)
    except OSError as error:
        raise ConfigurationError(str(path), str(error.strerror)) from None
    except UnicodeError:
        raise ConfigurationError(str(path), "is not in UTF-8") from None


def _write(path: Path, text: str) -> None:
    """
    Write a file beside it, and let it take its place: who reads finds the one or the other,
    and whole.
    """
    place = Path(os.path.realpath(path))  # of a link, what it leads to is changed
    try:
        mode = place.stat().st_mode & 0o7777
        with _beside(place) as written:
            with written.open("w", encoding="utf-8", newline="") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            written.chmod(mode)
            written.replace(place)
    except OSError as error:
        raise ConfigurationError(str(path), str(error.strerror)) from None


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)
