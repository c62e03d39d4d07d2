"""Replies as models send them, kept as files: each becomes a song, or one line that says what happened."""

import json
from pathlib import Path

import pytest

from songsmith.agent.llm.client import Llm
from songsmith.agent.llm.errors import BadReply, LlmError
from songsmith.agent.writers.brief import Brief
from songsmith.agent.writers.llm_writer import LlmWriter
from songsmith.lyrics.check import check_lyrics
from tests.agent.llm_server import Brain, LlmServer, Request, Status, Words

REPLIES = Path(__file__).parent / "replies"
EXPECTED = json.loads((REPLIES / "expected.json").read_text("utf-8"))
BRIEF = Brief(prompt="a night train", language="en", duration_s=60, seed=3)
SECTION = """The platform clock has lost its hands
The porter sleeps beside the door
A paper cup rolls down the track
It does not know me any more
Somebody hums a song we had
The ticket crumbles in my hand
"""
CHORUS = """Night train, take the long way round
Night train, do not let me down
Every window holds your face
Every station is one place
"""


@pytest.fixture
def server():
    with LlmServer() as running:
        yield running


def is_for_a_section(request: Request) -> bool:
    return "one a row" in str(request.messages[-1]["content"])


def good_words(request: Request) -> Words:
    return Words(CHORUS if "Write the chorus" in str(request.messages[-1]["content"]) else SECTION)


def write(server, first: object, then=good_words, brief: Brief = BRIEF, **endpoint):
    """A song from a model whose first reply is `first`; sections are answered by `then`."""

    def answer(request: Request):
        if is_for_a_section(request):
            return then(request)
        return first if len(server.requests) == 1 else Words("no idea")

    events: list[str] = []
    streamed: list[str] = []
    server.queue(Brain(answer))
    llm = Llm(server.endpoint(**endpoint), sleep=lambda wait_s: None)
    written = LlmWriter(llm, on_event=events.append).write(brief, streamed.append)
    return written, events, "".join(streamed)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_reply_becomes_a_song_or_is_asked_for_words_first(server, name):
    wanted, text = EXPECTED[name], (REPLIES / name).read_text("utf-8")
    written, events, streamed = write(server, Words(text, size=60))
    texts = [line.text for line in written.lyrics.lines]
    assert not check_lyrics(written.lyrics, duration_s=60).has_errors
    assert not any("(" in text or "🎶" in text or "|" in text for text in texts)
    if wanted["then"] == "song":
        assert len(texts) == wanted["lines"], texts
        assert not any("section by section" in event for event in events)
        assert wanted.get("note", "") in " ".join(written.notes)
    else:
        assert wanted["says"] in events[0] and "section by section" in events[0]
        assert "Night train, take the long way round" in texts
        assert "[Chorus]\nNight train, take the long way round" in streamed
        assert written.written["stamps"] == "songsmith"


@pytest.mark.parametrize("name", [n for n in EXPECTED if EXPECTED[n]["then"] != "song"])
def test_a_model_that_never_gives_a_song_is_one_line_with_its_first_words(server, name):
    text = (REPLIES / name).read_text("utf-8")
    if name == "one_paragraph.txt":
        pytest.skip("its phrases are sung, once they are parted")
    with pytest.raises(BadReply, match=r"wrote no song but “.*choose another model") as caught:
        write(server, Words(text, size=60), lambda request: Words(text, size=60))
    assert len(str(caught.value)) < 300
    assert "\n" not in str(caught.value)


def test_words_first_stands_on_bars_and_keeps_the_chorus(server):
    written, _, _ = write(server, Words("hm"), brief=BRIEF.model_copy(update={"duration_s": 95.0}))
    sections = written.lyrics.sections
    choruses = [[line.text for line in s.lines] for s in sections if s.label == "Chorus"]
    assert len(choruses) >= 2 and choruses[0] == choruses[1]
    bar_s = BRIEF.pulse().bar_s
    for line in written.lyrics.lines:
        assert line.start_s / bar_s == pytest.approx(round(line.start_s / bar_s), abs=0.02)
    assert written.title == "Night Train"


def test_a_section_that_lacks_lines_is_asked_again_and_what_was_good_is_kept(server):
    replies = iter(
        ["The platform clock has lost its hands\nHere is the verse you asked for:", SECTION]
    )

    def answer(request: Request) -> Words:
        if "verse 1" in str(request.messages[-1]["content"]):
            return Words(next(replies))
        return good_words(request)

    written, _, _ = write(server, Words("hm"), answer)
    texts = [line.text for line in written.lyrics.lines]
    assert texts.count("The platform clock has lost its hands") == 1
    assert len(written.lyrics.sections[0].lines) == 4
    seeds = [r.body["max_tokens"] for r in server.requests if is_for_a_section(r)]
    assert all(bound < 300 for bound in seeds)


