import pytest

from songsmith.agent.song.option_files import option_files
from songsmith.agent.song.song_file import TakeManifest
from songsmith.agent.song.songbook import SongError
from songsmith.agent.studio.rendering import options_of


def manifest(options, files=None):
    return TakeManifest(
        take="t001", file="t001.flac", engine="sketch", seed=1, lyrics="", style="", duration_s=8.0,
        made_at="now", options=options, option_files=files or {},
    )  # fmt: skip


@pytest.mark.parametrize("form", ["{}", "{}#3", "{}:0.8"])
def test_a_file_that_an_option_names_is_read_only_if_it_is_the_one_of_the_take(tmp_path, form):
    path = tmp_path / "voice.onnx"
    path.write_bytes(b"a voice")
    options = {"voice": form.format(path), "bpm": 92.0}
    kept = option_files(options)
    assert list(kept) == ["voice"]
    assert options_of(manifest(options, kept)) == options
    path.write_bytes(b"something private")
    for files in (kept, None):
        with pytest.raises(
            SongError, match=r"t001 names .* as its voice, and what is there is not"
        ):
            options_of(manifest(options, files))


def test_folders_count_with_all_that_is_in_them(tmp_path):
    (tmp_path / "lora").mkdir()
    (tmp_path / "lora" / "adapter.safetensors").write_bytes(b"one")
    before = option_files({"lora": str(tmp_path / "lora")})
    (tmp_path / "lora" / "adapter.safetensors").write_bytes(b"two")
    assert option_files({"lora": str(tmp_path / "lora")}) != before


def test_names_and_numbers_are_no_files():
    assert option_files({"voice": "joe", "key": "F minor", "time": "3/4", "bpm": 92.0}) == {}
