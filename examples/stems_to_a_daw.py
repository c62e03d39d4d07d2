"""Stems of the same length, MIDI, markers and how to import them, for a DAW: python examples/stems_to_a_daw.py"""

import songsmith

LYRICS = """
[Verse 1]
[00:02.00]The harbour lights are going out
[00:05.00]The last train leaves at ten
[Chorus]
[00:09.00]Carry me over the water
"""

made = songsmith.make("harbour", lyrics=LYRICS, style="bossa nova, 120 bpm", length_s=14, seed=1)
studio = songsmith.open_song(made.folder)
exported = studio.export(["daw"], lufs=-18.0)
for file in sorted(exported.files):
    print(file.relative_to(exported.folder), f"{file.stat().st_size:,} bytes")
