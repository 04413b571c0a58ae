"""
C{h323ctl bundle}: what a server says of itself, its configuration without secrets, and the
machine it runs on, in one archive for whoever is to help.

It is made whether the server answers or not: what could not be had is told in it.  Signalling
is only in it where a call was named, as C{h323ctl trace} tells it; octets never are.
"""

from __future__ import annotations

import importlib.metadata
import io
import json
import os
import platform
import re
import resource
import tarfile
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from h323d import __version__
from h323d.control.client import CommandFailed, ask

__all__ = ["QUESTIONS", "SECRETS", "bundle", "withoutSecrets"]

QUESTIONS = (
    ("calls",),
    ("rooms",),
    ("councils",),
    ("registrations",),
    ("parents",),
    ("trunks",),
    ("codecs",),
    ("cdr", "1000"),
    ("bans", "list"),
    ("ha", "status"),
    ("maintenance", "status"),
)
"""
What the server is asked beside its status: nothing that changes it.
"""

SECRETS = frozenset(("password", "sha256", "md5", "pin", "moderatorPin"))
"""
Keys of the configuration whose values are left out.  Files are named, and not read.
"""

MAX_LOG = 8 * 1024 * 1024  # octets of a log, its last ones

_LEFT_OUT = "(left out)"
_USERINFO = re.compile(r"(?<=//)[^/@\s]*(?=@)")


def bundle(
    socket: str,
    at: int,
    target: Path,
    configuration: str | None = None,
    log: Path | None = None,
    call: str | None = None,
) -> list[str]:
    """
    Make the archive.  Only its owner can read it.

    @param socket: of the server.
    @param at: when that is, seconds since 1970.
    @param target: where it is written, a gzipped tar.
    @param configuration: the server's file.
    @param log: of the server, of which the end is taken.
    @param call: whose ladder is wanted, too.

    @return: what could not be had, a line each.

    @raise CommandFailed: it cannot be written.
    """
    members, missing = _members(socket, configuration, log, call)
    members["machine.json"] = _json(_machine() | {"at": at, "missing": missing})
    try:
        with (
            os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file,
            tarfile.open(fileobj=file, mode="w:gz") as archive,
        ):
            for name, octets in sorted(members.items()):
                member = tarfile.TarInfo(f"h323d-bundle/{name}")
                member.size, member.mtime, member.mode = len(octets), at, 0o600
                archive.addfile(member, io.BytesIO(octets))
    except OSError as error:
        raise CommandFailed(f"{target}: {error.strerror}") from error
    return missing


def _members(
    socket: str, configuration: str | None, log: Path | None, call: str | None
) -> tuple[dict[str, bytes], list[str]]:
    members, missing = _answers(socket, call)
    try:
        if configuration is not None:
            members["configuration.json"] = _json(_configured(Path(configuration)))
        if log is not None:
            members["server.log"] = _end(log)
    except OSError as error:
        missing.append(f"{error.filename}: {error.strerror}")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        missing.append(f"{configuration}: {error}")
    return members, missing


def _answers(socket: str, call: str | None) -> tuple[dict[str, bytes], list[str]]:
    try:
        members = {"server/status.json": _json(ask(socket, "status"))}
    except CommandFailed as error:
        return {}, [f"all that the server says: {error}"]
    missing = []
    for question in (*QUESTIONS, *([("trace", call)] if call is not None else [])):
        try:
            members[f"server/{question[0]}.json"] = _json(ask(socket, *question))
        except CommandFailed as error:
            missing.append(f"{question[0]}: {error}")
    return members, missing


def _configured(file: Path) -> Any:  # Any: as TOML has it
    return withoutSecrets(tomllib.loads(file.read_text(encoding="utf-8")))


def withoutSecrets(value: Any, key: str = "") -> Any:  # Any: as TOML has it
    """
    What a configuration says, without passwords, what stands for them, and who asks in a URL.
    """
    if isinstance(value, Mapping):
        return {name: withoutSecrets(each, name) for name, each in value.items()}
    if isinstance(value, list):
        return [withoutSecrets(each, key) for each in value]
    if key in SECRETS and value:
        return _LEFT_OUT
    return _USERINFO.sub(_LEFT_OUT, value) if isinstance(value, str) else value


def _end(log: Path) -> bytes:
    with log.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - MAX_LOG))
        return file.read()


def _machine() -> dict[str, Any]:  # Any: as JSON has it
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return {
        "h323d": __version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "processors": os.cpu_count(),
        "memory": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "descriptors": {"soft": soft, "hard": hard},
        "packages": dict(sorted(_packages())),
    }


def _packages() -> Iterator[tuple[str, str]]:
    for each in importlib.metadata.distributions():
        yield each.metadata["Name"], each.version


def _json(value: Any) -> bytes:  # Any: as JSON has it
    return json.dumps(value, indent=2, default=str).encode()
