"""New words for some lines of a lyric, without a language model: same rhyme, same metre, other words.

Words come from the scenes, a whole chorus or couplet where whole ones are asked for, so that they make
sense; the instruction ("angrier", "about the sea", "shorter") decides from which scenes. A line that must
rhyme with one that stays is looked up by its sound.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from songsmith.agent.writers.offline.fill import choose, fill_block, line_end, line_length
from songsmith.agent.writers.offline.finals import rhyme_group
from songsmith.agent.writers.offline.pronounce import chimes, rhymes
from songsmith.agent.writers.offline.reading import WriterError, read_prompt
from songsmith.agent.writers.offline.scenes import Scene, load_scenes
from songsmith.agent.writers.offline.wish import Wish
from songsmith.lyrics.lyric import Draft, Lyrics, section_kind
from songsmith.lyrics.speech.han import han_in
from songsmith.lyrics.speech.language_guess import guess_language

__all__ = ["cannot_follow", "rewrite_lines"]

_SHORTER = ("shorter", "short", "fewer", "短")
_LONGER = ("longer", "more words", "长")
# Whom the instruction names may come into the new lines; other words of it only choose the scene.
_WHO = frozenset({"name", "kin", "animal"})
_ANYTHING_ELSE = frozenset((
    "other", "others", "another", "different", "differently", "new", "fresh", "again", "anew",
    "word", "words", "wording", "line", "lines", "better", "best", "nicer", "try",
    "something", "else", "rewrite", "rephrase", "change", "say", "it", "this", "that",
    "them", "please", "with", "in", "a", "the", "make",
))  # fmt: skip
"""Words of an instruction that any other words answer."""
_ANEW = re.compile(
    r"换[个一种]*(?:说法|词|歌词|写法)?|别的|重新?写|再来|一[次遍个]|改一?下|更好|请"
)
_PARTS = {"pre-chorus": "pre", "chorus": "chorus", "bridge": "bridge"}


def rewrite_lines(
    lyrics: Draft | Lyrics,
    which: Collection[int],
    instruction: str = "",
    *,
    seed: int,
    in_own_scene: bool = False,
    in_pairs: bool = False,
) -> dict[int, str]:
    """New words for the lines numbered in `which` (1-based among the sung lines): number -> text.

    New lines rhyme among themselves or with the lines that stay, as the old ones did, and are within a
    syllable or two as long ("shorter" and "longer" in the instruction move that). Where the scenes know
    no rhyme for a word that stays, half a rhyme is taken; a line for which nothing fits is missing from
    the answer. Lines that were alike stay alike. With `in_own_scene` they come from the scenes that the song itself
    is made of, if it is made of any; `in_pairs` takes couplets where whole choruses are taken otherwise. Raises
    `WriterError` for a number that no line has.
    """
    song = _song(lyrics)
    for number in sorted(which):
        if not 1 <= number <= len(song):
            raise WriterError(
                f"there is no line {number}", hint=f"the song has lines 1 to {len(song)}"
            )
    tongue = _tongue(song)
    seeded = f"{seed}|{instruction}|{sorted(which)}|{'|'.join(line.text for line in song)}"
    rewriter = _Rewriter(song, tongue, instruction, Random(seeded))
    rewriter.most_together = 2 if in_pairs else 4
    if in_own_scene:
        rewriter.stay_at_home()
    return rewriter.rewrite(sorted(set(which)))


def cannot_follow(lyrics: Draft | Lyrics, instruction: str) -> str:
    """Why new words out of the stock would not be what is asked for, "" if they can be.

    What can be followed: other words, shorter or longer ones, and a mood that the song's own scene has. Raises
    `WriterError` for words in a language that it does not write.
    """
    song = _song(lyrics)
    language = guess_language("\n".join(line.text for line in song))
    if language not in ("en", "zh"):
        raise WriterError(
            f"the words are in {language!r}, and the offline writer writes English and Chinese",
            hint="write them yourself, or use an LLM: songsmith config set api_key",
        )
    rewriter = _Rewriter(song, _tongue(song), instruction, Random(0))
    moods = rewriter.wish.moods
    if moods:
        homes = [stock.scene for stock in rewriter.stock if stock.scene.name in rewriter.home]
        has_mood = any(scene.moods & moods for scene in homes)
        return "" if has_mood else "its lines of this story have no other mood"
    asked = set(re.findall(r"[a-z']+", instruction.lower())) - _ANYTHING_ELSE
    is_open = not asked and not han_in(_ANEW.sub("", instruction))
    if rewriter.change or is_open:
        return ""
    return "it has only lines of this story, and can't work a wish into them"


def _tongue(song: list["_Sung"]) -> str:
    return "zh" if han_in("".join(line.text for line in song)) else "en"


@dataclass(frozen=True)
class _Sung:
    """A line of the song, with the part it stands in and that part's number."""

    text: str
    part: str
    section: int


