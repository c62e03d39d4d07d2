"""Two changes of the same words, made at the same time, put together line by line."""

from songsmith.lyrics.lyric import Lyrics

__all__ = ["conflicts", "merged"]


def conflicts(base: Lyrics, ours: Lyrics, theirs: Lyrics) -> list[int] | None:
    """Numbers of the lines that both changed, each in its own way; None if the two can't be laid side by side."""
    if not _fits(base, ours) or not _fits(base, theirs):
        return None
    triples = zip(base.lines, ours.lines, theirs.lines, strict=True)
    return [
        number
        for number, (was, our, their) in enumerate(triples, 1)
        if our != was and their != was and our != their
    ]


def merged(base: Lyrics, ours: Lyrics, theirs: Lyrics) -> Lyrics:
    """`theirs` with the lines that `ours` changed. Only for words without `conflicts`."""
    triples = zip(base.lines, ours.lines, theirs.lines, strict=True)
    return theirs.with_lines(their if our == was else our for was, our, their in triples)


def _fits(base: Lyrics, other: Lyrics) -> bool:
    """Whether `other` is `base` with other lines: the same sections with as many lines each."""
    return [(s.label, len(s.lines)) for s in base.sections] == [
        (s.label, len(s.lines)) for s in other.sections
    ]
