"""From what a verb returned to what a client is told: JSON, and links to files. Sound itself is never sent."""

import json
import mimetypes
from pathlib import Path
from typing import Any

from mcp_types import CallToolResult, ContentBlock, ResourceLink, TextContent

from songsmith.agent.mcp.jobs import Job, Outcome
from songsmith.agent.page.build import Page
from songsmith.agent.song.songbook import Song
from songsmith.agent.studio.mending import Mended
from songsmith.agent.studio.results import Exported, Rendered, Step, TakeList
from songsmith.agent.views.documents import document
from songsmith.engine.engine import Progress

__all__ = ["job_document", "outcome_of", "refused", "said", "step_words", "told"]

_MOST_CHARACTERS = 24_000
"""Of a result as text; the same as a structured result is whole."""
_TYPES = {".flac": "audio/flac", ".lrc": "text/plain", ".ass": "text/plain", ".mid": "audio/midi"}


def outcome_of(result: object, song: Song | None) -> Outcome:
    """The result of a verb on `song`, with the files that it made or is about.

    A step in the song's history is told by the names of its takes; `takes` says more about them.
    """
    if song is None:
        return Outcome(_brief(document(result)))
    files = tuple(str(path.absolute()) for path in _files(result, song))
    told_of = None if isinstance(result, Step) else song
    return Outcome({"song": song.folder.name, **_brief(document(result, told_of))}, files)


def _brief(value: Any) -> Any:
    """A document without what costs a model more to read than it is worth: hashes, and likenesses word by word."""
    if isinstance(value, list):
        return [_brief(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _without_lines(item) if name == "hearing" else _brief(item)
        for name, item in value.items()
        if name != "samples_sha256" and not (name == "words" and isinstance(item, list))
    }


def _without_lines(hearing: Any) -> Any:
    """A hearing in short, where it stands in something else."""
    if not isinstance(hearing, dict):
        return hearing
    return {name: hearing[name] for name in ("summary", "recall", "missing") if name in hearing}


def _files(result: object, song: Song) -> list[Path]:
    match result:
        case Rendered() | TakeList():
            return [song.audio_path(manifest.take) for manifest in result.takes]
        case Mended():
            return [song.audio_path(take) for take in result.takes]
        case Exported():
            return list(result.files)
        case Page():
            return [result.file, *result.beside]
    return []


def told(values: dict[str, Any], files: tuple[str, ...] = ()) -> CallToolResult:
    """A good result: the values as text and as they are, and a link to each file."""
    text = json.dumps(values, ensure_ascii=False)
    if len(text) > _MOST_CHARACTERS:
        text = f"{text[:_MOST_CHARACTERS]}… (cut)"
    content: list[ContentBlock] = [TextContent(text=text), *map(_link, files)]
    return CallToolResult(content=content, structured_content=values)


def said(text: str) -> CallToolResult:
    """A good result that is nothing but text."""
    return CallToolResult(content=[TextContent(text=text)])


def refused(reason: str) -> CallToolResult:
    """What went wrong and how to put it right, for the model to read."""
    return CallToolResult(content=[TextContent(text=reason)], is_error=True)


def _link(file: str) -> ResourceLink:
    path = Path(file)
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0]
    size = path.stat().st_size if path.is_file() else None
    return ResourceLink(uri=path.as_uri(), name=path.name, mime_type=kind, size=size)


def job_document(job: Job) -> dict[str, Any]:
    """Where a job stands."""
    facts: dict[str, Any] = {
        "job": job.id,
        "operation": job.operation,
        "song": job.song,
        "state": job.state,
        "began_at": job.created_at,
        "remarks": list(job.remarks),
    }
    if job.step is not None and not job.is_over:
        facts["step"] = step_words(job.step)
    if job.fault:
        facts["fault"] = job.fault
    if not job.is_over:
        facts["next"] = f'call `job` with the id "{job.id}"; `cancel_job` stops it'
    return facts


def step_words(step: Progress) -> str:
    """A step of a render in words."""
    take = f" · take {step.take} of {step.takes}" if step.takes > 1 else ""
    return f"{step.stage} {step.done} of {step.total}{take}"
