import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from songsmith.agent.cli.config import app
from songsmith.agent.settings.config_file import set_value, unset_value
from songsmith.agent.settings.settings import SettingsError, endpoint, load_settings
from songsmith.errors import SongsmithError

KEY = "sk-test-0123456789"


class Config:
    """Runs `songsmith config …` with a user file of its own."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __call__(self, *arguments: str, typed: str | None = None) -> Result:
        return CliRunner().invoke(app, list(arguments), input=typed)


def stored_llm() -> tuple[str, str]:
    """Profile and key of the LLM that the stored settings choose."""
    chosen = endpoint(load_settings())
    assert chosen is not None
    assert chosen.api_key is not None
    return chosen.profile, chosen.api_key.get_secret_value()


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    for name in [name for name in os.environ if name.startswith("SONGSMITH_")]:
        monkeypatch.delenv(name)
    for name in ("DEEPSEEK_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SONGSMITH_CONFIG", str(tmp_path / "deep" / "config.toml"))

    return Config(tmp_path / "deep" / "config.toml")


def test_a_value_that_is_set_is_found_again_and_can_be_unset(config):
    assert config("set", "takes", "3").exit_code == 0
    assert config("set", "length_s", "1:35").exit_code == 0
    assert config("set", "profiles.box.base_url", "http://box:8000/v1").exit_code == 0
    assert config("set", "engines.sketch.doubles", "false").exit_code == 0
    settings = load_settings()
    assert (settings.takes, settings.length_s) == (3, 95.0)
    assert settings.profiles["box"].base_url == "http://box:8000/v1"
    assert settings.engines == {"sketch": {"doubles": False}}
    assert "removed from" in config("unset", "takes").stderr
    assert "was not set in" in config("unset", "takes").stderr
    assert config("unset", "profiles.box").exit_code == 0
    assert load_settings().profiles == {}


def test_comments_and_everything_else_in_the_file_stay(config):
    config.file.parent.mkdir()
    config.file.write_text("# mine\ntakes = 2  # two\n", encoding="utf-8")
    config("set", "voice", "low")
    assert config.file.read_text(encoding="utf-8").startswith("# mine\ntakes = 2  # two\n")


def test_a_key_is_asked_for_and_stored_for_its_owner_only(config):
    result = config("set", "api_key", typed=f"{KEY}\n")
    assert result.exit_code == 0
    assert KEY not in result.output
    assert stored_llm() == ("deepseek", KEY)
    if sys.platform != "win32":
        assert stat.S_IMODE(config.file.stat().st_mode) == 0o600


def test_a_key_goes_with_the_profile_that_is_chosen(config):
    config("set", "profile", "openai")
    config("set", "api_key", typed=f"{KEY}\n")
    assert stored_llm() == ("openai", KEY)


def test_a_key_on_the_command_line_is_refused(config):
    result = config("set", "api_key", KEY)
    assert result.exit_code == 2
    assert not config.file.exists()


def test_a_file_others_could_read_is_closed_when_a_key_is_stored(config):
    config.file.parent.mkdir()
    config.file.write_text("takes = 2\n", encoding="utf-8")
    config.file.chmod(0o644)
    config("set", "api_key", typed=f"{KEY}\n")
    if sys.platform != "win32":
        assert stat.S_IMODE(config.file.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("key", "value"),
    [("takes", "many"), ("taeks", "2"), ("profiles.box.nix", "1"), ("model.name", "x"), ("", "x"), ("base_url", "box")],
)  # fmt: skip
def test_what_is_not_valid_is_not_stored(config, key, value):
    result = config("set", key, value)
    assert isinstance(result.exception, SettingsError)
    assert not config.file.exists()


def test_a_broken_file_is_not_touched(config):
    config.file.parent.mkdir()
    config.file.write_text("takes = = 2", encoding="utf-8")
    assert isinstance(config("set", "takes", "3").exception, SettingsError)
    assert config.file.read_text(encoding="utf-8") == "takes = = 2"


def test_show_tells_values_and_origins_but_no_key(config, monkeypatch):
    monkeypatch.setenv("DEEPSEEK_API_KEY", KEY)
    config("set", "takes", "3")
    shown = config("show").stdout
    rows = {row.split()[0]: row for row in shown.splitlines() if row}
    assert str(config.file) in rows["takes"]
    assert rows["voice"].endswith("default")
    assert "environment DEEPSEEK_API_KEY" in rows["profiles.deepseek.api_key"]
    assert "deepseek-flash at https://api.deepseek.com, with a key" in rows["LLM:"]
    assert KEY not in shown
    facts = json.loads(config("show", "--json").stdout)
    assert facts["settings"]["takes"] == {"value": "3", "origin": str(config.file)}
    assert KEY not in json.dumps(facts)


def test_path_prints_the_file(config):
    assert config("path").stdout.strip() == str(config.file)


@pytest.mark.skipif(sys.platform == "win32", reason="pexpect needs a Unix terminal")
def test_a_key_that_is_typed_does_not_show(config):
    import pexpect

    command = "from songsmith.agent.cli.config import app; app()"
    child = pexpect.spawn(
        sys.executable, ["-c", command, "set", "api_key"], encoding="utf-8", timeout=30
    )
    child.expect("Key .not shown.")
    child.sendline(KEY)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert KEY not in child.before
    assert stored_llm() == ("deepseek", KEY)


def test_a_name_nobody_knows_can_be_unset_only_where_it_stands(config):
    assert "there is no setting 'tackes'" in str(config("unset", "tackes").exception)
    config.file.parent.mkdir(exist_ok=True)
    config.file.write_text("tackes = 3\n")
    assert config("unset", "tackes").exit_code == 0
    assert "tackes" not in config.file.read_text()


def test_a_file_where_no_folder_can_be_is_one_line(config):
    config.file.parent.write_text("no folder")
    said = config("set", "takes", "2").exception
    assert isinstance(said, SongsmithError)
    assert str(config.file.parent) in str(said)


def test_values_set_by_many_processes_at_once_are_all_kept(tmp_path):
    file = tmp_path / "config.toml"
    values = {"takes": "3", "seed": "7", "voice": "low", "style": "bossa", "format": "wav"}
    code = "import sys; from pathlib import Path; from songsmith.agent.settings.config_file import set_value as put"
    running = [
        subprocess.Popen([sys.executable, "-c", f"{code}; put(Path(sys.argv[1]), *sys.argv[2:])", file, *pair])
        for pair in values.items()
    ]  # fmt: skip
    assert [process.wait() for process in running] == [0] * len(values)
    text = file.read_text(encoding="utf-8")
    assert all(f"{key} = " in text for key in values)


def test_a_settings_file_that_is_a_link_stays_one(tmp_path):
    target = tmp_path / "dotfiles" / "songsmith.toml"
    target.parent.mkdir()
    target.write_text("takes = 2\n", encoding="utf-8")
    link = tmp_path / "config.toml"
    link.symlink_to(target)
    set_value(link, "seed", "7")
    assert unset_value(link, "takes")
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8").split() == ["seed", "=", "7"]


def test_a_password_in_an_address_is_not_shown(config):
    done = config("set", "base_url", "https://me:secretpw@host.example/v1?key=abcdef123456")
    assert done.exit_code == 0
    for shown in (done, config("show"), config("show", "--json")):
        assert "https://host.example/v1" in shown.output
        assert "secretpw" not in shown.output and "abcdef123456" not in shown.output
