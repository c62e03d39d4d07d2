"""Settings and where each comes from: flags, environment, the song's file, the user's file."""
