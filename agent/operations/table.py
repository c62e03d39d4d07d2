"""The table of operations: each verb of the studio as somebody elsewhere may ask for it, in the order of `VERBS`."""

from collections.abc import Callable
from typing import Any, TypeVar, get_type_hints

from songsmith.agent.operations.arguments import (
    BranchArguments,
    CheckArguments,
    ChooseArguments,
    DiffArguments,
    EditArguments,
    ExportArguments,
    FixArguments,
    MendArguments,
    NoArguments,
    RenderArguments,
    RetimeArguments,
    ReviseArguments,
    RhymeArguments,
    StyleArguments,
    TakeArguments,
    WriteArguments,
)
from songsmith.agent.operations.operation import Effect, Operation, Song, Workplace, no_takes
from songsmith.agent.studio.rendering import RenderWish
from songsmith.agent.writers.rhymes import find_rhymes

__all__ = ["OPERATIONS"]

OPERATIONS: dict[str, Operation] = {}
"""Every operation by its name, which is the verb's."""

Act = TypeVar("Act", bound=Callable[[Workplace, Any], object])


def _operation(
    effect: Effect = "song",
    *,
    is_heavy: bool = False,
    reaches_out: bool = False,
    song: Song = "there",
    takes: Callable[[Any], int] = no_takes,
) -> Callable[[Act], Act]:
    """Put a function into the table; its second parameter says what its arguments are."""

    def add(act: Act) -> Act:
        arguments = list(get_type_hints(act).values())[1]
        operation = Operation(arguments, act, effect, is_heavy, reaches_out, song, takes)
        OPERATIONS[operation.name] = operation
        return act

    return add


# --- words


@_operation(reaches_out=True, song="there or new")
def write(place: Workplace, wish: WriteArguments) -> object:
    """Write new words for the whole song (a new song if none is open)."""
    return place.write(
        wish.brief,
        title=wish.title,
        style=wish.style,
        language=wish.language,
        duration_s=wish.length_s,
    )


@_operation(reaches_out=True)
def revise(place: Workplace, wish: ReviseArguments) -> object:
    """Have some lines rewritten after an instruction; all other lines and all stamps stay."""
    lines = place.studio.lines_named(wish.where)
    if wish.options:
        return place.studio.offer(lines, wish.instruction, wish.options)
    return place.studio.revise(lines, wish.instruction)


@_operation()
def choose(place: Workplace, wish: ChooseArguments) -> object:
    """Take one of the wordings offered last."""
    return place.studio.choose(wish.number)


@_operation("nothing", song="none")
def rhyme(place: Workplace, wish: RhymeArguments) -> object:
    """Words that rhyme with a word."""
    return find_rhymes(wish.word, syllables=wish.syllables, metre=wish.metre)


@_operation()
def edit(place: Workplace, wish: EditArguments) -> object:
    """Put exact words into single lines."""
    return place.studio.replace_lines({edit.line: edit.text for edit in wish.lines})


@_operation()
def check(place: Workplace, wish: CheckArguments) -> object:
    """All faults of the words: too many phonemes for the time, wrong stamps, what can't be sung."""
    return place.studio.check(repair=wish.repair)


@_operation()
def retime(place: Workplace, wish: RetimeArguments) -> object:
    """New stamps for all lines on a bar grid."""
    keep = place.studio.lines_named(wish.keep) if wish.keep else []
    return place.studio.retime(duration_s=wish.length_s, bpm=wish.bpm, keep=keep)


@_operation()
def style(place: Workplace, wish: StyleArguments) -> object:
    """Change the style that further takes are sung in."""
    return place.studio.style(wish.style)


# --- sound


def _as_many_as_asked(wish: RenderArguments | FixArguments) -> int:
    return wish.takes


@_operation(is_heavy=True, takes=_as_many_as_asked)
def render(place: Workplace, wish: RenderArguments) -> object:
    """Sing the whole song. Costs time; there is a small budget of takes."""
    return place.studio.render(RenderWish(takes=wish.takes, seed=wish.seed))


@_operation(is_heavy=True, takes=_as_many_as_asked)
def fix(place: Workplace, wish: FixArguments) -> object:
    """Sing only a part again, with the words as they are now; all else stays bit for bit."""
    take = place.studio.take_named(wish.take)
    spans = place.studio.spans_named(wish.where, take)
    return place.studio.fix(spans, RenderWish(takes=wish.takes, seed=wish.seed), take=take)


@_operation("nothing")
def takes(place: Workplace, _: NoArguments) -> object:
    """List the takes."""
    return place.studio.takes()


@_operation()
def pick(place: Workplace, wish: TakeArguments) -> object:
    """Choose the take that counts."""
    return place.studio.pick(wish.take)


# --- history


@_operation()
def undo(place: Workplace, _: NoArguments) -> object:
    """Take the last change back."""
    return place.studio.undo()


@_operation()
def redo(place: Workplace, _: NoArguments) -> object:
    """Take the last undo back."""
    return place.studio.redo()


@_operation("nothing")
def versions(place: Workplace, _: NoArguments) -> object:
    """List the versions of the song."""
    return place.studio.versions()


@_operation("nothing")
def diff(place: Workplace, wish: DiffArguments) -> object:
    """What changed between two versions."""
    return place.studio.diff(wish.before, wish.after)


@_operation()
def branch(place: Workplace, wish: BranchArguments) -> object:
    """Go on from another version or branch; a new name starts a branch here."""
    return place.studio.branch(wish.name)


# --- hearing it and handing it out


@_operation("nothing")
def play(place: Workplace, wish: TakeArguments) -> object:
    """Play a take to the person."""
    return place.studio.play(wish.take)


@_operation("files", is_heavy=True)
def export(place: Workplace, wish: ExportArguments) -> object:
    """Hand a take out for other programs: sound, words, score, stems, cover, video."""
    return place.studio.export(wish.formats, take=wish.take)


@_operation("files", is_heavy=True)
def page(place: Workplace, _: NoArguments) -> object:
    """Write the song's page: one HTML file that plays its takes and shows its words."""
    return place.studio.page()


def _one(wish: TakeArguments) -> int:
    return 1


@_operation("nothing", is_heavy=True, takes=_one)
def replay(place: Workplace, wish: TakeArguments) -> object:
    """Make a take again from its manifest and compare the samples."""
    return place.studio.replay(wish.take)


@_operation(is_heavy=True)
def listen(place: Workplace, wish: TakeArguments) -> object:
    """Hear what was sung, line by line: sung, partly, missing, repeated."""
    return place.studio.listen(wish.take)


@_operation(is_heavy=True)
def align(place: Workplace, wish: TakeArguments) -> object:
    """Find out when each line and word of a take is really sung; export and subtitles go by it."""
    return place.studio.align(wish.take)


def _one_a_round(wish: MendArguments) -> int:
    return wish.max_rounds


@_operation(is_heavy=True, takes=_one_a_round)
def mend(place: Workplace, wish: MendArguments) -> object:
    """Listen, and sing again only the lines that were not understood."""
    return place.studio.mend(
        place.studio.take_named(wish.take),
        until_sung=wish.until_sung,
        max_rounds=wish.max_rounds,
    )
