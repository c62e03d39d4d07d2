"""The song page: one HTML file with the song in it, to send to someone."""
