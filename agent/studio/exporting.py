"""Handing a take out: files for other programs, named after the song; what was not kept with it is made again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from songsmith.agent.export.cover import Cover, cover_of
from songsmith.agent.export.formats import FORMATS, ExportError, parse_formats
from songsmith.agent.export.markers import audacity_labels, import_note, parts_of, reaper_markers
from songsmith.agent.export.musicxml import format_musicxml
from songsmith.agent.export.provenance import made_by_machine, provenance
from songsmith.agent.export.sound import SoundForm, at_loudness, sound_file
from songsmith.agent.export.tags import SongTags, tagged
from songsmith.agent.export.video import SIZES, video_file
from songsmith.agent.export.words import words_file
from songsmith.agent.files import make_folder, write_whole
from songsmith.agent.song.file_names import file_in
from songsmith.agent.song.names import folder_name
from songsmith.agent.song.song_file import TakeManifest
from songsmith.agent.song.sung_words import at_own_times
from songsmith.agent.studio.kept_parts import TakeParts
from songsmith.agent.studio.open_song import OpenSong
from songsmith.agent.studio.own_times import keeps_stamps, known_times
from songsmith.agent.studio.rendering import lyrics_in
from songsmith.agent.studio.results import Exported
from songsmith.lyrics.reading.lrc import format_lrc

if TYPE_CHECKING:
    from songsmith.engine.engine import Audio

__all__ = ["ExportWish", "export_take"]


@dataclass(frozen=True)
class ExportWish:
    """`formats` as a person names them; `to` a folder instead of the song's own; `form` says how sound is written."""

    formats: Sequence[str] = ("flac",)
    to: Path | None = None
    form: SoundForm = field(default_factory=SoundForm)


def export_take(opened: OpenSong, take: str, wish: ExportWish) -> Exported:
    """Write what `wish` asks for, named after the song; the words are those the take sings.

    Raises `ExportError` before anything is written for what can't be had; what a take was not kept with (MIDI,
    chords, stems) is made again from its manifest.
    """
    formats = parse_formats(wish.formats)
    if not formats:
        raise ExportError("no format was named", hint=f"choose {', '.join(FORMATS)}")
    handed = _HandOut(opened, opened.song.manifest(take), wish.form)
    contents = [content for name in formats for content in handed.contents(name)]
    if not contents:
        raise ExportError(handed.notes[0])
    folder = wish.to or file_in(opened.song.folder, "export")
    make_folder(folder)
    files = [folder / f"{handed.stem}{ending}" for ending, _ in contents]
    for path, (_, data) in zip(files, contents, strict=True):
        write_whole(path, data)
    facts = folder / f"{handed.stem}.provenance.json"
    write_whole(facts, provenance(handed.title, handed.manifest, files))
    for note in dict.fromkeys(handed.notes):
        opened.audience.note(note)
    return Exported(folder, (*files, facts), tuple(handed.notes))


class _HandOut:
    """One take and everything that its files are made of, each made once."""

    def __init__(self, opened: OpenSong, manifest: TakeManifest, form: SoundForm) -> None:
        self._opened, self.manifest, self._form = opened, manifest, form
        self.title = opened.song.title or opened.song.folder.name
        self.stem = folder_name(self.title)
        written = lyrics_in(manifest.words)
        self.lyrics = at_own_times(opened.song.folder / "takes", manifest.take, written)
        self.lrc = manifest.words if self.lyrics == written else format_lrc(self.lyrics)
        self.notes: list[str] = []
        self._parts = TakeParts(opened, self.notes.append)

    def contents(self, name: str) -> Iterator[tuple[str, bytes]]:
        """(what follows the song's name, data) of each file of a format."""
        ending, kind = FORMATS[name].ending, FORMATS[name].kind
        if kind == "sound":
            yield ending, tagged(sound_file(self._audio, name, self._form), name, self._tags)
        elif kind == "words":
            yield from self._words(name)
        elif kind == "score":
            yield ending, self._score(name)
        elif kind == "stems":
            yield from self._stems(is_for_daw=name == "daw")
        elif kind == "picture":
            yield ending, self._cover.svg().encode() if name == "svg" else self._cover.png()
        else:
            yield ending, self._video(name)

    @cached_property
    def _audio(self) -> "Audio":
        from songsmith.engine.audio import load_audio

        audio = load_audio(self._opened.song.sound_of(self.manifest.take))
        audio, note = at_loudness(audio, self._form.lufs)
        self.notes += [note] if note else []
        return audio

    @cached_property
    def _cover(self) -> Cover:
        return cover_of(self.manifest)

    @cached_property
    def _tags(self) -> SongTags:
        settings, details = self._opened.settings, self.manifest.details
        bpm, key = details.get("bpm"), details.get("key")
        artist = next((value for tag, value in self.lyrics.tags if tag == "ar" and value), "")
        album = next((value for tag, value in self.lyrics.tags if tag == "al" and value), "")
        return SongTags(
            title=self.title,
            artist=artist or settings.artist,
            album=album or settings.album,
            date=self.manifest.made_at[:10],
            comment=made_by_machine(self.manifest),
            bpm=float(bpm) if isinstance(bpm, (int, float)) else 0.0,
            key=str(key)[:12] if key else "",
            language=self.lyrics.language or self._opened.language,
            lyrics=self.lyrics,
            lrc=self.lrc,
            png=self._cover.png(600),
        )

    def _words(self, name: str) -> Iterator[tuple[str, bytes]]:
        if not self.lyrics.lines:
            self.notes.append("the take has no words: no subtitles are written")
            return
        take = self.manifest.take
        if name != "txt" and not (
            keeps_stamps(self._opened, take) or known_times(self._opened, take)
        ):
            self.notes.append(
                f"{take} places its lines itself, and nobody has found out where: find them with "
                "`songsmith align`, then export again; no "
                f"{name} is written"
            )
            return
        text = words_file(self.lyrics, self.lrc, name, self.manifest.duration_s)
        yield FORMATS[name].ending, text.encode()

    def _score(self, name: str) -> bytes:
        if name == "chordpro":
            return self._parts.attachment(self.manifest, "chords.cho", "chords")
        midi = self._parts.attachment(self.manifest, "song.mid", "midi")
        return format_musicxml(midi, self.title).encode() if name == "musicxml" else midi

    def _stems(self, *, is_for_daw: bool) -> Iterator[tuple[str, bytes]]:
        from songsmith.engine.audio import encoded

        for name, sound in sorted(self._parts.stems(self.manifest).items()):
            yield f".{name}.flac", encoded(sound, "flac")
        if not is_for_daw:
            return
        yield ".mid", self._score("midi")
        parts, details = parts_of(self.manifest.details), self.manifest.details
        yield ".markers.csv", reaper_markers(parts).encode()
        yield ".labels.txt", audacity_labels(parts).encode()
        note = import_note(
            self.title, self._tags.bpm, self._tags.key, str(details.get("time") or ""), parts
        )
        yield ".import.txt", note.encode()

    def _video(self, name: str) -> bytes:
        sound = self._opened.song.sound_of(self.manifest.take)
        return video_file(
            sound, self.lyrics, self._cover, self.title, self.manifest.duration_s, SIZES[name]
        )
