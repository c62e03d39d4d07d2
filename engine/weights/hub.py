"""One published file at a time, from the hub or GitHub to disk: pinned, resumed, hashed.

huggingface_hub finds the file (endpoint, token, commit, size, hash) and moves the bytes. Its own
`hf_hub_download` throws a partial file away when the process ends, which hurts with gigabytes, so the
partial file here is ours: `NAME.part`, taken up again by the next pull.
"""

import errno
import hashlib
import logging
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from songsmith.engine.engine import EngineError
from songsmith.engine.published import WeightFile
from songsmith.engine.weights.file_kind import fault_of
from songsmith.proxies import read_socks_proxies

__all__ = ["OnBytes", "Remote", "WeightsError", "download", "is_offline", "locate", "sha256_of"]

OnBytes = Callable[[int, int], None]
"""Called with the bytes there and the bytes in all; what it raises ends the download, resumable."""

_DEFAULT_ENDPOINT = "https://huggingface.co"
_GITHUB = "https://raw.githubusercontent.com"
_BLOCK_BYTES = 1 << 22
_SPARE_BYTES = 1_000_000
_SHA256 = re.compile(r"[0-9a-f]{64}")
_GIT_SHA1 = re.compile(r"[0-9a-f]{40}")

logger = logging.getLogger(__name__)


class WeightsError(EngineError):
    """Weights that are missing, damaged, of the wrong kind, or can't be fetched."""


@dataclass(frozen=True)
class Remote:
    """Where a file is to be had now. `etag` is its sha256 or git blob hash, "" if nobody says."""

    url: str
    revision: str
    size_bytes: int | None
    etag: str
    headers: dict[str, str]


def endpoint() -> str:
    """The hub in use: HF_ENDPOINT, else huggingface.co."""
    chosen = os.environ.get("HF_ENDPOINT", "").rstrip("/") or _DEFAULT_ENDPOINT
    if urlsplit(chosen).scheme not in ("http", "https"):
        raise WeightsError(
            f"HF_ENDPOINT is {chosen!r}, which is not a web address",
            hint="give one such as https://hf-mirror.com, or unset it",
        )
    return chosen


def is_offline() -> bool:
    """Whether HF_HUB_OFFLINE forbids the network."""
    return os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "ON", "YES", "TRUE")


def locate(file: WeightFile, *, revision: str = "") -> Remote:
    """Ask where `file` is at `revision` (by default the table's). Raises `WeightsError` with the cause."""
    revision = revision or file.revision
    if is_offline():
        raise WeightsError(
            f"{file.path} of {file.repo} is not here and HF_HUB_OFFLINE forbids fetching it",
            hint="unset HF_HUB_OFFLINE to pull",
        )
    if file.host == "github":
        base = os.environ.get("SONGSMITH_GITHUB_RAW", "").rstrip("/") or _GITHUB
        url = f"{base}/{file.repo}/{revision}/{file.path}"
        return Remote(url=url, revision=revision, size_bytes=None, etag=file.sha256, headers={})

    from huggingface_hub import get_hf_file_metadata, get_token, hf_hub_url

    url = hf_hub_url(file.repo, file.path, revision=revision, endpoint=endpoint())
    is_private = urlsplit(url).scheme == "https"  # a token is never sent where others can read it
    with _causes(file, url):
        found = get_hf_file_metadata(url, endpoint=endpoint(), token=None if is_private else False)
    if found.commit_hash is None or found.etag is None:
        raise WeightsError(
            f"{endpoint()} answers, but not as a Hugging Face hub",
            hint="set HF_ENDPOINT to a hub or a mirror of it",
        )
    is_same_host = urlsplit(url)[:2] == urlsplit(found.location)[:2]
    token = get_token() if is_same_host and is_private else None  # none for a storage server
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return Remote(found.location, found.commit_hash, found.size, found.etag, headers)


def download(file: WeightFile, remote: Remote, target: Path, *, on_bytes: OnBytes) -> str:
    """Fetch `remote` to `target`, taking up a `.part` left by an earlier try; its sha256.

    The file appears under its name only when its size and hash are right.
    """
    part = target.with_name(f"{target.name}.part")
    marker = target.with_name(f"{target.name}.part-of")
    with _causes(file, remote.url):
        target.parent.mkdir(parents=True, exist_ok=True)
        for aside in (part, marker):
            if (
                aside.is_symlink()
            ):  # what is fetched goes into files of ours, not to where a link points
                aside.unlink()
        if not marker.exists() or marker.read_text("utf-8") != remote.etag:
            part.unlink(missing_ok=True)  # the rest of another file would not fit on it
            marker.write_text(remote.etag, encoding="utf-8")
        _check_room(remote, part)
        _transfer(file, remote, part, on_bytes)
    if fault := fault_of(part, suffix=target.suffix):
        part.unlink()
        raise WeightsError(
            f"{file.path} of {file.repo}: what arrived {fault}",
            hint="check HF_ENDPOINT and any proxy, then pull again",
        )
    digest = sha256_of(part)
    _check_hash(file, remote, part, digest)
    part.replace(target)
    marker.unlink(missing_ok=True)
    return digest


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def _transfer(file: WeightFile, remote: Remote, part: Path, on_bytes: OnBytes) -> None:
    """Bring `part` to its full size; what is there already is not fetched again."""
    from huggingface_hub.file_download import http_get

    part.touch()
    there = part.stat().st_size
    if remote.size_bytes is not None and there > remote.size_bytes:
        there = 0

    class Bar(_Meter):
        def __init__(self, **_: object) -> None:
            super().__init__(there, remote.size_bytes, on_bytes, file)

    with part.open("r+b") as out:
        out.truncate(there)
        out.seek(there)
        http_get(
            remote.url,
            out,
            resume_size=there,
            headers=remote.headers,
            expected_size=remote.size_bytes,
            tqdm_class=Bar,
        )