@dataclass(frozen=True)
class _Stock:
    """Lines of a scene that can be sung by themselves."""

    lines: tuple[str, ...]
    part: str
    scene: Scene


def _song(lyrics: Draft | Lyrics) -> list[_Sung]:
    parts: list[tuple[str, list[str]]] = (
        [(section.label, list(section.lines)) for section in lyrics.sections]
        if isinstance(lyrics, Draft)
        else [(section.label, [line.text for line in section.lines]) for section in lyrics.sections]
    )
    return [
        _Sung(line, _PARTS.get(section_kind(label), "verse"), i)
        for i, (label, lines) in enumerate(parts)
        for line in lines
    ]


@lru_cache(maxsize=8)
def _stock(tongue: str, slots: tuple[tuple[str, str], ...] = ()) -> tuple[_Stock, ...]:
    """Every block of the scenes that needs no other words than `slots`, in a fixed order."""
    return tuple(_blocks(tongue, dict(slots)))


def _blocks(tongue: str, slots: dict[str, str]) -> Iterator[_Stock]:
    rng = Random(tongue)
    for scene in load_scenes(tongue):
        for part in sorted(scene.pools):
            for block in scene.pool(part):
                filled = fill_block(block, slots, rng, tongue)
                if filled:
                    yield _Stock(filled.lines, part.split()[0], scene)


