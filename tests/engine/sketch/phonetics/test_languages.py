"""Every language that has a voice sings a line in its own writing."""

import numpy as np
import pytest

from songsmith.engine.sketch.phonetics.espeak import list_espeak_voices
from songsmith.engine.sketch.phonetics.sounds import sound_kind
from songsmith.engine.sketch.voices.speaking import say
from songsmith.engine.sketch.voices.voices import choose_voice

LATIN = "Ça va l'été, Straße ñandú œuf żółw ığdır"
LINES = {
    "ru uk be bg mk ba cv kk ky tt mn tg nog sr": "Съешь ещё этих мягких булок, выпей чаю",
    "el grc": "Η καρδιά μου τραγουδά",
    "ar fa ur sd ug": "نص حكيم له سر قاطع",
    "hi mr ne kok": "मेरा दिल रात को गाता है",
    "bn as bpy": "আমার সোনার বাংলা গান গাই",
    "pa": "ਮੇਰਾ ਦਿਲ ਗਾਉਂਦਾ ਹੈ",
    "gu": "મારું હૃદય ગાય છે",
    "or": "ମୋ ହୃଦୟ ଗାଏ",
    "ta": "என் இதயம் பாடுகிறது",
    "te": "నా హృదయం పాడుతుంది",
    "kn": "ನನ್ನ ಹೃದಯ ಹಾಡುತ್ತದೆ",
    "ml": "എന്റെ ഹൃദയം പാടുന്നു",
    "si": "මගේ හදවත ගයනවා",
    "th": "หัวใจของฉันร้องเพลง",
    "am": "ልቤ ይዘምራል",
    "ti": "ልበይ ይዝምር",
    "ka": "ჩემი გული მღერის",
    "hy hyw": "Իմ սիրտը երգում է",
    "my shn": "ငါ့နှလုံးသားသီချင်းဆို",
    "ko": "내 마음이 노래해요",
    "ja": "わたしのうた、きょうも",
    "cmn yue hak": "我的心在唱歌",
    "chr": "ᎣᏏᏲ ᏗᎧᏃᎩᏍᏗ",
    "he": "דָּג סַקְרָן שָׁט בְּיָם",
}
ROMANISED = ("fa-latn", "cmn-latn-pinyin", "yue-latn-jyutping")
FILES = sorted({voice.file for voice in list_espeak_voices()})


def line_of(file: str) -> str:
    own = {name: line for names, line in LINES.items() for name in names.split()}
    return LATIN if file in ROMANISED else own.get(file.split("-")[0], LATIN)


@pytest.mark.parametrize("file", FILES)
def test_a_line_is_sung_whole_and_can_be_heard(file):
    line = line_of(file)
    spoken = say(file, line)
    assert spoken is not None
    assert len(spoken.syllables) >= len(line.split())
    sounds = [s for syl in spoken.syllables for s in (*syl.onset, syl.nucleus, *syl.coda)]
    assert sounds == [phoneme for phoneme in spoken.speech.phonemes if phoneme.symbol]
    levels = []
    for syllable in spoken.syllables:
        assert sound_kind(syllable.nucleus.symbol) == "nucleus"
        vowel = spoken.speech.samples[syllable.nucleus.start : syllable.nucleus.end]
        levels.append(np.sqrt(np.mean(vowel**2)))
    assert np.median(levels) > 0.05
    assert min(levels) > 0.005


def test_voices_whose_dictionary_is_missing_are_not_offered():
    assert not {"fo", "kaa", "xex"} & set(FILES)
    assert {"nb", "hyw", "ltg"} <= set(FILES)


@pytest.mark.parametrize("language", ["de", "fr", "es", "it", "pt", "nl", "pl", "ru", "ja", "ko"])
def test_a_language_has_a_low_and_a_high_singer(language):
    low, high = (choose_voice(language, register=register) for register in ("low", "high"))
    assert low.highest < high.highest
    assert say(low.name, line_of(low.name.split("+")[0])) is not None
    assert say(high.name, line_of(high.name.split("+")[0])) is not None


@pytest.mark.parametrize(
    ("voice", "line", "sung"),
    [
        ("en-us", "Луна, my love", ["лу", "на", "my", "love"]),
        ("cmn", "爱你50%", list("爱你百分之五十")),
        ("cmn", "1999年，我 & 你", list("一九九九年我和你")),
        ("ja", "きみ LOVE", ["き", "み", "LOVE"]),
        ("de", "Du & ich", ["Du", "und", "ich"]),
    ],
)
def test_signs_numbers_and_other_scripts_are_sung_as_words(voice, line, sung):
    spoken = say(voice, line)
    assert spoken is not None
    assert [s.text.casefold() for s in spoken.syllables] == [text.casefold() for text in sung]


@pytest.mark.parametrize(("line", "syllables"), [("back in 1999", 7), ("рука 24", 7)])
def test_numbers_are_read_in_the_language_of_the_voice(line, syllables):
    spoken = say("en-us" if line.isascii() else "ru", line)
    assert spoken is not None
    assert len(spoken.syllables) == syllables
