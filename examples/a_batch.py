"""Several songs from a list, each in a folder of its own: python examples/a_batch.py"""

import songsmith

BRIEFS = [
    ("lullaby for a lighthouse", "waltz, soft"),
    ("the bakery opens at five", "bossa nova"),
    ("last bus home", "lo-fi hip hop"),
]

for prompt, style in BRIEFS:
    try:
        made = songsmith.make(prompt, style=style, length_s=12, seed=3)
    except songsmith.SongsmithError as error:
        print(prompt, "failed:", error)
    else:
        print(made.folder, f"{made.rendered.takes[0].lufs:.1f} LUFS")
