"""Singing again what was not understood.

Mending keeps what was heard best: every round sings the lines below the bar in one pass with a new seed, and a take is
kept only if lines of it are heard better than before, so no round can make the song worse.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from songsmith.agent.phrases import lines_of
from songsmith.agent.song.song_file import Version
from songsmith.agent.studio.listening import (
    ANY_EARS,
    EarsWish,
    find_times,
    hear_sound,
    keep_hearing,
    listen_to_take,
    sung_lyrics,
)
from songsmith.agent.studio.open_song import OpenSong
from songsmith.agent.studio.own_times import at_own_times, keeps_stamps, known_times
from songsmith.agent.studio.rendering import RenderWish, save_take
from songsmith.agent.studio.singing import FixPlan, announce, plan_fix
from songsmith.agent.studio.spans import SpanError, merged_spans, span_of_lines
from songsmith.agent.writers.stamping import check_for
from songsmith.engine.audio import quantise
from songsmith.engine.engine import Span, Take
from songsmith.engine.listening.hearing import SUNG
from songsmith.engine.listening.listen import HeardLine, Hearing, ListenError
from songsmith.lyrics.check import LineReport
from songsmith.lyrics.lyric import Lyrics
from songsmith.lyrics.pace import BUSY_PER_S, EASY_PER_S

__all__ = ["DEFAULT_BAR", "Mended", "MendedLine", "check_budget", "lyrics_as_sung", "mend_take"]

DEFAULT_BAR = SUNG
"""What is called clear when it is listened to is clear here."""
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
    def below(self) -> tuple[int, ...]:
        """Numbers of the lines that are still heard below the bar."""
        return tuple(line.line for line in self.hearing.below(self.until_sung))

    @property
    def is_reached(self) -> bool:
        """Whether every line is heard as well as was asked for."""
        return not self.below

    @property
    def summary(self) -> str:
        """ "2 of 3 lines heard better, 1 still below 0.85 (line 7)"."""
        if self.is_reached and not self.lines:
            return f"all lines are heard at {self.until_sung:g} or better"
        better = sum(line.after > line.before for line in self.lines)
        still = f" ({lines_of(self.below)})" if self.below else ""
        return (
            f"{better} of {len(self.lines)} lines heard better, "
            f"{len(self.below)} still below {self.until_sung:g}{still}"
        )


def lyrics_as_sung(opened: OpenSong, take: str = "") -> Lyrics:
    """The song's lyrics with the times at which `take` sings them: the stamps where its engine keeps to them, else
    as it was last heard, or is heard now."""
    name = opened.take_named(take)
    lyrics = opened.song.lyrics
    if keeps_stamps(opened, name) or not lyrics.lines:
        return lyrics
    if known_times(opened, name) is None:
        opened.audience.note(f"{name} places its lines itself; listening for where they are")
        find_times(opened, name)
    return _placed(opened, lyrics, name)


def _placed(opened: OpenSong, lyrics: Lyrics, take: str) -> Lyrics:
    times = known_times(opened, take)
    if times is None:
        raise SpanError(
            f"no line of {take} was heard, so nobody knows where they are sung",
            hint="point at a span of time, e.g. 0:42-0:55",
        )
    return at_own_times(lyrics, times, take)


def mend_take(
    opened: OpenSong,
    take: str = "",
    *,
    until_sung: float = DEFAULT_BAR,
    max_rounds: int = 3,
    among: Sequence[str] = (),
    ears: EarsWish = ANY_EARS,
) -> Mended:
    """Sing lines heard below `until_sung` again, up to `max_rounds` times, and pick the take heard best.

    It starts from `take`, or from the one heard best `among` several, else from the picked one. One undo takes all of
    it back; of what was tried only takes are kept that are heard better than the one before.
    """
    check_budget(until_sung, max_rounds)
    names = among or [opened.take_named(take)]
    _check_words(opened, names)
    first, hearing = _best_of(opened, names, ears)
    mending = _Mending(opened, ears, first, hearing)
    before, rounds = {line.line: line for line in hearing.lines}, 0
    while (failed := mending.hearing.below(until_sung)) and rounds < max_rounds:
        rounds += 1
        mending.sing_again(failed, seed=(opened.song.manifest(first).seed + rounds) % _MOST_SEED)
        opened.audience.note(f"round {rounds}: {_tally(mending.hearing, until_sung)}")
    mending.pick()
    after = {line.line: line for line in mending.hearing.lines}
    return Mended(
        take=first,
        picked=mending.best,
        until_sung=until_sung,
        rounds=rounds,
        lines=tuple(
            MendedLine(number, line.text, line.worth, after[number].worth)
            for number, line in before.items()
            if line.worth < until_sung
        ),
        takes=tuple(mending.kept),
        hearing=mending.hearing,
        suggestions=tuple(_suggestions(opened, mending.best, failed)) if rounds else (),
    )


def _check_words(opened: OpenSong, names: Sequence[str]) -> None:
    """Raise `ListenError` for takes that sing other words than the song has now."""
    now = [line.text for line in opened.song.lyrics.lines]
    for name in names:
        if [line.text for line in sung_lyrics(opened, name).lines] != now:
            raise ListenError(
                f"the words have changed since {name} was sung", hint="render them first"
            )


def check_budget(until_sung: float, max_rounds: int) -> None:
    """Raise `ListenError` for a bar or a number of rounds that nobody can sing to."""
    if not 0 < until_sung <= 1:
        raise ListenError(
            f"the bar can't be {until_sung:g}", hint="give a share of words, e.g. 0.85"
        )
    if not 1 <= max_rounds <= 20:
        raise ListenError(f"{max_rounds} rounds can't be sung", hint="give 1 to 20")


def _best_of(opened: OpenSong, names: Sequence[str], ears: EarsWish) -> tuple[str, Hearing]:
    """The take heard best, the first of equals, and its hearing."""
    heard = {name: listen_to_take(opened, name, ears) for name in names}
    best = max(heard, key=lambda name: heard[name].recall)
    if len(heard) > 1:
        ranks = sorted(heard, key=lambda name: -heard[name].recall)
        shares = ", ".join(f"{name} {heard[name].recall:.2f}" for name in ranks)
        opened.audience.fact("ranked", f"{shares} (share of words heard)")
    return best, heard[best]


def _tally(hearing: Hearing, bar: float) -> str:
    """ "18 of 18 lines clear", or how many reach a bar of the person's own."""
    if bar == DEFAULT_BAR:
        return hearing.summary
    count = len(hearing.lines)
    return f"{count - len(hearing.below(bar))} of {count} lines heard at {bar:g} or better"


