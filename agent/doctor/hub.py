"""The hub that weights come from: whether it, or the mirror in its place, can be reached."""

from collections.abc import Iterator

from songsmith.agent.doctor.finding import Finding, Machine, fail, ok, warn
from songsmith.engine.weights.hub import WeightsError, endpoint, is_offline
from songsmith.proxies import read_socks_proxies

__all__ = ["check_hub"]

_TIMEOUT_S = 8.0
_MIRROR = "https://hf-mirror.com"


def check_hub(machine: Machine) -> Iterator[Finding]:
    """Any answer counts: what is there is asked when something is fetched."""
    try:
        address = endpoint()
    except WeightsError as error:
        yield fail("hub", error.what, error.hint)
        return
    named = " (HF_ENDPOINT)" if machine.environ.get("HF_ENDPOINT") else ""
    if is_offline():
        yield warn(
            "hub", "HF_HUB_OFFLINE forbids fetching weights and voices", "unset HF_HUB_OFFLINE"
        )
    elif not machine.may_ask_network:
        yield ok("hub", f"{address}{named}, not asked")
    elif fault := _fault(address):
        mend = f"check the network and any proxy; a mirror: export HF_ENDPOINT={_MIRROR}"
        if named:
            mend = "check HF_ENDPOINT, the network and any proxy"
        yield warn(
            "hub", f"{address}{named} can't be reached ({fault}); only `models pull` needs it", mend
        )
    else:
        yield ok("hub", f"{address}{named} answers")


def _fault(address: str) -> str:
    """Why there is no answer, "" if there is one."""
    import httpx2

    read_socks_proxies()
    try:
        with httpx2.stream("GET", address, timeout=_TIMEOUT_S) as response:
            status = response.status_code
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError, ImportError) as error:
        return (str(error).splitlines() or [type(error).__name__])[0][:160]
    return f"status {status}" if status >= 500 else ""
