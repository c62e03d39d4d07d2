"""What runs on the machines of a Ray cluster: an actor that makes songs one after another, its models loaded once."""

import io
import platform
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from songsmith import __version__
from songsmith.agent.batch.maker import Maker
from songsmith.agent.batch.order import Order, Outcome, Terms
from songsmith.agent.batch.row_files import moved_files
from songsmith.agent.settings.settings import load_settings
from songsmith.agent.studio.rendering import Engines
from songsmith.errors import SongsmithError

__all__ = ["PROBE", "Ready", "Singer", "packed", "unpacked"]

PROBE = "seen-by-all"
"""A file in the batch's working folder that tells a machine whether it sees it."""


@dataclass(frozen=True)
class Ready:
    """A machine that can begin: its name, whether it sees the batch's folder, and what keeps it from singing."""

    machine: str
    node: str
    sees_out: bool
    problem: str = ""


class Singer:
    """Makes songs in the batch's own folder where this machine sees it, else in one of its own that it sends back."""

    def __init__(self, terms: Terms) -> None:
        self._machine = platform.node()
        self._terms = terms
        self._maker = Maker(terms, self._machine)

    def ready(self, making: str, token: str, version: str, engines: tuple[str, ...]) -> Ready:
        """How this machine stands. `token` is what the probe holds that was written into the folder `making`."""
        import ray

        probe = Path(making) / PROBE
        return Ready(
            machine=self._machine,
            node=ray.get_runtime_context().get_node_id(),
            sees_out=probe.is_file() and probe.read_text("utf-8") == token,
            problem=self._problem(version, engines),
        )

    def _problem(self, version: str, engines: tuple[str, ...]) -> str:
        if version != __version__:
            return f"it has songsmith {__version__}, the batch {version}"
        settings = load_settings(None, {"engine": self._terms.engine or None})
        try:
            for name in engines:
                Engines().choose(name or settings.engine, "")
        except SongsmithError as error:
            return str(error)
        return ""

    def make(
        self, order: Order, files: Mapping[str, bytes], *, is_shared: bool
    ) -> tuple[Outcome, bytes]:
        """The outcome of `order`, and its song packed where it was made in a folder of this machine's own.

        `files` are those that the job names, by name; they are here while the song is made.
        """
        with tempfile.TemporaryDirectory(prefix="songsmith-") as name:
            own = Path(name)
            for file, data in files.items():
                (own / file).write_bytes(data)
            changes: dict[str, object] = {"job": moved_files(order.job, own)}
            if not is_shared:
                changes["folder"] = str(own / ".song")
            outcome = self._maker.make(order.model_copy(update=changes))
            song = outcome.song.folder
            return outcome, packed(Path(song)) if song and not is_shared else b""


def packed(folder: Path) -> bytes:
    """The files of a folder as one archive; sound does not get smaller, so nothing is compressed."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder))
    return data.getvalue()


def unpacked(data: bytes, folder: Path) -> None:
    """Put an archive's files below `folder`; none of them can get out of it."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(folder)
