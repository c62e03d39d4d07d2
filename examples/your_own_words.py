"""Your own words as values, without a song folder: python examples/your_own_words.py"""

from songsmith import parse_lyrics, render

WORDS = """
[Verse]
I left my umbrella on the early train
[Chorus]
Now I am singing, singing in the rain
"""

parsed = parse_lyrics(WORDS)
print([section.label for section in parsed.lyrics.sections])
for take in render(WORDS, style="folk, 96 bpm", length_s=14, seed=5, takes=2):
    print(take.seed, take.audio.shape, take.details["key"])
