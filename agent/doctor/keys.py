"""The last door before a report: whatever a check put into its findings, no key leaves with them."""

from collections.abc import Iterator
from dataclasses import replace

from songsmith.agent.doctor.finding import Finding, Machine
from songsmith.agent.llm.profiles import Profile
from songsmith.agent.llm.secrets import without_key

__all__ = ["without_keys"]

_SECRET_NAMES = ("_API_KEY", "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")
_SHORTEST = 8
"""Shorter than this, a variable of that name is a placeholder such as "none", which other words hold too."""


def without_keys(finding: Finding, machine: Machine) -> Finding:
    """`finding` with an ellipsis in place of every key of this machine, in whatever form."""
    found, mend = finding.found, finding.mend
    for key in _keys(machine):
        found, mend = without_key(found, key), without_key(mend, key)
    return replace(finding, found=found, mend=mend)


def _keys(machine: Machine) -> Iterator[str]:
    profiles: tuple[Profile, ...] = ()
    if machine.settings:
        profiles = (machine.settings, *machine.settings.profiles.values())
    keys = [profile.api_key.get_secret_value() for profile in profiles if profile.api_key]
    keys += [value for name, value in machine.environ.items() if name.endswith(_SECRET_NAMES)]
    return (key for key in keys if len(key) >= _SHORTEST)
