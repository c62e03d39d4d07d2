import pytest

from songsmith.engine.sketch.harmony import parse_chord, roman
from songsmith.engine.sketch.style.genre import genre, genre_names
from songsmith.engine.sketch.style.style import parse_style


@pytest.mark.parametrize(
    ("text", "genre_name"),
    [
        ("Jazzy Nightclub Vibe", "jazz swing"),
        ("民谣，木吉他，温柔", "folk"),
        ("a soft bossa nova", "bossa nova"),
        ("中国风 古筝", "chinese ballad"),
        ("lo-fi study beats", "lo-fi hip-hop"),
        ("EDM banger", "house"),
        ("slow blues", "blues"),
        ("neo-soul", "r&b"),
        ("jazzy nightclub love song about a saxophonist who never shows up", "jazz swing"),
        ("a love song", "pop ballad"),
        ("Arctic research station, theremin auroras", "ambient"),
    ],
)
def test_a_genre_is_found_in_free_text(text, genre_name):
    assert parse_style(text).names[-1] == genre_name


def test_two_genres_blend_groove_of_the_last_with_harmony_of_the_first():
    style = parse_style("jazzy hip hop")

    assert style.names == ("jazz swing", "hip-hop")
    assert style.genre.drums == genre("hip-hop").drums
    assert style.genre.progressions == genre("jazz swing").progressions


@pytest.mark.parametrize(
    ("text", "instrument"),
    [
        ("pop with saxophone", "tenor sax"),
        ("aurora, theremin", "theremin"),
        ("流行，二胡", "erhu"),
        ("rock with hammond", "organ"),
        ("民谣 钢琴", "piano"),
        ("folk, harp", "harp"),
    ],
)
def test_named_instruments_join_the_band(text, instrument):
    assert instrument in parse_style(text).instrument_names()


def test_unwanted_instruments_leave_the_band():
    assert parse_style("rock, no drums").genre.drums is None
    assert parse_style("摇滚，没有鼓").genre.drums is None


def test_a_solo_instrument_plays_alone():
    band = parse_style("solo piano ballad").genre

    assert band.drums is None
    assert band.bass is None
    assert [player.name for player in band.players] == ["piano"]
    assert band.lead is not None
    assert band.lead.name == "piano"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("ballad in F minor", (5, "minor")),
        ("rock in Bb", (10, "major")),
        ("folk, C# minor", (1, "minor")),
        ("民谣 C大调", (0, "major")),
        ("国风，降E小调", (3, "minor")),
        ("a song in a minor mood", None),
    ],
)
def test_keys_are_read(text, key):
    style = parse_style(text)

    assert (style.tonic, style.mode) == (key or (None, style.mode))


@pytest.mark.parametrize(
    ("text", "bpm"), [("jazz 92 bpm", 92), ("tempo: 140 rock", 140), ("速度 75 抒情", 75)]
)
def test_a_tempo_in_numbers_is_read(text, bpm):
    assert parse_style(text).bpm == bpm


def test_tempo_words_move_the_tempo_within_the_genres_range():
    slow, usual, fast = (parse_style(f"{word} rock").bpm_usual for word in ("slow", "", "fast"))

    assert genre("rock").bpm[0] <= slow < usual < fast <= genre("rock").bpm[2]


def test_moods_change_energy_and_mode():
    assert parse_style("angry folk").energy > parse_style("folk").energy > 0
    assert parse_style("gentle rock").energy < parse_style("rock").energy
    assert parse_style("sad pop").mode == "minor"
    assert parse_style("快乐 流行").mode == "major"


def test_nothing_understood_is_said_and_the_same_words_choose_the_same():
    style = parse_style("xyzzy plugh")

    assert "xyzzy plugh" in style.notes[0]
    assert parse_style("xyzzy plugh").names == style.names
    assert not parse_style("smooth jazz at night").notes


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Arctic research station, theremin auroras", ["research station"]),
        ("drum and bass, liquid", ["liquid"]),
        ("雷鬼 海边", ["海边"]),
        ("电子风格，未来的感觉", ["未来"]),
        ("Motown groove with tambourine", ["tambourine"]),
        ("a song with the feel of rock", []),
        ("jazzy nightclub love song about a saxophonist who never shows up", []),
        ("写一首关于秋天和妈妈的情歌", []),
    ],
)
def test_what_a_list_of_tags_says_in_vain_is_named_and_a_tale_is_left_alone(text, left):
    notes = " ".join(parse_style(text).notes)

    assert all(words in notes for words in left)
    assert ("left aside" in notes) is bool(left)


