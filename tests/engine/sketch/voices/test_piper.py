"""Piper voices: a small network of the same shape, in all the ways its files can be wrong, and the voice Joe."""

import json
import string
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from songsmith.engine.engine import EngineError, RenderRequest, load_engine
from songsmith.engine.sketch.phonetics.sounds import sound_kind
from songsmith.engine.sketch.voices.piper import natural_pitch_hz
from songsmith.engine.sketch.voices.piper_voice import absolute_name, has_joe, is_piper, load_piper
from songsmith.engine.sketch.voices.speaking import say, unknown_sounds
from songsmith.engine.sketch.voices.voices import choose_voice, voice_names
from songsmith.lyrics.lyric import Lyrics
from songsmith.lyrics.reading.lrc import parse_lyrics

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
with_joe = pytest.mark.skipif(not has_joe(), reason="the optional voice is not installed")

LETTERS = "_^$ !',-.:;?" + string.ascii_lowercase + "æðŋəɐɑɔɛɜɚɹɾʃʊʌʒθᵻːˈˌɪɡʔ\u0329"
HOP = 256
RATE_HZ = 22_050


def description(**changes):
    told = {
        "audio": {"sample_rate": RATE_HZ, "quality": "medium"},
        "espeak": {"voice": "en-us"},
        "phoneme_type": "espeak",
        "phoneme_id_map": {letter: [number] for number, letter in enumerate(LETTERS)},
        "num_speakers": 2,
        "speaker_id_map": {"ann": 0, "bob": 1},
        "something_new": True,
    }
    return {**told, **changes}


