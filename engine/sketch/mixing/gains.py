"""The levels that a mix measured and set."""

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Gains"]


@dataclass(frozen=True)
class Gains:
    """What a mix measured and set, so that a later take of the same song is set alike. All in decibels."""

    voice_db: float | None = None
    parts_db: tuple[float, ...] = ()
    master_db: float | None = None
    tracks_db: Mapping[str, float] = field(default_factory=dict)
    band_db: float | None = None
    loudest_db: float | None = None
    """The band where it is loudest: from there its compressor counts. None in takes of older versions."""

    @property
    def is_complete(self) -> bool:
        """Whether nothing has to be measured of the whole song any more."""
        return None not in (self.master_db, self.band_db, self.loudest_db) and bool(self.parts_db)
