"""The offline writer: a prompt becomes a song without any language model.

A scene (one small story, see `scenes`) is chosen by the prompt's words; its verses tell the story in
order, its chorus returns, and what the person named comes back, in the hook first. The same prompt,
language, length and seed give the same song on every machine and Python.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from random import Random

from songsmith.agent.writers.offline.fill import choose, fill_block, line_end, line_length, shuffled
from songsmith.agent.writers.offline.finals import rhyme_group
from songsmith.agent.writers.offline.fit import Fit, fit_of, key_words
from songsmith.agent.writers.offline.form import form_for
from songsmith.agent.writers.offline.lexicon import lexicon
from songsmith.agent.writers.offline.reading import mentions, read_prompt
from songsmith.agent.writers.offline.scenes import Block, Scene, load_scenes
from songsmith.agent.writers.offline.wish import Topic, Wish
from songsmith.lyrics.lyric import Draft, DraftSection

__all__ = ["Composition", "compose", "lines_of", "write_song"]

_LABELS = {
    "en": {
        "verse": "Verse",
        "chorus": "Chorus",
        "pre": "Pre-Chorus",
        "bridge": "Bridge",
        "outro": "Outro",
    },
    "zh": {"verse": "主歌", "chorus": "副歌", "pre": "预副歌", "bridge": "桥段", "outro": "尾声"},
}
# A scene this close to the best one may be chosen too, so that one prompt has more than one song.
_NEAR_BEST = 0.5
_WORTH_A_TRY = 0.6
_DRAFTS = 6
_MOOD_WEIGHT = 1.2
# What the song is about says more than the words around it.
_TOPIC_WEIGHT = 0.8
# Slots of the bank that take the rarer roles too; its lines fit one or many, things or food.
_BANK_SLOTS = {"things": "thing", "food": "thing", "vehicle": "thing", "animals": "animal"}


@dataclass(frozen=True)
class Composition:
    """A song, what the person should know about it (what was left out, and why), and the scene it tells."""

    draft: Draft
    notes: tuple[str, ...] = ()
    scene: str = ""


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
    its words count as the prompt's. Of a few drafts the one that sings most of the prompt's key words is taken; where
    that is less than half of them, a note says what is missing.
    """
    wish = read_prompt(prompt, language=language, title=title)
    length = "whole" if duration_s is None else f"{float(duration_s):.3f}"
    keys = key_words(f"{title} {prompt}", wish.language)
    drafts: list[tuple[float, Composition, Fit]] = []
    for number in range(_DRAFTS if keys else 1):
        again = f"|{number}" if number else ""
        rng = Random(f"{seed}|{wish.language}|{length}|{title}|{prompt}{again}")
        song = _Writer(wish, rng, rank=number // 2).song(title, duration_s)
        fit = _fit(song, keys)
        drafts.append((fit.share, song, fit))
    _, song, fit = max(drafts, key=lambda draft: draft[0])
    return replace(song, notes=(*song.notes, *_fit_notes(fit, song, wish.language)))


def _fit(song: Composition, keys: tuple[str, ...]) -> Fit:
    draft = song.draft
    lines = [line for part in draft.sections for line in part.lines]
    chorus = _LABELS["zh"]["chorus"], _LABELS["en"]["chorus"]
    hook = [line for part in draft.sections if part.label in chorus for line in part.lines]
    return fit_of(keys, "\n".join([draft.title, *hook]), "\n".join([draft.title, *lines]))


def _fit_notes(fit: Fit, song: Composition, language: str) -> Iterator[str]:
    """What of the brief the song does not sing, where that is most of it."""
    scene = next(s for s in load_scenes(language) if s.name == song.scene)
    missing = [key for key in fit.missing if not scene.answers(key)]
    if missing and len(missing) > len(fit.sung):
        comma = "、" if language == "zh" else ", "
        yield (
            f"the offline writer has no story of {comma.join(missing)}; the nearest is “{song.scene}”, "
            "and an LLM would do better (songsmith config set api_key)"
        )


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
    rank: int = 0
    used_ends: set[str] = field(default_factory=set)
    used_lines: set[str] = field(default_factory=set)
    unsung: list[Topic] = field(default_factory=list)

    def song(self, title: str, duration_s: float | None) -> Composition:
        plan = form_for(duration_s, self.rng)
        self.unsung = _to_sing(self.wish.topics)
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
        return Composition(draft, self.wish.notes, scene.name)

    def _scene(self) -> Scene:
        """The scene that answers the prompt best, or one of those nearly as good; with a `rank` one further down."""
        scenes = load_scenes(self.wish.language)
        roles = {topic.role for topic in self.wish.topics}
        calls = self.wish.calls | {f"@{role}" for role in roles}
        called = [s for s in scenes if s.needs <= roles and s.words & calls]
        called = called or [s for s in scenes if "@any" in s.words]
        scores = [self._score(scene, calls) for scene in called]
        best = max(scores)
        near = [s for s, score in zip(called, scores, strict=True) if score > best - _NEAR_BEST]
        if self.rank:
            rated = sorted(zip(scores, called, strict=True), key=lambda item: -item[0])
            further = [s for score, s in rated[self.rank :][:1] if score > best * _WORTH_A_TRY]
            near = further or near
        return choose(self.rng, near)

    def _score(self, scene: Scene, calls: frozenset[str]) -> float:
        """How well a scene answers the calls; a word few scenes answer to says more."""
        called = any(not word.startswith("@") for word in scene.words & calls)
        answers = scene.words | (scene.favours if called else frozenset())
        score = called * (2.0 * len(scene.needs) + len(scene.favours & calls))
        for word in _once(scene.words & calls):
            rivals = sum(word in other.words for other in load_scenes(self.wish.language))
            manner = 0.5 if word in lexicon(self.wish.language)["genre"] else 1.0
            score += manner * _word_weight(word) * rivals**-0.5
        if any(answers & set(topic.words.lower().split()) for topic in self.wish.topics[:1]):
            score += _TOPIC_WEIGHT
        if self.wish.moods:
            score += _MOOD_WEIGHT if scene.moods & self.wish.moods else -_MOOD_WEIGHT / 2
        return score

    def _words(self, first: Topic | None = None) -> dict[str, str]:
        """Slot -> words; of two topics of a role the first wins, unless `first` says another."""
        words = {topic.role: topic.words for topic in reversed(self.wish.topics)}
        if first:
            words[_BANK_SLOTS.get(first.role, first.role)] = first.words
        if where := words.get("place") or words.get("city"):
            words["where"] = where
        return words | ({"age": self.wish.age} if self.wish.age else {})

    def _chorus(self, scene: Scene) -> Block:
        own = self._filled(scene.pool("chorus"))
        topics = self.unsung[:2]
        about = [[b for b in own if mentions(b.lines, topic)] for topic in topics]
        if self._is_bare_subject(scene):
            about = [own]
        # What the scene sings about anyway needs no hook made for it.
        made = [
            list(self._bank(topic, "chorus", scene))
            for topic in topics
            if not scene.answers(topic.words)
        ]
        options = next((found for found in about + made if found), own)
        chorus = choose(self.rng, options)
        self._note(chorus)
        return chorus

    def _is_bare_subject(self, scene: Scene) -> bool:
        """Whether the prompt names nothing but the scene's own subject ("night train", "my cat"): every hook of
        the scene is about that, whether or not it says the word."""
        topics = self.wish.topics
        return (
            self.wish.language == "en"
            and len(topics) == 1
            and " " not in topics[0].words
            and topics[0].role not in {"name", "kin", "person"}
            and scene.answers(topics[0].words)
        )

    def _part(self, scene: Scene, kind: str, count: int, lines: int) -> tuple[str, ...]:
        name = f"verse {min(count, 2)}" if kind == "verse" else kind
        pool = self._filled(scene.pool(name))
        wanted: list[Block] = []
        if kind == "verse" and lines > 2 and self.unsung:
            wanted = self._topic_blocks(scene, pool)
        fresh = [(i, b) for i, b in enumerate(pool) if not self.used_lines.intersection(b.lines)]
        rated = sorted(shuffled(self.rng, fresh), key=lambda ib: -self._worth(ib[1]))
        room = lines - sum(len(b.lines) for b in wanted)
        taken: list[tuple[int, Block]] = []
        for strict in (True, False):
            for i, block in rated:
                clash = self._ends(block) & (
                    self.used_ends | {e for _, b in taken for e in self._ends(b)}
                )
                if (i, block) not in taken and len(block.lines) <= room and not (strict and clash):
                    taken.append((i, block))
                    room -= len(block.lines)
        told = [block for _, block in sorted(taken, key=lambda ib: ib[0])] + wanted
        for block in told:
            self._note(block)
        return tuple(chain.from_iterable(block.lines for block in told))

    def _topic_blocks(self, scene: Scene, pool: list[Block]) -> list[Block]:
        """One block from the bank for the first unsung topic that no block of the part's pool speaks of."""
        for topic in self.unsung:
            others_sung = len(self.unsung) < len(_to_sing(self.wish.topics))
            spared = scene.answers(topic.words) and (others_sung or topic.role == "matter")
            if spared or any(mentions(b.lines, topic) for b in pool):
                continue
            fresh = [
                b
                for b in self._bank(topic, "verse", scene)
                if not self._ends(b) & self.used_ends
                and not self.used_lines.intersection(b.lines)
                and self._keeps_rhyme(b, pool)
            ]
            if fresh:
                return [choose(self.rng, self._of_like_metre(fresh, pool))]
        return []

    def _of_like_metre(self, blocks: list[Block], pool: list[Block]) -> list[Block]:
        """Those of the blocks that are nearest to the part in the length of their lines."""
        usual = self._mean_length(pool)
        off = [abs(self._mean_length([block]) - usual) for block in blocks]
        return [
            b for b, distance in zip(blocks, off, strict=True) if distance <= max(1.5, min(off))
        ]

    def _mean_length(self, blocks: list[Block]) -> float:
        lines = [line for block in blocks for line in block.lines]
        return sum(line_length(line, self.wish.language) for line in lines) / max(1, len(lines))

    def _keeps_rhyme(self, block: Block, pool: list[Block]) -> bool:
        """A Chinese part keeps one rhyme; English couplets each have their own."""
        if self.wish.language == "en" or not pool:
            return True
        return rhyme_group(block.lines[-1]) == rhyme_group(pool[0].lines[-1])

    def _bank(self, topic: Topic, part: str, scene: Scene) -> Iterator[Block]:
        """Blocks that take any word of the topic's role, in a mood that suits the song."""
        moods = self.wish.moods or scene.moods
        banks = [s for s in load_scenes(self.wish.language, "topics") if topic.role in s.words]
        most = max((len(bank.moods & moods) for bank in banks), default=0)
        for bank in (bank for bank in banks if len(bank.moods & moods) == most):
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


def _to_sing(topics: tuple[Topic, ...]) -> list[Topic]:
    """Topics that must be sung; whoever has a name ("my daughter Mia") is sung by the name."""
    named = any(topic.role == "name" for topic in topics)
    return [t for t in topics if not (named and t.role in {"kin", "animal", "animals", "person"})]


def _once(words: frozenset[str]) -> list[str]:
    """The words without the further forms of one of them ("waits" beside "wait")."""
    return [w for w in sorted(words) if not any(w != o and w.startswith(o) for o in words)]


def _word_weight(word: str) -> float:
    """What a called word says for a scene: a role little, a single Han character less than a word."""
    if word.startswith("@"):
        return 1.3
    return 1.5 if len(word) == 1 else 3.0


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
