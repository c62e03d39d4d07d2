import tracemalloc
from pathlib import Path

import pytest

from songsmith.agent.settings.settings import Settings, SettingsError, endpoint, load_settings

KEY = "sk-test-0123456789"


class Home:
    """A user's file, a song's folder, and variables, all made up."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "config.toml"
        self.song = folder / "song"
        self.song.mkdir()

    def load(
        self,
        *,
        mine: str = "",
        song: str = "",
        flags: dict[str, object] | None = None,
        **variables: str,
    ) -> Settings:
        self.file.write_text(mine, encoding="utf-8")
        (self.song / "songsmith.toml").write_text(song, encoding="utf-8")
        environ = {"SONGSMITH_CONFIG": str(self.file), **variables}
        return load_settings(self.song, flags, environ=environ)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_each_layer_wins_over_those_below_and_says_so(home):
    layers = {
        "mine": 'takes = 2\nformat = "wav"\nengine = "sketch"\nvoice = "low"\n',
        "song": 'takes = 3\nformat = "ogg"\nengine = "diffrhythm"\n',
        "SONGSMITH_TAKES": "4",
        "SONGSMITH_FORMAT": "mp3",
        "flags": {"takes": 5, "seed": None},
    }
    settings = home.load(**layers)
    assert settings.takes == 5
    assert (settings.format, settings.engine, settings.voice, settings.seed) == (
        "mp3",
        "diffrhythm",
        "low",
        None,
    )
    assert settings.origin("takes") == "takes as given"
    assert settings.origin("format") == "environment SONGSMITH_FORMAT"
    assert settings.origin("engine") == str(home.song / "songsmith.toml")
    assert settings.origin("voice") == str(home.file)
    assert settings.origin("style") == "default"


def test_tables_merge_key_by_key(home):
    settings = home.load(
        mine='[engines.sketch]\nvoice = "low"\nkey = "Am"\n', song='[engines.sketch]\nkey = "Dm"\n'
    )
    assert settings.engines == {"sketch": {"voice": "low", "key": "Dm"}}
    assert settings.origin("engines.sketch.key") == str(home.song / "songsmith.toml")


def test_without_files_and_variables_there_are_defaults_and_no_llm(tmp_path):
    settings = load_settings(tmp_path, environ={"SONGSMITH_CONFIG": str(tmp_path / "none.toml")})
    assert settings == Settings.model_validate({})
    assert endpoint(settings) is None


@pytest.mark.parametrize(
    ("text", "seconds"), [('"1:35"', 95.0), ("95", 95.0), ('"95.5 s"', 95.5), ('"auto"', None)]
)
def test_a_length_may_be_written_in_several_ways(home, text, seconds):
    assert home.load(mine=f"length_s = {text}").length_s == seconds


# --- mistakes: one line with the place and the key


@pytest.mark.parametrize(
    ("layers", "line"),
    [
        ({"mine": "takes = = 2"}, "config.toml: not TOML: .*line 1 col 8"),
        ({"mine": "takes = 2\ntakes = 3"}, "config.toml: not TOML: .*takes"),
        ({"mine": "taeks = 2"}, "config.toml: there is no setting taeks; did you mean takes?"),
        ({"mine": "[profiles.box]\nurl = 1"}, "there is no setting profiles.box.url; the settings are api_key"),
        ({"mine": "takes = 0"}, "config.toml: takes: it must be at least 1"),
        ({"mine": 'takes = "two"'}, "config.toml: takes: this is not a whole number"),
        ({"mine": 'writer = "me"'}, "config.toml: writer: it must be 'auto', 'llm' or 'offline'"),
        ({"mine": 'length_s = "1;30"'}, "length_s: not a length; write 95, 1:35 or auto"),
        ({"song": "nix = 1"}, "songsmith.toml: there is no setting nix"),
        ({"SONGSMITH_MODLE": "x"}, "environment SONGSMITH_MODLE: there is no setting modle; did you mean model?"),
        ({"SONGSMITH_TAKES": "x"}, "environment SONGSMITH_TAKES: takes: "),
        ({"SONGSMITH_BASE_URL": "localhost:11434"}, "not a web address, write for example http://127.0.0.1:11434/v1"),
        ({"SONGSMITH_BASE_URL": "http://127.0.0.1:99999/v1"}, "not a web address"),
        ({"SONGSMITH_BASE_URL": "http://[::zz]/v1"}, "not a web address"),
        ({"flags": {"takes": 0}}, "takes as given: takes: "),
        ({"flags": {"profile": "nope"}}, "profile as given: there is no LLM profile 'nope'; the profiles are deepseek"),
    ],
    ids=str,
)  # fmt: skip
def test_a_mistake_is_one_line(home, layers, line):
    with pytest.raises(SettingsError, match=line.replace("?", r"\?")) as caught:
        endpoint(home.load(**layers))
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_text(home):
    home.file.write_bytes(b"\xff\xfe\x00t")
    with pytest.raises(SettingsError, match="not UTF-8"):
        load_settings(environ={"SONGSMITH_CONFIG": str(home.file)})
    with pytest.raises(SettingsError, match="can't be read"):
        load_settings(environ={"SONGSMITH_CONFIG": str(home.song)})


@pytest.mark.parametrize(
    "setting", ['api_key = "k"', 'base_url = "http://evil/v1"', "[profiles.x]", 'out = "/"']
)
def test_a_song_from_a_stranger_can_not_redirect_keys_or_files(home, setting):
    with pytest.raises(SettingsError, match="can't be set in a song's folder"):
        home.load(song=setting)


# --- which LLM

DEEPSEEK = "https://api.deepseek.com"
OPENAI = "https://api.openai.com/v1"
BOX = "http://box/v1"
MINE = '[profiles.deepseek]\napi_key = "mine"\n'


@pytest.mark.parametrize(
    ("layers", "url", "model", "key"),
    [
        ({"DEEPSEEK_API_KEY": "d"}, DEEPSEEK, "deepseek-flash", "d"),
        ({"OPENAI_API_KEY": "o"}, OPENAI, "gpt-6-luna", "o"),
        ({"OPENAI_API_KEY": "o", "DEEPSEEK_API_KEY": "d"}, DEEPSEEK, "deepseek-flash", "d"),
        ({"OPENAI_API_KEY": "o", "OPENAI_BASE_URL": BOX}, BOX, "gpt-6-luna", "o"),
        ({"DEEPSEEK_API_KEY": "d", "SONGSMITH_MODEL": "m"}, DEEPSEEK, "m", "d"),
        ({"SONGSMITH_BASE_URL": BOX, "SONGSMITH_MODEL": "m", "SONGSMITH_API_KEY": "s"}, BOX, "m", "s"),
        ({"SONGSMITH_API_KEY": "s"}, DEEPSEEK, "deepseek-flash", "s"),
        ({"DEEPSEEK_API_KEY": "d", "flags": {"profile": "ollama"}}, "http://127.0.0.1:11434/v1", "", None),
        ({"SONGSMITH_PROFILE": "lmstudio"}, "http://127.0.0.1:1234/v1", "", None),
        ({"SONGSMITH_PROFILE": "llamacpp"}, "http://127.0.0.1:8080/v1", "", None),
        ({"SONGSMITH_PROFILE": "vllm"}, "http://127.0.0.1:8000/v1", "", None),
        ({"mine": MINE + 'model = "r"'}, DEEPSEEK, "r", "mine"),
        ({"mine": MINE, "DEEPSEEK_API_KEY": "d"}, DEEPSEEK, "deepseek-flash", "d"),
        ({"mine": 'profile = "box"\n[profiles.box]\nbase_url = "http://box/v1"'}, BOX, "", None),
        ({"mine": 'model = "r"', "flags": {"profile": "openai"}, "OPENAI_API_KEY": "o"}, OPENAI, "gpt-6-luna", "o"),
    ],
    ids=str,
)  # fmt: skip
def test_the_llm_is_chosen_by_the_strongest_word(home, layers, url, model, key):
    chosen = endpoint(home.load(**layers))
    assert chosen is not None
    assert (chosen.base_url, chosen.model) == (url, model)
    assert (chosen.api_key.get_secret_value() if chosen.api_key else None) == key
    assert chosen.origin


def test_a_providers_key_goes_to_no_other_host(home):
    chosen = endpoint(home.load(DEEPSEEK_API_KEY=KEY, SONGSMITH_BASE_URL="http://box/v1"))
    assert chosen is not None
    assert chosen.api_key is None


def test_a_profile_without_an_address_says_what_to_set(home):
    with pytest.raises(SettingsError, match=r"config set profiles\.box\.base_url"):
        endpoint(home.load(mine='profile = "box"\n[profiles.box]\nmodel = "m"'))


def test_an_address_is_shown_without_what_is_secret_in_it(home):
    chosen = endpoint(home.load(SONGSMITH_BASE_URL="http://me:secret@box:81/v1?token=secret"))
    assert chosen is not None
    assert chosen.name == "the model at http://box:81/v1"


@pytest.mark.parametrize("key", [f"{KEY} x", f"{KEY}\nX-Evil: 1", "schlüssel-0123456789"])
def test_a_key_that_fits_no_header_is_refused_without_showing_it(home, key):
    with pytest.raises(SettingsError) as caught:
        home.load(SONGSMITH_API_KEY=key)
    assert "api_key: a key has no spaces" in str(caught.value)
    assert KEY not in str(caught.value)
    assert "schl" not in str(caught.value)


def test_a_key_is_in_no_representation(home):
    settings = home.load(SONGSMITH_API_KEY=KEY, DEEPSEEK_API_KEY=KEY)
    shown = [repr(settings), str(settings), settings.model_dump_json(), repr(endpoint(settings))]
    assert not [text for text in shown if KEY in text]
    assert KEY not in repr(settings.origins)


def test_loading_settings_again_and_again_keeps_nothing(home):
    home.load(SONGSMITH_TAKES="2")
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(50):
        home.load(SONGSMITH_TAKES="2")
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 300_000


@pytest.mark.parametrize(
    "key",
    sorted(
        set(Settings.model_fields)
        - {"style", "voice", "language", "length_s", "takes", "seed", "format", "writer"}
        - {"engine", "engines", "repair_rounds", "mend_rounds", "until_sung", "max_rounds"}
        - {"artist", "album"}
    ),
)
def test_a_song_sets_how_it_sounds_and_nothing_else(home, key):
    value = "{ box = { model = 'x' } }" if key == "profiles" else '"vllm"'
    with pytest.raises(SettingsError, match=f"{key} can't be set in a song's folder"):
        home.load(song=f"{key} = {value}")


@pytest.mark.parametrize(
    "text",
    [
        'voice = "/home/me/voice.onnx"',
        'voice = "voice.onnx#low"',
        'engines.sketch.voice = "../voice"',
        'engines.sketch.voice = "~me"',
        'engines.sketch.voice = "C:\\\\voice"',
        'engines.diffrhythm.style_audio = "diary.flac"',
        'engines.diffrhythm.device = "http://example.com"',
    ],
)
def test_a_song_names_no_file_of_this_machine(home, text):
    with pytest.raises(SettingsError, match="names a file, which a song's folder can't"):
        home.load(song=text)
    assert home.load(mine=text)


def test_a_song_may_choose_voice_style_and_metre(home):
    settings = home.load(
        song='voice = "en_US-joe-medium#low"\nstyle = "AC/DC, loud."\nengines.sketch.time = "3/4"'
    )
    assert settings.engines["sketch"]["time"] == "3/4"


def test_the_settings_of_a_song_are_not_a_link_to_elsewhere(home, tmp_path):
    (tmp_path / "secret").write_text("takes = 5", encoding="utf-8")
    (home.song / "songsmith.toml").symlink_to(tmp_path / "secret")
    with pytest.raises(SettingsError, match="is a link"):
        load_settings(home.song, environ={"SONGSMITH_CONFIG": str(home.file)})


@pytest.mark.parametrize("layers", [{"mine": "mend_rounds = 7"}, {"SONGSMITH_MEND_ROUNDS": "7"}])
def test_a_setting_is_read_under_its_old_name_too(home, layers):
    assert home.load(**layers).repair_rounds == 7
    assert home.load(**layers, flags={"repair_rounds": 2}).repair_rounds == 2
