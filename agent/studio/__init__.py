"""The verbs: everything that can be done to a song. Chat, command line and library call these."""
