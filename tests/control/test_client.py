"""
The operator's end of the control socket, and what may be at the other.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from h323d.control.client import CommandFailed, ask, follow


class Answerer:
    """
    Answers one question with some octets, and hangs up.

    @ivar asked: what came.
    """

    def __init__(self, path: Path, answer: bytes) -> None:
        self.asked: list[Any] = []
        self._answer = answer
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(path))
        self._socket.listen()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        connection, _ = self._socket.accept()
        with connection, connection.makefile("rb") as file:
            self.asked.append(json.loads(file.readline()))
            connection.sendall(self._answer)

    def close(self) -> None:
        self._thread.join(10.0)
        self._socket.close()


Answers = Callable[[bytes], Answerer]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "h323d.sock"


@pytest.fixture
def answers(path: Path) -> Iterator[Answers]:
    made: list[Answerer] = []

    def make(answer: bytes) -> Answerer:
        made.append(Answerer(path, answer))
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_aQuestionIsOneLineOfJSON(answers: Answers, path: Path) -> None:
    server = answers(b'{"result": [1, "x"]}\n')
    assert ask(str(path), "hangup", "c1") == [1, "x"]
    assert server.asked == [{"command": "hangup", "arguments": ["c1"]}]


def test_nothingCanBeAnAnswer(answers: Answers, path: Path) -> None:
    answers(b'{"result": null}\n')
    assert ask(str(path), "rooms") is None


def test_whatCannotBeDoneIsRaisedInTheServersWords(answers: Answers, path: Path) -> None:
    answers(b'{"error": "no call is called c1"}\n')
    with pytest.raises(CommandFailed, match=r"^no call is called c1$"):
        ask(str(path), "hangup", "c1")


@pytest.mark.parametrize("octets", [b"HTTP/1.1 400 Bad Request\n", b"[]\n", b"{}\n", b"\xff\n"])
def test_whatIsNoServerOfOursIsToldSo(octets: bytes, answers: Answers, path: Path) -> None:
    answers(octets)
    with pytest.raises(CommandFailed, match=r"^what answers on .* is no h323d server$"):
        ask(str(path), "rooms")


def test_whoHangsUpWithoutAWordIsToldSo(answers: Answers, path: Path) -> None:
    answers(b"")
    with pytest.raises(CommandFailed, match=r"closed the connection$"):
        ask(str(path), "rooms")


def test_whereNobodyListensTheReasonIsTold(path: Path) -> None:
    with pytest.raises(CommandFailed, match=r"^no server answers on .*: No such file"):
        ask(str(path), "rooms")


def test_anAnswerThatGoesOnIsGivenByParts(answers: Answers, path: Path) -> None:
    server = answers(b'{"more": [1], "lost": 0}\n{"more": [2, 3], "lost": 4}\n{"result": null}\n')
    parts = list(follow(str(path), "follow", "-"))
    assert parts == [{"more": [1], "lost": 0}, {"more": [2, 3], "lost": 4}]
    assert server.asked == [{"command": "follow", "arguments": ["-"]}]


def test_aServerThatDiesInBetweenIsToldSo(answers: Answers, path: Path) -> None:
    answers(b'{"more": [1], "lost": 0}\n')
    parts = follow(str(path), "follow", "-")
    assert next(parts) == {"more": [1], "lost": 0}
    with pytest.raises(CommandFailed, match=r"closed the connection$"):
        next(parts)


def test_whatCannotBeFollowedIsRaisedInTheServersWords(answers: Answers, path: Path) -> None:
    answers(b'{"error": "16 follow what is said already"}\n')
    with pytest.raises(CommandFailed, match=r"^16 follow what is said already$"):
        list(follow(str(path), "follow", "-"))
