"""What can be wrong with a song as a whole: its length, its language, its beginning, too much to sing."""

from collections.abc import Iterator, Sequence

from songsmith.lyrics.fault import Fault
from songsmith.lyrics.frames import Variant, longest_s
from songsmith.lyrics.limits import SingingLimits
from songsmith.lyrics.lyric import Lyrics
from songsmith.lyrics.pace import expected_tokens
from songsmith.lyrics.speech.japanese import count_morae, is_japanese
from songsmith.lyrics.speech.language_guess import LATIN_LANGUAGES, guess_language
from songsmith.lyrics.speech.language_names import LANGUAGE_NAMES, language_name
from songsmith.lyrics.speech.phonemes import syllable_count, unsupported_scripts

__all__ = ["language_code", "song_faults"]

_EARLIEST_S, _EARLY_S = 0.5, 3.0  # songs the weights learnt from begin to sing at 0.5 to 22 s
_TOKENS_PER_SYLLABLE = 2.4
_LANGUAGES_NAMED = 6
_FEWEST_LINES_PER_MIN, _SHORT_S, _USUAL_LINE_S = 3, 30, 5  # of songs that are sung throughout


def song_faults(
    lyrics: Lyrics, limits: SingingLimits, duration_s: float, variant: Variant, language: str
) -> Iterator[Fault]:
    """All faults that belong to no line."""
    yield from _length(limits, duration_s, variant)
    yield from _language(limits, language)
    if not language:
        yield from _seeming_language(lyrics, limits)
    if not lyrics.lines:
        yield Fault("no-words", "note", "there is nothing to sing", "this will be an instrumental")
    elif limits.takes_stamps:
        yield from _beginning(lyrics, duration_s)
    else:
        yield from _amount(lyrics, limits, duration_s)


_ENDING_S = 10.0
"""What comes after the last line, at most."""


def _minutes(seconds: float) -> str:
    return f"{int(seconds // 60)}:{int(seconds % 60):02d}"


def _length(limits: SingingLimits, duration_s: float, variant: Variant) -> Iterator[Fault]:
    if limits.lays_frames and variant == "base" and duration_s > longest_s("base"):
        yield Fault(
            "too-long",
            "error",
            f"the base model sings {longest_s('base'):g} s at most, not {duration_s:g} s",
            "use the full variant or make the song shorter",
        )
    elif duration_s > limits.max_duration_s:
        yield Fault(
            "too-long",
            "error",
            f"this engine sings {limits.max_duration_s:g} s at most, not {duration_s:g} s",
            f"sing a part of it, e.g. --span 0:00-{_minutes(limits.max_duration_s - _ENDING_S)} or --from "
            '"verse 2", or make the song shorter',
        )
    elif duration_s < limits.min_duration_s:
        yield Fault(
            "too-short",
            "error",
            f"this engine sings songs of {limits.min_duration_s:g} s and more, not {duration_s:g} s",
            "make the song longer",
        )


def _language(limits: SingingLimits, language: str) -> Iterator[Fault]:
    if limits.languages and language and language_code(language) not in limits.languages:
        yield Fault(
            "unsupported-language",
            "error",
            f"the lyrics are marked as “{language[:20]}”; this engine sings {_named(limits)}",
            "write them in one of these, or choose an engine that sings it",
        )


def _named(limits: SingingLimits) -> str:
    """The languages of an engine, the first few where there are many."""
    names = sorted({LANGUAGE_NAMES[code] for code in limits.languages if code in LANGUAGE_NAMES})
    if len(names) > _LANGUAGES_NAMED:
        return f"{', '.join(names[:_LANGUAGES_NAMED])} and {len(names) - _LANGUAGES_NAMED} more"
    return " and ".join(names or sorted(limits.languages))


def _seeming_language(lyrics: Lyrics, limits: SingingLimits) -> Iterator[Fault]:
    """Words in Latin letters that would be read as if they were English."""
    guess = guess_language("\n".join(line.text for line in lyrics.lines))
    if limits.languages and guess not in limits.languages and guess in LATIN_LANGUAGES:
        yield Fault(
            "seeming-language",
            "warning",
            f"the words seem to be {language_name(guess)}; this engine sings {_named(limits)}",
            "choose an engine that sings it (--engine sketch), or mark them as what they are, e.g. [la:en]",
        )


def _beginning(lyrics: Lyrics, duration_s: float) -> Iterator[Fault]:
    first_s = min(line.start_s for line in lyrics.lines)
    if first_s < min(_EARLY_S, duration_s * 0.05):
        yield Fault(
            "no-intro",
            "warning" if first_s < _EARLIEST_S else "note",
            f"the first line starts {first_s:.2f} s into the song, which leaves no room for an intro",
            "start it later; most songs have 10 to 20 s before",
        )


def _amount(lyrics: Lyrics, limits: SingingLimits, duration_s: float) -> Iterator[Fault]:
    """More words than a singer who places the lines itself can get in, or far fewer than fill the song."""
    per_min = 60 * len(lyrics.lines) / max(duration_s, 1.0)
    if per_min < _FEWEST_LINES_PER_MIN and duration_s > _SHORT_S:
        yield Fault(
            "too-few-lines",
            "warning",
            f"{len(lyrics.lines)} lines in {duration_s:g} s; this engine fills what is left with music, or with "
            "words that nobody wrote",
            f"write more lines, or make the song {max(_SHORT_S, len(lyrics.lines) * _USUAL_LINE_S):.0f} s long",
        )
    if limits.lines_per_min and per_min > limits.lines_per_min:
        most = max(1, int(limits.lines_per_min * duration_s / 60))
        yield Fault(
            "too-many-lines",
            "warning",
            f"{len(lyrics.lines)} lines in {duration_s:g} s, {per_min:.0f} a minute; "
            f"this engine sings up to {limits.lines_per_min:g} a minute and skips what is left",
            f"keep {most} lines, or make the song {60 * len(lyrics.lines) / limits.lines_per_min:.0f} s long",
        )
    if not limits.syllables_per_s:
        return
    for section, (start_s, end_s) in zip(
        lyrics.sections, _section_times(lyrics, duration_s), strict=True
    ):
        syllables = _syllables([line.text for line in section.lines])
        rate = syllables / max(end_s - start_s, 0.1)
        if section.lines and rate > limits.syllables_per_s:
            yield Fault(
                "crowded",
                "warning",
                f"{section.label or 'the song'}: {syllables} syllables in {end_s - start_s:.1f} s, "
                f"{rate:.1f} a second; words get lost above {limits.syllables_per_s:g}",
                f"cut about {syllables - int(limits.syllables_per_s * (end_s - start_s))} syllables, "
                f"or give it {syllables / limits.syllables_per_s - (end_s - start_s):.1f} s more",
            )


def _section_times(lyrics: Lyrics, duration_s: float) -> list[tuple[float, float]]:
    """From the first line of each section to that of the next one that has lines, or to the end."""
    times: list[tuple[float, float]] = []
    next_s = duration_s
    for section in reversed(lyrics.sections):
        start_s = min((line.start_s for line in section.lines), default=next_s)
        times.append((start_s, max(start_s, next_s)))
        next_s = start_s
    return times[::-1]


def _syllables(texts: Sequence[str]) -> int:
    return sum(_of_line(text) for text in texts)


def _of_line(text: str) -> int:
    """Syllables; for writing that has no phonemes here, about as many as it would have."""
    if is_japanese(text):
        return max(1, count_morae(text))
    if unsupported_scripts(text):
        return max(1, round(expected_tokens(text) / _TOKENS_PER_SYLLABLE))
    return max(1, syllable_count(text))


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
