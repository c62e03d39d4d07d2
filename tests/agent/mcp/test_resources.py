import json

import pytest
from mcp.shared.exceptions import MCPError
from mcp.types import ResourceTemplateReference

from songsmith.agent.mcp.resources import song_uri
from tests.agent.mcp.clients import BOTH_ERAS, done, talk

eras = pytest.mark.parametrize("era", BOTH_ERAS)


async def sung(client, brief="a harbour at dawn", **more):
    song = (await done(client, "write", brief=brief, length_s=12, **more))["song"]
    await done(client, "render", song=song, seed=3)
    return song


async def text(client, uri):
    (content,) = (await client.read_resource(uri)).contents
    return content.text


@eras
def test_a_song_can_be_read_in_all_its_parts(server, era):
    async def session(client):
        song = await sung(client)
        await done(client, "page", song=song)
        listed = {str(r.uri): r.mime_type for r in (await client.list_resources()).resources}
        parts = {name: await text(client, song_uri(song, name)) for name in ("lyrics", "takes")}
        page = await text(client, song_uri(song, "page"))
        return song, listed, parts, page, await text(client, song_uri(song))

    song, listed, parts, page, state = talk(server, session, mode=era)
    assert listed[song_uri(song, "page")] == "text/html"
    assert list(listed)[:2] == ["songsmith://guide", "songsmith://songs"]
    assert parts["lyrics"].startswith("[ti:")
    assert [take["take"] for take in json.loads(parts["takes"])["takes"]] == ["t001"]
    assert page.startswith("<!doctype html>")
    assert "sound-t001" not in page.replace('"sound-"', "")
    assert len(page) < 200_000
    assert "t001" in state


def test_what_was_heard_of_a_take_can_be_read(server, desk):
    async def session(client):
        song = await sung(client)
        uri = song_uri(song, "takes/t001/hearing")
        with pytest.raises(MCPError, match="nobody has listened"):
            await text(client, uri)
        desk._shelf.song(song).add_hearing("t001", {"summary": "all of it"})
        return json.loads(await text(client, uri))

    assert talk(server, session) == {"summary": "all of it"}


def test_a_song_with_a_name_in_another_script_can_be_read(server):
    async def session(client):
        song = await sung(client, "写一首关于海的歌", title="大海 与 月亮")
        return song, await text(client, song_uri(song, "lyrics"))

    song, lyrics = talk(server, session)
    assert not song.isascii()
    assert "大海" in lyrics


@pytest.mark.parametrize(
    "uri",
    [
        "songsmith://songs/..%2Foutside",
        "songsmith://songs/%2Fetc/lyrics",
        "songsmith://songs/nobody/takes",
        "songsmith://songs/SONG/takes/..%2F..%2Fx/hearing",
        "songsmith://songs/SONG/takes/t009/hearing",
        "songsmith://songs/SONG/page",
        "songsmith://songs/SONG/song.json",
        "file:///etc/passwd",
        "https://example.org/",
        "songsmith://",
    ],
)
def test_nothing_else_can_be_read(server, uri):
    async def session(client):
        song = await sung(client)
        with pytest.raises(MCPError) as caught:
            await text(client, uri.replace("SONG", song))
        return caught.value.error

    error = talk(server, session)
    assert error.code == -32602
    assert "root" not in error.message


def test_the_sound_a_result_links_to_is_not_sent(server):
    async def session(client):
        song = await sung(client)
        file = (await done(client, "takes", song=song))["takes"][0]["file"]
        with pytest.raises(MCPError, match="open the file itself"):
            await text(client, f"file://{file}")

    talk(server, session)


def test_names_of_songs_and_takes_are_completed(server):
    async def session(client):
        song = await sung(client)
        ref = ResourceTemplateReference(uri="songsmith://songs/{song}/takes/{take}/hearing")
        songs = await client.complete(ref, {"name": "song", "value": song[:3]})
        takes = await client.complete(
            ref, {"name": "take", "value": "t"}, context_arguments={"song": song}
        )
        return song, songs.completion.values, takes.completion.values

    song, songs, takes = talk(server, session)
    assert (songs, takes) == ([song], ["t001"])
