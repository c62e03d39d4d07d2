"""Sing one line again and leave every other sample as it was: python examples/fix_a_line.py"""

import songsmith

LYRICS = """
[00:02.00]The harbour lights are going out
[00:06.00]The last train leaves at ten
[00:10.00]I will not ask you what about
"""

made = songsmith.make("harbour", lyrics=LYRICS, length_s=15, seed=1)
studio = songsmith.open_song(made.folder)
studio.replace_lines({2: "The last boat leaves at nine"})
fixed = studio.fix(studio.spans_named("line 2"), songsmith.RenderWish(seed=2))
for manifest in fixed.takes:
    print(manifest.take, "differs from", manifest.parent, "at", manifest.spans)
