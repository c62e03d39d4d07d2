"""Words and time: lyrics, LRC, phonemes, frames, faults. No torch, no LLM, no printing."""

from songsmith.lyrics.fault import Fault
from songsmith.lyrics.lyric import Draft, DraftSection, LyricLine, Lyrics, Section

__all__ = ["Draft", "DraftSection", "Fault", "LyricLine", "Lyrics", "Section"]
