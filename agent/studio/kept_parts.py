"""Parts of a take that were kept with it, or are made again from its manifest: MIDI, chord sheet, stems."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from songsmith.agent.export.formats import ExportError
from songsmith.agent.song.file_names import file_in
from songsmith.agent.song.song_file import TakeManifest
from songsmith.agent.studio.open_song import OpenSong
from songsmith.agent.studio.rendering import request_of
from songsmith.engine.engine import Span, Take

if TYPE_CHECKING:
    from songsmith.engine.engine import Audio

__all__ = ["TakeParts"]

_SMALL = ("midi", "chords")


class TakeParts:
    """Parts of the takes of one song; `on_note` gets a remark where one that was made again differs."""

    def __init__(self, opened: OpenSong, on_note: Callable[[str], None]) -> None:
        self._opened = opened
        self._on_note = on_note
        self._again: dict[tuple[str, str], Take] = {}

    def attachment(self, manifest: TakeManifest, name: str, option: str) -> bytes:
        """A file of the take, such as "song.mid"; made again with the engine's `option` if it was not kept."""
        if name in manifest.attachments:
            kept = file_in(self._opened.song.folder / "takes", f"{manifest.take}.{name}")
            if kept.is_file():
                return kept.read_bytes()
        made = self._made_again(manifest, option).attachments
        if name not in made:
            raise ExportError(f"{manifest.engine} gave no {name} for {manifest.take}")
        return made[name]

    def stems(self, manifest: TakeManifest) -> "Mapping[str, Audio]":
        """The parts of the mix by name, each (2, samples), all of the take's length.

        Those of a take of which only spans were sung again are its parent's with the new ones in the spans.
        """
        from songsmith.engine.audio import load_audio, splice

        folder = file_in(self._opened.song.folder / "takes", f"{manifest.take}.stems")
        whole = not (manifest.spans and manifest.parent)
        if whole and folder.is_dir():
            found = {
                path.stem: load_audio(file_in(folder, path.name)) for path in folder.glob("*.flac")
            }
            if found:
                return found
        fresh = self._made_again(manifest, "stems").stems
        if whole:
            return fresh
        parent = self.stems(self._opened.song.manifest(manifest.parent))
        spans = [Span(start_s, end_s) for start_s, end_s in manifest.spans]
        silent = next(iter(fresh.values())) * 0
        names = dict.fromkeys((*parent, *fresh))
        return {
            name: splice(parent.get(name, silent), fresh.get(name, silent), spans) for name in names
        }

    def _made_again(self, manifest: TakeManifest, option: str) -> Take:
        """The take once more, with `option` on, and all others that cost nothing more."""
        known = self._opened.engines.card(manifest.engine).options.model_fields
        if option not in known:
            raise ExportError(
                f"{manifest.engine} makes no {option}", hint="takes of the sketch engine have them"
            )
        along = [name for name in _SMALL if name in known]
        key = (manifest.take, option if option not in along else "")
        if key not in self._again:
            self._again[key] = self._render(manifest, dict.fromkeys((*along, option), True))
        return self._again[key]

    def _render(self, manifest: TakeManifest, options: Mapping[str, Any]) -> Take:
        import numpy as np

        from songsmith.engine.audio import load_audio, quantise

        engine, _ = self._opened.engines.choose(manifest.engine, "")
        request = request_of(self._opened.song, manifest, options)
        take = next(iter(engine.render(request, self._opened.audience.progress)))
        kept = load_audio(self._opened.song.sound_of(manifest.take))
        if not np.array_equal(quantise(take.audio), kept):
            self._on_note(
                f"{manifest.take} was made with other versions of what plays it: the parts made now may "
                "differ from how it sounds"
            )
        return take
