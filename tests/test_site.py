from pathlib import Path

import songsmith

API = (Path(__file__).parent.parent / "docs" / "api.md").read_text(encoding="utf-8")


def test_every_public_name_is_on_the_page_of_python_names():
    missing = []
    for name in set(songsmith.__all__) - {"__version__"}:
        home = songsmith._HOMES.get(name, "songsmith.agent.aio")
        if not {f"::: {home}", f"::: {home}.{name}"} & set(API.splitlines()):
            missing.append(name)
    assert missing == []
