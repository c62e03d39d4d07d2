"""Speech as sounds with exact times: espeak-ng, phonemes, syllables, and how scripts are read."""
