"""How a style is mixed, as data: voice against band, the loudness of its parts, what each bus goes through."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["MixStyle", "Stem"]

Stem = Literal["drums", "bass", "keys", "guitar", "strings", "lead"]


class MixStyle(BaseModel):
    """`voice_lu` is how far the singer stands above the band. Of the voice, `voice_low_db` is a shelf below 220 Hz,
    `voice_mid_db` a wide bell about 550 Hz, `voice_air_db` a shelf above 9 kHz. `hush_db` is by how much the band's
    hats and cymbals make room for consonants, about 5.8 kHz, while somebody sings. `parts` are LU of each
    kind of part against the song.

    Of each stem: `drive_db` is how hard it is driven into saturation, `squeeze` the ratio of its compressor, `level_db`
    how much louder or softer it is than usual. Of the whole band: `glue_db` is the most that a slow compressor takes
    away, `low_db` and `air_db` are shelves below 180 Hz and above 7 kHz, `sub_db` is one below 65 Hz, `mid_db` a wide
    bell about 550 Hz. `sheen_db` is how loud the metal and wires of the kit are (hats, cymbals, snare) above 6 kHz, of
    which the SoundFont has next to nothing, against the usual.
    `echo_beats` is the delay into which the ends of verses and choruses are thrown, 0 for none, `echo_db` its level.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    voice_lu: float = Field(default=3.0, ge=0, le=8)
    voice_air_db: float = 2.0
    voice_low_db: float = 0.0
    voice_mid_db: float = 0.0
    hush_db: float = Field(default=2.0, ge=0)
    parts: dict[str, float] = {"intro": -2.0, "verse": -0.4, "chorus": 0.8}
    drive_db: dict[Stem, float] = {}
    squeeze: dict[Stem, float] = {}
    level_db: dict[Stem, float] = {}
    glue_db: float = Field(default=1.5, ge=0)
    low_db: float = 0.0
    sub_db: float = 0.0
    mid_db: float = 0.0
    air_db: float = 0.0
    sheen_db: float = 0.0
    echo_beats: float = Field(default=0.0, ge=0)
    echo_db: float = -12.0
