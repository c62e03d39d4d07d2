import os

import pytest


@pytest.fixture(autouse=True)
def no_settings_of_the_developer(monkeypatch, tmp_path):
    """No key, endpoint or setting of whoever runs the tests gets into them."""
    for name in list(os.environ):
        if name.startswith("SONGSMITH_") or name in ("DEEPSEEK_API_KEY", "OPENAI_API_KEY"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("SONGSMITH_CONFIG", str(tmp_path / "no-config.toml"))
