"""Sound: engines that sing a lyric, and what is done with audio. Knows nothing of the LLM or the terminal."""
