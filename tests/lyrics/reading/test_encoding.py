from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songsmith.lyrics.lyric import Lyrics
from songsmith.lyrics.reading.encoding import LrcError, decode_lyrics
from songsmith.lyrics.reading.lrc import load_lyrics

DATA = Path(__file__).parents[1] / "data" / "dialects"


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


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("gbk", "小城的灯火慢慢亮起来\n我在路口等你回来"), ("gbk", "我爱你"), ("big5", "我愛你，在路口等你回來"),
        ("shift_jis", "夜の街を歩いて\n君を探してる"), ("euc_jp", "夜の街を歩いて\n君を探してる"),
        ("euc_kr", "사랑해요 그대"), ("cp1251", "Я помню чудное мгновенье"), ("koi8_r", "Передо мной явилась ты"),
        ("cp1250", "Zażółć gęślą jaźń\nMiłość moja"),
        ("cp1252", "Je t’aime à la folie\nDéjà l’été s’en va"), ("cp1252", "It’s late"),
        ("cp1252", "Mañana será otro día, corazón"),
        ("cp1253", "Σ'αγαπώ πολύ\nΈλα κοντά μου"), ("cp1254", "Seni çok özledim\nŞimdi gel yanıma ağlama"),
        ("cp1255", "שלום עולם\nאני אוהב אותך"), ("cp1256", "مرحبا بالعالم\nأنا أحبك كثيرا"), ("cp874", "ฉันรักเธอ"),
    ],
)  # fmt: skip
def test_old_code_pages_are_told_apart_by_a_few_words(encoding, words):
    text = "".join(f"[00:1{place}.00]{line}\n" for place, line in enumerate(words.split("\n")))
    assert decode_lyrics(text.encode(encoding)) == text


def test_damaged_utf_8_is_told_with_its_line_and_not_taken_for_another_encoding():
    data = "[00:10.00]déjà vu\n[00:14.00]l’été\n".encode() + b"[00:18.00]caf\xe9\n"
    with pytest.raises(LrcError, match=r"^line 3 holds bytes that are no UTF-8"):
        decode_lyrics(data)


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
        assert error.hint


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=80))
def test_what_was_saved_as_utf_8_or_with_a_mark_comes_back(text):
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert decode_lyrics(text.encode(encoding)) == text.removeprefix("\ufeff")


def test_rich_text_is_named_with_the_way_out():
    with pytest.raises(LrcError, match=r"rich text .* save it as plain text"):
        decode_lyrics(rb"{\rtf1\ansi la la\par}")
