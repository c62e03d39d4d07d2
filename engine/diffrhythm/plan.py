"""From a request to what the model is given: variant, frames, tokens, what is to be new. No torch, no weights."""

from collections.abc import Sequence
from dataclasses import dataclass

from songsmith.engine.diffrhythm.card import CARD
from songsmith.engine.diffrhythm.options import Options
from songsmith.engine.engine import EngineError, RenderRequest, RequestOutline, Span
from songsmith.engine.requests import (
    check_duration,
    check_end,
    check_language,
    check_request,
    parse_options,
)
from songsmith.engine.units import SAMPLES_PER_FRAME, frame_at, sample_at, seconds_of_frames
from songsmith.lyrics.frames import BASE_FRAMES, LaidLine, Layout, Variant, lay_out, longest_s
from songsmith.lyrics.speech.phonemes import PhonemeLine, phonemize_lines
from songsmith.lyrics.speech.said import said

__all__ = ["Plan", "make_plan"]

_FRAME_S = seconds_of_frames(1)

FrameSpan = tuple[int, int]


@dataclass(frozen=True)
class Plan:
    """What will be sampled. `frames` is the length of the sequence, `samples` that of the song.

    `new_frames` are the stretches to be made anew, None for all of it; `kept_frames` is how many frames of
    the parent are given to the model.
    """

    options: Options
    variant: Variant
    frames: int
    samples: int
    layout: Layout
    new_frames: tuple[FrameSpan, ...] | None
    kept_frames: int
    notes: tuple[str, ...]

    @property
    def duration_share(self) -> float:
        """The song's length as a share of the longest, as the full model hears it."""
        return self.frames / self.layout.max_frames


def make_plan(request: RenderRequest) -> Plan:
    """The plan of a request; raises `EngineError` for what can't be done."""
    options = parse_options(Options, CARD.name, request.options)
    check_request(CARD, request)
    check_end(request, slack_s=_FRAME_S)
    _check_style(request.style, options)
    variant = options.variant_for(request.duration_s)
    lines = () if options.instrumental else request.lyrics.lines
    phonemes = phonemize_lines(list(map(said, lines)))
    layout = lay_out(
        [line.start_s for line in lines], phonemes, duration_s=request.duration_s, variant=variant
    )
    frames = BASE_FRAMES if variant == "base" else layout.end_frame
    samples = sample_at(request.duration_s)
    kept_frames = 0
    if request.spans and request.parent is not None:
        kept_frames = min(_frames_of(request.parent.audio.shape[1]), _frames_of(samples), frames)
    return Plan(
        options=options,
        variant=variant,
        frames=frames,
        samples=samples,
        layout=layout,
        new_frames=_new_frames(request.spans, kept_frames, frames) if request.spans else None,
        kept_frames=kept_frames,
        notes=(*_line_notes(layout, phonemes), *_request_notes(request, variant)),
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
    for reference in options.style_audio:
        if not reference.path.is_file():
            raise EngineError(
                "there is no such file to take the style from", where=str(reference.path)
            )
    if options.style_text_weight and not style.strip():
        raise EngineError(
            "no style was given", hint="say what it should sound like, or give --style-audio"
        )


def _new_frames(spans: Sequence[Span], kept_frames: int, frames: int) -> tuple[FrameSpan, ...]:
    """Frames of the spans, begun ones whole, and all beyond what there is of the parent."""
    wanted = [(frame_at(span.start_s), _frames_of(sample_at(span.end_s))) for span in spans]
    wanted.append((kept_frames, frames))
    return tuple((start, min(end, frames)) for start, end in wanted if start < min(end, frames))


def _frames_of(samples: int) -> int:
    """Frames that `samples` samples take up, a begun one included."""
    return -(-samples // SAMPLES_PER_FRAME)


def _line_notes(layout: Layout, phonemes: Sequence[PhonemeLine]) -> list[str]:
    """How many lines will be sung, and which won't be or not whole."""
    if not layout.lines:
        return ["an instrumental: no words are given to the model"]
    sung = [line for line in layout.lines if line.is_sung]
    notes = [f"{len(sung)} of {len(layout.lines)} lines are given to the model"]
    for line, words in zip(layout.lines, phonemes, strict=True):
        if not line.is_sung:
            notes.append(f"line {line.line} is not sung: {_why_not(line, words, layout)}")
        elif line.cut_tokens:
            notes.append(f"line {line.line} loses its last {line.cut_tokens} sounds at the end")
    return notes


def _why_not(line: LaidLine, words: PhonemeLine, layout: Layout) -> str:
    if words.is_silent or not line.tokens:
        return "it has nothing to sing"
    if line.asked_frame >= layout.end_frame:
        return "it starts past the song's end"
    return "it has no room before the song's end"


def _request_notes(request: RenderRequest, variant: Variant) -> list[str]:
    """Honest words on what this engine can't do."""
    notes = []
    style = f" {request.style.casefold()} "
    if any(f" {word} " in style.replace(",", " ") for word in _VOICE_WORDS):
        notes.append(
            "DiffRhythm can't be told in words who sings; give it a recording of such a voice with --style-audio"
        )
    if variant == "full" and request.duration_s < longest_s("base"):
        notes.append("the full model was trained on songs of 95 s and more")
    if request.parent is not None and request.duration_s > request.parent.duration_s:
        notes.append(
            "the take fades out at its end; a span that starts a bar earlier joins more smoothly"
        )
    return notes


_VOICE_WORDS = (
    "male",
    "female",
    "man",
    "woman",
    "boy",
    "girl",
    "baritone",
    "tenor",
    "alto",
    "soprano",
    "duet",
    "男声",
    "女声",
)