def network():
    """A voice that hums, each token for four frames: speaker 0 at 220 Hz, speaker 1 at 110 Hz."""
    from onnx import TensorProto, helper

    def number(name, value):
        return helper.make_tensor(name, TensorProto.FLOAT, [], [value])

    def node(kind, inputs, output, **attributes):
        return helper.make_node(kind, inputs, [output], **attributes)

    nodes = [
        node("Cast", ["input"], "tokens", to=TensorProto.FLOAT),
        node("Mul", ["tokens", "zero"], "nothing"),
        node("Gather", ["scales", "second"], "slowness"),
        node("Gather", ["scales", "first"], "noise_scale"),
        node("Mul", ["two", "slowness"], "length"),
        node("Add", ["nothing", "length"], "lengths"),
        node("Ceil", ["lengths"], "frames"),
        node("ReduceSum", ["frames"], "total", keepdims=0),
        node("Mul", ["total", "hop"], "count"),
        node("Range", ["zero", "count", "one"], "time"),
        node("Cast", ["sid"], "speaker", to=TensorProto.FLOAT),
        node("Add", ["speaker", "one"], "divisor"),
        node("Div", ["step", "divisor"], "slower"),
        node("Mul", ["time", "slower"], "phase"),
        node("Sin", ["phase"], "sine"),
        node("Sign", ["sine"], "hum"),
        node("RandomNormalLike", ["hum"], "random"),
        node("Mul", ["random", "noise_scale"], "noise"),
        node("Add", ["hum", "noise"], "output"),
    ]
    constants = [
        number("zero", 0.0),
        number("one", 1.0),
        number("two", 2.0),
        number("hop", float(HOP)),
        number("step", 2 * np.pi * 220.0 / RATE_HZ),
        helper.make_tensor("first", TensorProto.INT64, [], [0]),
        helper.make_tensor("second", TensorProto.INT64, [], [1]),
    ]
    inputs = [
        helper.make_tensor_value_info("input", TensorProto.INT64, [1, "tokens"]),
        helper.make_tensor_value_info("input_lengths", TensorProto.INT64, [1]),
        helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
        helper.make_tensor_value_info("sid", TensorProto.INT64, [1]),
    ]
    outputs = [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["samples"])]
    graph = helper.make_graph(nodes, "hum", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
    return model.SerializeToString()


def write_voice(folder: Path, *, model: bytes | None = None, **changes) -> Path:
    path = folder / "en_US-Hum+medium.onnx"
    path.write_bytes(network() if model is None else model)
    path.with_name(f"{path.name}.json").write_text(json.dumps(description(**changes)))
    return path


def test_a_voice_is_joe_or_a_file():
    assert is_piper("joe") and is_piper("Joe") and is_piper("a b/zh_CN-huayan-medium.onnx#3")
    assert not is_piper("en-us") and not is_piper("her") and not is_piper("")


def test_a_path_means_the_same_file_in_every_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert absolute_name("x.onnx#bob") == f"{tmp_path / 'x.onnx'}#bob"
    assert absolute_name("joe") == "joe" and absolute_name("en-us+f3") == "en-us+f3"


def test_every_sound_lasts_as_long_as_the_network_says(tmp_path):
    utterance = say(str(write_voice(tmp_path)), "low moon")
    assert utterance is not None
    sounds = utterance.speech.phonemes
    assert [s.text for s in utterance.syllables] == ["low", "moon"]
    assert all(a.end == b.start for a, b in pairwise(sounds))
    assert sounds[-1].end == len(utterance.speech.samples)
    # A pad and a number each for the stress, the vowel and the mark of its length, at four frames.
    spans = {s.symbol: (s.end - s.start) / HOP for s in sounds}
    assert spans["uː"] == pytest.approx(4 * 2 * 3, abs=1.5)


def test_the_same_words_are_the_same_samples(tmp_path):
    name = str(write_voice(tmp_path))
    first = say(name, "moon river")
    say.cache_clear()
    say(name, "another line")
    second = say(name, "moon river")
    assert first is not None and second is not None
    assert np.array_equal(first.speech.samples, second.speech.samples)


@pytest.mark.parametrize(
    ("ending", "register"),
    [
        ("", "high"),
        ("#0", "high"),
        ("#ann", "high"),
        ("#1", "low"),
        ("#bob", "low"),
        ("#1+high", "high"),
    ],
)
def test_a_speaker_is_a_number_or_a_name_and_sings_where_it_speaks(tmp_path, ending, register):
    assert choose_voice("en", f"{write_voice(tmp_path)}{ending}").register == register


def test_speakers_differ(tmp_path):
    path = write_voice(tmp_path)
    assert natural_pitch_hz(load_piper(f"{path}#ann")) == pytest.approx(220, rel=0.05)
    assert natural_pitch_hz(load_piper(f"{path}#bob")) == pytest.approx(110, rel=0.05)


@pytest.mark.parametrize("ending", ["#2", "#carl", "#-1", "#1.5"])
def test_an_unknown_speaker_is_refused_with_those_there_are(tmp_path, ending):
    with pytest.raises(EngineError, match=r"no speaker .*#0 to #1, by name ann, bob"):
        choose_voice("en", f"{write_voice(tmp_path)}{ending}")


def test_a_pulled_voice_is_listed_and_sings_by_its_name(tmp_path, monkeypatch):
    monkeypatch.setenv("SONGSMITH_MODELS", str(tmp_path))
    folder = tmp_path / "voice-en_US-hum-medium"
    folder.mkdir()
    written = write_voice(folder)
    path = written.rename(folder / "en_US-hum-medium.onnx")
    written.with_name(f"{written.name}.json").rename(folder / "en_US-hum-medium.onnx.json")
    assert "en_US-hum-medium" in {info.name for info in voice_names("en")}
    assert "en_US-hum-medium" not in {info.name for info in voice_names("de")}
    assert choose_voice("en", "en_US-hum-medium#bob").name == "en_US-hum-medium#bob"
    assert load_piper("en_US-hum-medium").path == path
    with pytest.raises(EngineError, match="songsmith models pull voice-de_DE-thorsten-low"):
        choose_voice("de", "de_DE-thorsten-low")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(EngineError, match=r"nobody\.onnx: there is no such file"):
        choose_voice("en", str(tmp_path / "nobody.onnx"))


def test_a_missing_description_is_named(tmp_path):
    path = write_voice(tmp_path)
    path.with_name(f"{path.name}.json").unlink()
    with pytest.raises(EngineError, match=r"\.onnx\.json: there is no such file"):
        choose_voice("en", str(path))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"phoneme_type": "pinyin"}, "reads 'pinyin' phonemes"),
        ({"phoneme_type": "text"}, "reads 'text' phonemes"),
        ({"phoneme_id_map": {}}, r"table of phonemes lacks \^ _ \$"),
        ({"phoneme_id_map": None}, "as the description of a Piper voice"),
        ({"audio": {}}, "as the description of a Piper voice"),
        ({"espeak": {"voice": "tlh"}}, "no voice for the language 'tlh'"),
    ],
)
def test_a_description_of_another_kind_is_refused(tmp_path, changes, words):
    with pytest.raises(EngineError, match=words):
        choose_voice("en", str(write_voice(tmp_path, **changes)))


def test_a_description_that_is_no_json_is_refused(tmp_path):
    path = write_voice(tmp_path)
    path.with_name(f"{path.name}.json").write_bytes(b"<html>\xff")
    with pytest.raises(EngineError, match="as the description of a Piper voice"):
        choose_voice("en", str(path))


@pytest.mark.parametrize("model", [b"", b"not a model", network()[:200]])
def test_what_is_no_model_is_refused(tmp_path, model):
    with pytest.raises(EngineError, match=r"\.onnx: is "):
        choose_voice("en", str(write_voice(tmp_path, model=model)))


def test_a_network_that_does_not_speak_is_refused(tmp_path):
    from onnx import TensorProto, helper

    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in ("x", "y")]
    graph = helper.make_graph([helper.make_node("Neg", ["x"], ["y"])], "neg", ends[:1], ends[1:])
    model = helper.make_model(graph, ir_version=8).SerializeToString()
    with pytest.raises(EngineError, match="not a Piper voice"):
        choose_voice("en", str(write_voice(tmp_path, model=model)))


