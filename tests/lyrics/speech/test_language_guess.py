import pytest

from songsmith.lyrics.speech.language_guess import guess_language, script_language

LYRICS = {
    "en": "The barman turns the lamps down low, a stranger hums a tune I know, and you call me",
    "de": "Der Regen fällt auf unsre Straße, ich warte immer noch auf dich",
    "fr": "Je pense à toi, je t'aime encore, la lune est là",
    "es": "La luna duerme sobre el mar y yo no dejo de pensar en la sonrisa que me diste",
    "it": "La luna brilla sopra il mare e io non smetto di cantare",
    "pt": "A lua dorme sobre o mar e eu não paro de sonhar com a menina que passou",
    "nl": "De regen valt op onze straat, ik weet niet waar je heen nu gaat",
    "sv": "Dansa med mig tills det blir dag, du är vacker och jag är svag",
    "pl": "Nie mów nikomu, co się stało, daj mi rękę i zostań, jak co dzień",
    "tr": "Gel benimle, bu şehirde bizim bir şarkımız var",
    "ru": "Луна плывёт над тихим морем",
    "uk": "Тримай мене за руку міцно, її пісня",
    "sr": "Љубав је ноћас ту, ђаволе",
    "el": "Η καρδιά μου τραγουδά",
    "ja": "夜空に星が光る",
    "ko": "비가 오는 거리에서",
    "zh": "月亮代表我的心",
    "hi": "मेरा दिल गाता है",
    "fa": "پرنده چه می‌خواند",
}


@pytest.mark.parametrize(("language", "text"), LYRICS.items())
def test_a_lyric_tells_its_language(language, text):
    assert guess_language(text) == language


@pytest.mark.parametrize("text", ["", "24 / 7", "la la la la", "na na na, hey", "Mississippi", "♪"])
def test_what_speaks_for_no_language_is_english(text):
    assert guess_language(text) == "en"


def test_a_few_words_of_another_script_do_not_turn_an_english_lyric():
    assert guess_language("I love you and you love me, 月亮, all my life, you and I") == "en"


def test_letters_tell_their_script():
    assert " ".join(map(script_language, "aéＡжλ한あ月")) == "la la la ru el ko ja zh"
    assert script_language("7") == script_language("!") == ""


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Em là ai từ đâu bước đến nơi đây", "vi"),
        ("Seni seviyorum her zaman", "tr"),
        ("Kocham cię jak nikt inny", "pl"),
        ("Aku cinta kamu selamanya", "id"),
        ("Ninakupenda sana mpenzi wangu", "sw"),
        ("Maite zaitut beti", "eu"),
        ("Ég elska þig að eilífu", "is"),
        ("Rwy'n dy garu di", "cy"),
        ("oh oh oh yeah yeah baby", "en"),
        ("Chrome and neon Midnight avenue", "en"),
        ("Kawa no oto Kimi wo matsu", "en"),
    ],
)
def test_a_line_without_many_small_words_is_known_by_its_letters(text, language):
    assert guess_language(text) == language