@pytest.mark.parametrize(
    ("text", "genre_name"),
    [
        ("reggaeton", "reggae"),
        ("sea shanty", "folk"),
        ("京剧", "chinese ballad"),
        ("tango", "bolero"),
        ("afrobeat", "funk"),
        ("drum and bass", "house"),
    ],
)
def test_a_kind_of_music_there_is_no_genre_for_is_played_by_the_nearest_and_that_is_said(
    text, genre_name
):
    style = parse_style(text)

    assert style.names == (genre_name,)
    assert any(text in note and genre_name in note for note in style.notes)


def test_words_inside_other_words_say_nothing():
    assert parse_style("delta blues").moods == ()
    assert parse_style("儿歌 欢快").bpm_usual == pytest.approx(genre("folk").bpm[1] * 1.06)
    assert parse_style("blue folk").moods == ("sad",)


def test_what_is_not_wanted_does_not_play():
    assert parse_style("not jazz, please").names != ("jazz swing",)
    assert "banjo" not in parse_style("country without banjo").instrument_names()
    assert not any("guitar" in name for name in parse_style("rock, no guitar").instrument_names())
    assert parse_style("not sad, folk").moods == ()


def test_a_singer_may_be_asked_for():
    assert parse_style("female vocals, breathy").voice == "her"
    assert parse_style("男声 民谣").voice == "him"
    assert parse_style("folk").voice == ""


def test_a_solo_of_an_instrument_is_not_the_instrument_alone():
    band = parse_style("power ballad, electric guitar solo").genre

    assert band.drums is not None
    assert band.lead is not None
    assert band.lead.name == "electric guitar"
    assert parse_style("drum solo").instrument_names() == ["soft drums"]
    assert "slap bass" in parse_style("funk, bass solo").instrument_names()
    assert len(parse_style("funk, bass solo").instrument_names()) > 3


def test_a_voice_alone_has_no_band():
    style = parse_style("a cappella")

    assert style.is_unaccompanied
    assert style.instrument_names() == []
    assert "voice alone" in style.summary(90, 0, "major")
    assert parse_style("guitar and voice only").instrument_names() == ["acoustic guitar"]


def test_what_a_tale_tells_of_voices_asks_for_nothing():
    assert not parse_style("a song about a voice alone in the dark").is_unaccompanied
    assert not parse_style("a ballad about a love without words").is_instrumental
    assert parse_style("an a cappella song about my dog Rex").is_unaccompanied


def test_key_tempo_and_meter_count_as_understood():
    assert parse_style("tango in D minor, 6/8, 120 bpm").understood == (
        "tango",
        "in d minor",
        "6/8",
        "120 bpm",
    )


def test_hints_at_two_genres_blend_where_neither_is_named():
    assert parse_style("古筝 电子").names == ("chinese ballad", "house")


def test_no_two_genres_are_called_by_the_same_word():
    words = [
        word
        for name in genre_names()
        for word in dict.fromkeys((name, *genre(name).words, *genre(name).near))
    ]

    assert len(words) == len(set(words))


def test_the_summary_names_tempo_key_band_and_mood():
    summary = parse_style("jazzy nightclub").summary(92, 5, "minor")

    assert summary == (
        "jazz swing · 92 bpm · F minor · brushes, upright bass, piano, tenor sax · low light"
    )


@pytest.mark.parametrize("text", ["", "   ", "🎷🎷", "[chorus] <b>", "no no no", "a" * 5000])
def test_any_text_gives_a_style(text):
    assert parse_style(text).genre.name in genre_names()


@pytest.mark.parametrize("name", genre_names())
def test_every_genre_is_playable(name):
    found = genre(name)
    assert found.drums is not None
    rhythms = [
        pattern
        for voices in (
            *(found.drums.low, found.drums.mid, found.drums.high, *found.drums.fills),
            *found.drums.parts.values(),
        )
        for pattern in voices.values()
    ]
    beats = 3 if found.time == "3/4" else 4
    assert all(len(rhythm) % beats == 0 for rhythm in rhythms)
    for book in found.progressions.values():
        for choices in book.values():
            for bar in " ".join(choices).replace(",", " ").split():
                assert len(roman(bar, 0, "major").tones) >= 2


def test_there_are_more_than_ten_genres_with_bands_of_their_own():
    bands = {frozenset(parse_style(name).instrument_names()) for name in genre_names()}

    assert len(bands) == len(genre_names()) >= 12


@pytest.mark.parametrize(
    ("symbol", "tones"),
    [("Am", {9, 0, 4}), ("F#m7b5", {6, 9, 0, 4}), ("C/E", {0, 4, 7}), ("Bbmaj7", {10, 2, 5, 9})],
)
def test_chord_symbols_are_read(symbol, tones):
    harmony = parse_chord(symbol)

    assert harmony is not None
    assert set(harmony.tones) == tones


@pytest.mark.parametrize("word", ["Hello", "N.C.", "", "am", "H7", "x2"])
def test_words_are_no_chords(word):
    assert parse_chord(word) is None
