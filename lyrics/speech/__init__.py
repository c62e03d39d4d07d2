"""Text to phonemes, by language."""
