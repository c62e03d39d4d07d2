"""Where the parts of a song begin, for programs that cut sound."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from songsmith.agent.phrases import clock

__all__ = ["Part", "audacity_labels", "import_note", "parts_of", "reaper_markers"]


class Part(NamedTuple):
    """A part of a song's form: its kind ("chorus"), its label as written or "", its start and end."""

    kind: str
    label: str
    start_s: float
    end_s: float

    @property
    def name(self) -> str:
        return self.label or self.kind or "part"


def parts_of(details: Mapping[str, Any]) -> tuple[Part, ...]:
    """The parts that an engine says it played; a manifest may come from anywhere, so only what is sound counts."""
    parts = details.get("parts")
    return tuple(
        Part(str(part.get("kind") or "")[:60], str(part.get("label") or "")[:60], *bounds_s)
        for part in (parts if isinstance(parts, list) else ())
        if isinstance(part, Mapping) and (bounds_s := _bounds_s(part))
    )


def _bounds_s(part: Mapping[str, Any]) -> tuple[float, float] | None:
    start_s, end_s = part.get("start_s"), part.get("end_s")
    if not (isinstance(start_s, (int, float)) and isinstance(end_s, (int, float))):
        return None
    return (float(start_s), float(end_s)) if start_s < end_s else None


def audacity_labels(parts: tuple[Part, ...]) -> str:
    """A label track: start, end and name of each part, parted by tabs."""
    return "".join(f"{p.start_s:.6f}\t{p.end_s:.6f}\t{_one_cell(p.name)}\n" for p in parts)


def reaper_markers(parts: tuple[Part, ...]) -> str:
    """Regions as Reaper's region manager imports them, CSV."""
    rows = [
        f"R{number},{_one_cell(p.name)},{p.start_s:.6f},{p.end_s:.6f},{p.end_s - p.start_s:.6f}"
        for number, p in enumerate(parts, start=1)
    ]
    return "\n".join(["#,Name,Start,End,Length", *rows, ""])


def _one_cell(name: str) -> str:
    return " ".join(name.replace(",", " ").replace('"', " ").split())


def import_note(title: str, bpm: float, key: str, meter: str, parts: tuple[Part, ...]) -> str:
    """What lies in the folder and how a DAW takes it in."""
    facts = " · ".join(filter(None, (f"{bpm:g} bpm" if bpm else "", meter, key)))
    lines = [
        f"{title}",
        f"{facts}",
        "",
        "Every stem starts at 0:00 and has the length of the song, 44,100 Hz, 24 bits; together they are the mix.",
        "",
        "1. Start an empty project and set its tempo" + (f" to {bpm:g} bpm." if bpm else "."),
        "2. Drag all stems to the start of the first bar, each onto a track of its own.",
        "3. Drag the MIDI file in too: it holds the tempo map, the melody with its words, the chords and the band.",
        "4. Parts of the song: import the .csv in Reaper's region manager, or the .labels.txt in Audacity",
        "   (File, Import, Labels); other programs show the MIDI file's markers.",
        "",
        *(f"{clock(part.start_s)}  {part.name}" for part in parts),
    ]
    return "\n".join(lines) + "\n"
