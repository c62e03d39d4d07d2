"""From the model's attention to the times of lines and words: which token of the prompt is which word."""

from dataclasses import dataclass

from torch import Tensor

from songsmith.engine.acestep.attention_times import Heads, TokenTime, attention_to, token_times
from songsmith.engine.acestep.conditions import conditions, timbre_of
from songsmith.engine.acestep.models import Models, Resident
from songsmith.engine.acestep.plan import Plan
from songsmith.engine.acestep.rates import FRAMES_PER_S
from songsmith.engine.audio import load_audio
from songsmith.engine.times import SungLine, SungTimes
from songsmith.lyrics.lyric import Lyrics, WordStamp
from songsmith.lyrics.words import written_words

__all__ = ["times_by_attention"]

_FRAMES_PER_TOKEN = 2
_HEADING = "# Languages\n{language}\n\n# Lyric\n"


@dataclass(frozen=True)
class _SungToken:
    """A token of the prompt: its number, its line, and the character of the line at which it begins."""

    number: int
    line: int
    offset: int


def times_by_attention(
    resident: Resident, models: Models, plan: Plan, lyrics: Lyrics, latents: Tensor, heads: Heads
) -> SungTimes | None:
    """When the lines of `lyrics` are sung in `latents` (1, frames, 64); None where the prompt does not hold them."""
    reference = load_audio(plan.options.style_audio) if plan.options.style_audio else None
    timbre = timbre_of(resident, models, reference)
    told = conditions(resident, models, plan, timbre, task="text2music")
    tokens = _sung_tokens(models, plan)
    if not tokens or {token.line for token in tokens} != set(range(1, len(lyrics.lines) + 1)):
        return None
    attention = attention_to(models, told, latents, heads, steps=plan.options.steps)
    times = token_times(attention[:, [token.number for token in tokens]])
    lines = [_line(number, line.text, tokens, times) for number, line in enumerate(lyrics.lines, 1)]
    return SungTimes(tuple(lines), "engine", plan.options.model, plan.language)


def _sung_tokens(models: Models, plan: Plan) -> list[_SungToken]:
    """The tokens of the words that are sung, without headings and tags; the words come first in what is told."""
    heading = _HEADING.format(language=plan.language)
    found = models.pipeline.tokenizer(heading + plan.words.text, return_offsets_mapping=True)
    rows = plan.words.text.split("\n")
    begins = [sum(len(row) + 1 for row in rows[:place]) for place in range(len(rows))]
    tokens = []
    for number, (start, _) in enumerate(found["offset_mapping"]):
        place = start - len(heading)
        if place < 0:
            continue
        row = max(index for index, begin in enumerate(begins) if begin <= place)
        if plan.words.lines[row] and place - begins[row] < len(rows[row]):
            tokens.append(_SungToken(number, plan.words.lines[row], place - begins[row]))
    return tokens


def _line(number: int, text: str, tokens: list[_SungToken], times: list[TokenTime]) -> SungLine:
    own = [
        (token.offset, time)
        for token, time in zip(tokens, times, strict=True)
        if token.line == number
    ]
    starts = [
        (offset, next((time for at, time in own if at >= offset), None))
        for offset, _ in written_words(text)
    ]
    stamps = tuple(WordStamp(offset, _seconds(time.start)) for offset, time in starts if time)
    return SungLine(
        number,
        text,
        _seconds(own[0][1].start),
        _seconds(max(time.end for _, time in own)),
        words=stamps if len(stamps) > 1 else (),
    )


def _seconds(frame: int) -> float:
    return round(frame * _FRAMES_PER_TOKEN / FRAMES_PER_S, 3)
