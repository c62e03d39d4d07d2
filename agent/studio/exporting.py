"""Copies of a take for other programs: sound, words as LRC, SRT and ASS, and what else the take has."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from songsmith.agent.files import make_folder, write_whole
from songsmith.agent.song.file_names import file_in
from songsmith.agent.song.names import folder_name
from songsmith.agent.song.songbook import Song
from songsmith.agent.studio.results import Exported
from songsmith.lyrics.lyric import Lyrics
from songsmith.lyrics.reading.lrc import parse_lyrics
from songsmith.lyrics.reading.subtitles import format_ass, format_srt

__all__ = ["export_take"]


def export_take(song: Song, take: str, formats: Sequence[str]) -> Exported:
    """Write the copies into `export/`, named after the song; the words are those the take sings."""
    from songsmith.engine.audio import FORMATS, AudioError, load_audio, save_audio

    for name in formats:
        if name not in FORMATS:
            raise AudioError(
                f"there is no sound format {name!r}", hint=f"choose {', '.join(FORMATS)}"
            )
    manifest = song.manifest(take)
    folder, takes = file_in(song.folder, "export"), song.folder / "takes"
    make_folder(folder)
    stem = folder / folder_name(song.title)
    audio = load_audio(song.audio_path(take))
    files: list[Path] = []
    for format_name in dict.fromkeys(formats):
        files.append(Path(f"{stem}.{format_name}"))
        save_audio(files[-1], audio, tags={"title": song.title, "lyrics": manifest.words})
    lyrics = parse_lyrics(manifest.words).lyrics
    if isinstance(lyrics, Lyrics) and lyrics.lines:
        texts = {
            "lrc": manifest.words,
            "srt": format_srt(lyrics, manifest.duration_s),
            "ass": format_ass(lyrics, manifest.duration_s),
        }
        for ending, text in texts.items():
            files.append(Path(f"{stem}.{ending}"))
            write_whole(files[-1], text)
    for attachment in manifest.attachments:
        files.append(Path(f"{stem}{Path(attachment).suffix}"))
        shutil.copyfile(file_in(takes, f"{take}.{attachment}"), files[-1])
    for sound in sorted((takes / f"{take}.stems").glob("*.flac")):
        files.append(Path(f"{stem}.{sound.name}"))
        shutil.copyfile(file_in(sound.parent, sound.name), files[-1])
    return Exported(folder, tuple(files))
