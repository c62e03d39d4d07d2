"""A cover drawn from the song's own numbers: key as colour, tempo as rays, form as rings, seed as the turn."""

import colorsys
import math
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from songsmith.agent.export.markers import parts_of
from songsmith.agent.song.song_file import TakeManifest

__all__ = ["Cover", "cover_of"]

_SIZE = 600
_FIFTHS = {"C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5, "F#": 6, "Gb": 6, "C#": 7, "Db": 7}
_FIFTHS |= {"G#": 8, "Ab": 8, "D#": 9, "Eb": 9, "A#": 10, "Bb": 10, "F": 11}
_LOUD = {"chorus", "post-chorus", "drop"}


@dataclass(frozen=True)
class Cover:
    """What the drawing is made of. `parts` are (kind, seconds) in order; `hue` and `bpm` come from key and tempo."""

    hue: float
    is_minor: bool
    bpm: float
    parts: tuple[tuple[str, float], ...]
    seed: int

    def accent(self, *, dark: bool) -> str:
        """The song's colour as text or a button shows it on a light or dark page."""
        return _hex(self.hue, 0.75 if dark else 0.30, 0.55)

    def svg(self) -> str:
        """The cover as an SVG image of 600 by 600."""
        rng = Random(self.seed)
        ground, light = (0.16, 0.62) if self.is_minor else (0.90, 0.42)
        back = _hex(self.hue, ground, 0.35)
        turn = rng.uniform(0, 360)
        rings = "".join(self._ring(index, turn, light) for index in range(len(self.parts)))
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIZE} {_SIZE}">'
            f'<rect width="{_SIZE}" height="{_SIZE}" fill="{back}"/>{self._beats(turn, light)}{rings}</svg>'
        )

    def png(self, pixels: int = 1_400) -> bytes:
        """The cover as a picture of `pixels` by `pixels`, the size that shops ask for at least."""
        import resvg_py

        return bytes(resvg_py.svg_to_bytes(self.svg(), skip_system_fonts=True, width=pixels))

    def backdrop(self, width: int, height: int) -> bytes:
        """The drawing, large and dimmed behind words, as a picture of `width` by `height` pixels."""
        import resvg_py

        side = max(width, height)
        left, top = (width - side) / 2, (height - side) / 2
        inner = self.svg().replace(
            "<svg ", f'<svg x="{left:g}" y="{top:g}" width="{side}" height="{side}" ', 1
        )
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">{inner}'
            f'<rect width="{width}" height="{height}" fill="#000" opacity=".62"/></svg>'
        )
        return bytes(resvg_py.svg_to_bytes(svg, skip_system_fonts=True))

    def _ring(self, index: int, turn: float, light: float) -> str:
        """One part of the form: an arc as long as its share of the song, further out than the one before."""
        kind, length_s = self.parts[index]
        total_s = sum(seconds for _, seconds in self.parts)
        begun_s = sum(seconds for _, seconds in self.parts[:index])
        radius = 70 + 190 * index / max(len(self.parts) - 1, 1)
        first = math.radians(turn + 360 * begun_s / total_s)
        last = first + 2 * math.pi * min(length_s / total_s, 0.98) * 1.6
        is_large = int(last - first > math.pi)
        centre = _SIZE / 2
        ends = [
            (centre + radius * math.cos(angle), centre + radius * math.sin(angle))
            for angle in (first, last)
        ]
        (x1, y1), (x2, y2) = ends
        hue = (self.hue + (0.08 if kind in _LOUD else 0.0)) % 1.0
        width = 20 if kind in _LOUD else 10
        return (
            f'<path d="M{x1:.1f} {y1:.1f}A{radius:.1f} {radius:.1f} 0 {is_large} 1 {x2:.1f} {y2:.1f}" fill="none"'
            f' stroke="{_hex(hue, light, 0.6)}" stroke-width="{width}" stroke-linecap="round"/>'
        )

    def _beats(self, turn: float, light: float) -> str:
        """Fine rays, one for every beat of two bars at 60 to 180 beats a minute."""
        count = round(min(max(self.bpm, 60), 180) / 4)
        centre, colour = _SIZE / 2, _hex(self.hue, light, 0.25)
        lines = []
        for index in range(count):
            angle = math.radians(turn + 360 * index / count)
            x, y = centre + 400 * math.cos(angle), centre + 400 * math.sin(angle)
            lines.append(f"M{centre:g} {centre:g}L{x:.1f} {y:.1f}")
        return f'<path d="{"".join(lines)}" stroke="{colour}" stroke-width="1" opacity=".5"/>'


def cover_of(manifest: TakeManifest | None) -> Cover:
    """The cover of a take; of a song without takes, a plain one."""
    details = manifest.details if manifest else {}
    key = str(details.get("key") or "C major")
    tonic, _, mode = key.partition(" ")
    bpm = details.get("bpm")
    return Cover(
        hue=_FIFTHS.get(tonic, 0) / 12,
        is_minor="minor" in mode or "dorian" in mode or (mode.startswith("m") and mode != "major"),
        bpm=float(bpm) if isinstance(bpm, (int, float)) else 100.0,
        parts=_lengths(details, manifest.duration_s if manifest else 60.0),
        seed=manifest.seed if manifest else 0,
    )


def _lengths(details: Mapping[str, Any], duration_s: float) -> tuple[tuple[str, float], ...]:
    """(kind, seconds) of a take's form; one part where the engine tells none."""
    found = [(part.kind, part.end_s - part.start_s) for part in parts_of(details)]
    return tuple(found[:60]) or (("", max(duration_s, 1.0)),)


def _hex(hue: float, lightness: float, saturation: float) -> str:
    red, green, blue = colorsys.hls_to_rgb(hue, lightness, saturation)
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"
