"""Proxies of the environment in the form that the HTTP client reads."""

import os
from collections.abc import MutableMapping

__all__ = ["read_socks_proxies"]

_VARIABLES = ("ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY")


def read_socks_proxies(environ: MutableMapping[str, str] | None = None) -> None:
    """Make `socks://host:port`, as GNOME writes it, `socks5://host:port` in the variables of proxies."""
    environ = os.environ if environ is None else environ
    for variable in (name for upper in _VARIABLES for name in (upper, upper.lower())):
        value = environ.get(variable, "")
        if value.casefold().startswith("socks://"):
            environ[variable] = f"socks5://{value[len('socks://') :]}"
