"""
Where the operator's files are, for the server and for C{h323ctl} alike.
"""

from __future__ import annotations

import os
from pathlib import Path

from h323d.control.config import ControlConfig

__all__ = ["hostKeyPath", "socketPath", "stateDirectory"]


def socketPath(config: ControlConfig) -> Path:
    """
    The control socket.
    """
    return _runtimeDirectory(config) / config.socket


def hostKeyPath(config: ControlConfig) -> Path:
    """
    The manhole's host key.
    """
    return stateDirectory(config) / config.manholeHostKey


def stateDirectory(config: ControlConfig) -> Path:
    """
    Where files are that outlive the process.
    """
    # systemd names several, with colons between; the first is ours.
    named = config.stateDirectory or os.environ.get("STATE_DIRECTORY", "").partition(":")[0]
    if named:
        return Path(os.path.expanduser(named))
    try:
        return Path.home() / ".local" / "state" / "h323d"
    except RuntimeError:  # a user without a home
        return Path("/var/lib/h323d")


def _runtimeDirectory(config: ControlConfig) -> Path:
    named = config.runtimeDirectory or os.environ.get("RUNTIME_DIRECTORY")
    if named:
        return Path(named).expanduser()
    if os.geteuid() == 0:
        return Path("/run/h323d")
    return Path(os.environ.get("XDG_RUNTIME_DIR", "/tmp"))