def test_lines_of_the_examples_given_back_are_no_words_of_the_song(server):
    parrot = "The ferry bell has rung for you\nLeave the kitchen light on low\n" + SECTION
    written, _, _ = write(server, Words("hm"), lambda request: Words(parrot), stamps="songsmith")
    texts = [line.text for line in written.lyrics.lines]
    assert "The platform clock has lost its hands" in texts
    assert not {"The ferry bell has rung for you", "Leave the kitchen light on low"} & set(texts)


def test_a_song_that_is_the_example_of_the_prompt_is_none(server):
    example = """Title: Two Umbrellas
[Verse 1]
[00:10.40]You left your umbrella by the stair
[00:14.30]I walked it home through dripping air
[Chorus]
[00:26.10]Come and get it when you can
[00:30.00]Rain is such a patient man
"""
    _, events, _ = write(server, Words(example))
    assert events[0].startswith("the reply only repeated the example")


def test_a_small_window_gets_words_first_at_once(server):
    written, events, _ = write(server, Words("never asked"), context_tokens=2_048)
    assert all(is_for_a_section(request) for request in server.requests)
    assert written.written["stamps"] == "songsmith" and not events


def test_a_window_that_turns_out_too_small_gets_words_first(server):
    full = Status(400, "the request exceeds the available context size (2300 of 2048 tokens)")
    written, events, _ = write(server, full)
    assert "no room for a whole song" in events[0]
    assert written.lyrics.lines


@pytest.mark.parametrize(("stamps", "sections"), [("songsmith", True), ("model", False)])
def test_the_profile_says_who_stamps(server, stamps, sections):
    song = Words((REPLIES / "refrain.txt").read_text("utf-8"))
    _, events, _ = write(server, song, stamps=stamps)
    assert any(is_for_a_section(request) for request in server.requests) == sections
    assert not events
    with pytest.raises(LlmError, match="wrote no song"):
        write(server, Words("hm"), lambda request: Words("hm"), stamps=stamps)


def test_a_stream_that_loops_is_stopped(server):
    loop = "".join(
        f"[00:{i % 60:02d}.00]Ladies and gentlemen, two lovebirds\n" for i in range(3000)
    )
    write(server, Words(loop, size=120))
    assert server.requests[0].body["max_tokens"] < 3_000


def test_a_chinese_song_is_asked_for_in_chinese_and_words_first_too(server):
    lines = "站台的钟没有指针\n卖票的人已经睡熟\n纸杯滚过铁轨旁边\n夜里没有别的脚步\n"

    def answer(request: Request) -> Words:
        is_section = "一行一句" in str(request.messages[-1]["content"])
        return Words(lines if is_section else "好的，以下是歌词的建议。")

    server.queue(Brain(answer))
    llm = Llm(server.endpoint())
    written = LlmWriter(llm).write(Brief(prompt="夜里的火车", duration_s=40, seed=1), print)
    assert "你是写歌词的人" in server.requests[0].messages[0]["content"]
    assert written.lyrics.language == "zh"
    assert "站台的钟没有指针" in [line.text for line in written.lyrics.lines]
    assert "songwriter_zh 1" in written.written["prompts"]


def test_repairs_are_asked_for_as_json_where_the_provider_has_it(server):
    song = (REPLIES / "refrain.txt").read_text("utf-8")
    crowded = "I carry what my two cold hands can hold and then I put it down and carry it again"
    fixed = {"lines": [{"line": 2, "start": "00:10.00", "text": "I carry what my hands can hold"}]}
    server.queue(
        Words(song.replace("I carry what my hands can hold", crowded)), Words(json.dumps(fixed))
    )
    writer = LlmWriter(Llm(server.endpoint(profile="ollama")))
    written = writer.write(BRIEF, lambda text: None)
    repair = server.requests[1].body
    assert repair["response_format"] == {"type": "json_object"} and "JSON" in str(repair)
    assert repair["temperature"] < server.requests[0].body["temperature"]
    assert written.lyrics.lines[1].text == "I carry what my hands can hold"
    assert "beside it: The road is long" in repair["messages"][-1]["content"]


def test_a_repair_in_a_small_window_sends_as_many_lines_as_fit(server):
    words = "lamp cup road train door coat stone glass bell rose ship moon barn hill lake snow sand"
    rows = [
        f"[00:{6 + 3 * n:02d}.00]strange {word} standing splendidly between scattered branches brightly"
        for n, word in enumerate(words.split())
    ]
    server.queue(Words("\n".join(["[Verse]", *rows])), Words("no idea"))
    place = server.endpoint(context_tokens=4_096, stamps="model")
    LlmWriter(Llm(place), repair_rounds=1).write(BRIEF, lambda text: None)
    sent = "".join(message["content"] for message in server.requests[1].messages)
    assert len(sent) / 3.5 < 4_096
    assert "what is wrong" in sent
