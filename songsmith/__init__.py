"""songsmith turns a sentence into a song, and a conversation into a better one."""

__version__ = "0.1.0"
