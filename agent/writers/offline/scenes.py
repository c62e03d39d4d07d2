"""The songbook the offline writer sings from: small stories, read from `data/*.txt`.

A file holds scenes. `= name` opens one, `words:` are the prompt words that call for it ("@thing": a topic of
that role does, "@any": it suits a prompt that calls for nothing), `mood:` its moods, `needs:` roles of topic
it can't be sung without, `with:` words that speak for it once it is called,
`- verse 1`, `- verse 2`, `- pre`, `- bridge`, `- chorus` open a pool of blocks. A block is two or four lines
that rhyme among themselves; an empty line parts blocks, and blocks of a pool stand in the order of the
story, so that any choice of them tells it. A chorus opens with `# Title` and may end with `~ ` and another
last line, for its last return. `{thing}` is a slot for the person's words, `{place|mill}` a slot with a
default, `{kin:elder}` one for words of that class of the lexicon alone, `{kin:!young}` for all others,
`[coffee|whiskey]` a free choice.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

__all__ = ["SLOT", "Block", "Scene", "data_lines", "load_scenes"]

SLOT = re.compile(r"\{(\w+)(?::(!?\w+))?(?:\|([^{}]*))?\}")
"""A slot: its role, the words of the role that may stand in it, its default."""


@dataclass(frozen=True)
class Block:
    """Lines that belong together. `title` and `last_line` (the variant for the last return) are a chorus's."""

    lines: tuple[str, ...]
    title: str = ""
    last_line: str = ""

    @property
    def needs(self) -> frozenset[str]:
        """Roles of the slots without a default."""
        text = " ".join((self.title, *self.lines, self.last_line))
        return frozenset(m[1] for m in SLOT.finditer(text) if m[3] is None)

    @property
    def slots(self) -> frozenset[str]:
        """Roles of all slots."""
        return frozenset(m[1] for m in SLOT.finditer(" ".join(self.lines)))


@dataclass(frozen=True)
class Scene:
    """One story: pools of blocks by part ("verse 1", "verse 2", "pre", "bridge", "chorus"), and what calls it."""

    name: str
    words: frozenset[str] = frozenset()
    moods: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    favours: frozenset[str] = frozenset()
    pools: dict[str, tuple[Block, ...]] = field(default_factory=dict)

    def answers(self, words: str) -> bool:
        """Whether the scene is about this anyway, so that it needs no line made for it."""
        return words.split()[-1].lower() in self.words

    def pool(self, part: str) -> tuple[Block, ...]:
        """Blocks of a part, in the order of the story; none if the scene has no such part."""
        return self.pools.get(part, ())


def data_lines(name: str) -> list[str]:
    """Lines of a data file, without comments (`;` first)."""
    text = (files("songsmith.agent.writers.offline") / "data" / name).read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if not line.startswith(";")]


@lru_cache(maxsize=4)
def load_scenes(language: str, kind: str = "scenes") -> tuple[Scene, ...]:
    """All scenes of a language ("en" or "zh"), in a fixed order; kind "topics" are the blocks that can take
    any word of a role, one scene for a role and mood."""
    folder = files("songsmith.agent.writers.offline") / "data"
    names = sorted(f.name for f in folder.iterdir() if f.name.startswith(f"{kind}_{language}"))
    return tuple(scene for name in names for scene in _parse(data_lines(name)))


def _parse(rows: list[str]) -> Iterator[Scene]:
    chunks: list[list[str]] = []
    for row in rows:
        if row.startswith("= "):
            chunks.append([])
        if chunks:
            chunks[-1].append(row)
    return (_scene(chunk) for chunk in chunks)


def _scene(rows: list[str]) -> Scene:
    heads = {row.partition(":")[0]: row.partition(":")[2] for row in rows[:5] if ":" in row}
    pools: dict[str, list[list[str]]] = {}
    blocks: list[list[str]] = []
    for row in rows:
        if row.startswith("- "):
            blocks = pools.setdefault(row[2:], [[]])
        elif row and blocks:
            blocks[-1].append(row)
        elif blocks and blocks[-1]:
            blocks.append([])
    return Scene(
        name=rows[0][2:],
        words=frozenset(heads.get("words", "").split()),
        moods=frozenset(heads.get("mood", "").split()),
        needs=frozenset(heads.get("needs", "").split()),
        favours=frozenset(heads.get("with", "").split()),
        pools={part: tuple(_block(b) for b in found if b) for part, found in pools.items()},
    )


def _block(rows: list[str]) -> Block:
    title = rows[0][2:] if rows[0].startswith("# ") else ""
    last_line = rows[-1][2:] if rows[-1].startswith("~ ") else ""
    lines = rows[bool(title) : len(rows) - bool(last_line)]
    return Block(tuple(lines), title, last_line)
