from songsmith.engine.sketch.voices.speaking import say, unknown_sounds


def _sung(voice, text):
    utterance = say(voice, text)
    assert utterance is not None
    return [
        (s.text, "".join(sound.symbol for sound in (*s.onset, s.nucleus, *s.coda)))
        for s in utterance.syllables
    ]


def test_pinyin_that_a_line_gives_is_what_is_sung():
    as_name, as_shop = _sung("cmn", "这家{行|xing2}好"), _sung("cmn", "这家{行|hang2}好")
    assert [text for text, _ in as_name] == list("这家行好")
    assert as_shop == [
        (text, sounds)
        for text, (_, sounds) in zip("这家行好", _sung("cmn", "这家航好"), strict=True)
    ]
    assert as_name != as_shop


def test_a_foreign_word_in_a_chinese_line_is_said_as_its_line_says():
    assert ("live", "laɪv") in _sung("cmn", "我{live|/laɪv/}在这里")


def test_kana_beside_kanji_are_what_is_sung():
    assert [text for text, _ in _sung("ja", "{夜|よる}を")] == ["よ", "る", "を"]


def test_a_close_friend_and_a_door_to_close_sound_different():
    sounds = [sound for _, sound in _sung("en-us", "Close the door and hold me close")]
    assert (sounds[0], sounds[-1]) == ("kloʊz", "kloʊs")


def test_spaces_and_signs_around_a_marked_word_are_kept():
    assert [text for text, _ in _sung("en-us", "so {live|lyve}, love and {live|lyve}")] == [
        "so",
        "live",
        "love",
        "and",
        "live",
    ]


def test_sounds_that_a_voice_lacks_are_told():
    assert unknown_sounds("en-us", "say {it|/ǃa/}") == ("ǃ",)
