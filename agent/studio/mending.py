"""Hearing takes, and singing again what was not understood.

Mending keeps what was heard best: every round sings the lines below the bar in one pass with a new seed, and of
that only lines are kept that are heard better than before, so no round can make the song worse.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from songsmith.agent.studio.open_song import OpenSong
from songsmith.agent.studio.own_times import at_heard_times, keeps_stamps
from songsmith.agent.studio.rendering import RenderWish
from songsmith.agent.studio.singing import fix_take
from songsmith.agent.studio.spans import merged_spans, span_of_lines
from songsmith.agent.writers.stamping import check_for
from songsmith.engine.diffrhythm.styles import style_similarity
from songsmith.engine.engine import Span
from songsmith.engine.listening.ears import Ears
from songsmith.engine.listening.listen import HeardLine, Hearing, ListenError, listen
from songsmith.engine.weights.store import Store, models_folder
from songsmith.lyrics.check import LineReport
from songsmith.lyrics.lyric import Lyrics
from songsmith.lyrics.pace import BUSY_PER_S, EASY_PER_S
from songsmith.lyrics.reading.lrc import parse_lyrics

__all__ = [
    "DEFAULT_BAR",
    "Mended",
    "MendedLine",
    "hearing_document",
    "listen_to_take",
    "lyrics_as_sung",
    "mend_take",
]

DEFAULT_BAR = 0.85
_BETTER = 0.02
"""Least gain in recall that counts as heard better."""
_AROUND_REPEAT_S = 0.4
"""Transcribers cut words short by about this much in music."""
_MOST_SEED = 2**63 - 1
_PILE_UP = 4
"""Consonants in a row that are hard to sing clearly."""
_VOWELS = frozenset("aæɐɑɒəɚɛɜeɪiɔoʊuʌᵻyøœ")


@dataclass(frozen=True)
class MendedLine:
    """A line that was below the bar: its recall before and after."""

    line: int
    text: str
    before: float
    after: float


@dataclass(frozen=True)
class Mended:
    """What singing again improved. `hearing` is that of the take that is picked now; `suggestions` are for
    the writer, on lines that failed every time."""

    take: str
    picked: str
    until_sung: float
    rounds: int
    lines: tuple[MendedLine, ...]
    takes: tuple[str, ...]
    hearing: Hearing
    suggestions: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """ "2 of 3 lines heard better, 1 still below 0.85"."""
        if not self.lines:
            return f"all lines are heard at {self.until_sung:g} or better"
        better = sum(line.after > line.before for line in self.lines)
        below = sum(line.after < self.until_sung for line in self.lines)
        return f"{better} of {len(self.lines)} lines heard better, {below} still below {self.until_sung:g}"


@lru_cache(maxsize=4)
def ears_called(model: str, allowed: bool) -> Ears:
    """The ears of the session: a model is loaded once for all songs."""
    return Ears(model, allowed=allowed)


def listen_to_take(
    opened: OpenSong, take: str = "", *, model: str = "", language: str = "", allowed: bool = False
) -> Hearing:
    """Hear a take against the words it was sung with; what was heard is kept beside it."""
    from songsmith.engine.audio import load_audio

    name = opened.take_named(take)
    lyrics = _sung_words(opened, name)
    audio = load_audio(opened.song.audio_path(name))
    ears = ears_called(model or opened.settings.listen_model, allowed)
    hearing = listen(
        audio,
        lyrics,
        ears=ears,
        language=language or lyrics.language,
        has_stamps=keeps_stamps(opened, name),
        style_similarity=style_similarity(
            Store(models_folder()), audio, opened.song.manifest(name).style
        ),
    )
    opened.song.add_hearing(name, hearing_document(hearing))
    return hearing


def lyrics_as_sung(opened: OpenSong, take: str = "") -> Lyrics:
    """The song's lyrics with the times at which `take` sings them: the stamps where its engine keeps to them, else
    as it was last heard, or is heard now."""
    name = opened.take_named(take)
    lyrics = opened.song.lyrics
    if keeps_stamps(opened, name) or not lyrics.lines:
        return lyrics
    if opened.song.hearing(name) is None:
        opened.audience.note(f"{name} places its lines itself; listening for where they are")
        listen_to_take(opened, name)
    return at_heard_times(lyrics, opened.song.hearing(name) or {}, name)


def mend_take(
    opened: OpenSong,
    take: str = "",
    *,
    until_sung: float = DEFAULT_BAR,
    max_rounds: int = 3,
    among: Sequence[str] = (),
) -> Mended:
    """Sing lines heard below `until_sung` again, up to `max_rounds` times, and pick the take heard best.

    It starts from `take`, or from the one heard best `among` several, else from the picked one.
    """
    check_budget(until_sung, max_rounds)
    for name in among or [opened.take_named(take)]:
        if [x.text for x in _sung_words(opened, name).lines] != [
            x.text for x in opened.song.lyrics.lines
        ]:
            raise ListenError(
                f"the words have changed since {name} was sung", hint="render them first"
            )
    first, hearing = _best_of(opened, among or [opened.take_named(take)])
    before, made = {line.line: line for line in hearing.lines}, list[str]()
    best, rounds, failed = first, 0, _below(hearing, until_sung)
    while failed and rounds < max_rounds:
        rounds += 1
        seed = (opened.song.manifest(first).seed + rounds) % _MOST_SEED
        best, hearing, new = _sing_again(opened, best, hearing, failed, seed)
        made += new
        failed = _below(hearing, until_sung)
        opened.audience.note(f"round {rounds}: {hearing.summary}")
    if opened.song.picked != best:
        opened.song.add_version(f"pick {best}", picked=best)
    after = {line.line: line for line in hearing.lines}
    return Mended(
        take=first,
        picked=best,
        until_sung=until_sung,
        rounds=rounds,
        lines=tuple(
            MendedLine(number, line.text, _worth(line), _worth(after[number]))
            for number, line in before.items()
            if _worth(line) < until_sung
        ),
        takes=tuple(made),
        hearing=hearing,
        suggestions=tuple(_suggestions(opened, best, failed)) if rounds else (),
    )


def hearing_document(hearing: Hearing) -> dict[str, Any]:
    """A hearing as JSON values, for manifests and scripts."""
    document = asdict(hearing)
    for key in ("lufs", "true_peak_dbtp"):
        document[key] = document[key] if math.isfinite(document[key]) else None
    named = {name: list(getattr(hearing, name)) for name in ("missing", "misplaced", "repeated")}
    return {
        "summary": hearing.summary,
        "recall": round(hearing.recall, 4),
        **named,
        **document,
        "extra": list(hearing.extra),
        "lines": [
            {**asdict(line), "words": [asdict(word) for word in line.words]}
            for line in hearing.lines
        ],
    }


def check_budget(until_sung: float, max_rounds: int) -> None:
    """Raise `ListenError` for a bar or a number of rounds that nobody can sing to."""
    if not 0 < until_sung <= 1:
        raise ListenError(
            f"the bar can't be {until_sung:g}", hint="give a share of words, e.g. 0.85"
        )
    if not 1 <= max_rounds <= 20:
        raise ListenError(f"{max_rounds} rounds can't be sung", hint="give 1 to 20")


def _best_of(opened: OpenSong, names: Sequence[str]) -> tuple[str, Hearing]:
    """The take heard best, the first of equals, and its hearing."""
    heard = {name: listen_to_take(opened, name) for name in names}
    best = max(heard, key=lambda name: heard[name].recall)
    if len(heard) > 1:
        ranks = sorted(heard, key=lambda name: -heard[name].recall)
        shares = ", ".join(f"{name} {heard[name].recall:.2f}" for name in ranks)
        opened.audience.fact("ranked", f"{shares} (share of words heard)")
    return best, heard[best]


def _below(hearing: Hearing, bar: float) -> list[int]:
    return [line.line for line in hearing.lines if _worth(line) < bar]


def _worth(line: HeardLine) -> float:
    """Recall as ranking sees it: a line at the wrong place is worth nothing, a stuttered one half."""
    if line.is_misplaced:
        return 0.0
    return line.recall / 2 if line.is_repeated else line.recall


def _sing_again(
    opened: OpenSong, parent: str, hearing: Hearing, numbers: Sequence[int], seed: int
) -> tuple[str, Hearing, list[str]]:
    """The best take after one more seed, its hearing, and the takes made on the way.

    If only some of the lines came out better, those alone are sung once more with the same seed.
    """
    worth = {line.line: _worth(line) for line in hearing.lines}
    made: list[str] = []
    wanted = list(numbers)
    while wanted:
        fresh = _fix(opened, parent, [x for x in hearing.lines if x.line in wanted], seed)
        made.append(fresh)
        heard = listen_to_take(opened, fresh)
        now = {line.line: _worth(line) for line in heard.lines}
        better = [number for number in wanted if now[number] >= worth[number] + _BETTER]
        if better and len(better) == len(wanted):
            return fresh, heard, made
        wanted = better if len(better) < len(wanted) else []
    return parent, hearing, made


def _fix(opened: OpenSong, parent: str, lines: Sequence[HeardLine], seed: int) -> str:
    """A take in which the slots of these lines are sung again, and what was sung once too often is not.

    A line that was heard twice and well the first time keeps its slot.
    """
    duration_s = opened.song.manifest(parent).duration_s
    lost = [line.line for line in lines if not (line.is_repeated and line.verdict == "sung")]
    spans = [
        *span_of_lines(_words_in(opened, parent), lost, duration_s),
        *(span for line in lines if (span := _span_of_repeat(line, duration_s))),
    ]
    wish = RenderWish(takes=1, seed=seed)
    return fix_take(opened, parent, merged_spans(spans), wish).takes[0].take


def _span_of_repeat(line: HeardLine, duration_s: float) -> Span | None:
    """Where a line was sung once more, with its consonants and its last note."""
    if line.again_start_s is None or line.again_end_s is None:
        return None
    start_s = max(0.0, line.again_start_s - _AROUND_REPEAT_S)
    end_s = min(duration_s, line.again_end_s + _AROUND_REPEAT_S)
    return Span(start_s, end_s) if start_s < end_s else None


def _words_in(opened: OpenSong, take: str) -> Lyrics:
    """The words a take was sung with, at the times at which it sings them; it has been listened to."""
    words = _sung_words(opened, take)
    if keeps_stamps(opened, take):
        return words
    return at_heard_times(words, opened.song.hearing(take) or {}, take)


def _sung_words(opened: OpenSong, take: str) -> Lyrics:
    """The words a take was sung with."""
    lyrics = parse_lyrics(opened.song.manifest(take).words).lyrics
    if not isinstance(lyrics, Lyrics) or not lyrics.lines:
        raise ListenError(
            f"{take} is an instrumental, it has no words to listen for",
            hint="write words and render them",
        )
    return lyrics


def _suggestions(opened: OpenSong, take: str, numbers: Sequence[int]) -> list[str]:
    """What the writer could do about lines that failed again, with the numbers."""
    if not numbers:
        return []
    manifest = opened.song.manifest(take)
    report = check_for(manifest.engine, _sung_words(opened, take), duration_s=manifest.duration_s)
    return [f"line {number}: {_suggestion(report.lines[number - 1])}" for number in numbers]


def _suggestion(line: LineReport) -> str:
    rate, slot_s = line.tokens_per_s, line.end_s - line.start_s
    count = rate * slot_s
    pile = _longest_pile_up(line.phonemes)
    if rate > EASY_PER_S:
        words = max(1, len(line.text.split()))
        cut = max(1, round(words * (1 - EASY_PER_S / rate)))
        much = "too wordy for its slot" if rate > BUSY_PER_S else "wordy for its slot"
        return (
            f"{much}, {count:.0f} phonemes in {slot_s:.1f} s, {rate:.1f}/s; "
            f"cut about {cut} word{'s' * (cut > 1)} or give it {count / EASY_PER_S - slot_s:.1f} s more"
        )
    if len(pile) >= _PILE_UP:
        return (
            f"{len(pile)} consonants in a row ({' '.join(pile)}); choose words that open on vowels"
        )
    return f"it fits its slot ({rate:.1f} phonemes/s), so the words themselves are misheard; try others"


def _longest_pile_up(phonemes: Sequence[str]) -> list[str]:
    longest: list[str] = []
    run: list[str] = []
    for phone in phonemes:
        if phone == "_":
            continue
        run = [] if phone[0] in _VOWELS or not phone[0].isalpha() else [*run, phone]
        longest = max(longest, run, key=len)
    return longest
