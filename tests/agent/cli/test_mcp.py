"""The command; what the server does is tested in tests/agent/mcp, a missing extra in tests/test_light_install.py."""

import subprocess
import sys

_HELP = """
import sys
from songsmith.agent.cli.main import main
try:
    main(["mcp", "--help"])
finally:
    print("mcp" in sys.modules)
"""


def test_the_help_says_what_it_is_and_loads_no_protocol():
    shown = subprocess.run(
        [sys.executable, "-c", _HELP], capture_output=True, text=True, check=True
    )
    assert "MCP server" in shown.stdout
    assert shown.stdout.splitlines()[-1] == "False"
