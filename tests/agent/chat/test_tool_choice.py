"""Tools by situation, and a wish that nothing came of."""

import json

import pytest

from songsmith.agent.chat.loop import Chat
from songsmith.agent.chat.tool_choice import asks_for, command_for, fitting_tools, tools_for_wish
from songsmith.agent.chat.tools import Toolbox
from songsmith.agent.llm.messages import tools_to_wire
from songsmith.agent.song.songbook import Song
from songsmith.agent.studio.studio import Studio
from songsmith.agent.views.terminal import Terminal
from songsmith.lyrics.reading.lrc import parse_lyrics
from tests.agent.llm_server import KEY, Brain, Calls, LlmServer, Request, Words

WORDS = "[Verse 1]\n[00:02.50]They polished up the bandstand light\n[00:06.30]I kept your chair and kept it right\n"


@pytest.fixture
def server():
    with LlmServer() as running:
        yield running


@pytest.fixture
def chat(server, tmp_path, monkeypatch):
    """A chat over a song with words and no take, or without a song."""

    def begin(*, with_song: bool = True, **settings: object) -> Chat:
        folder = None
        if with_song:
            song = Song.create(tmp_path, name="chair", title="Chair", prompt="p", language="en")
            Studio(song).edit(parse_lyrics(WORDS), duration_s=20)
            folder = song.folder
        known = {"base_url": server.base_url, "model": "m", "api_key": KEY, "out": tmp_path}
        screen = Terminal(plain=True)
        return Chat(folder, is_plain=True, screen=screen, overrides={**known, **settings})

    return begin


def names(tools) -> list[str]:
    return [tool.name for tool in tools]


def test_without_a_song_there_is_only_what_begins_one(chat):
    session = chat(with_song=False).partner.session
    assert names(fitting_tools(session, 128_000)) == ["write", "rhyme", "more_tools"]
    assert names(fitting_tools(session, 128_000, with_all=True)) == names(Toolbox.tools())


def test_a_small_window_gets_few_tools_and_short_descriptions(chat):
    session = chat().partner.session
    assert "fix" not in names(fitting_tools(session, 128_000))
    small = fitting_tools(session, 8_192)
    assert names(small) == ["write", "revise", "edit", "style", "render", "undo", "more_tools"]
    assert len(json.dumps(tools_to_wire(small))) < 3_000
    described = json.dumps(tools_to_wire(Toolbox.tools()))
    assert '"title": "' not in described and '"null"' not in described


def test_the_rest_comes_on_demand(chat, server):
    server.queue(Calls([("more_tools", {})]), Calls([("versions", {})]), Words("There is one."))
    chat(context_tokens=8_192).run(["which versions are there?"])
    assert "versions" not in server.requests[0].tool_names
    assert set(server.requests[1].tool_names) == set(names(Toolbox.tools()))


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        ("make the second line bitter", "revise"),
        ("can you shorten the verse?", "revise"),
        ("sing it for me", "render"),
        ("undo that", "undo"),
        ("第二行改得更苦一点", "revise"),
        ("唱一遍", "render"),
        ("slower, please", "style"),
        ("what is a bridge?", None),
        ("thanks, lovely", None),
        ("这首歌有几行？", None),
    ],
)
def test_what_a_sentence_asks_for_is_told_from_talk(chat, sentence, wanted):
    session = chat().partner.session
    found = asks_for(session, sentence)
    assert (found[0] if found else None) == wanted or wanted in found
    assert len(tools_for_wish(session, sentence)) == 3


def test_a_wish_that_nothing_came_of_is_put_once_more_as_text(chat, server, capsys):
    def answer(request: Request) -> Words:
        if "tools" in request.body:
            return Words("Sure! I would make it more bitter by changing the second line.")
        call = {"name": "edit", "arguments": {"lines": [{"line": 2, "text": "I sold your chair"}]}}
        return Words(f"Done.\n```tool\n{json.dumps(call)}\n```\n")

    server.queue(Brain(answer))
    talk = chat()
    talk.run(["make the second line bitter"])
    assert talk.partner.session.studio.song.lyrics.lines[1].text == "I sold your chair"
    assert "asking once more, with fewer tools" in capsys.readouterr().out
    second = server.requests[1]
    assert second.messages[0]["content"].count("arguments: {") == 3
    assert "make the second line bitter" in second.messages[-1]["content"]
    assert len(server.requests) == 2


def test_a_reply_that_goes_round_is_stopped_and_bounded(chat, server, capsys):
    server.queue(Words("You can use a tool.\n" * 4_000))
    chat(context_tokens=4_096).run(["what is a bridge?"])
    assert server.requests[0].body["max_tokens"] == 1_024
    shown = capsys.readouterr().out
    assert "said the same over and over and was stopped" in shown
    assert shown.count("You can use a tool.") < 20


def test_where_nothing_helps_one_line_says_the_command(chat, server, capsys):
    server.queue(Words("Sure, here is an idea: make it bitter."))
    chat().run(["make the second line bitter"])
    shown = capsys.readouterr().out
    assert "the model did nothing; say it with a command: /revise verse 2: more bitter" in shown
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("sentence", "reply"),
    [("what is a bridge?", "A part of a song."), ("make it bitter", "All of it, or the end?")],
)
def test_an_answer_and_a_question_back_are_left_alone(chat, server, sentence, reply):
    server.queue(Words(reply))
    chat().run([sentence])
    assert len(server.requests) == 1


def test_three_wordings_are_offered_in_a_talk_and_one_is_chosen(chat, server):
    def answer(request: Request):
        said = str(request.messages[-1]["content"])
        if "tools" not in request.body:
            number = sum("tools" not in r.body for r in server.requests)
            return Words(f"2 | I burnt your chair on night {['one', 'two', 'three'][number - 1]}")
        if request.messages[-1]["role"] == "tool":
            return Words("Here they are.")
        if "second one" in said:
            return Calls([("choose", {"number": 2})])
        wish = {"where": "line 2", "instruction": "bitter", "options": 3}
        return Calls([("revise", wish)])

    server.queue(Brain(answer))
    talk = chat()
    talk.run(["give me three for line 2", "the second one"])
    assert (
        talk.partner.session.studio.song.lyrics.lines[1].text == "I burnt your chair on night two"
    )


def test_every_tool_that_a_sentence_may_mean_has_a_command(chat):
    for name in ("write", "revise", "edit", "style", "render", "fix", "undo", "export", "takes"):
        assert command_for(name).startswith(f"/{name}")
