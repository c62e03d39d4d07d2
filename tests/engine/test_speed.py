import json

import pytest

from songsmith.engine import speed


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    return speed._path()


def test_a_forecast_goes_by_the_fastest_that_was_measured_here(cache):
    assert speed._fastest("test", lambda: 2e9) == 2e9
    assert speed._fastest("test", lambda: 5e9) == 5e9
    assert speed._fastest("test", lambda: 1e9) == 5e9
    assert speed._fastest("other", lambda: 1e9) == 1e9
    assert sorted(json.loads(cache.read_text()).values()) == [1e9, 5e9]


@pytest.mark.parametrize("text", ["", "[1]", '{"a": "b"}', "\0"])
def test_a_damaged_cache_is_measured_anew(cache, text):
    cache.parent.mkdir(parents=True, exist_ok=True)
    cache.write_text(text)
    assert speed._fastest("test", lambda: 3e9) == 3e9
    assert speed._fastest("test", lambda: 2e9) == 3e9


def test_a_cache_that_cannot_be_written_does_not_matter(cache):
    cache.parent.parent.mkdir(parents=True, exist_ok=True)
    cache.parent.write_text("a file where the folder should be")
    assert speed._fastest("test", lambda: 3e9) == 3e9
