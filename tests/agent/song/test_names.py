from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pathvalidate import is_valid_filename

from songsmith.agent.song.names import folder_name, folder_names, without_request


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("jazzy nightclub love song", "jazzy-nightclub-love-song"),
        ("../../etc", "etc"),
        ("CON", "song-con"),
        ("🎷🎶", "song"),
        ("", "song"),
        ("Don't stop!", "dont-stop"),
        ("夏天海边", "夏天海边"),
        ("a/b\\c:d", "a-b-c-d"),
        ("हिन्दी गीत", "हिन्दी-गीत"),
        ("เพลงรัก", "เพลงรัก"),
    ],
)
def test_titles_become_safe_names(title, name):
    assert folder_name(title) == name


def test_long_titles_are_cut_between_words():
    assert folder_name("word " * 40) == "-".join(["word"] * 12)


@given(st.text(max_size=300))
def test_any_text_gives_one_portable_folder_name(title):
    name = folder_name(title)
    assert is_valid_filename(name, platform="universal")
    assert len(name.encode()) < 200


def test_a_name_that_is_taken_gets_a_number():
    assert list(islice(folder_names("🎷"), 3)) == ["song", "song-2", "song-3"]


@pytest.mark.parametrize(
    ("prompt", "about"),
    [
        ("Write me a love song for a lighthouse", "love song for a lighthouse"),
        ("please make some noise about it", "noise about it"),
        ("写一首关于妈妈的歌", "关于妈妈的歌"),
        ("给我唱首民谣", "民谣"),
        ("night train", "night train"),
        ("Write me a ", "Write me a"),
        ("", ""),
    ],
)
def test_a_song_is_named_after_what_it_is_about_not_after_the_asking(prompt, about):
    assert without_request(prompt) == about
