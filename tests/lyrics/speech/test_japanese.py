import pytest

from songsmith.lyrics.speech.japanese import (
    count_morae,
    has_japanese_reader,
    hiragana,
    is_japanese,
    morae,
    read_japanese,
)

needs_reader = pytest.mark.skipif(not has_japanese_reader(), reason="pyopenjtalk-plus is optional")
without_reader = pytest.mark.skipif(has_japanese_reader(), reason="pyopenjtalk-plus is installed")

LYRIC = {
    "雨の夜に君を待っていた": "アメノ ヨルニ キミヲ マッテイタ",
    "もう一度だけ会いたいよ": "モー イチドダケ アイタイヨ",
    "空へ飛ばした紙ひこうき": "ソラエ トバシタ カミヒコーキ",
    "昨日の私と明日の私": "キノーノ ワタシト アシタノ ワタシ",
    "僕らは生きてゆく": "ボクラワ イキテユク",
}


@needs_reader
@pytest.mark.parametrize(("line", "spoken"), LYRIC.items())
def test_kanji_and_particles_are_read_as_they_are_spoken(line, spoken):
    assert read_japanese(line).words == tuple(spoken.split())
    assert read_japanese(line).unread == ()


@needs_reader
@pytest.mark.parametrize(
    ("line", "spoken"),
    [
        ("3時の電車", "サンジノ デンシャ"),
        ("50%&夢", "ゴジュッパーセント アンド ユメ"),
        ("二十歳", "ハタチ"),
    ],
)
def test_numbers_and_signs_are_read(line, spoken):
    assert read_japanese(line).words == tuple(spoken.split())


@needs_reader
def test_what_the_dictionary_cannot_read_is_said():
    assert read_japanese("吗の夢").unread == ("吗",)


@without_reader
def test_without_a_dictionary_kanji_and_digits_are_left_over_and_said():
    reading = read_japanese("雨のよる、24のゆめ")
    assert reading.words == ("ノヨル", "", "ノユメ")
    assert reading.unread == ("雨", "24")
    assert count_morae("雨雲の") == 1 + 4


def test_readings_in_brackets_are_obeyed():
    assert read_japanese("運命（さだめ）に").words == ("サダメニ",)
    assert read_japanese("運命(さだめ)に").unread == ()


def test_particles_between_spaces_are_read_as_particles():
    assert "".join(read_japanese("きみ は うみ へ いく").words) == "キミワウミエイク"
    assert "".join(read_japanese("こんにちは").words) == "コンニチワ"


def test_signs_are_read_in_kana():
    assert "".join(read_japanese("ゆめ & ひかり").words) == "ユメアンドヒカリ"


def test_phrases_are_parted_by_one_pause():
    assert read_japanese("、あめ。。ゆき！").words == ("アメ", "", "ユキ")
    assert read_japanese("……").words == ()


def test_a_line_has_a_beat_for_every_mora():
    assert morae("シャッター") == ["シャ", "ッ", "タ", "ー"]
    assert morae("ヴァイオリン") == ["ヴァ", "イ", "オ", "リ", "ン"]
    assert count_morae("きょうはいいてんき") == 8


def test_kana_alone_tell_japanese():
    assert is_japanese("雨の夜") and is_japanese("カラス")
    assert not is_japanese("月亮") and not is_japanese("rain") and not is_japanese("비")
    assert hiragana("ヴァイオリンー") == "ゔぁいおりんー"
