"""The offline writer: a prompt becomes a song without any language model.

A scene (one small story, see `scenes`) is chosen by the prompt's words; its verses tell the story in
order, its chorus returns, and what the person named comes back, in the hook first. The same prompt,
language, length and seed give the same song on every machine and Python.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from random import Random

from songsmith.agent.offline.fill import choose, fill_block, line_end, shuffled
from songsmith.agent.offline.form import form_for
from songsmith.agent.offline.reading import mentions, read_prompt
from songsmith.agent.offline.scenes import Block, Scene, load_scenes
from songsmith.agent.offline.wish import Topic, Wish
from songsmith.lyrics.lyric import Draft, DraftSection

__all__ = ["Composition", "compose", "lines_of", "write_song"]

_LABELS = {
    "en": {"verse": "Verse", "chorus": "Chorus", "pre": "Pre-Chorus", "bridge": "Bridge", "outro": "Outro"},
    "zh": {"verse": "主歌", "chorus": "副歌", "pre": "预副歌", "bridge": "桥段", "outro": "尾声"},
}
# A scene this close to the best one may be chosen too, so that one prompt has more than one song.
_NEAR_BEST = 0.7


@dataclass(frozen=True)
class Composition:
    """A song, and what the person should know about it: what was left out, and why."""

    draft: Draft
    notes: tuple[str, ...] = ()


def write_song(
    prompt: str, *, language: str = "", duration_s: float | None = 95.0, seed: int, title: str = ""
) -> Draft:
    """The song for a prompt. `language` is "en", "zh" or "" for the prompt's own; see `compose`."""
    return compose(prompt, language=language, duration_s=duration_s, seed=seed, title=title).draft


def compose(
    prompt: str, *, language: str = "", duration_s: float | None = 95.0, seed: int, title: str = ""
) -> Composition:
    """The song for a prompt with notes. Any prompt gives one, an empty one too.

    `duration_s` decides the form (None: that of a whole song); a given `title` is kept as it is and
    its words count as the prompt's.
    """
    wish = read_prompt(prompt, language=language, title=title)
    rng = Random(f"{seed}|{wish.language}|{duration_s}|{title}|{prompt}")
    return _Writer(wish, rng).song(title, duration_s)


def lines_of(draft: Draft) -> Iterator[tuple[str, str]]:
    """Section label and line, one by one, as a reader should see them appear."""
    for section in draft.sections:
        for line in section.lines:
            yield section.label, line


