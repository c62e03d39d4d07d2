"""Settings and where each value came from: flags > environment > the song's file > the user's file > defaults.

Every layer is checked by itself, so that an error names the file or the variable that holds the mistake. A
song folder may come from a stranger: its `songsmith.toml` holds what `_IN_SONGS` lists and names no file.
"""

import difflib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import tomlkit
from platformdirs import user_config_path
from pydantic import BaseModel, BeforeValidator, Field, PrivateAttr, ValidationError
from tomlkit.exceptions import TOMLKitError

from songsmith.agent.llm.profiles import KEY_VARIABLES, PROFILES, Endpoint, Profile
from songsmith.agent.phrases import plain_refusal
from songsmith.atomic import read_regular
from songsmith.errors import SongsmithError

__all__ = [
    "SONG_FILE",
    "Settings",
    "SettingsError",
    "endpoint",
    "load_settings",
    "names_file",
    "read_document",
    "user_config_file",
    "validated",
]

SONG_FILE = "songsmith.toml"
_PREFIX = "SONGSMITH_"
_MOST_BYTES = 1_000_000
_CONFIG_VARIABLE = "SONGSMITH_CONFIG"
_OTHER_VARIABLES = {_CONFIG_VARIABLE, "SONGSMITH_MODELS", "SONGSMITH_GITHUB_RAW"}
"""Variables that are no settings: this module's, and the engines' own."""
_IN_SONGS = (
    "style",
    "voice",
    "language",
    "length_s",
    "takes",
    "seed",
    "format",
    "artist",
    "album",
    "writer",
    "engine",
    "engines",
    "repair_rounds",
    "mend_rounds",
    "until_sung",
    "max_rounds",
)
"""What a song's own file may set: how it sounds. Where keys and words are sent, what is read from this machine
and what may be spent are the person's to say."""
_OLD_NAMES = {"mend_rounds": "repair_rounds"}
_PATH = re.compile(r"[~.]|.*[/\\]|.*\.[A-Za-z]\w{1,11}(#|$)", re.DOTALL)
_METRE = re.compile(r"\d+/\d+")


class SettingsError(SongsmithError):
    """A setting that can't be used."""


def _seconds(value: object) -> object:
    """Seconds from "auto" (None), "1:35", "95 s" or a number."""
    if not isinstance(value, str):
        return value
    text = value.strip().lower()
    if text in ("", "auto"):
        return None
    match = re.fullmatch(r"(?:(\d{1,4}):)?(\d{1,6}(?:\.\d{1,9})?)\s*s?", text)
    if match is None:
        raise ValueError("not a length; write 95, 1:35 or auto")
    return int(match[1] or 0) * 60 + float(match[2])


class Settings(Profile):
    """All settings; those of `Profile` here apply to whichever profile is chosen, with or above them."""

    profile: str | None = Field(default=None, description="name of an LLM profile")
    profiles: dict[str, Profile] = Field(default={}, description="LLM profiles, by name")
    writer: Literal["auto", "llm", "offline"] = Field(
        default="auto", description="who writes lyrics"
    )
    engine: str = Field(
        default="auto", description="who sings: auto, or one that `songsmith engines` lists"
    )
    engines: dict[str, dict[str, str | int | float | bool]] = Field(
        default={}, description="options of an engine, by its name"
    )
    language: Literal["auto", "en", "zh"] = Field(
        default="auto", description="language of the lyrics"
    )
    length_s: Annotated[float | None, BeforeValidator(_seconds)] = Field(
        default=None, gt=0, le=3_600, description="length of a song: seconds, m:ss or auto"
    )
    style: str = Field(default="", description="style when none is given")
    voice: str = Field(default="", description="voice of the sketch engine")
    out: Path = Field(default=Path("songs"), description="folder in which songs are made")
    format: Literal["flac", "wav", "mp3", "ogg"] = Field(
        default="flac", description="sound file format"
    )
    artist: str = Field(default="songsmith", description="artist in the tags of exported files")
    album: str = Field(default="", description="album in the tags of exported files")
    takes: int = Field(default=1, ge=1, le=64, description="takes per render")
    seed: int | None = Field(default=None, ge=0, description="seed of the first take")
    repair_rounds: int = Field(
        default=3, ge=0, le=10, description="times the LLM may repair its lyrics"
    )
    tool_rounds: int = Field(
        default=12, ge=1, le=100, description="rounds of tools in one chat turn"
    )
    renders_per_turn: int = Field(
        default=2, ge=0, le=64, description="takes a chat turn may sing unasked"
    )
    until_sung: float | None = Field(
        default=None, gt=0, le=1, description="word recall below which lines are sung again"
    )
    max_rounds: int = Field(default=3, ge=1, le=20, description="rounds of singing again")
    listen_model: str = Field(default="", description="name or path of the transcription model")

    _origins: dict[str, str] = PrivateAttr(default_factory=dict)
    _ranks: dict[str, int] = PrivateAttr(default_factory=dict)

    def origin(self, key: str) -> str:
        """Where the value of `key` ("model", "profiles.deepseek.api_key") came from."""
        return self._origins.get(key, "default")

    def rank(self, key: str) -> int:
        """How strong the layer is that said `key`; 0 for a default."""
        return self._ranks.get(key, 0)

    @property
    def origins(self) -> Mapping[str, str]:
        """Origins of all values that some layer said, by dotted key."""
        return dict(self._origins)


