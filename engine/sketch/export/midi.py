"""A song as a standard MIDI file: tempo map, meter, key, section markers, chords, melody with words, all parts."""

import io
from collections.abc import Iterator, Mapping, Sequence

import mido
import numpy as np

from songsmith.engine.sketch.band.band import Track
from songsmith.engine.sketch.band.expression import expression
from songsmith.engine.sketch.export.spaced_syllables import spaced_syllables
from songsmith.engine.sketch.harmony import uses_flats, voice_chord
from songsmith.engine.sketch.score import Note, Score

__all__ = ["format_midi"]

TICKS_PER_QUARTER = 480
_DRUM_CHANNEL = 9
_MELODY_PROGRAM = 53  # a voice, for players that have no better
_THEREMIN_STANDS_IN = 78
_EXPRESSION_S = 0.05
_FLAT_KEYS = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
_SHARP_KEYS = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")


def format_midi(
    score: Score,
    tracks: Sequence[Track],
    notes: Sequence[Note],
    syllables: Mapping[int, Sequence[str]],
    *,
    title: str,
) -> bytes:
    """The file. Track 0 holds tempo, meter, key and markers; then "Melody" with lyric events, "Chords", the band."""
    clock = _Clock(score)
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_QUARTER, charset="utf-8")
    file.tracks.append(_conductor(score, clock, title))
    if notes:
        file.tracks.append(_melody(score, notes, syllables, clock))
    file.tracks.append(_chords(score, clock))
    channels = [c for c in range(2, 16) if c != _DRUM_CHANNEL]
    for place, track in enumerate(track for track in tracks if track.notes):
        channel = _DRUM_CHANNEL if track.is_drum else channels[place % len(channels)]
        file.tracks.append(_part(track, channel, clock))
    raw = io.BytesIO()
    file.save(file=raw)
    return raw.getvalue()


class _Clock:
    """Seconds to ticks along the bars: a beat is a quarter (in 6/8 an eighth) however long it lasts."""

    def __init__(self, score: Score) -> None:
        self.ticks_per_beat = TICKS_PER_QUARTER // (2 if score.meter == "6/8" else 1)
        self.bars: list[tuple[int, int, float]] = []  # first tick, beats, seconds of a beat
        times = [0.0]
        ticks = [0]
        lead_s = score.bars[0].start_s
        if lead_s > 0.001:  # a beat of silence, as short as it is
            self.bars.append((0, 1, lead_s))
            times.append(lead_s)
            ticks.append(self.ticks_per_beat)
        for bar in score.bars[:-1]:
            self.bars.append((ticks[-1], len(bar.beats_s), bar.beat_s))
            times.append(bar.end_s)
            ticks.append(ticks[-1] + len(bar.beats_s) * self.ticks_per_beat)
        # The last chord is held as long as the song lasts, at the tempo of the bar before.
        last = score.bars[-1]
        beat_s = self.bars[-1][2] if self.bars else last.beat_s
        self.bars.append((ticks[-1], len(last.beats_s), beat_s))
        times.append(last.end_s)
        ticks.append(ticks[-1] + round((last.end_s - last.start_s) / beat_s * self.ticks_per_beat))
        self._times, self._ticks = times, ticks

    def tick(self, time_s: float) -> int:
        return round(float(np.interp(time_s, self._times, self._ticks)))


Event = tuple[int, int, "mido.Message | mido.MetaMessage"]


def _track(name: str, events: Sequence[Event]) -> mido.MidiTrack:
    """Messages with absolute ticks as a track; at one tick, in the order of their second number."""
    track = mido.MidiTrack([mido.MetaMessage("track_name", name=name)])
    last = 0
    for tick, _, message in sorted(events, key=lambda event: event[:2]):
        track.append(message.copy(time=tick - last))
        last = tick
    return track


