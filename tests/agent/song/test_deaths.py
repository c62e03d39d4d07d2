import os
import subprocess
import sys

import pytest


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_a_process_may_die_before_any_of_its_steps_on_the_disk():
    program = [sys.executable, "-m", "tests.agent.song.deaths"]
    done = subprocess.run(program, capture_output=True, text=True, check=True)
    *faults, deaths = done.stdout.splitlines()
    assert faults == []
    assert int(deaths.split()[0]) > 40