def _check_room(remote: Remote, part: Path) -> None:
    """Raise `OSError` before a download that can't fit."""
    there = part.stat().st_size if part.exists() else 0
    if (remote.size_bytes or 0) - there > shutil.disk_usage(part.parent).free:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class _Meter:
    """Where huggingface_hub would draw a bar: hands the bytes on, and ends a transfer that brings too many."""

    def __init__(self, there: int, total: int | None, on_bytes: OnBytes, file: WeightFile) -> None:
        self._there = there
        self._total = total
        self._on_bytes = on_bytes
        # A server that can't resume sends what is there once more.
        self._most = there + (total if total is not None else 2 * file.size_bytes + _SPARE_BYTES)
        self._name = f"{file.path} of {file.repo}"

    def __enter__(self) -> "_Meter":
        return self

    def __exit__(self, *_: object) -> None: ...

    def update(self, count: float | None = 1) -> None:
        self._there += int(count or 0)
        if self._there > self._most:
            raise WeightsError(
                f"{self._name}: more than the {self._most:,} bytes that were said arrive",
                hint="the mirror is at fault; set HF_ENDPOINT to another",
            )
        self._on_bytes(self._there, self._total or self._there)


def _check_hash(file: WeightFile, remote: Remote, part: Path, digest: str) -> None:
    """The hub's etag is the sha256 of large files and the git blob hash of small ones."""
    wanted = file.sha256 or remote.etag
    found = digest
    if _GIT_SHA1.fullmatch(wanted):
        data = part.read_bytes()
        found = hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
    elif not _SHA256.fullmatch(wanted):
        logger.warning("no hash is published for %s; its first hash is recorded", file.path)
        return
    if found != wanted:
        part.unlink()
        raise WeightsError(
            f"{file.path} of {file.repo} arrived damaged: its hash is {found[:12]}… instead of {wanted[:12]}…",
            hint="pull again; if it happens again, the mirror is at fault",
        )


@contextmanager
def _causes(file: WeightFile, url: str) -> Iterator[None]:
    """What huggingface_hub, its HTTP library and the disk raise, as one line that names the cause.

    The HTTP library behind huggingface_hub has changed its name between versions, so that its errors
    are told by the names of their classes.
    """
    read_socks_proxies()
    try:
        yield
    except EngineError:
        raise
    except Exception as error:
        what, hint = _cause(error, file, urlsplit(url).netloc)
        if not what:
            raise
        raise WeightsError(what, hint=hint) from error


def _cause(error: Exception, file: WeightFile, host: str) -> tuple[str, str]:
    """What went wrong and the way out; two empty strings for what is a bug of ours."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    names = {cls.__name__ for cls in type(error).__mro__}
    if status is not None:
        return _status_cause(int(status), file, host)
    if "OfflineModeIsEnabled" in names:
        return "HF_HUB_OFFLINE forbids fetching weights", "unset HF_HUB_OFFLINE to pull"
    if "TooManyRedirects" in names:
        return f"{host} sends on in a circle", "check HF_ENDPOINT; the mirror is at fault"
    if "TimeoutException" in names:
        return f"{host} does not answer in time", "pull again; it goes on where it stopped"
    if "CERTIFICATE" in str(error).upper():
        return f"the certificate of {host} is not trusted here", "check the clock and any proxy"
    if names & {"ConnectError", "ProxyError"}:
        return (
            f"no connection to {host}",
            "check the network, HF_ENDPOINT and proxies, then pull again",
        )
    if isinstance(error, ValueError | ImportError) and re.search("proxy|socks", str(error), re.I):
        return (
            "the proxy of the environment can't be used",
            "correct or unset ALL_PROXY, HTTPS_PROXY",
        )
    if "TransportError" in names:
        return f"the transfer from {host} broke off", "pull again; it goes on where it stopped"
    if isinstance(error, OSError) and error.errno is not None:
        reason = os.strerror(error.errno)
        return f"{file.name} can't be written ({reason})", "check the models folder and its disk"
    if isinstance(error, OSError):
        return f"the transfer from {host} broke off", "pull again; it goes on where it stopped"
    return "", ""


def _status_cause(status: int, file: WeightFile, host: str) -> tuple[str, str]:
    if status == 401:
        return (
            f"{host} says {file.repo} does not exist, or only for accounts it knows (401)",
            "check HF_TOKEN and HF_ENDPOINT",
        )
    if status == 403:
        return f"{host} refuses {file.repo} (403)", "accept its terms on its page, check HF_TOKEN"
    if status == 404:
        return (
            f"{host} has no {file.path} in {file.repo} at that revision (404)",
            "check HF_ENDPOINT; a mirror may lack it",
        )
    if status == 429:
        return f"{host} asks to wait (429)", "pull again in a few minutes"
    return f"{host} failed with status {status}", "pull again later, or set HF_ENDPOINT to a mirror"