class _Rewriter:
    """The song as it becomes: `now` holds the lines rewritten so far, `old` those that were."""

    def __init__(self, song: list[_Sung], tongue: str, instruction: str, rng: Random) -> None:
        self.song = song
        self.most_together = 4
        self.old = [line.text for line in song]
        self.now = list(self.old)
        self.tongue = tongue
        self.rng = rng
        self.wish: Wish = read_prompt(instruction, language=tongue)
        self.stock = _stock(
            tongue, tuple((t.role, t.words) for t in self.wish.topics if t.role in _WHO)
        )
        low = instruction.lower()
        self.change = (
            -2 if any(w in low for w in _SHORTER) else 2 if any(w in low for w in _LONGER) else 0
        )
        self.home = {s.scene.name for s in _stock(tongue) if set(s.lines) & set(self.old)}

    def stay_at_home(self) -> None:
        """Take lines only from the scenes that the song is made of, if there are such."""
        own = tuple(block for block in self.stock if block.scene.name in self.home)
        self.stock = own or self.stock

    def rewrite(self, numbers: list[int]) -> dict[int, str]:
        """New texts by line number."""
        said: dict[tuple[str, ...], tuple[str, ...]] = {}
        new: dict[int, str] = {}
        for places in self._units([number - 1 for number in numbers]):
            old = tuple(self.old[i] for i in places)
            texts = said.get(old) or self._block(places) or self._single_lines(places)
            said[old] = texts
            for i, text in zip(places, texts, strict=True):
                self.now[i] = text
                if text != self.old[i]:
                    new[i + 1] = text
        return new

    def _units(self, places: list[int]) -> Iterator[list[int]]:
        """Neighbours of a section that are rewritten together: a whole chorus, else pairs, else single lines."""
        while places:
            first = self.song[places[0]]
            run = [
                i
                for n, i in enumerate(places)
                if i == places[0] + n and self.song[i].section == first.section
            ]
            size = 4 if len(run) >= 4 and first.part == "chorus" else 2 if len(run) >= 2 else 1
            size = min(size, self.most_together)
            yield places[:size]
            places = places[size:]

    def _block(self, places: list[int]) -> tuple[str, ...]:
        """A whole block for the places, if none of their lines rhymes with a line that stays; else ()."""
        if len(places) == 1 or self._rhymes_outside(places):
            return ()
        part = self.song[places[0]].part if len(places) == 4 else ""
        lengths = [line_length(self.old[i], self.tongue) + self.change for i in places]
        for slack in (1, 2, 3):
            fitting = [
                block
                for block in self.stock
                if len(block.lines) == len(places)
                and part in {"", block.part}
                and self._is_fresh(block.lines)
                and all(
                    abs(line_length(line, self.tongue) - length) <= slack
                    for line, length in zip(block.lines, lengths, strict=True)
                )
                and self._keeps_group(block.lines[-1], places)
            ]
            suited = self._suited(fitting)
            if suited:
                return choose(self.rng, suited).lines
        return ()

    def _rhymes_outside(self, places: list[int]) -> bool:
        """Whether English lines would lose a rhyme: their nearest rhyme is outside and none is inside."""
        if self.tongue == "zh":
            return False
        return any(
            not any(self._sound_alike(self.old[i], self.old[j]) for j in places)
            and any(
                self._sound_alike(self.old[i], self.old[j])
                for j in self._near(i)
                if j not in places
            )
            for i in places
        )

    def _keeps_group(self, line: str, places: list[int]) -> bool:
        """A Chinese part keeps one rhyme: that of the lines which stay or were rewritten first."""
        if self.tongue == "en" or len(places) == 4:
            return True
        section = self.song[places[0]].section
        others = [
            i for i, sung in enumerate(self.song) if sung.section == section and i not in places
        ]
        ends = [rhyme_group(self.now[i]) for i in others if (i - others[0]) % 2]
        return not ends or rhyme_group(line) in ends

    def _single_lines(self, places: list[int]) -> tuple[str, ...]:
        texts: list[str] = []
        for i in places:
            text = self._line_for(i, [j for j in places if j > i]) or self.old[i]
            self.now[i] = text
            texts.append(text)
        return tuple(texts)

    def _line_for(self, at: int, later: list[int]) -> str:
        """A line for one place that rhymes as the old one did; "" if there is none."""
        partner = next(
            (
                self.now[i]
                for i in self._near(at)
                if self._sound_alike(self.old[i], self.old[at]) and i not in later
            ),
            "",
        )
        length = line_length(self.old[at], self.tongue) + self.change
        # Half a rhyme only after no length gave a whole one.
        for slack, whole in ((1, True), (2, True), (3, True), (2, False)):
            fitting = [
                _Stock((line,), block.part, block.scene)
                for block in self.stock
                for line in block.lines
                if self._is_fresh((line,))
                and abs(line_length(line, self.tongue) - length) <= slack
                and (not partner or self._answers(line, partner, whole=whole))
            ]
            suited = self._suited(fitting)
            if suited:
                return choose(self.rng, suited).lines[0]
        return ""

    def _suited(self, blocks: list[_Stock]) -> list[_Stock]:
        """Those of the blocks whose scene answers the instruction best, or is the song's own."""
        scores = [
            2 * len(block.scene.words & self.wish.calls)
            + 2 * len(block.scene.moods & self.wish.moods)
            + (block.scene.name in self.home)
            for block in blocks
        ]
        return [b for b, score in zip(blocks, scores, strict=True) if score == max(scores)]

    def _is_fresh(self, lines: tuple[str, ...]) -> bool:
        """Whether no line is in the song already, and none ends on a word that its neighbours end on."""
        return not set(lines) & {*self.old, *self.now} and not {
            line_end(line, self.tongue) for line in lines
        } & {line_end(line, self.tongue) for line in self.now}

    def _answers(self, line: str, partner: str, *, whole: bool) -> bool:
        """Whether a line rhymes with its partner, or half rhymes where that will do."""
        if whole or self.tongue == "zh":
            return self._sound_alike(line, partner)
        return chimes(line, partner)

    def _near(self, at: int) -> list[int]:
        """The lines around a place, nearest first, as far as a rhyme is heard."""
        return sorted(
            (i for i in range(max(0, at - 3), min(len(self.old), at + 4)) if i != at),
            key=lambda i: (abs(i - at), i),
        )

    def _sound_alike(self, one: str, other: str) -> bool:
        if self.tongue == "en":
            return rhymes(one, other)
        group = rhyme_group(one)
        return (
            bool(group) and group == rhyme_group(other) and han_in(one)[-1:] != han_in(other)[-1:]
        )
