"""A song from a sentence: python examples/make_a_song.py "night train to the coast" """

import sys

import songsmith

prompt = sys.argv[1] if len(sys.argv) > 1 else "night train to the coast"
made = songsmith.make(prompt, seed=7, length_s=20)
print(made.written.lyrics.title)
print(made.audio)
