"""The library for servers that run on asyncio; see `songsmith.agent.aio`, whose names these are."""

from songsmith.agent.aio import check, do, events, examine, make, open_song, render, rhyme, write

__all__ = ["check", "do", "events", "examine", "make", "open_song", "render", "rhyme", "write"]
