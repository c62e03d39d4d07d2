import os
from pathlib import Path

import pytest

from songsmith.agent.doctor.finding import Machine
from songsmith.agent.doctor.weights import check_weights
from songsmith.engine.acestep.parts import PARTS
from songsmith.engine.diffrhythm.parts import VAE
from songsmith.engine.weights.store import LOCK_NAME, Store

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:0000\nsize 630000000\n"
TORCH_FILE = b"PK\x03\x04" + b"weights " * 2_000 + b"PK\x05\x06" + bytes(18)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "models")


def vae_file(store: Store, data: bytes) -> Path:
    path = store.source_path(VAE, VAE.files[0])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def found_in(store, **how):
    return list(check_weights(Machine(None, os.environ, store, **how)))


def test_an_empty_folder_is_no_fault(store):
    (finding,) = found_in(store)
    assert (finding.state, "sketch engine needs none" in finding.found) == ("ok", True)
    assert not store.folder.exists()


def test_a_pointer_of_git_lfs_is_named_and_the_fix_deletes_it(store):
    path = vae_file(store, POINTER)
    (finding,) = found_in(store)
    assert (finding.state, "Git LFS pointer" in finding.found) == ("fail", True)
    after = finding.fix.do()
    assert (after.state, after.mend) == ("warn", "songsmith models pull vae")
    assert not path.exists()


def test_a_large_damaged_file_is_left_to_the_person(store):
    vae_file(store, b"<!doctype html>" + b" " * 10_000)
    (finding,) = found_in(store)
    assert (finding.state, finding.fix) == ("fail", None)
    assert finding.mend == "songsmith models rm vae --yes && songsmith models pull vae"


def test_a_part_with_files_missing_says_how_much_is_to_come(store):
    part = PARTS["2b"]
    path = store.path(part, part.files[0])
    path.parent.mkdir(parents=True)
    path.write_text("{}", encoding="utf-8")
    (finding,) = found_in(store)
    assert (finding.state, finding.mend) == ("warn", f"songsmith models pull {part.name}")
    assert "6.3 GB" in finding.found


def test_a_file_that_has_shrunk_since_it_came_is_seen_without_reading_it_whole(store):
    path = vae_file(store, TORCH_FILE)
    store.trust(VAE, VAE.files[0])
    (whole,) = found_in(store)
    assert (whole.state, "as it was when it was hashed" in whole.found) == ("ok", True)
    path.write_bytes(TORCH_FILE.replace(b"weights ", b"weigh ts", 1) + bytes(5))
    (finding,) = found_in(store)
    assert (finding.state, "when it came" in finding.found) == ("fail", True)


def test_a_byte_that_changed_is_seen_where_hashes_are_asked_for(store):
    path = vae_file(store, TORCH_FILE)
    store.trust(VAE, VAE.files[0])
    path.write_bytes(TORCH_FILE.replace(b"weights", b"we1ghts", 1))
    assert found_in(store)[0].state == "ok"
    (finding,) = found_in(store, hashes_weights=True)
    assert (finding.state, "sha256" in finding.found) == ("fail", True)


def test_a_lock_file_that_cannot_be_read_is_set_aside_by_the_fix(store):
    vae_file(store, TORCH_FILE)
    (store.folder / LOCK_NAME).write_text("{half", encoding="utf-8")
    (finding,) = found_in(store)
    assert finding.state == "fail"
    finding.fix.do()
    assert (store.folder / f"{LOCK_NAME}.unreadable").read_text(encoding="utf-8") == "{half"
    assert found_in(store)[0].state == "ok"