class _Mending:
    """The take heard best so far, its hearing, and what was kept on the way; all in one step of the song's history."""

    def __init__(self, opened: OpenSong, ears: EarsWish, take: str, hearing: Hearing) -> None:
        self._opened, self._ears = opened, ears
        self.best, self.hearing = take, hearing
        self.kept: list[str] = []
        self._version: Version | None = None
        self._is_announced = False

    def sing_again(self, lines: Sequence[HeardLine], *, seed: int) -> None:
        """Try these lines with one more seed; if only some come out better, those alone once more with it."""
        wanted = list(lines)
        while wanted:
            plan = _plan_again(self._opened, self.best, wanted, seed)
            take, heard = self._sung_and_heard(plan)
            now = {line.line: line.worth for line in heard.lines}
            better = [line for line in wanted if now[line.line] >= line.worth + _BETTER]
            if len(better) < len(wanted):
                wanted = better
                continue
            if heard.worth > self.hearing.worth:
                self._keep(plan, take, heard)
            return

    def pick(self) -> None:
        """Let the best take count, if another did."""
        if self._opened.song.picked != self.best:
            self._opened.song.add_version(f"pick {self.best}", picked=self.best)

    def _sung_and_heard(self, plan: FixPlan) -> tuple[Take, Hearing]:
        """A try, which is no take of the song yet."""
        opened = self._opened
        if not self._is_announced:
            announce(opened, plan.engine.name, plan.why, plan.forecast)
            self._is_announced = True
        take = next(iter(plan.engine.render(plan.request, opened.audience.progress)))
        heard = hear_sound(
            opened,
            quantise(take.audio),
            sung_lyrics(opened, plan.parent),
            self._ears,
            style=plan.request.style,
            has_stamps=keeps_stamps(opened, plan.parent),
        )
        return take, heard

    def _keep(self, plan: FixPlan, take: Take, heard: Hearing) -> None:
        song = self._opened.song
        manifest = save_take(
            song, take, plan.request, parent=plan.parent, formats=plan.wish.formats
        )
        keep_hearing(self._opened, manifest.take, heard)
        self.kept.append(manifest.take)
        self.best, self.hearing = manifest.take, heard
        self._version = song.add_version(
            f"mend → {', '.join(self.kept)}",
            new_takes=[manifest.take],
            picked=manifest.take,
            continues=self._version,
        )


def _plan_again(opened: OpenSong, parent: str, lines: Sequence[HeardLine], seed: int) -> FixPlan:
    """The slots of these lines sung again, and what was sung once too often without words.

    A line that was heard twice and well the first time keeps its slot.
    """
    duration_s = opened.song.manifest(parent).duration_s
    lost = [line.line for line in lines if not (line.is_repeated and line.verdict == "sung")]
    spans = [
        *_slots(opened, parent, lost, duration_s),
        *(span for line in lines if (span := _span_of_repeat(line, duration_s))),
    ]
    return plan_fix(opened, parent, merged_spans(spans), RenderWish(takes=1, seed=seed))


def _span_of_repeat(line: HeardLine, duration_s: float) -> Span | None:
    """Where a line was sung once more, with its consonants and its last note."""
    if line.again_start_s is None or line.again_end_s is None:
        return None
    start_s = max(0.0, line.again_start_s - _AROUND_REPEAT_S)
    end_s = min(duration_s, line.again_end_s + _AROUND_REPEAT_S)
    return Span(start_s, end_s) if start_s < end_s else None


def _slots(
    opened: OpenSong, take: str, numbers: Sequence[int], duration_s: float
) -> tuple[Span, ...]:
    """Where a take sings these lines; all of it where none of its lines was heard, so that nobody knows."""
    words = sung_lyrics(opened, take)
    if keeps_stamps(opened, take):
        return span_of_lines(words, numbers, duration_s)
    if known_times(opened, take) is None:
        return (Span(0.0, duration_s),) if numbers else ()
    return span_of_lines(_placed(opened, words, take), numbers, duration_s)


def _suggestions(opened: OpenSong, take: str, lines: Sequence[HeardLine]) -> list[str]:
    """What the writer could do about lines that failed again, with the numbers."""
    if not lines:
        return []
    manifest = opened.song.manifest(take)
    report = check_for(manifest.engine, sung_lyrics(opened, take), duration_s=manifest.duration_s)
    return [f"line {line.line}: {_suggestion(report.lines[line.line - 1])}" for line in lines]


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
