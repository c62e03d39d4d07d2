import pytest

from songsmith.lyrics.speech.spoken import sung_text


@pytest.mark.parametrize(
    ("language", "written", "said"),
    [
        ("zh", "你 & 我", "你 和 我"),
        ("cmn", "50%的心", "百分之五十的心"),
        ("zh", "爱了3.5次", "爱了三点五次"),
        ("zh", "1999年，我和你", "一九九九年,我和你"),
        ("zh", "24", "二十四"),
        ("zh", "Room 24 里的3个人", "Room 24 里的三个人"),
        ("en", "back in 1999.", "back in nineteen ninety-nine."),
        ("en", "the 1990s, 24/7, $1999 and 3,000", "the 1990s, 24/7, $1999 and 3,000"),
        ("en", "Rock & roll", "Rock & roll"),
        ("de", "Du & ich", "Du und ich"),
        ("pt-br", "eu&você", "eu e você"),
        ("es", "24 & 50%", "24 y 50%"),
        ("tlh", "a & b", "a & b"),
        ("tr", "IŞIK İÇİN", "ışık için"),
    ],
)
def test_signs_and_numbers_are_said_in_the_language_of_the_line(language, written, said):
    assert sung_text(written, language) == said


@pytest.mark.parametrize("language", ["en", "zh", "de", "ja"])
def test_words_alone_stay_as_they_are(language):
    assert sung_text("Straße, l'été – 月亮", language) == "Straße, l'été – 月亮"
