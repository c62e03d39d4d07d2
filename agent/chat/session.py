"""What a chat works on: at most one open song, the settings and engines of the session, who watches."""

from collections.abc import Callable
from pathlib import Path

from songsmith.agent.llm.usage import Ledger
from songsmith.agent.settings.settings import Settings, load_settings
from songsmith.agent.song.songbook import Song
from songsmith.agent.studio.make import begin_song, brief_for
from songsmith.agent.studio.open_song import StudioError
from songsmith.agent.studio.rendering import Engines
from songsmith.agent.studio.results import Audience, Written
from songsmith.agent.studio.studio import Studio

__all__ = ["Session"]


class Session:
    """A song is opened by name, or begun by the first words written. `ask` puts a question to the person."""

    def __init__(
        self,
        audience: Audience,
        *,
        ask: Callable[[str], bool],
        overrides: dict[str, object] | None = None,
        ledger: Ledger | None = None,
    ) -> None:
        self.audience = audience
        self.ask = ask
        self.engines = Engines()
        self.ledger = ledger or Ledger()
        self._overrides = overrides or {}
        self._studio: Studio | None = None
        self.settings = load_settings(None, self._overrides)

    @property
    def has_song(self) -> bool:
        return self._studio is not None

    @property
    def song(self) -> Song | None:
        """The open song, if there is one."""
        return self._studio.song if self._studio else None

    @property
    def studio(self) -> Studio:
        """The open song with its verbs."""
        if self._studio is None:
            raise StudioError("no song is open yet", hint="write one: /write and what it is about")
        return self._studio

    def open(self, folder: Path) -> Studio:
        """Open the song in `folder` instead of the present one."""
        song = Song.open(folder)
        self.settings = load_settings(folder, self._overrides)
        self._studio = self._studio_of(song)
        return self._studio

    def override(self, **values: object) -> Settings:
        """Change settings for the rest of the session, as flags do; None takes one back."""
        overrides = {**self._overrides, **values}
        overrides = {name: value for name, value in overrides.items() if value is not None}
        folder = self._studio.song.folder if self._studio else None
        self.settings = load_settings(folder, overrides)
        self._overrides = overrides
        if self._studio:
            self._studio.settings = self.settings
        return self.settings

    def write(self, prompt: str, **wishes: object) -> Written:
        """New words for the open song, or for a new one named after `prompt`.

        `wishes` are further fields of `Brief`. A new song whose first words fail leaves no folder.
        """
        brief = brief_for(self.settings, prompt, **wishes)
        if self._studio is not None:
            return self._studio.write(brief)
        studio = self._studio_of(begin_song(brief, None, self.settings))
        with studio.song.beginning():
            written = studio.write(brief)
        self._studio = studio
        return written

    def _studio_of(self, song: Song) -> Studio:
        return Studio(
            song,
            settings=self.settings,
            engines=self.engines,
            audience=self.audience,
            ledger=self.ledger,
        )
