import pytest

from songsmith.agent.studio.engine_options import option_words, typed_options
from songsmith.engine.engine import EngineError, engine_card


def test_words_become_options_and_one_given_twice_a_list():
    words = ["bpm=92", "key=F minor", "style-audio=a.wav", "style_audio=b=c.wav"]
    assert option_words(words) == {
        "bpm": "92",
        "key": "F minor",
        "style_audio": ["a.wav", "b=c.wav"],
    }
    assert option_words(["instrumental=no"]) == {"instrumental": False}


@pytest.mark.parametrize("word", ["bpm", "=92", "1x=2", "", "a b=1"])
def test_what_is_not_an_option_is_an_error_with_an_example(word):
    with pytest.raises(EngineError, match="write name=value"):
        option_words([word])


def test_an_engine_is_given_numbers_switches_and_files_by_their_whole_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    given = {"bpm": "92", "stems": "yes", "voice": "mine.onnx#bob", "key": "F minor"}
    assert typed_options(engine_card("sketch"), given) == {
        "bpm": 92.0,
        "stems": True,
        "voice": f"{tmp_path / 'mine.onnx'}#bob",
        "key": "F minor",
    }
    assert typed_options(engine_card("diffrhythm"), {"steps": "5", "style_audio": "a.wav"}) == {
        "steps": 5,
        "style_audio": "a.wav",
    }
