"""From a request to what the model is given: words, style, numbers, what is to be new. No torch, no weights."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from songsmith.engine.acestep.card import CARD
from songsmith.engine.acestep.languages import UNKNOWN, language_for
from songsmith.engine.acestep.options import Options
from songsmith.engine.acestep.rates import FRAMES_PER_S, frames_of
from songsmith.engine.acestep.tagged import Tagged, tagged_lyrics
from songsmith.engine.audio import check_audio
from songsmith.engine.engine import EngineError, RenderRequest, RequestOutline
from songsmith.engine.requests import (
    check_duration,
    check_end,
    check_language,
    check_request,
    parse_options,
)
from songsmith.engine.style_facts import StyleFacts, style_facts
from songsmith.engine.units import sample_at
from songsmith.lyrics.lyric import Lyrics

__all__ = ["FrameSpan", "Plan", "check_plan_outline", "make_plan"]

FrameSpan = tuple[int, int]
_FEWEST_BPM, _MOST_BPM = 30, 300
_FEW_LINES_PER_MIN = 4


@dataclass(frozen=True)
class Plan:
    """What will be sampled. `frames` is the length of the latent, `samples` that of the song.

    `new_frames` are the stretches to be made anew, () for all of it; `kept_frames` is how many frames of the parent
    there are.
    """

    options: Options
    caption: str
    words: Tagged
    language: str
    facts: StyleFacts
    duration_s: float
    frames: int
    samples: int
    new_frames: tuple[FrameSpan, ...]
    kept_frames: int
    notes: tuple[str, ...]

    @property
    def cover(self) -> Path | None:
        """The original of a cover; a fix of a cover follows the take around it instead."""
        return None if self.new_frames else self.options.cover


def make_plan(request: RenderRequest) -> Plan:
    """The plan of a request; raises `EngineError` for what can't be done."""
    options = parse_options(Options, CARD.name, request.options)
    check_request(CARD, request)
    check_end(request, slack_s=1 / FRAMES_PER_S)
    _check_style(request.style, options)
    lyrics = Lyrics() if options.instrumental else request.lyrics
    samples = sample_at(request.duration_s)
    frames = frames_of(samples)
    kept_frames = 0
    if request.parent is not None:
        kept_frames = min(frames_of(request.parent.audio.shape[1]), frames)
    return Plan(
        options=options,
        caption=" ".join(request.style.split()),
        words=tagged_lyrics(lyrics),
        language=language_for(lyrics.language) if lyrics.lines else UNKNOWN,
        facts=_facts(request.style, options),
        duration_s=request.duration_s,
        frames=frames,
        samples=samples,
        new_frames=_new_frames(request, kept_frames, frames) if request.spans else (),
        kept_frames=kept_frames,
        notes=tuple(_notes(request, lyrics)),
    )


def check_plan_outline(outline: RequestOutline) -> Options:
    """The options of an outline. Raises `EngineError` for what `make_plan` would refuse whatever the words are."""
    options = parse_options(Options, CARD.name, outline.options)
    check_duration(CARD, outline.duration_s)
    if not options.instrumental:
        check_language(CARD, outline.language)
    _check_style(outline.style, options)
    return options


def _check_style(style: str, options: Options) -> None:
    if options.style_audio is not None and not options.style_audio.is_file():
        raise EngineError(
            "there is no such file to take the timbre from",
            where=str(options.style_audio),
            hint="give a WAV, FLAC, MP3 or OGG file",
        )
    if options.cover is not None and not options.cover.is_file():
        raise EngineError(
            "there is no such file to cover",
            where=str(options.cover),
            hint="give a WAV, FLAC, MP3 or OGG file, such as a take",
        )
    for sound in filter(None, (options.style_audio, options.cover)):
        check_audio(sound)
    if not style.strip():
        raise EngineError("no style was given", hint="say what it should sound like")


def _facts(style: str, options: Options) -> StyleFacts:
    """Tempo, key and metre: those chosen, else those the style text states, within what the model knows."""
    stated = style_facts(style)
    bpm = options.bpm or stated.bpm
    if bpm is not None and not _FEWEST_BPM <= bpm <= _MOST_BPM:
        bpm = None
    return replace(
        stated, bpm=bpm, key=options.key or stated.key, metre=options.time or stated.metre
    )


def _new_frames(request: RenderRequest, kept_frames: int, frames: int) -> tuple[FrameSpan, ...]:
    """Frames of the spans, begun ones whole, and all beyond what there is of the parent; none touch."""
    wanted = [
        (int(span.start_s * FRAMES_PER_S), frames_of(sample_at(span.end_s)))
        for span in request.spans
    ]
    wanted.append((kept_frames, frames))
    return _merged([(start, min(end, frames)) for start, end in wanted if start < min(end, frames)])


def _merged(spans: Sequence[FrameSpan]) -> tuple[FrameSpan, ...]:
    merged: list[FrameSpan] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def _notes(request: RenderRequest, lyrics: Lyrics) -> list[str]:
    """Honest words on what this engine does with the request."""
    if not lyrics.lines:
        return ["an instrumental: no words are given to the model"]
    count = len(lyrics.lines)
    notes = [
        f"{count} line{'s' * (count > 1)} to sing; this engine places them itself: your stamps steer their order "
        "and the length of the song, not the moment"
    ]
    if language_for(lyrics.language) == UNKNOWN:
        notes.append("the language of the lyrics is not known; the model guesses it")
    if 60 * count / request.duration_s < _FEW_LINES_PER_MIN:
        notes.append(
            f"{count} line{'s' * (count > 1)} in {request.duration_s:g} s leave much to play; the model may repeat "
            "words to fill it, so a shorter song or parts labelled [Interlude] are safer"
        )
    return notes
