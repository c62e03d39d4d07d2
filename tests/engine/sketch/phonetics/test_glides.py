import pytest

from songsmith.engine.sketch.phonetics.espeak import speak
from songsmith.engine.sketch.phonetics.glides import join_glides
from songsmith.engine.sketch.voices.speaking import say

SYLLABLES = {
    "fr": {
        "la nuit": 2,
        "je suis à lui": 4,
        "rien": 1,
        "la rue est là": 4,
        "le pays": 3,
        "crier": 2,
    },
    "it": {"mio cuore": 4, "tuoi": 1, "vorrei": 2, "noi due": 3, "la mia città": 5, "paura": 3},
    "es": {"llueve": 2, "río": 2, "nueve días": 4, "ahora": 3},
    "de": {"Ruine": 3},
}


@pytest.mark.parametrize(
    ("voice", "words", "count"),
    [(voice, words, count) for voice, table in SYLLABLES.items() for words, count in table.items()],
)
def test_words_have_the_syllables_a_singer_sings(voice, words, count):
    spoken = say(f"{voice}+m3", words)
    assert spoken is not None
    assert len(spoken.syllables) == count


def test_only_symbols_change():
    speech = speak("je suis la pluie", "fr")
    joined = join_glides(speech, "fr+f3")
    assert [p.symbol for p in joined.phonemes].count("ɥ") == 2
    assert [(p.start, p.end) for p in joined.phonemes] == [
        (p.start, p.end) for p in speech.phonemes
    ]
    assert join_glides(speech, "fi") == speech
