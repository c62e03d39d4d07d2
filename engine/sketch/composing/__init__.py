"""From lyrics and style to the score: tempo map, form, chords, melody."""
