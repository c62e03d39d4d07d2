"""How a song was made, as a JSON file beside what is handed out.

C2PA was weighed: its library signs no FLAC or Ogg files, and a signature that other programs trust needs a
certificate from an authority, which a person's own machine does not have. So the facts lie beside the files,
with hashes that tie them together.
"""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from songsmith.agent.song.song_file import TakeManifest

__all__ = ["made_by_machine", "provenance"]

_SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"


def made_by_machine(manifest: TakeManifest) -> str:
    """One sentence for the comment of a file."""
    voice = _voice(manifest)
    sung = f", voice {voice}" if voice else ""
    style = f" Style: {manifest.style}" if manifest.style else ""
    return f"Made by a machine: songsmith, engine {manifest.engine}{sung}, seed {manifest.seed}.{style}"


def provenance(title: str, manifest: TakeManifest, files: Sequence[Path]) -> str:
    """The facts about one take and the hashes of `files`, as JSON."""
    kind = "algorithmicMedia" if manifest.engine == "sketch" else "trainedAlgorithmicMedia"
    facts: dict[str, Any] = {
        "title": title,
        "made_by_machine": True,
        "digital_source_type": _SOURCE_TYPES + kind,
        "generator": "songsmith",
        "generator_versions": dict(manifest.made_with),
        "engine": manifest.engine,
        "voice": _voice(manifest),
        "seed": manifest.seed,
        "style": manifest.style,
        "take": manifest.take,
        "parent_take": manifest.parent,
        "made_at": manifest.made_at,
        "samples_sha256": manifest.samples_sha256,
        "words_sha256": sha256(manifest.words.encode()).hexdigest(),
        "files": {path.name: sha256(path.read_bytes()).hexdigest() for path in files},
    }
    return json.dumps(facts, ensure_ascii=False, indent=1) + "\n"


def _voice(manifest: TakeManifest) -> str:
    vocals = manifest.details.get("vocals")
    voice = vocals.get("voice") if isinstance(vocals, Mapping) else ""
    return str(voice or "")[:80]
