"""Who plays what: drums, bass, comping and lead, played with a SoundFont."""
