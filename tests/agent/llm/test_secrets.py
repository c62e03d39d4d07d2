from base64 import b64encode
from urllib.parse import quote

import pytest

from songsmith.agent.llm.secrets import without_key

KEY = "sk-live_0a1B2c3D4e5F6g7H8i9J"


@pytest.mark.parametrize(
    "echo",
    [
        KEY,
        f"Bearer {KEY}!",
        " ".join(KEY),
        "-".join(KEY),
        KEY.upper(),
        KEY[::-1],
        quote(KEY + "/+", safe=""),
        KEY.encode().hex(),
        b64encode(KEY.encode()).decode(),
        b64encode(f"Bearer {KEY}".encode()).decode(),
        b64encode(f"user:{KEY}".encode()).decode(),
        f"{KEY[:14]}…",
        f"…{KEY[-12:]}",
    ],
)
def test_a_key_is_hidden_however_it_is_echoed(echo):
    shown = without_key(f"401: the key {echo} is not known here", KEY)
    left = "".join(filter(str.isalnum, shown)).lower()
    assert "…" in shown
    assert shown.startswith("401: the key ") and shown.endswith(" is not known here")
    plain = "".join(filter(str.isalnum, KEY)).lower()
    runs = [plain[start : start + 8] for start in range(len(plain) - 7)]
    assert not any(run in left or run[::-1] in left for run in runs)


def test_what_is_no_key_stays_as_it_is():
    text = "model not found: gpt-6-luna; the models are a, b and c"
    assert without_key(text, KEY) == text == without_key(text, "")


def test_hiding_takes_no_longer_for_hostile_text():
    assert len(without_key("sk-live_" * 50_000, KEY)) <= 50_000
