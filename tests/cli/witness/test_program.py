"""
The program as a whole.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from h323d.cli.witness.program import main


def test_whatCannotBeFoundOutIsOneLineAndStatusTwo(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(tmp_path), "--key", "nonsense"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("h323d-witness: nonsense: ")


def test_aFileThatCannotBeReadIsNamed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    absent = tmp_path / "absent"
    assert main(["show", str(absent)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line == f"h323d-witness: {absent}: No such file or directory"


def test_itSaysWhatItCanDo(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    told = capsys.readouterr().out
    for name in ("verify", "prove", "consistency", "export", "cosign", "serve", "erase", "keygen"):
        assert name in told
