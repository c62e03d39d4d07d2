"""What `--json` prints: plain dictionaries with stable keys."""

import dataclasses
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from songsmith.agent.batch.summary import BatchSummary
from songsmith.agent.doctor.finding import STATES, Diagnosis
from songsmith.agent.events import Done
from songsmith.agent.song.song_file import TakeManifest
from songsmith.agent.song.songbook import Song
from songsmith.agent.studio.listening import Aligned, hearing_document
from songsmith.agent.studio.make import Made
from songsmith.agent.studio.mending import Mended
from songsmith.agent.studio.rendering import Replay
from songsmith.agent.studio.results import Checked, Rendered, Step, TakeList, Written
from songsmith.engine.listening.listen import Hearing
from songsmith.lyrics.check import Report, report_json
from songsmith.lyrics.reading.lrc import format_lrc

__all__ = ["document", "event_document", "plain", "report_document", "to_json"]


def document(result: object, song: Song | None = None) -> dict[str, Any]:
    """Any verb's result as a JSON object; `song` adds where it lives and stands."""
    place = _song(song) if song else {}
    match result:
        case Made():
            body = _made(result)
        case Written():
            body = {**_written(result, song), "changes": list(result.changes)}
        case Checked():
            body = _checked(result)
        case Rendered():
            body = _rendered(result, song)
        case TakeList():
            body = {
                "picked": result.picked,
                "takes": [_take(manifest, song) for manifest in result.takes],
            }
            if result.damaged is not None:
                body["damaged"] = dict(result.damaged)
        case Replay():
            body = {
                "take": result.take,
                "is_same": result.is_same,
                "is_swapped": result.is_swapped,
                "restored": str(result.restored) if result.restored else None,
                "largest_difference": result.largest_difference,
            }
        case Hearing():
            body = hearing_document(result)
        case Aligned():
            body = {
                "name": result.name,
                "summary": result.times.summary,
                **plain(result.times),
                "lrc": format_lrc(result.lyrics),
            }
        case Mended():
            body = {
                **plain(result),
                "summary": result.summary,
                "is_reached": result.is_reached,
                "below": result.below,
                "hearing": hearing_document(result.hearing),
                "takes": _takes(result.takes, song),
            }
        case Diagnosis():
            body = _diagnosis(result)
        case BatchSummary():
            body = {**plain(result), "left": result.left, "results": result.results}
        case Step():
            body = {**plain(result.version), "takes": _takes(result.version.takes, song)}
        case _:
            body = plain(result)
    return {name: plain(value) for name, value in {**place, **body}.items()}


def event_document(event: object, song: Song | None = None) -> dict[str, Any]:
    """An event as a JSON object: its kind ("text", "fact", "progress", …) under "event", and its fields."""
    if isinstance(event, Done):
        return {"event": "done", "verb": event.verb, "result": document(event.result, song)}
    return {"event": type(event).__name__.lower(), **plain(event)}


def plain(value: Any) -> Any:
    """`value` as JSON can hold it: dataclasses and models as objects, paths as text, infinities as null."""
    match value:
        case BaseModel():
            return plain(value.model_dump())
        case float() if not math.isfinite(value):
            return None
        case str() | int() | float() | bool() | None:
            return value
        case Path():
            return str(value)
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(item) for item in value]
    if dataclasses.is_dataclass(value):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    return str(value)


def to_json(data: object) -> str:
    """One JSON object as scripts read it."""
    return json.dumps(data, ensure_ascii=False)


def _song(song: Song) -> dict[str, Any]:
    return {
        "folder": str(song.folder),
        "title": song.title,
        "version": song.version.number,
        "branch": song.file.state.branch,
    }


def _diagnosis(diagnosis: Diagnosis) -> dict[str, Any]:
    return {
        "is_well": diagnosis.is_well,
        "counts": {state: diagnosis.count(state) for state in STATES},
        "findings": [
            {
                "area": finding.area,
                "name": finding.name,
                "state": finding.state,
                "found": finding.found,
                "mend": finding.mend,
                "can_fix": finding.fix is not None,
            }
            for finding in diagnosis.findings
        ],
    }


def _written(written: Written, song: Song | None) -> dict[str, Any]:
    return {
        "lyrics": str(song.folder / written.version.words) if song else written.version.words,
        "writer": written.writer,
        "writer_why": written.why,
        "style": written.version.style,
        "length_s": written.report.duration_s,
        "notes": list(written.notes),
        "lines": [
            {"line": line.line, "start_s": line.start_s, "text": line.text}
            for line in written.report.lines
        ],
        "faults": [plain(fault) for fault in written.report.faults],
    }


def report_document(report: Report) -> dict[str, Any]:
    """A report without its frames, a thousand numbers that few want: `check --frames` gives them."""
    return {name: value for name, value in report_json(report).items() if name != "frames"}


def _checked(checked: Checked) -> dict[str, Any]:
    return {
        "lrc": format_lrc(checked.lyrics),
        **report_document(checked.report),
        "repaired": [plain(fault) for fault in checked.repaired],
        "changes": list(checked.changes),
        "engine": checked.engine,
        "engine_why": checked.engine_why,
        "language": checked.language,
    }


def _rendered(rendered: Rendered, song: Song | None) -> dict[str, Any]:
    return {
        "engine": rendered.engine,
        "engine_why": rendered.why,
        "style_understood": rendered.forecast.style,
        "notes": list(rendered.forecast.notes),
        "takes": [_take(manifest, song) for manifest in rendered.takes],
    }


def _takes(names: Sequence[str], song: Song | None) -> list[Any]:
    """The takes of these names as in every document: objects, not names, where their song is known."""
    return [_take(song.manifest(name), song) if song else name for name in names]


def _take(manifest: TakeManifest, song: Song | None) -> dict[str, Any]:
    document = {
        name: getattr(manifest, name)
        for name in (
            "take",
            "engine",
            "seed",
            "duration_s",
            "lufs",
            "true_peak_dbtp",
            "samples_sha256",
        )
    }
    folder = song.folder / "takes" if song else Path("takes")
    files = sorted(folder.glob(f"{manifest.take}.*"))
    return {
        **document,
        "file": str(folder / manifest.file),
        "files": [str(path) for path in files],
        "parent": manifest.parent or None,
        "spans": [list(span) for span in manifest.spans],
        "hearing": song.hearing(manifest.take) if song else manifest.hearing,
    }


def _made(made: Made) -> dict[str, Any]:
    return {
        **_song(made.song),
        **_written(made.written, made.song),
        **_rendered(made.rendered, made.song),
        "notes": [*made.written.notes, *made.rendered.forecast.notes],
        "audio": str(made.audio),
        "mended": document(made.mended, made.song) if made.mended else None,
    }
