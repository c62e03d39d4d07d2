"""The talk with the LLM in a session: which endpoint answers, what was said so far, what it cost."""

from pathlib import Path

from songsmith.agent.chat.context import TalkMemory
from songsmith.agent.chat.history import load_talk, save_talk
from songsmith.agent.chat.session import Session
from songsmith.agent.llm.client import Llm
from songsmith.agent.settings.settings import SettingsError, endpoint
from songsmith.errors import SongsmithError

__all__ = ["TALK_FILE", "Talk"]

TALK_FILE = "chat.jsonl"
_NO_ENDPOINT = "choose one with /profile, e.g. /profile ollama, or set DEEPSEEK_API_KEY"


class Talk:
    """`llm` is None while none is configured; `memory` is kept in the song's folder after every turn."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.memory = TalkMemory()
        self.llm: Llm | None = None

    def connect(self) -> None:
        """Take the endpoint that the settings name."""
        place = endpoint(self._session.settings)
        self.llm = Llm(place, ledger=self._session.ledger) if place else None

    def load(self, folder: Path) -> None:
        """Go on with what was said about the song in `folder`."""
        self.memory = load_talk(folder / TALK_FILE)

    def keep(self) -> None:
        """Write down what was said, once there is a song to keep it with."""
        if self._session.has_song:
            save_talk(self._session.studio.song.folder / TALK_FILE, self.memory.turns)

    def forget(self) -> None:
        """Forget what was said so far; the song stays."""
        self.memory.clear()
        self.keep()

    def use(self, **values: str) -> str:
        """Change the LLM for the rest of the session; without a value only say which it is."""
        said = {name: value for name, value in values.items() if value}
        if said:
            before = {name: getattr(self._session.settings, name) for name in said}
            self._session.override(**said)
            try:
                if endpoint(self._session.settings) is None:
                    raise SettingsError("there is no endpoint to ask for it", hint=_NO_ENDPOINT)
            except SongsmithError:
                self._session.override(**before)
                raise
            self.connect()
        return self.llm.endpoint.name if self.llm else f"none configured; {_NO_ENDPOINT}"

    def cost(self) -> str:
        """Tokens and money of this session in words."""
        usage = self._session.ledger
        if not usage.requests:
            return "no LLM was used"
        about = "about " if usage.is_estimated else ""
        money = "no prices are set" if usage.cost is None else f"{usage.cost:.4f} in your currency"
        return f"{about}{usage.tokens_in:,} tokens in, {usage.tokens_out:,} out · {money}"
