"""The singers' stems of a song: lead, doubles and harmony."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from songsmith.engine.engine import Audio, EngineError
from songsmith.engine.sketch.composing.melody import compose
from songsmith.engine.sketch.score import BACKING_VOICE, Note, Score, SungLine
from songsmith.engine.sketch.singing.backing import BACKING_STEM, backing_tasks
from songsmith.engine.sketch.singing.choir import sing_all
from songsmith.engine.sketch.singing.tasks import Sung, Task, Way
from songsmith.engine.sketch.singing.worker_pool import warm_up
from songsmith.engine.sketch.style.genre import Genre
from songsmith.engine.sketch.voices.piper_voice import is_piper, load_piper
from songsmith.engine.sketch.voices.registry import kokoro_speaker
from songsmith.engine.sketch.voices.speaking import Utterance, say, unknown_sounds
from songsmith.engine.sketch.voices.voices import Voice, choose_voice, is_missing, is_register
from songsmith.engine.units import sample_at

__all__ = ["Vocals", "sing_plan", "voice_notes"]

_CHORUS_KINDS = ("chorus", "post-chorus")
_PLACES = {
    "lead": ("lead", (1.0,)),
    "doubles-left": ("harmony", (0.32 * 0.85, 0.32 * 0.15)),
    "doubles-right": ("harmony", (0.32 * 0.15, 0.32 * 0.85)),
    "harmony": ("harmony", (0.34, 0.34)),
    BACKING_STEM: ("harmony", (0.55, 0.55)),
}
"""For what is sung: the stem it lies in, and its gain in each of the stem's channels."""
# A harmony leaves the sibilants to the lead, so that they do not pile up.
_SOFT_VOICELESS = 0.35
_LEAD_IN_S = 0.5
_LEAD_IN_MIN_S = 0.12
_SPEAKERS = 2


@dataclass(frozen=True)
class Vocals:
    """What was sung, piece by piece. `notes` are the lead's, `syllables` the texts under
    them for each line number; `details` are JSON values for the manifest."""

    sung: tuple[Sung, ...]
    notes: tuple[Note, ...]
    syllables: Mapping[int, tuple[str, ...]]
    details: Mapping[str, object] = field(default_factory=dict)

    def stems(self, start_s: float, samples: int) -> dict[str, Audio]:
        """The stems that have sound from `start_s` on, float32 at 44.1 kHz: "lead" (1, samples) and "harmony"
        (2, samples), in which all others are, doubles left and right."""
        stems: dict[str, Audio] = {}
        for piece in self.sung:
            name, gains = _PLACES[piece.stem]
            start = sample_at(piece.start_s) - sample_at(start_s)
            first, last = max(0, start), min(samples, start + len(piece.samples))
            if last <= first:
                continue
            if name not in stems:
                stems[name] = np.zeros((len(gains), samples), dtype=np.float32)
            heard = piece.samples[first - start : last - start]
            for row, gain in zip(stems[name], gains, strict=True):
                row[first:last] += np.float32(gain) * heard
        return stems


def sing_plan(
    score: Score,
    *,
    language: str,
    voice: str = "",
    seed: int,
    on_step: Callable[[str, int, int], None],
    helpers: int | None = None,
    genre: Genre | None = None,
    lines: Sequence[SungLine] | None = None,
    tune_seed: int | None = None,
) -> Vocals:
    """Compose a melody for `score`'s lines, as `genre` sings, and sing it.

    `lines` are those of the score that are to be sung, all if not given; `tune_seed` is the seed of the song's tune
    where these lines are sung into a song that has one.

    `on_step(stage, done, total)` is called on this thread between lines; what it raises ends the work.
    Raises `EngineError` for a voice or language that is not there.
    """
    lead = choose_voice(language, voice)
    whole, score = score, score if lines is None else replace(score, lines=tuple(lines))
    if not kokoro_speaker(lead.name):
        warm_up(helpers, lines=len(score.lines))  # they start while the lines are spoken
    casting = _cast(score.lines, lead, language)
    voices = sorted({v.name for cast in casting.values() for v in cast})
    models = {name: load_piper(name).sha256 for name in voices if is_piper(name)}
    utterances = _spoken(score.lines, casting, on_step)
    syllables = {
        number: spoken[0][1].syllables for number, spoken in utterances.items() if spoken[0][1]
    }
    notes = compose(
        whole,
        syllables,
        seed=seed if tune_seed is None else tune_seed,
        register=(lead.lowest, lead.highest),
        genre=genre,
        variation=0 if tune_seed is None else seed,
    )
    tasks = _tasks(score, utterances, notes, lead, seed)
    tasks += backing_tasks(score, _other(lead, language), seed)
    sung = sing_all(tasks, partial(on_step, "singing"), helpers=helpers)
    unsung = [line.line for line in score.lines if line.line not in syllables]
    return Vocals(
        sung=tuple(sung),
        notes=notes,
        syllables={number: tuple(s.text for s in own) for number, own in syllables.items()},
        details={
            "voice": lead.name,
            "voices": voices,
            "models": models,
            "unsung_lines": unsung,
        },
    )


def _spoken(
    lines: Sequence[SungLine],
    casting: Mapping[int, Sequence[Voice]],
    on_step: Callable[[str, int, int], None],
) -> dict[int, list[tuple[Voice, Utterance | None]]]:
    """Every line spoken by its singers, two at a time: networks speak without holding the interpreter."""
    wanted = list(
        dict.fromkeys((singer.name, line.spoken) for line in lines for singer in casting[line.line])
    )
    with ThreadPoolExecutor(_SPEAKERS) as pool:
        speeches = [pool.submit(say, *each) for each in wanted]
        try:
            for done, speech in enumerate(speeches):
                on_step("speaking", done, len(wanted))
                speech.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    said = {each: speech.result() for each, speech in zip(wanted, speeches, strict=True)}
    return {
        line.line: [(singer, said[singer.name, line.spoken]) for singer in casting[line.line]]
        for line in lines
    }


