from songsmith.engine.listening.heard_starts import heard_starts_s
from songsmith.engine.listening.word_alignment import HeardWord


def heard(text, start_s=2.0):
    """Words of half a second each."""
    return [
        HeardWord(word, start_s + place / 2, start_s + (place + 1) / 2)
        for place, word in enumerate(text.split())
    ]


def starts_s(words, words_heard, language="en"):
    return heard_starts_s(words.split(), heard(words_heard), language)


def test_every_word_but_the_first_begins_where_it_was_heard():
    assert starts_s("The morning train", "the morning train") == {1: 2.5, 2: 3.0}


def test_a_word_that_was_not_heard_begins_where_the_one_before_it_ends():
    assert starts_s("The morning train is late", "the morning is late")[2] == 3.0
    assert 2 not in starts_s("The morning train is late", "the is late")


def test_a_word_read_as_several_begins_with_the_first_of_them():
    assert starts_s("Just 21 nights", "just twenty one nights") == {1: 2.5, 2: 3.5}


def test_words_heard_as_one_begin_once():
    assert starts_s("all sun light falls", "all sunlight falls") == {1: 2.5, 3: 3.0}


def test_of_chinese_characters_nothing_is_said_but_of_the_words_among_them():
    assert starts_s("我 等 baby 你", "我 燈 baby 你", "zh") == {2: 3.0}


def test_nothing_heard_begins_nowhere():
    assert starts_s("The morning train", "") == {}
