import pytest

from songsmith.engine.sketch.style.genre import genre, genre_names
from songsmith.engine.sketch.style.other_languages import other_words
from songsmith.engine.sketch.style.style import parse_style
from songsmith.engine.sketch.style.vocabulary import vocabulary


def test_every_word_stands_for_one_that_is_known():
    known = vocabulary()
    english = {
        word for entry in (*known.instruments, *known.moods, *known.tempo) for word in entry.words
    }
    for words in (
        *known.times.values(),
        *known.voices.values(),
        known.instrumental,
        known.alone,
        known.unaccompanied,
        known.without,
        known.filler,
    ):
        english |= set(words)
    for name in genre_names():
        english |= {*genre(name).words, *genre(name).hints, *genre(name).near}
    assert set(other_words()) <= english
    assert sum(len(words) for words in other_words().values()) > 500


@pytest.mark.parametrize(
    ("text", "same_in_english"),
    [
        ("bolero triste con guitarra y trompeta, lento", "bolero, sad, guitar, trumpet, slow"),
        (
            "canción alegre, acordeón y batería, voz femenina",
            "happy, accordion, drums, female voice",
        ),
        ("valse mélancolique, accordéon, violon", "waltz, melancholic, accordion, violin"),
        (
            "chanson douce et romantique au piano, sans batterie",
            "chanson, gentle, romantic, piano, no drums",
        ),
        ("fröhlicher Walzer mit Akkordeon und Geige", "happy waltz, accordion, violin"),
        ("düsterer Rock, verzerrte Gitarre, schnell", "dark rock, distorted guitar, fast"),
        ("ballata dolce, chitarra classica, archi", "gentle ballad, classical guitar, strings"),
        ("samba alegre com violão e cavaquinho", "happy samba, guitar, ukulele"),
    ],
)
def test_a_style_means_the_same_in_another_language(text, same_in_english):
    style, english = parse_style(text), parse_style(same_in_english)
    assert style.genre.name == english.genre.name
    assert {player.name for player in style.genre.players} == {
        player.name for player in english.genre.players
    }
    assert (style.moods, style.voice) == (english.moods, english.voice)
    assert style.bpm_usual == pytest.approx(english.bpm_usual)
    assert not any("not understood" in note for note in style.notes)


def test_a_word_inside_another_of_latin_script_says_nothing():
    assert "bass" not in " ".join(parse_style("rabajó, bassé").understood)
