from songsmith.engine.engine import load_engine
from songsmith.engine.sketch.speed import wall_seconds


def test_a_longer_song_and_more_words_take_longer():
    assert 0 < wall_seconds(30, 10) < wall_seconds(95, 10) < wall_seconds(95, 60)


def test_the_time_of_a_song_is_that_of_one_sung_by_half():
    assert load_engine("sketch").song_seconds(95.0) == wall_seconds(95.0, 47.5)
