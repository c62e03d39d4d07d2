import mutagen
import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from songsmith.engine.audio import (
    FORMATS,
    AudioError,
    load_audio,
    measure_loudness,
    quantise,
    save_audio,
    splice,
)
from songsmith.engine.engine import Audio, EngineError, Span
from songsmith.engine.units import SAMPLE_RATE_HZ, sample_at


def noise(seconds: float, *, seed: int = 0, level: float = 0.2) -> Audio:
    samples = np.random.default_rng(seed).standard_normal((2, sample_at(seconds)))
    return quantise((samples * level).astype(np.float32))


@pytest.mark.parametrize("format_name", ["flac", "wav"])
def test_lossless_files_hold_takes_bit_for_bit(tmp_path, format_name):
    audio = noise(1, level=0.6)
    save_audio(
        tmp_path / f"x.{format_name}", audio, tags={"title": "Nacht", "lyrics": "[00:01.00]la"}
    )
    assert np.array_equal(load_audio(tmp_path / f"x.{format_name}"), audio)


@pytest.mark.parametrize("format_name", FORMATS)
def test_every_format_carries_title_and_lyrics(tmp_path, format_name):
    tags = {
        "title": "夜",
        "artist": "me",
        "album": "a",
        "comment": "c",
        "lyrics": "[00:01.00]la la",
    }
    path = tmp_path / f"x.{format_name}"
    save_audio(path, noise(0.5), tags=tags)
    assert "夜" in str(mutagen.File(path).tags)
    assert "la la" in str(mutagen.File(path).tags)
    assert load_audio(path).shape[0] == 2


@pytest.mark.parametrize(
    ("rate_hz", "channels"), [(8_000, 1), (48_000, 2), (22_050, 1), (96_000, 6)]
)
def test_any_rate_and_number_of_channels_becomes_stereo(tmp_path, rate_hz, channels):
    samples = np.sin(2 * np.pi * 440 * np.arange(rate_hz) / rate_hz)
    soundfile.write(tmp_path / "x.wav", np.repeat(samples[:, None], channels, axis=1), rate_hz)
    audio = load_audio(tmp_path / "x.wav")
    assert audio.shape == (2, SAMPLE_RATE_HZ)
    crossings = (np.diff(np.sign(audio[0, 2_000:-2_000])) != 0).sum()
    assert crossings == pytest.approx(880 * (SAMPLE_RATE_HZ - 4_000) / SAMPLE_RATE_HZ, abs=4)


def test_what_is_no_sound_is_one_clear_line(tmp_path):
    (tmp_path / "text.wav").write_text("not a sound", encoding="utf-8")
    soundfile.write(tmp_path / "empty.wav", np.zeros((0, 2)), 44_100)
    with pytest.raises(AudioError, match="WAV, FLAC"):
        load_audio(tmp_path / "text.wav")
    with pytest.raises(AudioError, match="no sound in it"):
        load_audio(tmp_path / "empty.wav")
    with pytest.raises(AudioError, match="no such file"):
        load_audio(tmp_path / "nowhere.wav")
    with pytest.raises(AudioError, match="a folder"):
        load_audio(tmp_path)


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path):
    with pytest.raises(AudioError, match="no such file or directory"):
        save_audio(tmp_path / "missing" / "x.flac", noise(0.1))
    with pytest.raises(AudioError, match=r"\.flac, \.wav"):
        save_audio(tmp_path / "x.aac", noise(0.1))
    assert list(tmp_path.iterdir()) == []


def test_loudness_of_known_sounds():
    time_s = np.arange(5 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    sine = (0.1 * np.sin(2 * np.pi * 997 * time_s)).astype(np.float32)
    measured = measure_loudness(np.stack([sine, sine]))
    assert measured.lufs == pytest.approx(-20.0, abs=0.15)
    assert measured.true_peak_dbtp == pytest.approx(-20.0, abs=0.05)
    assert measure_loudness(np.zeros((2, 1000), dtype=np.float32)).lufs == float("-inf")
    assert measure_loudness(noise(0.1)).lufs > -40


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 2.9), st.floats(0.01, 3)), max_size=4))
def test_a_splice_changes_only_its_spans(ends):
    parent, fresh = noise(3, seed=1), noise(3, seed=2)
    spans = [Span(start, min(start + length, 3.5)) for start, length in ends]
    spliced = splice(parent, fresh, spans)
    inside = np.zeros(parent.shape[1], dtype=bool)
    for span in spans:
        inside[sample_at(span.start_s) : sample_at(span.end_s)] = True
    assert np.array_equal(spliced[:, ~inside], parent[:, ~inside])


def test_inside_its_crossfades_a_splice_is_the_fresh_sound():
    spliced = splice(noise(3, seed=1), noise(3, seed=2), [Span(1, 2)], crossfade_s=0.05)
    middle = slice(sample_at(1.05), sample_at(1.95))
    assert np.array_equal(spliced[:, middle], noise(3, seed=2)[:, middle])


def test_a_longer_fresh_sound_extends_the_parent():
    spliced = splice(noise(1, seed=1), noise(2, seed=2), [Span(0.9, 2)])
    assert spliced.shape == (2, sample_at(2))
    assert np.array_equal(spliced[:, -1000:], noise(2, seed=2)[:, -1000:])


@pytest.mark.parametrize("ends", [(2.0, 1.0), (1.0, 1.0), (-1.0, 1.0)])
def test_a_span_must_go_forward(ends):
    with pytest.raises(EngineError, match="span"):
        Span(*ends)


def test_a_song_of_minutes_can_be_an_ogg(tmp_path):
    save_audio(tmp_path / "x.ogg", noise(90))
    assert load_audio(tmp_path / "x.ogg").shape == (2, sample_at(90))
