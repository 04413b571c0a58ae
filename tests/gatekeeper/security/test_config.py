"""
What the security section refuses, and where passwords come from.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from h323d.errors import ConfigurationError
from h323d.gatekeeper.security.config import PasswordEntry, Requirement, SecurityConfig
from h323d.gatekeeper.security.passwords import readPasswords
from h323d.h323.security.h235 import keyOf

ANNA = PasswordEntry("anna", "secret")


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"timeWindow": -1.0}, "timeWindow"),
        ({"allow": ("somewhere",)}, "allow"),
        ({"deny": ("192.0.2.1/24",)}, "deny"),
        ({"rasRate": -1.0}, "rasRate"),
        ({"callBurst": 0}, "callBurst"),
        ({"passwords": (ANNA, PasswordEntry("bob", "x", names=("anna",)))}, "passwords"),
        ({"h2351": Requirement.REQUIRED}, "passwords"),
    ],
)
def test_aValueThatMeansNothing(values: dict[str, Any], key: str) -> None:
    with pytest.raises(ValueError, match=f"^{key}: "):
        SecurityConfig(**values)


@pytest.mark.parametrize("values", [{}, {"password": "a", "passwordFile": "b"}])
def test_oneOfPasswordAndFile(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"^password: "):
        PasswordEntry("anna", **values)


def test_aNameHasALength() -> None:
    with pytest.raises(ValueError, match=r"^names: "):
        PasswordEntry("anna", "x", names=("",))


def test_passwordsAreFoundByEveryName() -> None:
    config = SecurityConfig(passwords=(PasswordEntry("anna", "secret", names=("1001",)),))
    passwords = readPasswords(config)
    secret = passwords.of("1001")
    assert secret is not None
    assert secret.identity == "anna"
    assert secret is passwords.of("anna")
    assert secret.key == keyOf("secret")
    assert passwords.of("bob") is None


def test_aPasswordFromAFile(tmp_path: Path) -> None:
    path = tmp_path / "anna"
    path.write_text("secret\r\nanything else\n")
    config = SecurityConfig(passwords=(PasswordEntry("anna", passwordFile=str(path)),))
    secret = readPasswords(config).of("anna")
    assert secret is not None
    assert secret.password == "secret"


@pytest.mark.parametrize("content", [b"", b"\nsecond line", b"\xff\xfe"])
def test_aFileWithoutAPassword(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "anna"
    path.write_bytes(content)
    config = SecurityConfig(passwords=(ANNA, PasswordEntry("bob", passwordFile=str(path))))
    with pytest.raises(ConfigurationError) as caught:
        readPasswords(config)
    assert caught.value.place == "security.passwords[1].passwordFile"


def test_aFileThatIsNotThere(tmp_path: Path) -> None:
    config = SecurityConfig(passwords=(PasswordEntry("a", passwordFile=str(tmp_path / "no")),))
    with pytest.raises(ConfigurationError, match="No such file"):
        readPasswords(config)


def test_secretsAreNotShown() -> None:
    config = SecurityConfig(passwords=(ANNA,))
    secret = readPasswords(config).of("anna")
    assert "secret" not in repr(config)
    assert "'secret'" not in repr(secret)
    assert secret is not None
    assert repr(secret.key) not in repr(secret)
