"""
The configuration of the operator's doors.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ControlConfig"]


@dataclass(frozen=True, slots=True)
class ControlConfig:
    """
    The operator's doors.
    """

    socket: str = "h323d.sock"
    """The UNIX socket that h323ctl talks to; a relative path is under the runtime directory."""

    manhole: bool = False
    """Whether a Python shell inside the server can be reached by SSH on the loopback."""

    manholePort: int = 2222
    """The TCP port of the manhole, on 127.0.0.1."""

    manholeAuthorizedKeys: str = "~/.ssh/authorized_keys"
    """Who may enter: a file of public keys as OpenSSH has it.  Passwords are never taken."""

    manholeHostKey: str = "manhole_host_key"
    """Where the manhole's host key is kept; made when missing.  A relative path is under the state
    directory."""

    runtimeDirectory: str = ""
    """Where the socket is made; empty takes $RUNTIME_DIRECTORY, else $XDG_RUNTIME_DIR, else
    /run/h323d for root, else /tmp."""

    stateDirectory: str = ""
    """Where the host key, registrations and call detail records are kept; empty takes
    $STATE_DIRECTORY, else ~/.local/state/h323d."""

    def __post_init__(self) -> None:
        if not 0 < self.manholePort < 65536:
            raise ValueError("manholePort: must be 1 to 65535")
