"""Which of espeak-ng's voice files speaks a language."""

from songsmith.engine.engine import EngineError
from songsmith.engine.sketch.phonetics.espeak import list_espeak_voices

__all__ = ["SIBLINGS", "espeak_file"]

SIBLINGS = {"pt": "pt-br", "fr-be": "fr", "fr-ch": "fr"}
"""For the file of an accent that only espeak-ng speaks, that of the one next to it, which clear voices sing too."""

_FILES = {"en": "en-us", "zh": "cmn", "no": "nb", "fil": "id", "": "en-us"}
_SPANISH_OF_AMERICA = "es-419"


def espeak_file(language: str) -> str:
    """The file for a language's tag ("en", "zh-CN", "pt_BR"). Raises `EngineError` where there is none."""
    tag = language.strip().casefold().replace("_", "-")
    known = {voice.file: voice.file for voice in list_espeak_voices()}
    known |= {voice.language: voice.file for voice in reversed(list_espeak_voices())}
    known |= _FILES
    base, _, region = tag.partition("-")
    if base == "es" and region not in ("", "es"):
        return _SPANISH_OF_AMERICA
    if tag in known or base in known:
        return known.get(tag, known.get(base, ""))
    raise EngineError(
        f"there is no voice for the language {language!r}",
        hint="see the list of voices, or name one of them",
    )
