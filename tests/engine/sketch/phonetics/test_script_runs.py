import pytest

from songsmith.engine.sketch.phonetics.script_runs import script_runs


@pytest.mark.parametrize(
    ("text", "own", "runs"),
    [
        ("Straße, l'été 24", "fr", [("Straße, l'été 24", "fr")]),
        ("Луна hello", "en-us", [("Луна ", "ru"), ("hello", "en-us")]),
        ("Луна hello", "bg", [("Луна ", "bg"), ("hello", "en-us")]),
        ("雨の夜 LOVE", "ja", [("雨の夜 ", "ja"), ("LOVE", "en-us")]),
        ("Love 月亮", "de", [("Love ", "de"), ("月亮", "cmn")]),
        ("나는 漢字", "ko", [("나는 ", "ko"), ("漢字", "cmn")]),
        ("Love 雨の夜", "en-us", [("Love ", "en-us"), ("雨の夜", "ja")]),
        ("我の爱", "cmn", [("我", "cmn"), ("の", "ja"), ("爱", "cmn")]),
        ("Љубав i love", "sr", [("Љубав i love", "sr")]),
        ("दिल ९", "mr", [("दिल ९", "mr")]),
        ("ni3 hao3", "cmn-latn-pinyin", [("ni3 hao3", "cmn-latn-pinyin")]),
        ("24 你 & me", "cmn", [("24 你 & ", "cmn"), ("me", "en-us")]),
        ("… & !", "en-us", []),
    ],
)
def test_each_run_goes_to_a_voice_that_can_read_it(text, own, runs):
    assert script_runs(text, own) == runs


@pytest.mark.parametrize("own", ["en-us", "de", "ru", "cmn", "ja"])
def test_no_letter_is_lost(own):
    text = "Hello, Луна! 月亮 ひかり 비가 καρδιά קול"
    assert "".join(run for run, _ in script_runs(text, own)) == text
