"""A style in free text read as genre, line-up, tempo, key and mood."""
