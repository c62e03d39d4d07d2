"""A tiny DiffRhythm family, random weights laid out as the published ones, and a hub to fetch it from."""

import contextlib
import ctypes
import hashlib
import json
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from songsmith.agent.batch.shares import share_of

# Tests side by side share the machine as the workers of a batch do.
os.environ.update(share_of(0, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")), ()))
# What a shell starts in the background ignores Ctrl-C, and so would all that the tests start and interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Sounds are large and many: memory that is given back to the system is asked of it again for the next one, page by
# page, which takes up to a tenth of the time of these tests.
if sys.platform == "linux":
    with contextlib.suppress(AttributeError):  # a C library without it
        for parameter in (-1, -3):  # M_TRIM_THRESHOLD, M_MMAP_THRESHOLD
            ctypes.CDLL(None).mallopt(parameter, 1 << 29)

# A busy machine is no fault of the code.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

DATA = Path(__file__).parent / "engine" / "data"
GOLDEN = DATA / "golden"
COMMIT = "a" * 40


@dataclass
class Hub:
    """What the server has and how it misbehaves; `requests` are (method, path, range)."""

    files: dict[str, bytes] = field(default_factory=dict)
    status: int = 200
    etags: dict[str, str] = field(default_factory=dict)
    cut_after: list[int] = field(default_factory=list)
    honours_ranges: bool = True
    is_hub: bool = True
    requests: list[tuple[str, str, str]] = field(default_factory=list)
    on_request: Callable[[Message], object] = lambda headers: None
    url: str = ""


def handler_of(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None: ...

        def do_HEAD(self) -> None:
            self.answer(with_body=False)

        def do_GET(self) -> None:
            self.answer(with_body=True)

        def answer(self, with_body: bool) -> None:
            asked = self.headers.get("Range", "")
            hub.requests.append((self.command, self.path, asked))
            hub.on_request(self.headers)
            data = hub.files.get(self.path)
            status = hub.status if hub.status != 200 else 200 if data is not None else 404
            if data is None or status != 200:
                self.send_response(status)
                if status == 404:
                    self.send_header("X-Error-Code", "EntryNotFound")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            start = 0
            if asked and hub.honours_ranges:
                start = int(asked.removeprefix("bytes=").rstrip("-"))
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
            else:
                self.send_response(200)
            if hub.is_hub:
                etag = hub.etags.get(self.path) or hashlib.sha256(data).hexdigest()
                self.send_header("X-Repo-Commit", COMMIT)
                self.send_header("ETag", f'"{etag}"')
            self.send_header("Content-Length", str(len(data) - start))
            self.end_headers()
            if not with_body:
                return
            end = len(data)
            if hub.cut_after:
                end = start + hub.cut_after.pop(0)
                self.close_connection = True
            self.wfile.write(data[start:end])

    return Handler


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    hub = Hub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(hub))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setenv("SONGSMITH_GITHUB_RAW", hub.url)
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    yield hub
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def remembering_ears(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ears that hear a sound once and remember what it was for all later tests: the same is heard the same."""
    from tests.engine.hearing import remember_what_is_heard

    remember_what_is_heard(monkeypatch)


@pytest.fixture(scope="session")
def tiny_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder as hand-made downloads leave it: published names and formats, nothing converted yet."""
    import torch

    from tests.engine.tiny_vae import write_vae

    torch.set_num_threads(1)  # threads only get in each other's way in models this small
    folder: Path = tmp_path_factory.mktemp("published")
    for variant in ("base", "full"):
        write_dit(folder / f"dit-1.2-{variant}", variant)
    write_vae(folder / "vae")
    write_style_encoder(folder / "muq-mulan")
    return folder


@pytest.fixture
def tiny_models(tiny_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A models folder of the test's own with everything in it, chosen by SONGSMITH_MODELS."""
    folder = tmp_path / "models"
    shutil.copytree(tiny_weights, folder)
    monkeypatch.setenv("SONGSMITH_MODELS", str(folder))
    return folder


def write_dit(folder: Path, variant: str) -> None:
    """A transformer of two layers as `cfm_model.pt`, in half precision, and its sizes."""
    import torch

    from songsmith.engine.diffrhythm.model.dit import DiT
    from songsmith.engine.diffrhythm.model.rename import DIT_NAMES, UNUSED_BY_DIT, rename_keys
    from tests.engine.tiny_dit import TINY

    frames = {"base": 2048, "full": 6144}[variant]
    config = replace(TINY, text_num_embeds=363, max_frames=frames)
    with torch.device("meta"):
        shapes = {name: tensor.shape for name, tensor in DiT(config).state_dict().items()}
    published = json.loads((DATA / f"dit_keys_{frames}.json").read_text())
    generator = torch.Generator().manual_seed(frames)
    state = {}
    for name, key in rename_keys(published, DIT_NAMES, UNUSED_BY_DIT).items():
        if name in shapes:
            noise = torch.randn(shapes[name], generator=generator)
            scale = 1.0 if "embedding" in name else shapes[name][-1] ** -0.5
            state[key] = (noise * scale + ("norm.weight" in name)).half()
    folder.mkdir()
    torch.save({"model_state_dict": state}, folder / "cfm_model.pt")
    (folder / "config.json").write_text(json.dumps(vars(config)))


def write_style_encoder(folder: Path) -> None:
    """The golden style encoder as `pytorch_model.bin`, its position table made longer, and a small tokenizer."""
    import torch
    from safetensors.torch import load_file

    words = json.loads((GOLDEN / "mulan.json").read_text())["config"]
    sizes = words["xlm-roberta config.json"]
    state = load_file(GOLDEN / "mulan_weights.safetensors")
    key = "mulan.text.model.embeddings.position_embeddings.weight"
    state[key] = state[key].repeat(8, 1)[:514].clone()
    sizes["max_position_embeddings"] = state[key].shape[0]
    places = {
        "config.json": words["MuQ-MuLan config.json"],
        "muq/config.json": words["MuQ config.json"],
        "xlm-roberta/config.json": sizes,
    }
    for place, values in places.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(json.dumps(values))
    torch.save(state, folder / "pytorch_model.bin")
    write_tokenizer(folder / "xlm-roberta" / "tokenizer.json")


def write_tokenizer(path: Path) -> None:
    """One piece a letter; other signs are unknown."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    pieces = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -4.0)]
    pieces += [(letter, -6.0) for letter in "abcdefghijklmnopqrstuvwxyz"]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=3))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace("▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.save(str(path))
