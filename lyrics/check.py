"""All faults of a lyric at once, before any sound is made, and the frames that would be sung."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate
from typing import Literal

from songsmith.lyrics.fault import Fault
from songsmith.lyrics.frames import Layout, Variant, lay_out
from songsmith.lyrics.line_faults import LANGUAGE_NAMES, LineFacts, line_faults
from songsmith.lyrics.lyric import Lyrics
from songsmith.lyrics.pace import (
    Singability,
    expected_tokens,
    line_slots,
    singability,
    singability_level,
)
from songsmith.lyrics.speech.language_guess import guess_language
from songsmith.lyrics.speech.phonemes import PhonemeLine, phonemize_lines

__all__ = [
    "LineReport",
    "Report",
    "Singability",
    "Singer",
    "Variant",
    "check_lyrics",
    "language_code",
    "report_json",
    "singability",
    "singability_level",
]

Singer = Literal["diffrhythm", "sketch"]
_LANGUAGES: dict[Singer, tuple[str, ...]] = {"diffrhythm": ("en", "zh"), "sketch": ()}

BASE_LIMIT_S, FULL_LIMIT_S = 95.2, 285.3
_EARLIEST_S, _EARLY_S = 0.5, 3.0  # songs the weights learnt from begin to sing at 0.5 to 22 s


@dataclass(frozen=True)
class LineReport:
    """One line with its slot `[start_s, end_s)`, its phonemes and model tokens, and what is wrong with it.

    `tokens` are without the final period; `first_frame` is where the first of them is laid, -1 if the
    line is not sung.
    """

    line: int
    source_line: int
    start_s: float
    end_s: float
    text: str
    phonemes: tuple[str, ...]
    tokens: tuple[int, ...]
    first_frame: int
    tokens_per_s: float
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class Report:
    """What would be sung, and all faults: those of lines and those of the song. `frames` has one token a
    frame for the whole song, 0 where nothing is sung."""

    lines: tuple[LineReport, ...]
    faults: tuple[Fault, ...]
    frames: tuple[int, ...]
    duration_s: float
    variant: Variant

    @property
    def has_errors(self) -> bool:
        """Whether anything can't be sung as written."""
        return any(fault.severity == "error" for fault in self.faults)


def check_lyrics(
    lyrics: Lyrics,
    *,
    duration_s: float,
    variant: Variant | None = None,
    parse_faults: Sequence[Fault] = (),
    language: str = "",
    for_engine: Singer = "diffrhythm",
    languages: Collection[str] | None = None,
) -> Report:
    """Everything that is wrong with the lyric for a song of `duration_s`, sung by `for_engine`.

    `languages` are those the singer knows, empty for any; None takes the engine's usual ones.
    `parse_faults` are passed on, so that the report has everything.
    """
    if variant is None:
        variant = "base" if duration_s <= BASE_LIMIT_S else "full"
    known = _LANGUAGES[for_engine] if languages is None else tuple(languages)
    lines = lyrics.lines
    spoken = phonemize_lines([line.text for line in lines])
    starts_s = [line.start_s for line in lines]
    layout = lay_out(starts_s, spoken, duration_s=duration_s, variant=variant)
    language = language or lyrics.language
    reports = list(_line_reports(lyrics, spoken, layout, known, duration_s, language))
    song = _song_faults(lyrics, duration_s, variant, language, known)
    of_lines = [fault for report in reports for fault in report.faults]
    return Report(
        lines=tuple(reports),
        faults=(*parse_faults, *song, *of_lines),
        frames=layout.tokens,
        duration_s=duration_s,
        variant=variant,
    )


def _line_reports(
    lyrics: Lyrics,
    spoken: Sequence[PhonemeLine],
    layout: Layout,
    languages: Collection[str],
    duration_s: float,
    language: str,
) -> Iterator[LineReport]:
    lines = lyrics.lines
    language = language_code(language) or guess_language("\n".join(line.text for line in lines))
    counts = [len(words.tokens) if languages else expected_tokens(words.text) for words in spoken]
    slots = line_slots(lyrics, counts, duration_s=duration_s)
    latest_s = [0.0, *accumulate((line.start_s for line in lines), max)]
    first_at = {line.start_s: number for number, line in reversed(list(enumerate(lines, 1)))}
    for index, line in enumerate(lines):
        laid = layout.lines[index]
        facts = LineFacts(
            number=index + 1,
            line=line,
            slot=slots[index],
            spoken=spoken[index],
            token_count=counts[index],
            laid=laid,
            languages=languages,
            duration_s=duration_s,
            latest_s=latest_s[index],
            twin=first_at[line.start_s],
            language=language,
        )
        yield LineReport(
            line=index + 1,
            source_line=line.source_line,
            start_s=line.start_s,
            end_s=round(slots[index].end_s, 3),
            text=line.text,
            phonemes=spoken[index].phonemes,
            tokens=spoken[index].tokens,
            first_frame=laid.first_frame if laid.is_sung else -1,
            tokens_per_s=round(facts.rate, 2) if not facts.is_past_end else 0.0,
            faults=line_faults(facts),
        )


def _song_faults(
    lyrics: Lyrics, duration_s: float, variant: Variant, language: str, languages: Collection[str]
) -> Iterator[Fault]:
    limit_s = BASE_LIMIT_S if variant == "base" else FULL_LIMIT_S
    if languages and duration_s > limit_s:
        longer = "use the full variant or " if variant == "base" else ""
        yield Fault(
            "too-long",
            "error",
            f"the {variant} model sings {limit_s:.0f} s at most, not {duration_s:.0f} s",
            f"{longer}make the song shorter",
        )
    if languages and language and language_code(language) not in languages:
        known = " and ".join(LANGUAGE_NAMES.get(name, name) for name in sorted(languages))
        yield Fault(
            "unsupported-language",
            "error",
            f"the lyrics are marked as “{language[:20]}”; this singer knows {known}",
            "write them in one of these, or choose an engine that sings it",
        )
    if not lyrics.lines:
        yield Fault("no-words", "note", "there is nothing to sing", "this will be an instrumental")
        return
    first_s = min(line.start_s for line in lyrics.lines)
    if first_s < min(_EARLY_S, duration_s * 0.05):
        yield Fault(
            "no-intro",
            "warning" if first_s < _EARLIEST_S else "note",
            f"the first line starts {first_s:.2f} s into the song, which leaves no room for an intro",
            "start it later; most songs have 10 to 20 s before",
        )


def language_code(language: str) -> str:
    """Two-letter code of a language as people tag it: "zh" of "zh-CN", "Chinese", "中文"."""
    name = language.strip().casefold().replace("_", "-")
    names = {
        "english": "en",
        "eng": "en",
        "英文": "en",
        "英语": "en",
        "chinese": "zh",
        "mandarin": "zh",
        "cmn": "zh",
        "zho": "zh",
        "中文": "zh",
        "汉语": "zh",
        "国语": "zh",
        "普通话": "zh",
    }
    return names.get(name, name.split("-")[0])


def report_json(report: Report) -> dict[str, object]:
    """The report as JSON values: `frames`, `lines`, `faults`, and the song's figures."""
    return {
        "duration_s": report.duration_s,
        "variant": report.variant,
        "has_errors": report.has_errors,
        "lines": [asdict(line) for line in report.lines],
        "faults": [asdict(fault) for fault in report.faults],
        "frames": list(report.frames),
    }
