"""All faults of a lyric at once, before any sound is made, and the frames that would be sung."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate

from songsmith.lyrics.fault import Fault
from songsmith.lyrics.frames import Layout, Variant, lay_out, variant_for
from songsmith.lyrics.limits import FRAMES, SingingLimits
from songsmith.lyrics.line_faults import LineFacts, line_faults
from songsmith.lyrics.lyric import Lyrics
from songsmith.lyrics.pace import (
    Singability,
    expected_tokens,
    line_slots,
    singability,
    singability_level,
)
from songsmith.lyrics.song_faults import language_code, song_faults
from songsmith.lyrics.speech.language_guess import guess_language
from songsmith.lyrics.speech.phonemes import PhonemeLine, phonemize_lines
from songsmith.lyrics.speech.said import said

__all__ = [
    "LineReport",
    "Report",
    "Singability",
    "SingingLimits",
    "Variant",
    "check_lyrics",
    "language_code",
    "report_json",
    "singability",
    "singability_level",
]


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
    limits: SingingLimits = FRAMES,
) -> Report:
    """Everything that is wrong with the lyric for a song of `duration_s`, sung by a singer of these `limits`.

    `parse_faults` are passed on, so that the report has everything.
    """
    variant = variant or variant_for(duration_s)
    lines = lyrics.lines
    spoken = phonemize_lines(list(map(said, lines)))
    starts_s = [line.start_s for line in lines]
    layout = lay_out(starts_s, spoken, duration_s=duration_s, variant=variant)
    language = language or lyrics.language
    reports = list(_line_reports(lyrics, spoken, layout, limits, duration_s, language))
    song = song_faults(lyrics, limits, duration_s, variant, language)
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
    limits: SingingLimits,
    duration_s: float,
    language: str,
) -> Iterator[LineReport]:
    lines = lyrics.lines
    language = language_code(language) or guess_language("\n".join(line.text for line in lines))
    counts = [
        len(words.tokens) if limits.lays_frames else expected_tokens(words.text, language)
        for words in spoken
    ]
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
            limits=limits,
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