def test_sounds_the_voice_lacks_are_told_before_singing(tmp_path):
    kept = {letter: [n] for n, letter in enumerate(LETTERS) if letter not in "ʒʃ"}
    name = str(write_voice(tmp_path, phoneme_id_map=kept))
    assert unknown_sounds(name, "A vision of the shore") == ("ʒ", "ʃ")
    assert unknown_sounds(name, "A moon") == ()
    lyrics = parse_lyrics("[00:01.00]A vision of the shore\n[00:04.00]Low moon\n").lyrics
    assert isinstance(lyrics, Lyrics)
    request = RenderRequest(lyrics, "folk", 8.0, (1,), options={"voice": name})
    notes = load_engine("sketch").forecast(request).notes
    assert [note for note in notes if "can't say" in note] == [
        "line 1: the voice can't say ʒ ʃ, left out"
    ]


def test_a_song_names_its_voice_and_the_model_it_was_sung_with(tmp_path):
    import hashlib

    path = write_voice(tmp_path)
    lyrics = parse_lyrics(
        "[Verse]\n[00:01.00]Low moon\n[Chorus: en-us]\n[00:03.00]Slow river\n"
    ).lyrics
    assert isinstance(lyrics, Lyrics)
    request = RenderRequest(lyrics, "folk", 7.0, (1,), options={"voice": f"{path}#bob"})
    engine = load_engine("sketch")
    first, again = (next(iter(engine.render(request, lambda progress: None))) for _ in range(2))
    vocals = first.details["vocals"]
    assert isinstance(vocals, dict)
    assert vocals["voices"] == sorted([f"{path}#bob", "en-us"])
    assert vocals["models"] == {f"{path}#bob": hashlib.sha256(path.read_bytes()).hexdigest()}
    assert np.array_equal(first.audio, again.audio)


def test_words_of_another_script_are_sung_by_a_voice_that_reads_them(tmp_path):
    utterance = say(f"{write_voice(tmp_path)}#bob", "moon 月亮 river")
    assert utterance is not None
    assert [s.text for s in utterance.syllables] == ["moon", "月", "亮", "ri", "ver"]


def test_a_mandarin_voice_sings_one_vowel_for_each_character(tmp_path):
    letters = LETTERS + "ɕχɑɤyɛʂɻ"
    ids = {letter: [number] for number, letter in enumerate(letters)}
    name = str(write_voice(tmp_path, espeak={"voice": "cmn"}, phoneme_id_map=ids))
    utterance = say(name, "月亮，你好")
    assert utterance is not None
    assert [s.text for s in utterance.syllables] == list("月亮你好")
    assert [s.tone for s in utterance.syllables] == [4, 4, 2, 3]


@with_joe
@pytest.mark.parametrize(
    "text",
    [
        "They polished up the bandstand light",
        "I'd listen to the button, bottle and thunder!",
        "Züri, façade, naïve: 24 rings",
        "Mm",
    ],
)
def test_joe_has_one_vowel_for_each_syllable_inside_the_sound(text):
    utterance = say("joe", text)
    assert utterance is not None
    sounds = utterance.speech.phonemes
    assert all(a.end == b.start and a.start <= a.end for a, b in pairwise(sounds))
    assert sounds[0].start == 0 and sounds[-1].end <= len(utterance.speech.samples)
    vowels = [s.nucleus for s in utterance.syllables]
    assert all(sound_kind(v.symbol) == "nucleus" for v in vowels)
    assert min(v.end - v.start for v in vowels) > 0.015 * utterance.speech.rate_hz
    levels = [np.sqrt(np.mean(utterance.speech.samples[v.start : v.end] ** 2)) for v in vowels]
    assert min(levels) > 0.05 * max(levels)
    assert unknown_sounds("joe", text) == ()


@with_joe
def test_joe_sounds_the_same_whatever_was_said_before():
    program = (
        "import hashlib, sys; from songsmith.engine.sketch.voices.speaking import say\n"
        "for text in sys.argv[1:]: samples = say('joe', text).speech.samples\n"
        "print(hashlib.sha256(samples.tobytes()).hexdigest())"
    )
    runs = [("The morning train",), ("A kettle", "Sings in the hall", "The morning train")]
    results = [
        subprocess.run([sys.executable, "-c", program, *texts], capture_output=True, check=True)
        for texts in runs
    ]
    assert results[0].stdout == results[1].stdout != b""
    assert [result.stderr for result in results] == [b"", b""]


@with_joe
def test_joe_is_listed_for_english_and_sings_low_unless_told_otherwise():
    assert [info.is_installed for info in voice_names("en") if info.name == "joe"] == [True]
    assert "joe" not in {info.name for info in voice_names("fr")}
    assert choose_voice("en", "Joe").register == "low"
    assert choose_voice("en").name == choose_voice("en-US", "him").name == "joe"
    assert choose_voice("en", "en-us").name == choose_voice("en", "en-us+low").name == "en-us"
    assert choose_voice("en", "her").name == "en-us+f3"
    assert choose_voice("en", "joe+high").lowest > choose_voice("en", "joe+low").lowest
    assert natural_pitch_hz(load_piper("joe")) < 160


@pytest.mark.skipif(has_joe(), reason="the optional voice is installed")
def test_joe_says_how_to_be_installed():
    with pytest.raises(EngineError, match=r"pip install .*piper"):
        choose_voice("en", "joe")
