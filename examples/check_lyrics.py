"""Every fault of a lyrics file, before any sound is made: python examples/check_lyrics.py song.lrc"""

import sys
from pathlib import Path

import songsmith

SONG = """
[00:02.00]The harbour lights are going out
[00:02.80]And everybody on the quay is talking all at once about
[00:09.00]The boat that never came
"""

report = songsmith.check(Path(sys.argv[1]) if len(sys.argv) > 1 else SONG, length_s=15)
for fault in report.faults:
    print(fault.severity, fault)
print(f"{len(report.lines)} lines, {len(report.faults)} faults")
