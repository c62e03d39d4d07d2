"""How well every language is understood, sung by a voice and heard by Whisper (base; tiny.en for English).

    python benchmarks/voices.py [--language de fr …] [--voice low high neural +m3 NAME …] [--style NAME …] [--tuning]
        [--sung-only]

Each language sings `benchmarks/lyrics/LANGUAGE.txt`, but for its first block, which is for choosing voices
(`--tuning`). Errors are counted in words, in Korean in characters, in Mandarin in syllables without their tones and
in Japanese in kana (which needs the extra `japanese`), for the voice merely speaking, for the vocal stem and for the
mix. The ears' own share is large: they were trained on little of some languages. Beside these stand the pitch of the
vocal stem against the notes and, where `speechmos` is installed (`pip install speechmos librosa`), DNSMOS of the stem.
The network is measured as speech; its figures for song compare voices, they are no marks.
"""

import argparse
import importlib.util
import re
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray
from pypinyin import lazy_pinyin
from sketch import pitch_errors_cents

from songsmith.engine.engine import RenderRequest, Take, load_engine
from songsmith.engine.listening.ears_models import find_model
from songsmith.engine.sketch.kokoro.network import FRAME, give_voice, move_mouth, predict_prosody
from songsmith.engine.sketch.kokoro.speakers import speaker_style
from songsmith.engine.sketch.voices.speaking import Utterance, say
from songsmith.engine.sketch.voices.voices import choose_voice
from songsmith.engine.units import SAMPLE_RATE_HZ
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section
from songsmith.lyrics.speech.japanese import has_japanese_reader, read_japanese

LYRICS = Path(__file__).parent / "lyrics"
EARS_RATE_HZ = 16_000
FIRST_S, GAP_S, TAIL_S = 5.0, 4.6, 3.0
STYLES = ("pop ballad", "rock")

# Without a hint Whisper writes Hindi in the letters of Urdu.
HINTS = {"hi": "यह एक हिन्दी गाना है।"}

Hear = Callable[[NDArray[np.float64]], str]


def lines_of(language: str, *, is_tuning: bool) -> list[str]:
    first, *others = (LYRICS / f"{language}.txt").read_text("utf-8").strip().split("\n\n")
    return "\n".join([first] if is_tuning else others).split("\n")


def units_of(text: str, language: str) -> list[str]:
    """The words of a text, or its sounds where words are not parted by spaces."""
    plain = unicodedata.normalize("NFKC", text).lower()
    if language == "hi":  # signs that people write or leave out
        plain = plain.replace("\u0901", "\u0902").replace("\u093c", "")
    words = re.findall(r"(?:[^\W_]|[\u0300-\u036f\u0900-\u0963])+", plain)
    if language == "ja":
        return list("".join(read_japanese("".join(words)).words))
    if language == "zh":
        return lazy_pinyin("".join(words))
    return list("".join(words)) if language == "ko" else words


def edits(said: Sequence[str], heard: Sequence[str]) -> int:
    """Levenshtein distance; unlike the ears of songsmith itself, strict about what merely sounds alike."""
    costs = list(range(len(heard) + 1))
    for row, unit in enumerate(said, start=1):
        before, costs[0] = costs[:], row
        for column, other in enumerate(heard, start=1):
            costs[column] = min(
                before[column] + 1, costs[column - 1] + 1, before[column - 1] + (unit != other)
            )
    return costs[-1]


def load_ears(language: str) -> Hear:
    from faster_whisper import WhisperModel

    path = find_model("tiny.en" if language == "en" else "base", language).path
    model = WhisperModel(path, device="cpu", compute_type="int8", local_files_only=True)

    def hear(mono: NDArray[np.float64]) -> str:
        segments, _ = model.transcribe(
            mono.astype(np.float32),
            language=language,
            initial_prompt=HINTS.get(language),
            condition_on_previous_text=False,
            temperature=0.0,
        )
        return " ".join(segment.text for segment in segments)

    return hear