def _conductor(score: Score, clock: _Clock, title: str) -> mido.MidiTrack:
    keys = [
        (0, score.tonic),
        *((clock.tick(x.start_s), score.tonic_at(x.start_s)) for x in score.lifts),
    ]
    events: list[Event] = [
        (tick, 0, mido.MetaMessage("key_signature", key=_key_signature(score, tonic)))
        for tick, tonic in keys
    ]
    denominator = 8 if score.meter == "6/8" else 4
    quarter = TICKS_PER_QUARTER / clock.ticks_per_beat
    beats_before, tempo_before = 0, 0
    for tick, beats, beat_s in clock.bars:
        tempo = min(round(beat_s * quarter * 1e6), 0xFFFFFF)
        if tempo != tempo_before:
            events.append((tick, 1, mido.MetaMessage("set_tempo", tempo=tempo)))
        if beats != beats_before:
            meter = mido.MetaMessage("time_signature", numerator=beats, denominator=denominator)
            events.append((tick, 0, meter))
        beats_before, tempo_before = beats, tempo
    for part in score.parts:
        name = part.label or part.kind.capitalize()
        events.append((clock.tick(part.start_s), 2, mido.MetaMessage("marker", text=name)))
    end = mido.MetaMessage("end_of_track")
    return _track(title or "songsmith", [*events, (clock.tick(score.duration_s), 9, end)])


def _key_signature(score: Score, tonic: int) -> str:
    """The nearest of the keys MIDI knows to the song's mode on `tonic`."""
    is_minor = (score.tonic + 3) % 12 in score.scale and (score.tonic + 4) % 12 not in score.scale
    names = _FLAT_KEYS if uses_flats(tonic, "minor" if is_minor else "major") else _SHARP_KEYS
    return names[tonic] + ("m" if is_minor else "")


def _note_events(notes: Sequence[Note], channel: int, clock: _Clock) -> list[Event]:
    events: list[Event] = []
    for note in notes:
        start = clock.tick(note.start_s)
        end = max(clock.tick(note.end_s), start + 1)
        on = mido.Message("note_on", channel=channel, note=note.pitch, velocity=note.velocity)
        off = mido.Message("note_off", channel=channel, note=note.pitch, velocity=0)
        events += [(start, 5, on), (end, 4, off)]
    return events


def _part(track: Track, channel: int, clock: _Clock) -> mido.MidiTrack:
    """An instrument's notes and, where it swells, its expression every twentieth of a second."""
    program = track.program if track.program < 128 else _THEREMIN_STANDS_IN
    change = mido.Message("program_change", channel=channel, program=program)
    events = [(0, 3, change), *_note_events(track.notes, channel, clock)]
    return _track(track.name, [*events, *_expression_events(track, channel, clock)])


def _expression_events(track: Track, channel: int, clock: _Clock) -> Iterator[Event]:
    if not track.swell_db:
        return
    times_s, levels_db = expression(track.notes, track.swell_db)
    before = 127
    for time_s in np.arange(0.0, times_s[-1], _EXPRESSION_S):
        level_db = float(np.interp(time_s, times_s, levels_db))
        value = round(127 * 10 ** (level_db / 40))  # as General MIDI has it
        if value != before:
            message = mido.Message("control_change", channel=channel, control=11, value=value)
            yield clock.tick(float(time_s)), 3, message
        before = value


def _melody(
    score: Score, notes: Sequence[Note], syllables: Mapping[int, Sequence[str]], clock: _Clock
) -> mido.MidiTrack:
    """The lead's notes; each syllable as a lyric event on its first note, as MIDI's practice RP-017 has it: a
    space after the last syllable of a word, a new line after each line."""
    change = mido.Message("program_change", channel=0, program=_MELODY_PROGRAM)
    events: list[Event] = [(0, 3, change), *_note_events(notes, 0, clock)]
    words = {
        line.line: spaced_syllables(line.text, syllables.get(line.line, ())) for line in score.lines
    }
    sung: set[tuple[int, int]] = set()
    for note in sorted(notes, key=lambda n: n.start_s):
        texts = words.get(note.line, ())
        place = (note.line, note.syllable)
        if 0 <= note.syllable < len(texts) and texts[note.syllable] and place not in sung:
            sung.add(place)
            text = mido.MetaMessage("lyrics", text=texts[note.syllable])
            events.append((clock.tick(note.start_s), 4, text))
    return _track("Melody", events)


def _chords(score: Score, clock: _Clock) -> mido.MidiTrack:
    """Plain block chords, with their symbols as text."""
    events: list[Event] = [(0, 3, mido.Message("program_change", channel=1, program=0))]
    previous: tuple[int, ...] = ()
    for span in score.chords:
        previous = voice_chord(span.harmony, previous, low=50, high=74)
        symbol = mido.MetaMessage("text", text=span.harmony.symbol)
        events.append((clock.tick(span.start_s), 2, symbol))
        block = [Note(span.start_s, span.end_s, pitch, 64) for pitch in previous]
        events += _note_events(block, 1, clock)
    return _track("Chords", events)
