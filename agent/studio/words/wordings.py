"""Candidates: several wordings of some lines side by side, kept with the song until one is chosen by its number."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from songsmith.agent.files import write_whole
from songsmith.agent.studio.open_song import OpenSong, StudioError
from songsmith.agent.writers.writer import Writer, reworded
from songsmith.lyrics.check import check_lyrics
from songsmith.lyrics.lyric import Lyrics
from songsmith.lyrics.pace import Singability, singability

__all__ = ["MOST_OPTIONS", "Offered", "Wording", "WordingLine", "chosen_words", "offer_wordings"]

MOST_OPTIONS = 8
_FILE = "wordings.json"


@dataclass(frozen=True)
class WordingLine:
    """A line in new words, and how it sings in the time that it has."""

    line: int
    text: str
    tokens_per_s: float
    sings: Singability
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wording:
    """One candidate; `number` is what it is chosen by."""

    number: int
    lines: tuple[WordingLine, ...]


@dataclass(frozen=True)
class Offered:
    """Several wordings of the same lines, and who wrote them."""

    lines: tuple[int, ...]
    instruction: str
    wordings: tuple[Wording, ...]
    writer: str = ""
    why: str = ""


class _Kept(BaseModel):
    """What the song's folder holds of an offer: the lines as they were, and the wordings by line."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    before: dict[int, str]
    wordings: list[dict[int, str]] = Field(max_length=MOST_OPTIONS)


def offer_wordings(
    opened: OpenSong, author: Writer, why: str, lines: Sequence[int], instruction: str, count: int
) -> Offered:
    """`count` wordings of these lines by `author`; the song stays as it is until one is chosen."""
    if not 1 <= count <= MOST_OPTIONS:
        raise StudioError(f"{count} wordings can't be offered", hint=f"ask for 1 to {MOST_OPTIONS}")
    lyrics, wanted = opened.song.lyrics, tuple(sorted(set(lines)))
    written: list[Lyrics] = []

    def tell(changed: Lyrics) -> None:
        written.append(changed)
        opened.audience.note(f"wording {len(written)} of {count}")

    author.other_wordings(lyrics, wanted, instruction, count, tell)
    if len(written) < count:
        opened.audience.note(f"{author.name} has no more than {len(written)} of {count}")
    wordings = tuple(
        Wording(number, _judged(changed, wanted, opened.duration_s))
        for number, changed in enumerate(written, start=1)
    )
    kept = _Kept(
        before={number: lyrics.lines[number - 1].text for number in wanted},
        wordings=[{line.line: line.text for line in wording.lines} for wording in wordings],
    )
    write_whole(opened.song.folder / _FILE, kept.model_dump_json(indent=1))
    return Offered(wanted, instruction, wordings, author.name, why)


def chosen_words(opened: OpenSong, number: int) -> tuple[Lyrics, tuple[int, ...]]:
    """The lyric with wording `number` of the last offer in it, and the lines that it changes."""
    kept = _read(opened.song.folder / _FILE)
    if not 1 <= number <= len(kept.wordings):
        raise StudioError(
            f"there is no wording {number}", hint=f"the last offer has 1 to {len(kept.wordings)}"
        )
    lines = opened.song.lyrics.lines
    for line, before in kept.before.items():
        if not 1 <= line <= len(lines) or lines[line - 1].text not in _known(kept, line, before):
            raise StudioError(
                f"line {line} has changed since the wordings were offered", hint="ask for new ones"
            )
    new = kept.wordings[number - 1]
    changed = [reworded(line, new.get(n, line.text)) for n, line in enumerate(lines, start=1)]
    return opened.song.lyrics.with_lines(changed), tuple(sorted(new))


def _known(kept: _Kept, line: int, before: str) -> set[str]:
    """The words that a line may have now: those before the offer, or another of its wordings."""
    return {before, *(wording.get(line, before) for wording in kept.wordings)}


def _read(path: Path) -> _Kept:
    try:
        return _Kept.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        hint = "ask for some: revise … --options 3"
        raise StudioError("no wordings have been offered yet", hint=hint) from error
    except (ValidationError, OSError) as error:
        raise StudioError(
            "the wordings can't be read", where=str(path), hint="ask for new ones"
        ) from error


def _judged(lyrics: Lyrics, wanted: Sequence[int], duration_s: float) -> tuple[WordingLine, ...]:
    report = check_lyrics(lyrics, duration_s=duration_s)
    return tuple(
        WordingLine(
            line.line,
            line.text,
            round(line.tokens_per_s, 1),
            singability(line.tokens_per_s),
            tuple(f.message for f in line.faults if f.severity != "note"),
        )
        for line in report.lines
        if line.line in wanted
    )
