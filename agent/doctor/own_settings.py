"""Settings of the person's own file that a finding asks to be changed: their names, and the change as a repair."""

from songsmith.agent.doctor.finding import Finding, Fix, ok
from songsmith.agent.llm.profiles import Endpoint
from songsmith.agent.settings.config_file import set_value
from songsmith.agent.settings.settings import user_config_file

__all__ = ["put_setting", "setting_of"]


def setting_of(chosen: Endpoint, field: str) -> str:
    """The setting of a field of the endpoint: with its profile, or by itself for an address without one."""
    return field if chosen.profile == "custom" else f"profiles.{chosen.profile}.{field}"


def put_setting(key: str, value: str) -> tuple[str, Fix]:
    """The command that gives `key` a value, and the repair that does."""
    path = user_config_file()

    def put() -> Finding:
        set_value(path, key, value)
        return ok(key, f"{value}, set in {path}")

    return f"songsmith config set {key} {value}", Fix(f"set {key} to {value} in {path}", put)
