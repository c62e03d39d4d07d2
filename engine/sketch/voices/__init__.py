"""Speaking voices: who there is, and a line spoken as sounds with exact times."""
