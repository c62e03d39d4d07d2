"""The person's settings: whether they can be read, and whether others could read the keys in them."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from songsmith.agent.doctor.finding import Finding, Fix, Machine, fail, ok
from songsmith.agent.files import file_error
from songsmith.agent.settings.settings import SettingsError, load_settings, user_config_file

__all__ = ["check_settings"]

_OTHERS = 0o077


def check_settings(machine: Machine) -> Iterator[Finding]:
    path = user_config_file(machine.environ)
    try:
        load_settings(None, {}, environ=machine.environ)
    except SettingsError as error:
        place = f"{error.where}: " if error.where else ""
        yield fail("settings", f"{place}{error.what}", error.hint or f"correct it in {path}")
        return
    if not path.is_file():
        yield ok("settings", f"all as they come; your own would be in {path}")
    elif (
        os.name == "posix"
        and path.stat().st_mode & _OTHERS
        and "api_key" in path.read_text(encoding="utf-8-sig")
    ):
        mend = f"chmod 600 {path}"
        yield fail(
            "settings", f"{path} holds a key, and others can read it", mend, _keep_to_owner(path)
        )
    else:
        yield ok("settings", str(path))


def _keep_to_owner(path: Path) -> Fix:
    def keep() -> Finding:
        try:
            path.chmod(stat.S_IRUSR | stat.S_IWUSR)
        except OSError as error:
            raise file_error(path, "changed", error) from error
        return ok("settings", f"{path}, which nobody but you can read")

    return Fix(f"let nobody but you read {path}", keep)
