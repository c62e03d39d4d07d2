import json

import pytest

from songsmith.agent.settings.settings import load_settings
from songsmith.agent.song.songbook import Song
from songsmith.agent.studio.open_song import StudioError
from songsmith.agent.studio.studio import Studio
from songsmith.lyrics.reading.lrc import parse_lyrics
from tests.agent.llm_server import LlmServer, Words

WORDS = """[Verse]
[00:06.00]The signal lamp has turned to green
[00:10.00]The coffee in my cup is cold
[00:14.00]I write your name upon the pane
[00:18.00]And watch the letters lose their hold
"""
WORDINGS = (
    "2 | The paper cup is getting old",
    "2 | My pocket holds a ring of gold",
    "2 | I give away the coat I sold",
)


@pytest.fixture
def server():
    with LlmServer() as running:
        running.queue(*map(Words, WORDINGS))
        yield running


@pytest.fixture
def studio(server, tmp_path):
    song = Song.create(tmp_path, name="train", title="Train", prompt="a train", language="en")
    settings = load_settings(song.folder, {"base_url": server.base_url, "model": "m"})
    made = Studio(song, settings=settings)
    made.edit(parse_lyrics(WORDS), duration_s=30)
    return made


def texts(studio) -> list[str]:
    return [line.text for line in studio.song.lyrics.lines]


def test_wordings_are_offered_side_by_side_and_the_song_stays(studio, server):
    before = studio.song.version.number
    offered = studio.offer([2], "less coffee", 3)
    found = [wording.lines[0] for wording in offered.wordings]
    assert [line.text for line in found] == [row[4:] for row in WORDINGS]
    assert all(line.sings == "fits" and line.tokens_per_s > 2 for line in found)
    assert studio.song.version.number == before
    asked = [request.messages[-1]["content"] for request in server.requests]
    assert "The paper cup is getting old" in asked[1] and "<wordings>" not in asked[0]
    assert "rhymes with line 4 (“hold”)" in asked[0]


def test_one_is_chosen_by_its_number_and_another_after_that(studio):
    studio.offer([2], "less coffee", 3)
    assert studio.choose(2).version.made_by == "choose wording 2 of line 2"
    assert texts(studio)[1] == "My pocket holds a ring of gold"
    studio.choose(3)
    assert texts(studio)[1] == "I give away the coat I sold"
    studio.undo()
    assert texts(studio)[1] == "My pocket holds a ring of gold"


def test_what_can_not_be_chosen_is_one_line(studio):
    with pytest.raises(StudioError, match="no wordings have been offered yet"):
        studio.choose(1)
    studio.offer([2], "less coffee", 3)
    with pytest.raises(StudioError, match="there is no wording 4"):
        studio.choose(4)
    studio.replace_lines({2: "Something else again"})
    with pytest.raises(StudioError, match="line 2 has changed since"):
        studio.choose(1)
    (studio.song.folder / "wordings.json").write_text("{", encoding="utf-8")
    with pytest.raises(StudioError, match="can't be read"):
        studio.choose(1)


def test_the_command_line_offers_and_chooses(studio, capsys):
    from songsmith.agent.cli.main import main

    folder = str(studio.song.folder)
    with pytest.raises(SystemExit):
        main(
            ["revise", folder, "warmer", "--lines=1-4", "--options=2", "--writer=offline", "--json"]
        )
    offered = json.loads(capsys.readouterr().out)
    assert len(offered["wordings"]) == 2
    with pytest.raises(SystemExit):
        main(["choose", folder, "2"])
    studio.song.reload()
    for line in offered["wordings"][1]["lines"]:
        assert texts(studio)[line["line"] - 1] == line["text"]
