"""Replies that come compressed although nobody asked for it: unpacked in bounds, since 300 kB can become gigabytes."""

import zlib
from collections.abc import Iterable, Iterator

__all__ = ["PACKINGS", "unpacked"]

PACKINGS = ("gzip", "x-gzip", "deflate")
_PIECE_BYTES = 65_536
_EITHER = 32 + zlib.MAX_WBITS  # zlib finds out whether it is gzip or zlib


def unpacked(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The bytes that `pieces` hold in gzip or zlib form, in pieces of at most 64 kB.

    Raises `zlib.error` for what is neither.
    """
    unpacker = zlib.decompressobj(_EITHER)
    for piece in pieces:
        rest = piece
        while rest:
            yield unpacker.decompress(rest, _PIECE_BYTES)
            rest = unpacker.unconsumed_tail
    yield unpacker.flush(_PIECE_BYTES)
