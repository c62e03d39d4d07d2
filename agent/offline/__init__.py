"""The offline writer: songs in English and Chinese without a language model."""

from songsmith.agent.offline.writer import Composition, compose, lines_of, write_song

__all__ = ["Composition", "compose", "lines_of", "write_song"]
