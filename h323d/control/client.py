"""
The operator's end of the control socket: asks a running server
(L{h323d.control.server} answers).

Nothing but the standard library is used: a question is to be answered at once.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any

__all__ = ["CommandFailed", "ask", "follow"]

TIMEOUT = 10.0  # seconds that an answer may take


class CommandFailed(Exception):
    """
    What to tell the operator before exiting with 1.
    """


def ask(path: str, command: str, *arguments: str) -> Any:
    """
    Ask a running server.

    @param path: its control socket.

    @return: the answer; Any, as JSON can say anything.

    @raise CommandFailed: nobody answers, or the answer is that it cannot be
        done.
    """
    return next(_answers(path, command, arguments, TIMEOUT))["result"]


def follow(path: str, command: str, *arguments: str) -> Iterator[Any]:
    """
    Ask what has an answer that goes on.

    @return: each of its parts as it comes, which have C{more} and C{lost}
        (L{h323d.control.server}), until it ends.

    @raise CommandFailed: likewise.
    """
    for answer in _answers(path, command, arguments, None):
        if "more" not in answer:
            return
        yield answer


def _answers(
    path: str, command: str, arguments: tuple[str, ...], timeout: float | None
) -> Iterator[dict[str, Any]]:
    """
    What a server says to one question, line by line.
    """
    question = {"command": command, "arguments": list(arguments)}
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(timeout)
            connection.connect(path)
            connection.sendall(json.dumps(question).encode() + b"\n")
            with connection.makefile("rb") as file:
                for line in file:
                    yield _understood(path, line)
    except OSError as error:
        reason = error.strerror or str(error)
        raise CommandFailed(f"no server answers on {path}: {reason}") from error
    raise CommandFailed(f"the server on {path} closed the connection")


def _understood(path: str, line: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(line)
    except ValueError:
        answer = None
    if not isinstance(answer, dict) or not answer.keys() & {"result", "more", "error"}:
        raise CommandFailed(f"what answers on {path} is no h323d server")
    if "error" in answer:
        raise CommandFailed(str(answer["error"]))
    return answer
