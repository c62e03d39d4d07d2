import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from songsmith.agent.chat.context import (
    TalkMemory,
    Turn,
    condense_turn,
    count_tokens,
    fit_turns,
    prompt_budget,
)
from songsmith.agent.llm.messages import Message, Tool, ToolCall
from songsmith.agent.llm.profiles import Endpoint

WORDS = st.text(max_size=400)
CALLS = st.builds(ToolCall, st.sampled_from(["a", "b"]), st.just("write"), st.text(max_size=300))
ANSWERS = st.one_of(
    st.builds(lambda text, calls: Message("assistant", text, tuple(calls)), WORDS, st.lists(CALLS, max_size=2)),
    st.builds(lambda text: Message("tool", text, call_id="a"), WORDS),
)  # fmt: skip
TURN = st.builds(
    lambda said, answers: Turn(said, tuple(answers)), WORDS, st.lists(ANSWERS, max_size=6)
)
TURNS = st.lists(TURN, min_size=1, max_size=20)


@given(TURNS, WORDS, st.integers(300, 4_000), st.lists(WORDS, max_size=10))
def test_whatever_was_said_the_messages_fit(turns, state, budget, older):
    messages = fit_turns("Be brief.", state, turns, budget, older)
    assert count_tokens(messages) <= budget
    assert messages[0].role == "system"
    assert [m.role for m in messages].count("system") == 1


@given(TURNS)
def test_with_room_enough_nothing_is_left_out(turns):
    messages = fit_turns("Be brief.", "the state", turns, 1_000_000)
    assert [m.text for m in messages if m.role == "user"][:-1] == [t.said for t in turns[:-1]]
    assert messages[-1 - len(turns[-1].answers)].text == f"the state\n\n{turns[-1].said}"
    assert tuple(messages[len(messages) - len(turns[-1].answers) :]) == turns[-1].answers


def turn_of(number: int) -> list[Message]:
    call = ToolCall(f"c{number}", "revise", '{"lines": [5]}')
    return [
        Message("assistant", "", (call,), reasoning="hm " * 500),
        Message("tool", "revised " * 400, call_id=call.id),
        Message("assistant", f"Line 5 is bitter now, version {number}."),
    ]


def test_two_hundred_turns_stay_within_the_budget_and_flat():
    memory = TalkMemory()
    sizes = []
    tracemalloc.start()
    for number in range(200):
        memory.begin(f"wish {number}: make line 5 bitter")
        memory.add(*turn_of(number))
        messages = memory.messages("Be brief.", "the song " * 200, 6_000)
        assert count_tokens(messages) <= 6_000
        assert messages[-4].text.endswith(f"wish {number}: make line 5 bitter")
        if number in (100, 199):
            sizes.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert sizes[1] - sizes[0] < 200_000
    head = messages[0].text
    assert "wish 150: make line 5 bitter [revise] → Line 5 is bitter now, version 150." in head
    assert "earlier turns)" in head


def test_only_the_present_turn_keeps_its_thinking_and_whole_results():
    memory = TalkMemory()
    for number in (1, 2):
        memory.begin("again")
        memory.add(*turn_of(number))
    old, new = [m for m in memory.messages("s", "", 50_000) if m.role == "tool"]
    assert len(old.text) < 500 < len(new.text)
    thinking = [bool(m.reasoning) for m in memory.messages("s", "", 50_000) if m.calls]
    assert thinking == [False, True]


def test_a_call_never_loses_its_result_nor_a_result_its_call():
    turn = Turn("do much", tuple(m for number in range(12) for m in turn_of(number)))
    for budget in (300, 600, 1_200, 2_400, 9_000):
        messages = fit_turns("s", "state", [turn], budget)
        called = [call.id for m in messages for call in m.calls]
        assert called == [m.call_id for m in messages if m.role == "tool"]
        assert count_tokens(messages) <= budget


def test_what_was_said_can_be_forgotten():
    memory = TalkMemory()
    memory.begin("one")
    memory.add(Message("assistant", "yes"))
    memory.begin("two")
    assert [m.text for m in memory.messages("s", "", 9_000)] == ["s", "one", "yes", "two"]
    memory.clear()
    assert len(memory) == 0


def test_a_turn_condenses_to_one_line():
    turn = Turn("make it\nslower " + "please " * 50, tuple(turn_of(3)))
    line = condense_turn(turn)
    assert line.startswith("- make it slower please")
    assert line.endswith("[revise] → Line 5 is bitter now, version 3.")
    assert len(line) < 260


def test_the_budget_leaves_room_for_tools_and_the_reply():
    endpoint = Endpoint("http://box/v1", "m", context_tokens=8_000)
    tool = Tool("style", "Set the style. " * 20, {"type": "object"})
    assert prompt_budget(endpoint) == 6_000
    assert 5_500 < prompt_budget(endpoint, [tool]) < 5_950
