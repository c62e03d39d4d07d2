"""The table of published files: where each comes from, how large it is, and under which licence. The voices that
the sketch engine can use beside its own are too many for a table; their names say where they are.

`revision` "main" means: the commit that "main" names when a repository is first used is written into the
models folder's lock file, and every later pull and verify keeps to that commit. A commit hash in the
table pins a file for everybody.
"""

import re
from dataclasses import dataclass
from typing import Literal

__all__ = [
    "NEGATIVE",
    "PARTS",
    "STYLE",
    "VAE",
    "VOICE_PREFIX",
    "Part",
    "Variant",
    "Version",
    "WeightFile",
    "dit_part",
    "parts_for",
    "voice_part",
]

Variant = Literal["base", "full"]
Version = Literal["1.2", "1.0"]

_GITHUB_COMMIT = "28ad63c"


@dataclass(frozen=True)
class WeightFile:
    """One published file. `size_bytes` is about right; the hub tells the exact size before a download.

    `name` is its place in the part's folder, `path` that in `repo`. `becomes` is the file it is
    converted to, "" if it is used as it is. `sha256` is known beforehand for few.
    """

    name: str
    repo: str
    path: str
    size_bytes: int
    revision: str = "main"
    becomes: str = ""
    sha256: str = ""
    host: Literal["hub", "github"] = "hub"

    @property
    def stored_name(self) -> str:
        """Name of the file that is loaded in the end."""
        return self.becomes or self.name


@dataclass(frozen=True)
class Part:
    """Files that belong together, in one folder of their own called `name`. `extra` is the extra of pyproject
    without which they are of no use, "" if there is none."""

    name: str
    title: str
    licence: str
    files: tuple[WeightFile, ...]
    non_commercial: bool = False
    is_required: bool = True
    extra: str = ""

    @property
    def size_bytes(self) -> int:
        """Bytes to download, about."""
        return sum(file.size_bytes for file in self.files)


_DIT_BYTES = 2_220_000_000
_HUB_NAMES: dict[tuple[Version, Variant], str] = {
    ("1.2", "base"): "ASLP-lab/DiffRhythm-1_2",
    ("1.2", "full"): "ASLP-lab/DiffRhythm-1_2-full",
    ("1.0", "base"): "ASLP-lab/DiffRhythm-base",
    ("1.0", "full"): "ASLP-lab/DiffRhythm-full",
}
_LENGTHS: dict[Variant, str] = {"base": "songs up to 95 s", "full": "songs up to 285 s"}


def _dit(version: Version, variant: Variant) -> Part:
    checkpoint = WeightFile(
        name="cfm_model.pt",
        repo=_HUB_NAMES[version, variant],
        path="cfm_model.pt",
        size_bytes=_DIT_BYTES,
        becomes="model.safetensors",
    )
    return Part(
        name=f"dit-{version}-{variant}",
        title=f"DiffRhythm {version} {variant}, {_LENGTHS[variant]}",
        licence="Apache-2.0",
        files=(checkpoint,),
        extra="diffrhythm",
    )


VAE = Part(
    name="vae",
    title="DiffRhythm audio VAE",
    licence="Apache-2.0",
    files=(WeightFile("vae_model.pt", "ASLP-lab/DiffRhythm-vae", "vae_model.pt", 630_000_000),),
    extra="diffrhythm",
)

_XLM_ROBERTA = "FacebookAI/xlm-roberta-base"
STYLE = Part(
    name="muq-mulan",
    title="MuQ-MuLan style encoder (with the tokenizer of XLM-RoBERTa, MIT)",
    licence="CC-BY-NC-4.0",
    non_commercial=True,
    extra="diffrhythm",
    files=(
        WeightFile("config.json", "OpenMuQ/MuQ-MuLan-large", "config.json", 2_000),
        WeightFile(
            "pytorch_model.bin",
            "OpenMuQ/MuQ-MuLan-large",
            "pytorch_model.bin",
            2_840_000_000,
            becomes="model.safetensors",
        ),
        WeightFile("muq/config.json", "OpenMuQ/MuQ-large-msd-iter", "config.json", 3_000),
        WeightFile("xlm-roberta/config.json", _XLM_ROBERTA, "config.json", 1_000),
        WeightFile("xlm-roberta/tokenizer.json", _XLM_ROBERTA, "tokenizer.json", 9_100_000),
    ),
)

NEGATIVE = Part(
    name="negative-style",
    title="DiffRhythm's negative style (an embedding of plain vocals)",
    licence="Apache-2.0",
    is_required=False,  # the text "vocal" stands in
    files=(
        WeightFile(
            "vocal.npy",
            "ASLP-lab/DiffRhythm",
            "infer/example/vocal.npy",
            2_176,
            revision=_GITHUB_COMMIT,
            sha256="6cb7d74eb7a8eda12acb8247b21d373928301db8a8cb0db480d341799fed3ce5",
            host="github",
        ),
    ),
)

PARTS: dict[str, Part] = {
    part.name: part
    for part in (*(_dit(version, variant) for version, variant in _HUB_NAMES), VAE, STYLE, NEGATIVE)
}


def dit_part(variant: Variant, version: Version = "1.2") -> Part:
    """The transformer's part."""
    return PARTS[f"dit-{version}-{variant}"]


def parts_for(variant: Variant, version: Version = "1.2") -> tuple[Part, ...]:
    """All that a song of this variant needs, the largest licence question first."""
    return (STYLE, dit_part(variant, version), VAE, NEGATIVE)


VOICE_PREFIX = "voice-"
_VOICE_NAME = re.compile(r"(([a-z]{2,3})_[A-Z]{2,3})-([a-z0-9_]+)-(x_low|low|medium|high)")
_VOICE_BYTES = {"x_low": 28_000_000, "low": 63_000_000, "medium": 63_000_000, "high": 114_000_000}


def voice_part(name: str) -> Part | None:
    """The Piper voice that `name` ("voice-en_US-joe-medium") says, None if it says none. Whether there is
    such a voice the hub knows."""
    voice = name.removeprefix(VOICE_PREFIX)
    found = _VOICE_NAME.fullmatch(voice) if name.startswith(VOICE_PREFIX) else None
    if found is None:
        return None
    locale, language, speaker, quality = found.groups()
    folder = f"{language}/{locale}/{speaker}/{quality}"
    files = {
        f"{voice}.onnx": _VOICE_BYTES[quality],
        f"{voice}.onnx.json": 5_000,
        "MODEL_CARD": 1_000,
    }
    return Part(
        name=name,
        title=f"Piper voice {voice} of the sketch engine",
        licence="in its MODEL_CARD",
        files=tuple(
            WeightFile(file, "rhasspy/piper-voices", f"{folder}/{file}", size)
            for file, size in files.items()
        ),
    )
