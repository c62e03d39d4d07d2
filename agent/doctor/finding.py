"""What a check finds: a line of the report, and the repair that doctor can make itself, where there is a safe one."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from songsmith.agent.settings.settings import Settings
from songsmith.engine.weights.store import Store

__all__ = [
    "STATES",
    "Check",
    "Diagnosis",
    "Finding",
    "Fix",
    "Machine",
    "State",
    "fail",
    "ok",
    "warn",
]

State = Literal["ok", "warn", "fail"]
STATES: tuple[State, ...] = ("ok", "warn", "fail")
"""All is well; something is missing that would make songs better or quicker; something is broken."""


@dataclass(frozen=True)
class Fix:
    """A repair that loses nothing. `what` is what a person agrees to; `do` makes it and says how the thing stands
    then, or raises `SongsmithError`."""

    what: str
    do: "Callable[[], Finding]"


@dataclass(frozen=True)
class Finding:
    """One thing, how it stands, what was found, and the command or step that mends it, "" where nothing is to be
    done. `area` is the heading that it stands under."""

    name: str
    state: State
    found: str
    mend: str = ""
    fix: Fix | None = None
    area: str = ""


def ok(name: str, found: str) -> Finding:
    return Finding(name, "ok", found)


def warn(name: str, found: str, mend: str = "", fix: Fix | None = None) -> Finding:
    return Finding(name, "warn", found, mend, fix)


def fail(name: str, found: str, mend: str = "", fix: Fix | None = None) -> Finding:
    return Finding(name, "fail", found, mend, fix)


@dataclass(frozen=True)
class Machine:
    """What the checks look at: the settings (None where they can't be read), the environment and the models folder.

    Without `may_ask_network` nothing leaves this machine; with `hashes_weights` every file of weights is read whole.
    """

    settings: Settings | None
    environ: Mapping[str, str]
    store: Store
    may_ask_network: bool = True
    hashes_weights: bool = False


@dataclass(frozen=True)
class Diagnosis:
    """All findings, in the order in which they were made."""

    findings: tuple[Finding, ...]

    def count(self, state: State) -> int:
        return sum(finding.state == state for finding in self.findings)

    @property
    def is_well(self) -> bool:
        """Whether nothing is broken; what is only missing does not count."""
        return self.count("fail") == 0


Check = Callable[[Machine], Iterable[Finding]]
"""Looks at one thing and says how it stands."""
