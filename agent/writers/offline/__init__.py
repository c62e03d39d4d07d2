"""The offline writer: songs in English and Chinese without a language model."""

from songsmith.agent.writers.offline.reading import WriterError
from songsmith.agent.writers.offline.rewrite import rewrite_lines
from songsmith.agent.writers.offline.writer import Composition, compose, lines_of, write_song

__all__ = ["Composition", "WriterError", "compose", "lines_of", "rewrite_lines", "write_song"]
