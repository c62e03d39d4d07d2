"""Whether a take's sound file still holds the samples it was saved with, by the hash in its manifest."""

from collections.abc import Iterable

from songsmith.agent.song.song_file import TakeManifest
from songsmith.agent.song.songbook import Song
from songsmith.agent.studio.rendering import sound_sha256
from songsmith.errors import SongsmithError

__all__ = ["damaged_takes"]


def damaged_takes(song: Song, manifests: Iterable[TakeManifest]) -> dict[str, str]:
    """What is wrong with the sound of each take, by its name; takes that are whole are not in it."""
    faults = {manifest.take: _fault(song, manifest) for manifest in manifests}
    return {take: fault for take, fault in faults.items() if fault}


def _fault(song: Song, manifest: TakeManifest) -> str:
    if not manifest.samples_sha256:
        return "its manifest holds no hash to verify it by"
    try:
        found = sound_sha256(song.audio_path(manifest.take))
    except SongsmithError as error:
        return str(error)
    if found != manifest.samples_sha256:
        return f"{manifest.file} is not the sound that was saved: it was swapped or changed"
    return ""
