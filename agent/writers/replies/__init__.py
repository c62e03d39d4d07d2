"""What a model sends, read: songs, sections, numbered lines; what is lyrics in it and what is none."""
