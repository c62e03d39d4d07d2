import pytest

from songsmith.agent.llm.messages import ReasoningDelta, TextDelta
from songsmith.agent.llm.thinking import ThinkSplitter

THOUGHTS = (
    "<think>{}</think>", "<thought>{}</thought>", "<Thinking>{}</Thinking>", "[THINK]{}[/THINK]", "◁think▷{}◁/think▷",
    "<seed:think>{}</seed:think>", "<|channel>thought{}<channel|>",
    "<|channel|>analysis<|message|>{}<|end|><|start|>assistant<|channel|>final<|message|>",
    "<|start|>assistant<|channel|>analysis<|message|>{}<|end|>",
)  # fmt: skip
ENDS = ("<|im_end|>", "<|eot_id|>", "<|endoftext|>", "</s>", "<end_of_turn>", "<|return|>", "</answer>")  # fmt: skip


def split(text: str, size: int) -> tuple[str, str]:
    """Thoughts and words of a text that comes in pieces."""
    splitter = ThinkSplitter()
    pieces = [p for at in range(0, len(text), size) for p in splitter.feed(text[at : at + size])]
    pieces += splitter.finish()
    thoughts = "".join(p.text for p in pieces if isinstance(p, ReasoningDelta))
    return thoughts, "".join(p.text for p in pieces if isinstance(p, TextDelta))


@pytest.mark.parametrize("size", [1, 3, 200])
@pytest.mark.parametrize("mark", THOUGHTS)
def test_thinking_is_told_from_words_however_it_is_marked(mark, size):
    text = mark.format("2 < 3, so [x]\nfine") + "\n\nYes, a <b> tag."
    assert split(text, size) == ("2 < 3, so [x]\nfine", "Yes, a <b> tag.")


@pytest.mark.parametrize("size", [1, 4, 200])
@pytest.mark.parametrize("end", ENDS)
def test_tokens_that_mark_ends_are_no_words(end, size):
    assert split(f"I kept your chair{end}", size) == ("", "I kept your chair")


@pytest.mark.parametrize("size", [1, 200])
@pytest.mark.parametrize(
    "text", ["a < b and [Verse 1] <i>so</i>", "<title>", "[THIN", "<|half", "<answers>", "[00:10.00]La"]
)  # fmt: skip
def test_what_only_looks_like_a_mark_is_kept(text, size):
    assert split(text, size) == ("", text)


def test_a_thought_that_never_ends_is_a_thought_and_several_are_several():
    assert split("<think>and on and on", 2) == ("and on and on", "")
    assert split("<think>one</think>\n<think>two</think>words", 3) == ("onetwo", "words")


def test_words_come_at_once_where_nothing_can_become_a_mark():
    splitter = ThinkSplitter()
    assert splitter.feed("Hello ") == [TextDelta("Hello ")]
    assert splitter.feed("there") == [TextDelta("there")]