@dataclass(frozen=True)
class _Layer:
    """Values of one source; `name` names it in errors, see `_named`."""

    name: str
    values: Mapping[str, Any]


def user_config_file(environ: Mapping[str, str] | None = None) -> Path:
    """The user's settings file; SONGSMITH_CONFIG names another one."""
    named = (os.environ if environ is None else environ).get(_CONFIG_VARIABLE)
    return Path(named) if named else user_config_path("songsmith", appauthor=False) / "config.toml"


def load_settings(
    song_dir: Path | None = None,
    overrides: Mapping[str, object] | None = None,
    *,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """The settings that hold for `song_dir`. `overrides` are the flags; None values are not said.

    Raises `SettingsError` for a value, a key or a file that can't be used.
    """
    environ = os.environ if environ is None else environ
    user_file = user_config_file(environ)
    flags = {key: value for key, value in (overrides or {}).items() if value is not None}
    layers = [
        _Layer(str(user_file), read_document(user_file).unwrap()),
        _Layer("environment", _provider_values(environ)),
        *([_song_layer(song_dir)] if song_dir else []),
        _Layer("environment SONGSMITH_{KEY}", _environment_values(environ)),
        _Layer("{key} as given", flags),
    ]
    return _merge(layers)


def validated(values: Mapping[str, Any], where: str) -> Settings:
    """`values` of one source, checked; the error names `where` and the key."""
    try:
        return Settings.model_validate(_renamed(values))
    except ValidationError as error:
        raise _setting_error(error, where) from error


def _renamed(values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` with the settings that had another name once under the names they have now."""
    old = {_OLD_NAMES[key]: value for key, value in values.items() if key in _OLD_NAMES}
    return {**old, **{key: value for key, value in values.items() if key not in _OLD_NAMES}}


def endpoint(settings: Settings) -> Endpoint | None:
    """The LLM these settings choose, None if they choose none."""
    name, reason = _chosen_profile(settings)
    if not name:
        return None
    said = _profile(settings, name).model_dump(exclude_none=True)
    chosen_rank = settings.rank("profile")
    for key in Profile.model_fields:
        value = getattr(settings, key)
        said_rank = settings.rank(f"profiles.{name}.{key}")
        if value is not None and settings.rank(key) >= max(chosen_rank, said_rank):
            said[key] = value
    if "base_url" not in said:
        raise SettingsError(
            f"profile {name!r} has no base_url",
            hint=f"`songsmith config set profiles.{name}.base_url http://…/v1`",
        )
    is_said = bool(settings.rank("model") or settings.rank(f"profiles.{name}.model"))
    usual = {"model": "", "is_model_said": is_said or "model" not in said}
    return Endpoint(**{**usual, **said, "profile": name, "origin": reason})


def _chosen_profile(settings: Settings) -> tuple[str, str]:
    """Name of the profile to use and the setting that chose it; ("", "") if none does."""
    if settings.profile:
        return settings.profile, settings.origin("profile")
    if settings.base_url:
        hosted = [n for n in KEY_VARIABLES if PROFILES[n].base_url == settings.base_url]
        return (hosted or ["custom"])[0], settings.origin("base_url")
    for name in dict.fromkeys([*KEY_VARIABLES, *settings.profiles]):
        if name in settings.profiles and settings.profiles[name].api_key:
            return name, settings.origin(f"profiles.{name}.api_key")
    if settings.api_key:
        return "deepseek", settings.origin("api_key")
    return "", ""


def _profile(settings: Settings, name: str) -> Profile:
    """Profile `name`: what the person said of it over what is built in."""
    if name not in PROFILES and name not in settings.profiles and name != "custom":
        known = ", ".join(dict.fromkeys([*PROFILES, *settings.profiles]))
        raise SettingsError(
            f"there is no LLM profile {name!r}",
            where=settings.origin("profile"),
            hint=f"the profiles are {known}",
        )
    built_in = PROFILES.get(name, Profile()).model_dump(exclude_none=True)
    said = settings.profiles.get(name, Profile()).model_dump(exclude_none=True)
    return Profile.model_validate(built_in | said)


def read_document(path: Path) -> tomlkit.TOMLDocument:
    """A TOML file with its comments and order, an empty one if there is none."""
    try:
        return tomlkit.parse(read_regular(path, _MOST_BYTES).decode("utf-8-sig"))
    except FileNotFoundError:
        return tomlkit.document()
    except UnicodeDecodeError as error:
        raise SettingsError("not UTF-8 text", where=str(path), hint="save it as UTF-8") from error
    except (TOMLKitError, ValueError, RecursionError) as error:
        raise SettingsError(
            f"not TOML: {str(error)[:200]}", where=str(path), hint="correct that line"
        ) from error
    except OSError as error:
        raise SettingsError(f"can't be read ({error.strerror})", where=str(path)) from error


def _song_layer(song_dir: Path) -> _Layer:
    path = song_dir / SONG_FILE
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise SettingsError(
            "is a link or no file, and is not followed", where=str(path), hint="put a file there"
        )
    values = read_document(path).unwrap()
    for key in values:
        if key in Settings.model_fields and key not in _IN_SONGS:
            raise SettingsError(
                f"{key} can't be set in a song's folder, which may come from somebody else",
                where=str(path),
                hint=f"remove it there and run `songsmith config set {key}`",
            )
    layer = _Layer(str(path), values)
    _refuse_paths(layer)
    return layer


def names_file(value: object) -> bool:
    """Whether a voice or an engine's option looks like the path of a file; "3/4" is a metre."""
    if not isinstance(value, str) or _METRE.fullmatch(value):
        return False
    return _PATH.match(value) is not None


def _refuse_paths(layer: _Layer) -> None:
    """A voice or an option of an engine that is a file would be read from the person's disk."""
    for path, value in _leaves(layer.values, validated(layer.values, layer.name)):
        is_free = path[0] not in ("voice", "engines")
        if not is_free and names_file(value):
            raise SettingsError(
                f"{'.'.join(path)} names a file, which a song's folder can't",
                where=layer.name,
                hint="remove it there, and give it as a flag or in your own settings",
            )


def _environment_values(environ: Mapping[str, str]) -> dict[str, str]:
    """Settings named by SONGSMITH_ variables; empty ones are not said."""
    return {
        name[len(_PREFIX) :].lower(): value
        for name, value in environ.items()
        if name.startswith(_PREFIX) and name not in _OTHER_VARIABLES and value
    }


def _provider_values(environ: Mapping[str, str]) -> dict[str, Any]:
    """Keys under the providers' own variables, as settings of their profiles."""
    profiles: dict[str, dict[str, str]] = {
        name: {"api_key": environ[variable]}
        for name, variable in KEY_VARIABLES.items()
        if environ.get(variable, "").strip()
    }
    if "openai" in profiles and environ.get("OPENAI_BASE_URL"):
        profiles["openai"]["base_url"] = environ["OPENAI_BASE_URL"]
    return {"profiles": profiles} if profiles else {}


def _merge(layers: list[_Layer]) -> Settings:
    """One `Settings` of all layers, later ones over earlier; tables merge key by key."""
    merged: dict[str, Any] = {}
    origins: dict[str, str] = {}
    ranks: dict[str, int] = {}
    for rank, layer in enumerate(layers, start=1):
        checked = validated(layer.values, layer.name)
        for path, value in _leaves(_renamed(layer.values), checked):
            _put(merged, path, value)
            key = ".".join(path)
            origins[key] = _origin(layer, key)
            ranks[key] = rank
    settings = Settings.model_validate(merged)
    settings._origins.update(origins)
    settings._ranks.update(ranks)
    return settings


def _leaves(said: Mapping[str, Any], checked: Settings) -> list[tuple[tuple[str, ...], Any]]:
    """Dotted paths of all values that were said, with the values as checked."""
    leaves: list[tuple[tuple[str, ...], Any]] = []
    for key in said:
        if key == "profiles":
            for name, profile in checked.profiles.items():
                leaves += [
                    (("profiles", name, field), getattr(profile, field))
                    for field in profile.model_fields_set
                ]
        elif key == "engines":
            for name, options in checked.engines.items():
                leaves += [(("engines", name, option), v) for option, v in options.items()]
        else:
            leaves.append(((key,), getattr(checked, key)))
    return leaves


def _put(tree: dict[str, Any], path: tuple[str, ...], value: object) -> None:
    for name in path[:-1]:
        tree = tree.setdefault(name, {})
    tree[path[-1]] = value


def _origin(layer: _Layer, key: str) -> str:
    """Name of the place where `layer` said `key`."""
    if layer.name == "environment":
        _, name, field = key.split(".")
        return f"environment {KEY_VARIABLES[name] if field == 'api_key' else 'OPENAI_BASE_URL'}"
    return _named(layer.name, key)


def _named(place: str, key: str) -> str:
    """`place` with the setting's name as variables ({KEY}) and people ({key}) spell it."""
    return place.replace("{KEY}", key.upper()).replace("{key}", key.replace("_", "-"))


def _setting_error(error: ValidationError, where: str) -> SettingsError:
    """The first mistake of a source as one line; the value itself is left out, it may be a key."""
    first = error.errors(include_input=False, include_url=False)[0]
    path = [str(part) for part in first["loc"]]
    key = ".".join(path)
    place = _named(where, path[0])
    if first["type"] == "extra_forbidden":
        known = _known_keys(path)
        near = difflib.get_close_matches(path[-1], known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"the settings are {', '.join(known)}"
        return SettingsError(f"there is no setting {key}", where=place, hint=hint)
    message = plain_refusal(str(first["msg"]))
    return SettingsError(f"{key}: {message[:1].lower()}{message[1:]}", where=place)


def _known_keys(path: list[str]) -> list[str]:
    model: type[BaseModel] = Profile if len(path) > 1 else Settings
    return sorted(model.model_fields)
