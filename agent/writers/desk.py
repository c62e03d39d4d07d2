"""Where a writer asks its model: remarks for the person go to `on_event`, and the prompts that were used are noted."""

from collections.abc import Callable, Sequence

from songsmith.agent.llm.client import Llm
from songsmith.agent.llm.dialects import Ask
from songsmith.agent.llm.messages import Message, Notice, Reply, Retry
from songsmith.agent.llm.usage import estimate_tokens
from songsmith.agent.settings.wishes import StandingWishes
from songsmith.prompts import localized, prompt_version, render

__all__ = ["Desk"]

_MESSAGE_TOKENS = 8


class Desk:
    """A model, the one who is told of retries and rounds, and the versions of the prompts that were used, by name.

    The model is shown the person's standing `wishes` with the rules of every request.
    """

    def __init__(
        self, llm: Llm, on_event: Callable[[str], None], wishes: StandingWishes | None = None
    ) -> None:
        self.llm = llm
        self.tell = on_event
        self._wishes = wishes
        self.prompts: dict[str, int] = {}

    @property
    def name(self) -> str:
        """The endpoint, as messages call it."""
        return self.llm.endpoint.name

    def prompt(self, name: str, language: str = "", /, **fields: object) -> str:
        """The text of a prompt, in Chinese for Chinese songs where there is one."""
        name = localized(name, language)
        self.prompts[name] = prompt_version(name)
        return render(name, **fields)

    def rules(self, name: str, language: str = "") -> Message:
        """The first message of a request: the rules of prompt `name`, and what the person always wishes."""
        text = self.prompt(name, language)
        if self._wishes and (told := self._wishes.prompt(language)):
            name = localized("standing_wishes", language)
            self.prompts[name] = prompt_version(name)
            text = f"{text}\n\n{told}"
        return Message("system", text)

    def ask(
        self,
        messages: Sequence[Message],
        ask: Ask,
        on_text: Callable[[str], None] = lambda text: None,
        is_enough: Callable[[str], bool] = lambda text: False,
    ) -> Reply:
        """One reply. Raises `LlmError`."""
        is_told = False

        def tell_once(thought: str) -> None:
            nonlocal is_told
            if not is_told:
                self.tell("the model is thinking")
            is_told = True

        def tell(event: Retry | Notice) -> None:
            self.tell(str(event))

        return self.llm.reply(
            messages,
            ask=ask,
            is_enough=is_enough,
            on_text=on_text,
            on_thinking=tell_once,
            on_event=tell,
        )

    def has_room(self, messages: Sequence[Message], reply_tokens: int) -> bool:
        """Whether messages and a reply of this size fit into the model's window."""
        sent = sum(estimate_tokens(message.text) + _MESSAGE_TOKENS for message in messages)
        return sent + reply_tokens <= self.llm.endpoint.context_tokens
