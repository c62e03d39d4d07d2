"""The person's standing wishes: a file of their own in the working folder that every LLM here is shown.

SONGSMITH.md or .songsmith/rules.md: the voice of the writer, words to avoid, favourite styles. It counts only where the
person works: a song's folder may come from a stranger, and so may whatever a link leads to.
"""

from dataclasses import dataclass
from pathlib import Path

from songsmith.agent.llm.usage import estimate_tokens
from songsmith.agent.settings.settings import SettingsError
from songsmith.atomic import read_regular
from songsmith.prompts import localized, render

__all__ = ["FILES", "StandingWishes", "standing_wishes"]

FILES = ("SONGSMITH.md", ".songsmith/rules.md")
"""Where they are looked for, in this order; the first that is there counts."""
_MOST_BYTES = 1_000_000
_MOST_CHARS = 4_000
_USUAL_TOKENS = 32_000
_SMALL_TOKENS = 4_096
"""A window that has no room for more than the song itself."""
_SHARE = 8
"""The part of a window that wishes may take: one in so many."""


@dataclass(frozen=True)
class StandingWishes:
    """What the file `name` says, as far as a model can be shown it; `is_cut` where there was more."""

    name: str
    text: str
    is_cut: bool = False

    def __str__(self) -> str:
        if not self.text:
            return f"{self.name} (the model's window has no room for it)"
        if self.is_cut:
            return f"{self.name} (only its first {len(self.text):,} characters)"
        lines = len(self.text.splitlines())
        return f"{self.name} ({lines} line{'s' * (lines != 1)})"

    def prompt(self, language: str = "") -> str:
        """What a model is told of them; "" where there is no room."""
        if not self.text:
            return ""
        harmless = self.text.replace("</wishes", "‹/wishes").replace("<wishes", "‹wishes")
        name = localized("standing_wishes", language)
        return render(name, wishes=f"<wishes>\n{harmless}\n</wishes>")


def standing_wishes(
    window_tokens: int = _USUAL_TOKENS, folder: Path | None = None
) -> StandingWishes | None:
    """The wishes in `folder`, the working folder if none is given, cut to what a window of this size has room for.

    None without such a file, and inside a song. Raises `SettingsError` for one that can't be read.
    """
    folder = (folder or Path.cwd()).resolve()
    if any((place / "song.json").is_file() for place in (folder, *folder.parents)):
        return None
    for name in FILES:
        path = folder / name
        if path.exists() or path.is_symlink():
            text = _text_of(path).strip()
            room = _room_for(text, window_tokens)
            return StandingWishes(name, text[:room], room < len(text)) if text else None
    return None


def _room_for(text: str, window_tokens: int) -> int:
    """How many of its characters a model may be shown."""
    if window_tokens < _SMALL_TOKENS:
        return 0
    most_tokens = window_tokens // _SHARE
    share = most_tokens / max(most_tokens, estimate_tokens(text[:_MOST_CHARS]))
    return int(share * min(len(text), _MOST_CHARS))


def _text_of(path: Path) -> str:
    if path.is_symlink() or path.parent.is_symlink():
        raise SettingsError(
            "is a link, and is not followed", where=str(path), hint="put the file itself there"
        )
    try:
        return read_regular(path, _MOST_BYTES).decode("utf-8-sig")
    except OSError as error:
        raise SettingsError(f"can't be read ({error.strerror})", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise SettingsError("not UTF-8 text", where=str(path), hint="save it as UTF-8") from error
