"""What all commands of the command line have in common: examples, completion, loudness, versions."""
