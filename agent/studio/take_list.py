"""The takes of a song side by side: what each differs in, what was heard of it, what it does not sing yet, and whether
its sound file still holds what was saved."""

from collections.abc import Iterable

from songsmith.agent.phrases import clock, lines_of
from songsmith.agent.song.song_file import TakeManifest
from songsmith.agent.song.songbook import Song
from songsmith.agent.song.sung_words import unsung_lines
from songsmith.agent.studio.open_song import StudioError
from songsmith.agent.studio.rendering import lyrics_in, sound_sha256
from songsmith.agent.studio.results import TakeList
from songsmith.errors import SongsmithError

__all__ = ["changed_lines", "damaged_takes", "list_takes", "not_sung_yet", "unsung_in"]


def list_takes(song: Song, *, verify: bool = False) -> TakeList:
    """All takes of the present version; with `verify` also whether their sound files hold what was saved."""
    manifests = tuple(song.manifest(take) for take in song.takes)
    differs = {
        manifest.take: ", ".join(f"{clock(start)}-{clock(end)}" for start, end in manifest.spans)
        for manifest in manifests
        if manifest.parent
    }
    heard = {take: song.hearing(take) for take in song.takes}
    return TakeList(
        manifests,
        song.picked,
        differs=differs,
        hearings={take: hearing for take, hearing in heard.items() if hearing},
        damaged=damaged_takes(song, manifests) if verify else None,
        unsung={take: unsung_in(song, take) for take in song.takes},
    )


def unsung_in(song: Song, take: str) -> list[int]:
    """Numbers of the lines of the present words that a take does not sing yet; none of an instrumental."""
    sung = lyrics_in(song.manifest(take).words)
    return unsung_lines(sung, song.lyrics) if sung.lines else []


def changed_lines(song: Song) -> list[int]:
    """Numbers of the lines that the take that counts does not sing yet. Raises `StudioError` if it sings all."""
    lines = unsung_in(song, song.picked) if song.picked else []
    if not lines:
        raise StudioError(
            "no line has changed since this take was sung", hint='name a part, e.g. "chorus 2"'
        )
    return lines


def not_sung_yet(song: Song) -> tuple[str, ...]:
    """A line on what the take that counts does not sing yet, if there is anything."""
    lines = unsung_in(song, song.picked) if song.picked and song.lyrics.lines else []
    return (
        (f"{song.picked} does not sing {lines_of(lines)} yet; `fix changed` sings just that",)
        if lines
        else ()
    )


def damaged_takes(song: Song, manifests: Iterable[TakeManifest]) -> dict[str, str]:
    """What is wrong with the sound of each take, by its name; takes that are whole are not in it."""
    faults = {manifest.take: _fault_of(song, manifest) for manifest in manifests}
    return {take: fault for take, fault in faults.items() if fault}


def _fault_of(song: Song, manifest: TakeManifest) -> str:
    if not manifest.samples_sha256:
        return "its manifest holds no hash to verify it by"
    try:
        found = sound_sha256(song.sound_of(manifest.take))
    except SongsmithError as error:
        return str(error)
    if found != manifest.samples_sha256:
        return f"{manifest.file} is not the sound that was saved: it was swapped or changed"
    return ""
