r"""Whole songs written in one line, or in a few: line breaks as slashes, as `\n`, as the marks of song models.

`a / b / c //` are three lines and the end of a verse. `[verse] One. Two. ; [chorus] Three.` is how LeVo takes its
lyrics: sections parted by semicolons, lines by full stops.
"""

import re
from collections.abc import Sequence

from songsmith.lyrics.labels import narrow
from songsmith.lyrics.reading.leading import has_stamp

__all__ = ["parted"]

_LEVO = re.compile(r"\s;\s{0,4}(?=\[)")
_LEVO_LABEL = re.compile(r"(\[[^\[\]]{1,40}\])\s{0,4}")
_LENGTH = re.compile(r"[-_ ](?:short|medium|long)(?=\])")
_SENTENCE = re.compile(r"(?<=[.。])(?<!\.\.)\s{0,4}(?=[^\s.。])")
_BREAK = re.compile(r"\s{1,4}/\s{1,4}(?!/)|\s{0,4}//\s{0,4}")
_FEWEST_BREAKS = 3


def parted(lines: Sequence[str]) -> list[str]:
    """The lines as they are sung, where the file writes several in one; else as they are."""
    filled = [line for line in lines if line.strip()]
    if not filled or any(map(has_stamp, filled)) or any("-->" in line for line in filled):
        return list(lines)
    if len(filled) == 1 and _LEVO.search(filled[0]):
        return _sections(filled[0])
    if _is_slashed(filled):
        return [part for line in lines for part in _slashed(line)]
    return list(lines)


def _sections(line: str) -> list[str]:
    parts: list[str] = []
    for section in _LEVO.split(line):
        match = _LEVO_LABEL.match(section)
        words = section[match.end() :] if match else section
        parts += [_LENGTH.sub("", match[1])] if match else []
        parts += [sentence.strip(" .。") for sentence in _SENTENCE.split(words.strip(" ;"))]
        parts.append("")
    return parts


def _is_slashed(lines: Sequence[str]) -> bool:
    """Whether slashes stand for line breaks: two in a row end a verse, or there are many within few lines."""
    if any(re.search(r"https?://|\w/\w.*\w/\w", narrow(line)) for line in lines):
        return False
    breaks = sum(len(_BREAK.findall(line)) for line in lines)
    ends_verse = any(re.search(r"\S\s{0,4}//\s*$", line) for line in lines)
    return breaks >= _FEWEST_BREAKS and (ends_verse or breaks >= 2 * len(lines))


def _slashed(line: str) -> list[str]:
    parts: list[str] = []
    for verse in re.split(r"\s{0,4}//\s{0,4}", line):
        parts += [part.strip() for part in re.split(r"\s{1,4}/\s{1,4}", verse) if part.strip()]
        parts.append("")
    return parts[:-1] if len(parts) > 1 and "//" in line else parts[:1] or [line]
