"""Tools, guards and questions, with the SDK's client and the server in one process, in both eras of the protocol."""

import json
import os
import sys

import pytest
from mcp.types import ElicitResult, ToolAnnotations

from songsmith.agent.mcp.calls import CALLS, OWN_TOOLS, all_tools
from songsmith.agent.operations.table import OPERATIONS
from tests.agent.mcp.clients import BOTH_ERAS, done, talk, text_of

eras = pytest.mark.parametrize("era", BOTH_ERAS)


async def new_song(client, brief="a harbour at dawn"):
    return (await done(client, "write", brief=brief, length_s=12))["song"]


def test_the_guide_comes_first_and_every_operation_is_a_tool():
    tools = all_tools()
    assert tools[0].name == "guide"
    assert {tool.name for tool in tools} == {*OPERATIONS, *OWN_TOOLS}
    for tool in tools:
        assert tool.description
        assert tool.input_schema["additionalProperties"] is False


def test_tools_say_what_they_read_and_what_they_replace():
    hints = {tool.name: tool.annotations or ToolAnnotations() for tool in all_tools()}
    reading = {name for name, hint in hints.items() if hint.read_only_hint}
    replacing = {name for name, hint in hints.items() if hint.destructive_hint}
    assert {"guide", "songs", "song", "job", "takes", "versions", "diff", "rhyme"} <= reading
    assert replacing == {"export", "page", "cancel_job"}
    assert {n for n, hint in hints.items() if hint.open_world_hint} == {"write", "revise"}


def test_a_call_takes_what_the_chat_takes_and_the_song():
    for name, call in CALLS.items():
        more = set(call.model_fields) - set(OPERATIONS[name].arguments.model_fields)
        assert more - {"wait_s"} == (set() if name == "rhyme" else {"song"}), name


@eras
def test_the_guide_and_the_song_are_told_as_plain_text(server, era):
    async def session(client):
        guide = text_of(await client.call_tool("guide", {}))
        state = text_of(await client.call_tool("song", {"song": await new_song(client)}))
        return guide, state

    guide, state = talk(server, session, mode=era)
    assert guide.startswith("# songsmith")
    assert state.startswith("title: ")
    assert "takes:\n- none" in state


@eras
def test_songs_are_changed_and_changes_are_taken_back(server, era):
    async def session(client):
        song = await new_song(client)
        await done(client, "edit", song=song, lines=[{"line": 1, "text": "The boats come in"}])
        state = text_of(await client.call_tool("song", {"song": song}))
        await done(client, "undo", song=song)
        return state, text_of(await client.call_tool("song", {"song": song}))

    changed, back = talk(server, session, mode=era)
    assert "The boats come in" in changed
    assert "The boats come in" not in back


@pytest.mark.parametrize(
    "name",
    ["../outside", "/etc", "..", ".", "a/b", "a\\b", "C:x", "nobody", "", ".hidden"],
)
def test_a_song_is_a_name_on_the_shelf_and_nothing_else(server, tmp_path, name):
    for place in (tmp_path.parent / "outside", tmp_path / ".hidden"):
        place.mkdir(exist_ok=True)
        (place / "song.json").write_text("{}")

    async def session(client):
        return [await client.call_tool(tool, {"song": name}) for tool in ("check", "takes", "song")]

    for result in talk(server, session):
        assert result.is_error
        assert "song" in text_of(result) or "link" in text_of(result)


def test_songs_are_listed_the_last_one_first_and_without_unfinished_ones(server, tmp_path):
    async def session(client):
        first, second = await new_song(client), await new_song(client, "a night train")
        os.utime(tmp_path / second / "song.json", ns=(1, 1))
        (tmp_path / ".half.1.part").mkdir()
        (tmp_path / ".half.1.part" / "song.json").write_text("{}")
        return first, second, (await done(client, "songs"))["songs"]

    first, second, listed = talk(server, session)
    assert listed == [first, second]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_a_link_to_a_song_elsewhere_is_not_followed(server, tmp_path):
    outside = tmp_path.parent / "elsewhere"
    outside.mkdir()
    (outside / "song.json").write_text("{}")
    (tmp_path / "linked").symlink_to(outside)

    async def session(client):
        songs = await done(client, "songs")
        return songs["songs"], await client.call_tool("check", {"song": "linked"})

    songs, refusal = talk(server, session)
    assert songs == []
    assert "is a link" in text_of(refusal)


