from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songsmith.lyrics.encoding import LrcError, decode_lyrics
from songsmith.lyrics.lrc import load_lyrics
from songsmith.lyrics.lyric import Lyrics

DATA = Path(__file__).parent / "data" / "dialects"


def load(name: str) -> Lyrics:
    parsed = load_lyrics(DATA / name)
    assert parsed.faults == ()
    assert isinstance(parsed.lyrics, Lyrics)
    return parsed.lyrics


@pytest.mark.parametrize("name", ["gbk", "utf16", "utf16be_unmarked", "utf8_bom"])
def test_chinese_files_of_every_encoding_say_the_same(name):
    lyrics = load(f"pier_{name}.lrc")
    assert lyrics.title == "旧码头"
    assert [line.text for line in lyrics.lines] == [
        "夜里的灯还亮着", "我在码头等一艘船", "风把你的名字吹远", "海水不肯还",
    ]  # fmt: skip


def test_big5_is_told_from_gbk():
    assert load("pier_big5.lrc").lines[0].text == "夜裡的燈還亮著"


def test_western_code_pages_keep_their_accents():
    lyrics = load("summers_cp1252.lrc")
    assert lyrics.lines[1].text == "Ça m'a brisé le cœur, déjà deux fois"
    assert lyrics.language == "fr"


@pytest.mark.parametrize(
    "data",
    [b"\x00\x01\x02\x03" * 20, b"ID3\x04\x00\x00\x00\x00\x0f\x76TSSE", b"\xff\xfeab\x00", bytes(range(256))],
)  # fmt: skip
def test_what_is_no_text_is_an_error(data):
    with pytest.raises(LrcError, match="not text"):
        decode_lyrics(data)


def test_line_ends_are_made_one_kind():
    assert decode_lyrics(b"a\r\nb\rc\nd") == "a\nb\nc\nd"


def test_an_empty_file_is_an_empty_text():
    assert decode_lyrics(b"") == decode_lyrics(b"\xef\xbb\xbf") == ""


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_text_or_a_clear_error(data):
    try:
        assert isinstance(decode_lyrics(data), str)
    except LrcError as error:
        assert error.mend


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=80))
def test_what_was_saved_as_utf_8_or_with_a_mark_comes_back(text):
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert decode_lyrics(text.encode(encoding)) == text.removeprefix("\ufeff")


def test_rich_text_is_named_with_the_way_out():
    with pytest.raises(LrcError, match=r"rich text .* save it as plain text"):
        decode_lyrics(rb"{\rtf1\ansi la la\par}")
