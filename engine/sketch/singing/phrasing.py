"""Where a singer leaves a phrase: before its last note ends, to take breath for the next one."""

from collections.abc import Sequence

from songsmith.engine.sketch.phonetics.syllables import Syllable

__all__ = ["phrased"]

_REST_SHARE = 0.4  # of the time from the phrase's last syllable to the next phrase
_LONGEST_REST_S = 0.36


def phrased(
    spans: Sequence[tuple[float, float]], syllables: Sequence[Syllable]
) -> list[tuple[float, float]]:
    """The `spans` (start, end in seconds) of `syllables`, with a rest inside the line wherever a phrase ends."""
    ends_s = [end_s for _, end_s in spans]
    for place, (start_s, _) in enumerate(spans[:-1]):
        if syllables[place].ends_phrase:
            next_s = spans[place + 1][0]
            rest_s = min(_REST_SHARE * (next_s - start_s), _LONGEST_REST_S)
            ends_s[place] = min(ends_s[place], next_s - rest_s)
    return [(start_s, end_s) for (start_s, _), end_s in zip(spans, ends_s, strict=True)]
