"""Sing a chorus again with other words, two ways, and keep one: python examples/regenerate_a_chorus.py"""

import numpy as np
import soundfile

import songsmith

LYRICS = """
[Verse 1]
[00:02.00]The harbour lights are going out
[00:05.00]The last train leaves at ten

[Chorus]
[00:09.00]Carry me over the water
[00:12.00]Carry me home again
"""

made = songsmith.make("harbour", lyrics=LYRICS, style="folk, 96 bpm", length_s=17, seed=1)
studio = songsmith.open_song(made.folder)

chorus = studio.lines_named("chorus")
studio.replace_lines(dict(zip(chorus, ["Ferry me over the river", "Ferry me home"], strict=True)))
spans = studio.spans_named("chorus")
fixed = studio.fix(spans, songsmith.RenderWish(takes=2, seed=20))
for manifest in fixed.takes:
    print(
        manifest.take, "seed", manifest.seed, "differs from", manifest.parent, "at", manifest.spans
    )

before, rate_hz = soundfile.read(made.folder / "takes" / "t001.flac")
after, _ = soundfile.read(made.folder / "takes" / "t003.flac")
verse = slice(0, int(spans[0].start_s * rate_hz))
print("the verse is the same, sample for sample:", np.array_equal(before[verse], after[verse]))
print(studio.pick("t003").what, "counts now; undo takes that back")
