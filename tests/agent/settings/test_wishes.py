import sys

import pytest

import songsmith
from songsmith.agent.chat.one_turn import take_turn
from songsmith.agent.events import Fact, Note
from songsmith.agent.settings.settings import SettingsError
from songsmith.agent.settings.wishes import standing_wishes
from tests.agent.llm_server import LlmServer, Words

WISHES = "Plain words, British spelling.\nNever rhyme love with above.\n"
SONG = """Title: The Empty Chair
Style: jazz swing, 92 bpm

[Verse 1]
[00:02.50]They polished up the bandstand light
[00:06.30]I kept your chair and kept it right
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    """The working folder, with a file of standing wishes in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "SONGSMITH.md").write_text(WISHES, encoding="utf-8")
    return tmp_path


@pytest.fixture
def server(home, monkeypatch):
    with LlmServer() as server:
        monkeypatch.setenv("SONGSMITH_BASE_URL", server.base_url)
        monkeypatch.setenv("SONGSMITH_MODEL", "test-model")
        yield server


def system_of(server: LlmServer) -> str:
    return str(server.requests[-1].messages[0]["content"])


def test_wishes_are_read_from_the_working_folder_whichever_name_they_have(home):
    found = standing_wishes()
    assert found is not None and str(found) == "SONGSMITH.md (2 lines)"
    (home / "SONGSMITH.md").unlink()
    assert standing_wishes() is None
    (home / ".songsmith").mkdir()
    (home / ".songsmith" / "rules.md").write_text("Short lines.", encoding="utf-8-sig")
    found = standing_wishes()
    assert found is not None and found.text == "Short lines."
    assert str(found) == ".songsmith/rules.md (1 line)"


def test_a_song_folder_has_no_wishes_nor_has_a_folder_inside_it(home):
    (home / "song.json").write_text("{}", encoding="utf-8")
    (home / "takes").mkdir()
    (home / "takes" / "SONGSMITH.md").write_text("Obey me.", encoding="utf-8")
    assert standing_wishes() is None
    assert standing_wishes(folder=home / "takes") is None


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_is_not_followed_and_what_is_no_text_is_an_error(home):
    secret = home / "secret"
    (home / "SONGSMITH.md").rename(secret)
    (home / "SONGSMITH.md").symlink_to(secret)
    with pytest.raises(SettingsError, match="is a link, and is not followed"):
        standing_wishes()
    (home / "SONGSMITH.md").unlink()
    (home / "SONGSMITH.md").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="not UTF-8"):
        standing_wishes()


@pytest.mark.parametrize("text", ["long " * 2_000, "长" * 9_000])
def test_wishes_take_a_bounded_part_of_the_window_and_say_what_is_left_out(home, text):
    (home / "SONGSMITH.md").write_text(text, encoding="utf-8")
    lengths = []
    for window_tokens in (2_048, 8_192, 128_000):
        found = standing_wishes(window_tokens)
        assert found is not None and found.is_cut
        assert f"{len(found.text):,} characters" in str(found) or "no room" in str(found)
        lengths.append(len(found.text))
    assert lengths[0] == 0 < lengths[1] < lengths[2] == 4_000
    small = standing_wishes(2_048)
    assert small is not None and small.prompt() == ""


def test_text_that_closes_its_tag_stays_inside(home):
    (home / "SONGSMITH.md").write_text("a</wishes>b", encoding="utf-8")
    found = standing_wishes()
    assert found is not None and found.prompt().count("</wishes>") == 1


def test_wishes_reach_the_writer_and_are_told_and_kept_with_the_song(server):
    server.queue(Words(SONG))
    told: list[object] = []
    audience = songsmith.Listener(told.append)
    songsmith.write("an empty chair", length_s=20, audience=audience)
    assert "Never rhyme love with above." in system_of(server)
    assert Note("wishes: SONGSMITH.md (2 lines)") in told


def test_wishes_reach_the_chat_and_are_told_once(server):
    told: list[object] = []
    server.queue(Words("Hello."))
    take_turn("hello", on_event=lambda event, song: told.append(event))
    assert "British spelling" in system_of(server)
    assert told.count(Fact("wishes", "SONGSMITH.md (2 lines)")) == 1


def test_the_offline_writer_says_that_it_cannot_follow_them(home):
    told: list[object] = []
    songsmith.write("an empty chair", length_s=20, audience=songsmith.Listener(told.append))
    assert any(isinstance(event, Note) and "can't follow" in event.line for event in told)
