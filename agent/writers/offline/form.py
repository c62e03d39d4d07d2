"""How long a song is, in parts and lines: the form for a duration."""

from dataclasses import dataclass
from random import Random

from songsmith.agent.writers.offline.fill import choose

__all__ = ["PartPlan", "form_for"]

_STANDARD_S = 180.0

# (shortest duration in seconds, parts as kind and lines; " / " parts forms to choose from).
# At 3.2-4 s a line, with an intro of 8-12 s and
# a breath between parts, each fills its time; longer songs leave room for a solo.
_FORMS: tuple[tuple[float, str], ...] = (
    (0, "chorus:2"),
    (14, "chorus:4"),
    (26, "verse:2 chorus:4"),
    (38, "verse:4 chorus:4"),
    (58, "verse:4 chorus:4 verse:4"),
    (70, "verse:4 chorus:4 verse:4 chorus:4"),
    (90, "verse:4 chorus:4 verse:4 bridge:2 chorus:4 / verse:4 pre:2 chorus:4 verse:4 chorus:4"),
    (108, "verse:4 chorus:4 verse:4 chorus:4 bridge:2 chorus:4"),
    (130, "verse:4 pre:2 chorus:4 verse:4 pre:2 chorus:4 bridge:2 chorus:4"),
    (160, "verse:6 pre:2 chorus:4 verse:6 pre:2 chorus:4 bridge:4 chorus:4"),
    (190, "verse:8 pre:2 chorus:4 verse:8 pre:2 chorus:4 bridge:4 chorus:4 outro:2"),
    (
        225,
        "verse:8 pre:2 chorus:4 verse:8 pre:2 chorus:4 chorus:4 bridge:4 chorus:4 chorus:4 outro:2",
    ),
    (
        260,
        "verse:8 pre:2 chorus:4 chorus:4 verse:6 pre:2 chorus:4 chorus:4 "
        "bridge:4 verse:4 chorus:4 chorus:4 outro:2",
    ),
)


@dataclass(frozen=True)
class PartPlan:
    """A part of the form: its kind ("verse", "pre", "chorus", "bridge", "outro") and how many lines it has."""

    kind: str
    lines: int


def form_for(duration_s: float | None, rng: Random) -> tuple[PartPlan, ...]:
    """Parts of a song of `duration_s` seconds; without one, those of a whole song (about three minutes)."""
    wanted_s = _STANDARD_S if duration_s is None else duration_s
    forms = next(
        (forms for least_s, forms in reversed(_FORMS) if wanted_s >= least_s), _FORMS[0][1]
    )
    form = choose(rng, forms.split(" / "))
    return tuple(PartPlan(k, int(n)) for k, _, n in (part.partition(":") for part in form.split()))