def spoken(voice: str, lines: Sequence[str]) -> NDArray[np.float64]:
    """The lines merely spoken, half a second apart, for the ears."""
    pieces = [np.zeros(EARS_RATE_HZ // 2)]
    for line in lines:
        utterance = say(voice, line)
        if utterance:
            samples = speech_of(utterance)
            pieces += [soxr.resample(samples, utterance.speech.rate_hz, EARS_RATE_HZ), pieces[0]]
    return np.concatenate(pieces)


def speech_of(utterance: Utterance) -> NDArray[np.float64]:
    """What a voice says; a network that sings says it on its own pitch, without the fillers between its phrases."""
    if (script := utterance.script) is None:
        return utterance.speech.samples
    style = speaker_style(script.speaker)
    prosody = predict_prosody(script.tokens, style, script.frames)
    samples = give_voice(move_mouth(prosody, style), prosody.pitch, style).astype(np.float64)
    is_said = np.zeros(len(samples), dtype=bool)
    for sound in utterance.speech.phonemes:
        is_said[sound.start : sound.end + FRAME] = True
    return np.where(is_said, samples, 0.0)


def sung(language: str, voice: str, lines: Sequence[str], style: str) -> Take:
    stamped = [LyricLine(FIRST_S + GAP_S * i, line) for i, line in enumerate(lines)]
    sections = [
        Section("Chorus" if i // 4 % 2 else "Verse", tuple(stamped[i : i + 4]))
        for i in range(0, len(stamped), 4)
    ]
    request = RenderRequest(
        Lyrics("Benchmark", language, tuple(sections)),
        style,
        FIRST_S + GAP_S * len(lines) + TAIL_S,
        (7,),
        options={"voice": voice, "stems": True},
    )
    return next(iter(load_engine("sketch").render(request, lambda progress: None)))


def voice_name(language: str, wanted: str) -> str:
    """ "+m3" is a variant of the language's own voice; "low" and "high" are its defaults."""
    plain = choose_voice(language).name.partition("+")[0]
    return plain + wanted if wanted.startswith("+") else choose_voice(language, wanted).name


def measure(
    language: str,
    voice: str,
    lines: Sequence[str],
    styles: Sequence[str],
    hear: Hear,
    *,
    speaks: bool,
) -> dict[str, float]:
    """Shares of units heard wrongly ("speech", "stem", "mix"), and of the stem the median of the notes' distances from
    the tune in cents, the share of frames within 50, and "mos"; the last five as means over the styles."""
    said = units_of(" ".join(lines), language)

    def wrong(audio: NDArray[np.float64]) -> float:
        return min(1.0, edits(said, units_of(hear(audio), language)) / len(said))

    found: dict[str, list[float]] = {"speech": [wrong(spoken(voice, lines))]} if speaks else {}
    for style in styles:
        take = sung(language, voice, lines, style)
        stem, mix = (for_ears(audio) for audio in (take.stems["vocal"], take.audio))
        notes, frames = pitch_errors_cents(take)
        values = {
            "stem": wrong(stem),
            "mix": wrong(mix),
            "cents": float(np.median(np.abs(notes))),
            "within 50": float(np.mean(np.abs(frames) <= 50)),
            **opinion(stem),
        }
        for name, value in values.items():
            found.setdefault(name, []).append(value)
    return {name: float(np.mean(values)) for name, values in found.items()}


def for_ears(audio: NDArray[np.float32]) -> NDArray[np.float64]:
    mono = audio.mean(axis=0).astype(np.float64)
    return np.asarray(soxr.resample(mono, SAMPLE_RATE_HZ, EARS_RATE_HZ))


def opinion(stem: NDArray[np.float64]) -> dict[str, float]:
    """DNSMOS of a voice, if it can be had; of windows that are mostly sung, on a scale from 1 to 5."""
    if not (importlib.util.find_spec("speechmos") and importlib.util.find_spec("librosa")):
        return {}
    from speechmos import dnsmos

    window = 9 * EARS_RATE_HZ
    voiced = stem[round(FIRST_S * EARS_RATE_HZ) :] / max(float(np.abs(stem).max()), 1e-9)
    starts = range(0, len(voiced) - window, 2 * window)
    scores = [dnsmos.run(voiced[at : at + window], EARS_RATE_HZ)["ovrl_mos"] for at in starts]
    return {"mos": float(np.mean(scores))} if scores else {}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    languages = sorted(path.stem for path in LYRICS.glob("*.txt"))
    parser.add_argument("--language", nargs="*", default=languages, choices=languages)
    parser.add_argument("--voice", nargs="*", default=["low", "high"])
    parser.add_argument("--style", nargs="*", default=STYLES)
    parser.add_argument("--tuning", action="store_true", help="sing the half for choosing voices")
    parser.add_argument("--sung-only", action="store_true", help="not the voice merely speaking")
    options = parser.parse_args()
    for language in options.language:
        if language == "ja" and not has_japanese_reader():
            print("ja            skipped: the extra japanese is not installed")
            continue
        lines = lines_of(language, is_tuning=options.tuning)
        hear = load_ears(language)
        for wanted in options.voice:
            voice = voice_name(language, wanted)
            speaks = not options.sung_only
            errors = measure(language, voice, lines, options.style, hear, speaks=speaks)
            row = "  ".join(f"{name} {share:.2f}" for name, share in errors.items())
            print(f"{voice:12}  {row}  of {len(units_of(' '.join(lines), language))}", flush=True)


if __name__ == "__main__":
    main()