def voice_notes(lines: Sequence[SungLine], *, language: str, voice: str = "") -> Iterator[str]:
    """What of `lines` will not be sung as it is written: by whom, or which sounds."""
    lead = choose_voice(language, voice)
    missing = {line.voice.strip() for line in lines if is_missing(line.voice.strip())}
    for who in sorted(missing):
        yield f"the voice {who!r} is not installed; another voice sings its lines"
    for number, cast in _cast(lines, lead, language).items():
        text = next(line.spoken for line in lines if line.line == number)
        for singer in cast:
            if unknown := unknown_sounds(singer.name, text):
                yield f"line {number}: the voice can't say {' '.join(unknown)}, left out"


def _cast(lines: Sequence[SungLine], lead: Voice, language: str) -> dict[int, list[Voice]]:
    """Who sings each line. Names that are no voices are given the two registers in turn."""
    other = _other(lead, language)
    named: dict[str, Voice] = {}
    casting: dict[int, list[Voice]] = {}
    for line in lines:
        who = line.voice.strip()
        if not who:
            casting[line.line] = [lead]
        elif who.casefold() in ("both", "all", "together", "duet", "合", "合唱", "男女"):
            casting[line.line] = [lead, other]
        elif who == BACKING_VOICE:
            casting[line.line] = [other]
        else:
            if who not in named:
                named[who] = _voice_of(who, lead, other, language, len(named))
            casting[line.line] = [named[who]]
    return casting


def _other(lead: Voice, language: str) -> Voice:
    """The second voice: the language's in the other register, of the same kind as the lead."""
    register = "low" if lead.register == "high" else "high"
    if kokoro_speaker(lead.name):
        return choose_voice(lead.language, "neural", register)
    return choose_voice(language, "quick", register)


def _voice_of(who: str, lead: Voice, other: Voice, language: str, place: int) -> Voice:
    try:
        found = choose_voice(language, who)
    except EngineError:
        if is_piper(who) and not is_missing(who):
            raise  # a path is not a person's name
        return lead if place % 2 == 0 else other
    if is_register(who):
        return lead if found.register == lead.register else other
    return found


def _tasks(
    score: Score,
    utterances: Mapping[int, Sequence[tuple[Voice, Utterance | None]]],
    notes: Sequence[Note],
    lead: Voice,
    seed: int,
) -> list[Task]:
    """One task for each distinct utterance, with all its singings."""
    ways: dict[tuple[str, str], list[Way]] = {}
    spoken: dict[tuple[str, str], Utterance] = {}
    quiet_since_s = 0.0
    for line in score.lines:
        own = tuple(note for note in notes if note.line == line.line)
        if not own:
            continue
        earliest_s = max(0.0, own[0].start_s - _LEAD_IN_S, quiet_since_s)
        earliest_s = max(0.0, min(earliest_s, own[0].start_s - _LEAD_IN_MIN_S))
        quiet_since_s = own[-1].end_s
        for singer, utterance in utterances[line.line]:
            if utterance is None:
                continue
            moved = _moved(own, lead, singer)
            if len(utterance.syllables) != len({note.syllable for note in own}):
                continue
            key = (singer.name, line.spoken)
            spoken[key] = utterance
            # A line that comes back on the same notes is sung once.
            own_seed = line.same_as or line.line
            kind = score.parts[line.part].kind if 0 <= line.part < len(score.parts) else ""
            ways.setdefault(key, []).extend(
                _ways(moved, earliest_s, kind in _CHORUS_KINDS, score, singer, seed + own_seed)
            )
    return [Task(spoken[key], tuple(ways[key])) for key in ways]


def _ways(
    notes: tuple[Note, ...],
    earliest_s: float,
    is_chorus: bool,
    score: Score,
    voice: Voice,
    seed: int,
) -> list[Way]:
    if not is_chorus:
        return [Way("lead", notes, earliest_s, seed)]
    thirds = tuple(replace(note, pitch=_third(note, score, voice)) for note in notes)
    return [
        Way("lead", notes, earliest_s, seed, has_doubles=True),
        Way("harmony", thirds, earliest_s, seed + 3000, 3.0, 0.006, _SOFT_VOICELESS),
    ]


def _moved(notes: tuple[Note, ...], lead: Voice, singer: Voice) -> tuple[Note, ...]:
    """The lead's notes in the singer's octave: that which suits the register, if the line fits into it."""

    def strain(octaves: int) -> tuple[int, int]:
        pitches = [note.pitch + 12 * octaves for note in notes]
        beyond = sum(max(singer.lowest - p, p - singer.highest, 0) for p in pitches)
        return beyond, abs(octaves - usual)

    usual = round((singer.lowest - lead.lowest) / 12)
    octaves = min((usual - 1, usual, usual + 1), key=strain)
    return tuple(replace(note, pitch=note.pitch + 12 * octaves) for note in notes)


def _third(note: Note, score: Score, voice: Voice) -> int:
    """A third above in the scale, or a third below where that is too high; on the chord if it can be."""
    scale = score.scale_at(note.start_s)
    above = [p for p in range(note.pitch + 1, note.pitch + 6) if p % 12 in scale]
    below = [p for p in range(note.pitch - 1, note.pitch - 6, -1) if p % 12 in scale]
    side = above if note.pitch + 4 <= voice.highest + 3 else below
    chord = score.chord_at(note.start_s + 0.02)
    near = [p for p in side[1:3] if p % 12 in chord.tones]
    return near[0] if near else side[1]
