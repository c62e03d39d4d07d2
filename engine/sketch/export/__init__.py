"""The score for other programs: MIDI and chord sheet."""
