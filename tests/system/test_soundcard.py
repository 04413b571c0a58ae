"""
A caller with a sound card in a room: ALSA's file devices are the microphone and the loudspeaker.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from h323d.dsp.tones import Tone, levelsAt, render
from tests.support.processes import Caller, Server, waitFor
from tests.support.sound import heardFor
from tests.system.test_baresip import haveSpoken

pytestmark = pytest.mark.interop

US, SPEAKER, OTHER = "127.0.24.1", "127.0.24.2", "127.0.24.3"
ALSA = Path("/usr/share/alsa/alsa.conf")
SPOKEN, ANSWER = 700, 440  # Hz
AUDIBLE = -30.0  # dBov; both tones are sent with -16 or more
FILE_DEVICES = """\
<{alsa}>
pcm.h323d_sink   {{ type file  slave.pcm "null"  file "{directory}/out.raw"  format "raw" }}
pcm.h323d_source {{ type file  slave.pcm "null"  file "/dev/null"  infile "{directory}/in.raw"  format "raw" }}
pcm.h323d_io     {{ type asym  playback.pcm "h323d_sink"  capture.pcm "h323d_source" }}
pcm.h323d {{
    type plug
    slave {{ pcm "h323d_io" format S16_LE rate 8000 channels 1 }}
    hint {{ show on description "h323d file device" }}
}}
pcm.!default "h323d"
"""


@pytest.fixture
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """
    A directory whose C{in.raw} is the microphone; C{out.raw} will be what was played.
    """
    pytest.importorskip("pyaudio", reason="PyAudio, the extra h323d[audio], is not installed")
    if not ALSA.exists():
        pytest.skip("ALSA's own configuration is not installed")
    directory = tmp_path / "card"
    directory.mkdir()
    configuration = directory / "asound.conf"
    configuration.write_text(FILE_DEVICES.format(alsa=ALSA, directory=directory))
    render(Tone((SPOKEN,)), 0, 60 * 8000, 8000).astype("<i2").tofile(directory / "in.raw")
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(configuration))
    return directory


@pytest.mark.parametrize("name", [(), ("h323d",)], ids=["the default", "by name"])
def test_aCallerWithASoundCardSpeaksAndListens(
    name: tuple[str, ...], tmp_path: Path, card: Path
) -> None:
    recording = tmp_path / "heard.wav"
    with (
        Server(tmp_path / "server", US) as server,
        Caller(
            tmp_path, "speaker", "--bind", SPEAKER, f"h323:80001@{US}", "--sound-card", *name
        ) as speaker,
    ):
        waitFor(lambda: server.ask("rooms"), 10, "the sound card is in the room")
        with Caller(
            tmp_path, "other", "--bind", OTHER, "--tone", str(ANSWER), "--record",
            str(recording), f"sip:80001@{US}",
        ) as other:  # fmt: skip
            waitFor(lambda: ANSWER in tonesIn(card / "out.raw"), 10, "the card plays the answer")
            waitFor(lambda: haveSpoken(server, 150), 10, "both have spoken for three seconds")
            assert other.hangUp() == 0, other.output()
        server.ask("hangup", "80001")
        assert speaker.wait(10) == 0, speaker.output()
    assert heardFor(recording, (SPOKEN, ANSWER), 1.5) == [SPOKEN]
    assert tonesIn(card / "out.raw") == {ANSWER}


def tonesIn(played: Path) -> set[int]:
    """
    The tones that are audible in some second of what the card has played.
    """
    samples = np.fromfile(played, "<i2").astype(np.int16)
    tones: set[int] = set()
    for start in range(0, len(samples) - 8000, 2000):
        levels = levelsAt(samples[start : start + 8000], (SPOKEN, ANSWER), 8000)
        pairs = zip((SPOKEN, ANSWER), levels, strict=True)
        tones |= {tone for tone, level in pairs if level > AUDIBLE}
    return tones
