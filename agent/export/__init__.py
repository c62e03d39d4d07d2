"""A take as files for other programs: sound with tags, words, score, cover, video, and how all of it was made."""