@dataclass
class _Writer:
    """One song in the making: what is used up, and which topics have not been sung yet."""

    wish: Wish
    rng: Random
    used_ends: set[str] = field(default_factory=set)
    used_lines: set[str] = field(default_factory=set)
    unsung: list[Topic] = field(default_factory=list)

    def song(self, title: str, duration_s: float | None) -> Composition:
        plan = form_for(duration_s)
        self.unsung = list(self.wish.topics)
        scene = self._scene()
        chorus = self._chorus(scene)
        parts: list[tuple[str, tuple[str, ...]]] = []
        counts: dict[str, int] = {}
        for i, part in enumerate(plan):
            counts[part.kind] = counts.get(part.kind, 0) + 1
            is_last = not any(p.kind == "chorus" for p in plan[i + 1 :])
            if part.kind == "chorus":
                returned = is_last and counts["chorus"] > 1
                lines = _returning(chorus, part.lines, varied=returned)
            elif part.kind == "outro":
                lines = chorus.lines[-part.lines :]
            else:
                lines = self._part(scene, part.kind, counts[part.kind], part.lines)
            if lines:
                parts.append((part.kind, lines))
        draft = Draft(
            title=title or chorus.title,
            language=self.wish.language,
            sections=_labelled(parts, self.wish.language),
        )
        return Composition(draft, self.wish.notes)

    def _scene(self) -> Scene:
        scenes = load_scenes(self.wish.language)
        scores = [self._score(scene, scenes) for scene in scenes]
        best = max(scores)
        near = [s for s, score in zip(scenes, scores, strict=True) if score > best - _NEAR_BEST]
        return choose(self.rng, near)

    def _score(self, scene: Scene, scenes: tuple[Scene, ...]) -> float:
        """How well a scene answers the prompt; a word few scenes answer to says more."""
        calls = self.wish.calls | {f"@{topic.role}" for topic in self.wish.topics[:1]} | {"@any"}
        score = 0.0
        for word in sorted(scene.words & calls):
            rarity = sum(word in other.words for other in scenes) ** -0.5
            score += {"@any": 0.2}.get(word, 1.2 if word.startswith("@") else 3.0) * rarity
        if self.wish.moods:
            score += 1.2 * len(scene.moods & self.wish.moods) or -0.6
        return score

    def _words(self, first: Topic | None = None) -> dict[str, str]:
        """Slot -> words; of two topics of a role the first wins, unless `first` says another."""
        topics = ((first,) if first else ()) + self.wish.topics
        words = {topic.role: topic.words for topic in reversed(topics)}
        return words | ({"age": self.wish.age} if self.wish.age else {})

    def _chorus(self, scene: Scene) -> Block:
        own = [b for b in self._filled(scene.pool("chorus"))]
        for topic in self.wish.topics[:2]:
            about = [b for b in own if mentions(b.lines, topic)]
            bank = list(self._bank(topic, "chorus", scene))
            if about or bank:
                own = about if about and (len(about) > 1 or not bank) else about + bank
                break
        chorus = choose(self.rng, own)
        self._note(chorus)
        return chorus

    def _part(self, scene: Scene, kind: str, count: int, lines: int) -> tuple[str, ...]:
        name = f"verse {min(count, 2)}" if kind == "verse" else kind
        wanted: list[Block] = []
        if kind == "verse" and lines > 2 and self.unsung:
            wanted = self._topic_blocks(scene, name)
        pool = self._filled(scene.pool(name))
        fresh = [(i, b) for i, b in enumerate(pool) if not self.used_lines.intersection(b.lines)]
        rated = sorted(shuffled(self.rng, fresh), key=lambda ib: -self._worth(ib[1]))
        room = lines - sum(len(b.lines) for b in wanted)
        taken: list[tuple[int, Block]] = []
        for strict in (True, False):
            for i, block in rated:
                clash = self._ends(block) & (self.used_ends | {e for _, b in taken for e in self._ends(b)})
                if (i, block) not in taken and len(block.lines) <= room and not (strict and clash):
                    taken.append((i, block))
                    room -= len(block.lines)
        told = [block for _, block in sorted(taken, key=lambda ib: ib[0])] + wanted
        for block in told:
            self._note(block)
        return tuple(chain.from_iterable(block.lines for block in told))

    def _topic_blocks(self, scene: Scene, name: str) -> list[Block]:
        """One block from the bank for the first unsung topic no block of the scene's part speaks of."""
        for topic in self.unsung:
            pool = self._filled(scene.pool(name))
            if any(mentions(b.lines, topic) for b in pool):
                continue
            fresh = [
                b
                for b in self._bank(topic, "verse", scene)
                if not self._ends(b) & self.used_ends and not self.used_lines.intersection(b.lines)
            ]
            if fresh:
                return [choose(self.rng, fresh)]
        return []

    def _bank(self, topic: Topic, part: str, scene: Scene) -> Iterator[Block]:
        """Blocks that take any word of the topic's role, in a mood that suits the song."""
        moods = self.wish.moods or scene.moods
        scenes = [s for s in load_scenes(self.wish.language, "topics") if topic.role in s.words]
        suited = [s for s in scenes if not s.moods or s.moods & moods] or scenes
        for bank in suited:
            for block in self._filled(bank.pool(part), topic):
                if mentions(block.lines, topic):
                    yield block

    def _filled(self, blocks: tuple[Block, ...], first: Topic | None = None) -> list[Block]:
        words = self._words(first)
        filled = (fill_block(block, words, self.rng, self.wish.language) for block in blocks)
        return [block for block in filled if block]

    def _worth(self, block: Block) -> int:
        return sum(mentions(block.lines, topic) for topic in self.unsung)

    def _ends(self, block: Block) -> set[str]:
        return {line_end(line, self.wish.language) for line in block.lines}

    def _note(self, block: Block) -> None:
        """Remembers what a block has used up and sung."""
        self.used_lines.update(block.lines)
        self.used_ends |= self._ends(block)
        self.unsung = [topic for topic in self.unsung if not mentions(block.lines, topic)]


def _returning(chorus: Block, lines: int, *, varied: bool) -> tuple[str, ...]:
    words = chorus.lines[-lines:]
    return (*words[:-1], chorus.last_line) if varied and chorus.last_line else words


def _labelled(parts: list[tuple[str, tuple[str, ...]]], language: str) -> tuple[DraftSection, ...]:
    """Sections with labels; parts there are several of are numbered, but a chorus is one and the same."""
    totals = [kind for kind, _ in parts]
    counts: dict[str, int] = {}
    sections = []
    for kind, lines in parts:
        counts[kind] = counts.get(kind, 0) + 1
        numbered = kind != "chorus" and totals.count(kind) > 1
        label = _LABELS[language][kind] + (f" {counts[kind]}" if numbered else "")
        sections.append(DraftSection(label, lines))
    return tuple(sections)
