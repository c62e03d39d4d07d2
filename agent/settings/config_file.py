"""Changing the user's settings file: one value at a time, comments kept, checked first, readable by its owner only.

Several processes may change it at once: each reads the file as it is under a lock. A link stays a link.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tomlkit
from pydantic import SecretStr
from tomlkit.exceptions import TOMLKitError

from songsmith.agent.files import make_folder, write_whole
from songsmith.agent.llm.profiles import PROFILES, Profile
from songsmith.agent.locks import alone
from songsmith.agent.settings.settings import (
    Settings,
    SettingsError,
    endpoint,
    read_document,
    validated,
)

__all__ = ["key_place", "set_value", "unset_value"]


def key_place(settings: Settings) -> str:
    """Where a key asked for without a profile's name belongs: with the chosen profile, or DeepSeek's."""
    chosen = endpoint(settings)
    name = chosen.profile if chosen else "deepseek"
    is_named = name in PROFILES or name in settings.profiles
    return f"profiles.{name}.api_key" if is_named else "api_key"


def set_value(path: Path, key: str, value: str) -> None:
    """Put setting `key` ("model", "profiles.box.base_url") into the file.

    Raises `SettingsError`, or `FileError` where it can't be written.
    """
    parts = _parts(key)
    with _locked(path):
        document = read_document(path)
        table: Any = document
        for part in parts[:-1]:
            table = table.setdefault(part, tomlkit.table())
        table[parts[-1]] = _as_toml(parts, value)
        validated(document.unwrap(), str(path))
        _write(path, tomlkit.dumps(document).rstrip() + "\n")


def unset_value(path: Path, key: str) -> bool:
    """Take setting `key`, or a whole table, out of the file; False if it was not there."""
    parts = _parts(key)
    with _locked(path):
        document = read_document(path)
        table: Any = document
        for part in parts[:-1]:
            table = table.get(part, {})
        if not hasattr(table, "keys") or parts[-1] not in table:
            if parts[0] not in Settings.model_fields:
                raise _unknown(key)
            return False
        del table[parts[-1]]
        _write(path, tomlkit.dumps(document).rstrip() + "\n")
        return True


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """While this process alone changes the file, wherever a link at `path` leads."""
    path = path.resolve()
    make_folder(path.parent)
    busy = SettingsError(
        "another songsmith is changing the settings", where=str(path), hint="try again"
    )
    with alone(path.with_name(f".{path.name}.lock"), path, patience_s=10, busy=busy):
        yield


def _parts(key: str) -> list[str]:
    parts = key.strip().split(".")
    depth = {"profiles": 3, "engines": 3}.get(parts[0], 1)
    if not all(parts) or len(parts) > depth:
        raise _unknown(key)
    return parts


def _unknown(key: str) -> SettingsError:
    return SettingsError(
        f"there is no setting {key!r}", hint="`songsmith config show` lists all of them"
    )


def _as_toml(parts: list[str], text: str) -> object:
    """The value as TOML holds it: what the setting makes of the text; options of engines as they look."""
    if parts[0] == "engines":
        try:
            value = tomlkit.value(text).unwrap()
        except (TOMLKitError, ValueError):
            return text
        return value if isinstance(value, str | int | float | bool) else text
    value = _checked(parts, text)
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return value if isinstance(value, int | float | bool) else text


def _checked(parts: list[str], text: str) -> object:
    if parts[0] == "profiles" and len(parts) == 3:
        checked = validated({"profiles": {parts[1]: {parts[2]: text}}}, "")
        return getattr(checked.profiles.get(parts[1], Profile()), parts[2])
    return getattr(validated({parts[0]: text}, ""), parts[0])


def _write(path: Path, text: str) -> None:
    """Replace the file in one step; from its first moment nobody else can read it."""
    write_whole(path.resolve(), text, mode=0o600)
