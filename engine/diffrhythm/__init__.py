"""DiffRhythm 1.x inference: the official weights, exact and seeded."""