def test_wrong_arguments_and_tools_are_told_so_that_they_can_be_put_right(server):
    async def session(client):
        return [
            text_of(await client.call_tool("render", {"song": "x", "takes": 99, "out": "/tmp"})),
            text_of(await client.call_tool("shell", {"command": "ls"})),
            text_of(await client.call_tool("job", {"id": "job-0"})),
        ]

    wrong, unknown, no_job = talk(server, session)
    assert "takes" in wrong
    assert "out" in wrong
    assert "the tools are guide" in unknown
    assert "there is no job" in no_job


def answering(*answers):
    """A person's client that gives these answers, and the questions it was asked."""
    asked, left = [], list(answers)

    async def answer(context, params):
        asked.append(params.message)
        return left.pop(0)

    return asked, answer


YES = ElicitResult(action="accept", content={"agree": True})
NO = ElicitResult(action="accept", content={"agree": False})


async def sing(client, song, takes):
    return await client.call_tool("render", {"song": song, "takes": takes, "wait_s": 30})


@eras
def test_takes_beyond_the_budget_need_the_persons_yes(server, era):
    asked, answer = answering(YES)

    async def session(client):
        song = await new_song(client)
        return [
            await sing(client, song, 2),
            await sing(client, song, 1),
            await sing(client, song, 1),
        ]

    results = talk(server, session, mode=era, elicitation_callback=answer)
    assert [result.is_error for result in results] == [False, False, False]
    assert len(asked) == 1  # a yes renews the whole budget
    assert "1 more take." in asked[0]


@eras
@pytest.mark.parametrize(
    "answer", [NO, ElicitResult(action="decline"), ElicitResult(action="cancel")]
)
def test_without_a_yes_nothing_is_sung(server, desk, era, answer):
    asked, callback = answering(answer)

    async def session(client):
        song = await new_song(client)
        refusal = await sing(client, song, 3)
        return refusal, await done(client, "takes", song=song)

    refusal, listed = talk(server, session, mode=era, elicitation_callback=callback)
    assert refusal.is_error
    assert "did not agree" in text_of(refusal)
    assert listed["takes"] == []
    assert len(asked) == 1
    assert [job.operation for job in desk.jobs.all()] == ["write", "takes"]


@eras
def test_a_client_that_can_not_ask_is_told_how_the_person_can_allow_more(server, era):
    async def session(client):
        return await sing(client, await new_song(client), 3)

    refusal = talk(server, session, mode=era)
    assert refusal.is_error
    assert "--budget" in text_of(refusal)


def test_a_call_of_which_nothing_came_costs_nothing(server):
    async def session(client):
        song = await new_song(client)
        await sing(client, song, 1)
        wrong = await client.call_tool("fix", {"song": song, "where": "line 99"})
        return wrong, await sing(client, song, 1)

    wrong, sung = talk(server, session)
    assert wrong.is_error
    assert not sung.is_error


def test_sound_is_never_in_a_result(server):
    async def session(client):
        song = await new_song(client)
        await sing(client, song, 1)
        results = [
            await client.call_tool(name, {"song": song, "wait_s": 50, **more})
            for name, more in (
                ("takes", {}),
                ("export", {"formats": ["mp3", "png", "lrc"]}),
                ("page", {}),
            )
        ]
        return [result.model_dump_json() for result in results]

    for result in talk(server, session):
        assert len(result) < 20_000
        kinds = {block["type"] for block in json.loads(result)["content"]}
        assert kinds == {"text", "resource_link"}


def test_results_are_short_enough_for_a_model_to_read(server, desk):
    heard = {
        "summary": "1 of 2 lines clear",
        "recall": 0.5,
        "lines": [{"line": 1, "words": [{"text": "la", "likeness": 1.0}] * 500}],
    }

    async def session(client):
        song = await new_song(client)
        await sing(client, song, 1)
        desk._shelf.song(song).add_hearing("t001", heard)
        return await done(client, "takes", song=song), await done(
            client, "pick", song=song, take="1"
        )

    listed, picked = talk(server, session)
    assert listed["takes"][0]["hearing"] == {"summary": "1 of 2 lines clear", "recall": 0.5}
    assert "samples_sha256" not in listed["takes"][0]
    assert picked["takes"] == ["t001"]
    assert picked["words"] == "v001.lrc"
