import pytest

from songsmith.agent.studio.player import PlayerError, play_file


@pytest.fixture
def player(tmp_path, monkeypatch):
    """Make a program the only player of this machine, doing what a shell script says."""

    def install(script: str) -> None:
        program = tmp_path / "bin" / "ffplay"
        program.parent.mkdir()
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(program.parent))

    return install


@pytest.fixture
def sound(tmp_path):
    path = tmp_path / "t001.flac"
    path.write_bytes(b"")
    return path


def test_a_player_that_goes_on_in_silence_has_not_played(player, sound):
    player('echo "No more combinations to try, audio open failed" >&2; exit 0')
    with pytest.raises(PlayerError, match=r"t001\.flac: ffplay found no sound device"):
        play_file(sound)


def test_a_player_that_fails_says_why_and_names_the_file(player, sound):
    player('echo "bad header" >&2; exit 3')
    with pytest.raises(PlayerError, match=r"t001\.flac: ffplay could not play it \(bad header\)"):
        play_file(sound)


def test_a_warning_of_another_kind_is_no_failure(player, sound):
    player('echo "estimating duration from bitrate" >&2')
    play_file(sound)
