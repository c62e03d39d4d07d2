"""What a verb returned, drawn for people: one function for every kind of result, as `document` is for JSON."""

from songsmith.agent.batch.checking import CheckedRows
from songsmith.agent.batch.summary import BatchSummary
from songsmith.agent.doctor.finding import Diagnosis
from songsmith.agent.page.build import Page
from songsmith.agent.page.gallery import Gallery
from songsmith.agent.phrases import clock
from songsmith.agent.song.songbook import Song
from songsmith.agent.studio.engine_states import EngineList, EngineState
from songsmith.agent.studio.listening import Aligned
from songsmith.agent.studio.make import Made
from songsmith.agent.studio.mending import Mended
from songsmith.agent.studio.rendering import Replay
from songsmith.agent.studio.results import (
    Changes,
    Checked,
    Exported,
    History,
    Played,
    Rendered,
    Step,
    TakeList,
    Written,
)
from songsmith.agent.studio.words.wordings import Offered
from songsmith.agent.views.batch import draw_checked, draw_summary
from songsmith.agent.views.diagnosis import draw_diagnosis
from songsmith.agent.views.engines import draw_engine, draw_engines
from songsmith.agent.views.hearing import draw_aligned, draw_hearing, draw_mended
from songsmith.agent.views.terminal import Terminal, shown_path
from songsmith.agent.views.wordings import draw_offered, draw_rhymes
from songsmith.agent.writers.rhymes import Rhymes
from songsmith.engine.listening.listen import Hearing
from songsmith.lyrics.speech.language_names import language_name

__all__ = ["show"]


def show(screen: Terminal, result: object, song: Song | None = None) -> None:
    """Draw `result` on `screen`; with `song` it is also said where its sound lies."""
    with screen.result():
        _draw(screen, result, song)


def _draw(screen: Terminal, result: object, song: Song | None) -> None:
    match result:
        case Made():
            _show_made(screen, result)
        case Written():
            _show_written(screen, result)
        case Offered():
            draw_offered(screen.console, result)
        case Rhymes():
            draw_rhymes(screen.console, result)
        case Checked():
            _show_checked(screen, result)
        case Rendered():
            _show_rendered(screen, result, song)
        case TakeList():
            screen.takes(result)
        case History():
            screen.history(result)
        case Changes():
            screen.changes(result)
        case Exported():
            screen.exported(result)
        case Hearing():
            draw_hearing(screen.console, result)
        case Aligned():
            draw_aligned(screen.console, result)
        case Mended():
            draw_mended(screen.console, result)
        case Replay():
            screen.replayed(result)
        case Step():
            screen.fact(result.done, result.what)
        case Diagnosis():
            draw_diagnosis(screen.console, result)
        case EngineList():
            draw_engines(screen.console, result.engines)
        case EngineState():
            draw_engine(screen.console, result)
        case CheckedRows():
            draw_checked(screen, result)
        case BatchSummary():
            draw_summary(screen, result)
        case Gallery():
            _show_gallery(screen, result)
        case Page():
            _show_page(screen, result)
        case Played():
            screen.fact("played", result.file.name)
        case _:
            raise TypeError(f"there is no way to draw a {type(result).__name__}")


def _show_written(screen: Terminal, written: Written) -> None:
    """New words as a table; where only some lines changed, the changes."""
    for note in written.notes:
        screen.note(note)
    if written.is_new and written.lyrics.lines:
        screen.lyrics(written.lyrics, written.report)
    elif not written.is_new:
        screen.diff(written.changes or ("  no difference",))
    screen.faults(written.report.faults)
    if written.version.parent:
        screen.fact("version", f"v{written.version.number} · {written.version.made_by}")


def _show_checked(screen: Terminal, checked: Checked) -> None:
    screen.lyrics(checked.lyrics, checked.report)
    for fault in checked.repaired:
        screen.fact("repaired", str(fault))
    screen.diff(checked.changes)
    screen.faults(checked.report.faults, with_notes=True)
    screen.fact("check", _verdict(checked))


def _verdict(checked: Checked) -> str:
    severities = [fault.severity for fault in checked.report.faults]
    errors, warnings = severities.count("error"), severities.count("warning")
    verdict = "all lines can be sung" if checked.lyrics.lines else "there is nothing to sing"
    if errors or warnings:
        verdict = f"{_counted(errors, 'error')}, {_counted(warnings, 'warning')}"
    if not checked.engine:
        return verdict
    return f"{verdict} · as {checked.engine} sings, in {language_name(checked.language)}"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _show_rendered(screen: Terminal, rendered: Rendered, song: Song | None) -> None:
    """Takes of a render, one line each, and where the one that counts in `song` can be heard."""
    for manifest in rendered.takes:
        loud = "silent" if manifest.lufs is None else f"{manifest.lufs:.1f} LUFS"
        spans = ""
        if manifest.spans:
            places = ", ".join(f"{clock(start)}-{clock(end)}" for start, end in manifest.spans)
            spans = f" · only {places} differs from {manifest.parent}"
        screen.fact("take", f"{manifest.take} · seed {manifest.seed} · {loud}{spans}")
    if song:
        screen.fact("sound", shown_path(song.audio_path(song.picked)))


def _show_gallery(screen: Terminal, made: Gallery) -> None:
    count = "1 song" if len(made.songs) == 1 else f"{len(made.songs)} songs"
    screen.fact("gallery", f"{shown_path(made.file)} · {count}")
    for name, reason in made.left_out:
        screen.note(f"{name} is left out: {reason}")


def _show_page(screen: Terminal, page: Page) -> None:
    size = sum(path.stat().st_size for path in (page.file, *page.beside)) / 1e6
    screen.fact("page", f"{shown_path(page.file)} · {', '.join(page.takes)} · {size:.1f} MB")
    if page.left_out:
        names = ", ".join(page.left_out)
        screen.note(f"no room on the page for {names}, or no sound file; pick a take to show it")


def _show_made(screen: Terminal, made: Made) -> None:
    """A new song: its takes and its files; its words were shown when they were written."""
    _show_rendered(screen, made.rendered, None)
    length = clock(made.rendered.takes[-1].duration_s)
    screen.fact("sung", f"{length} in {made.wall_s:.0f} s")
    if made.mended:
        draw_mended(screen.console, made.mended)
    sounds = [path for take in made.song.takes for path in made.song.sound_files(take)]
    files = "  ".join([*(f"takes/{path.name}" for path in sounds), made.written.version.words])
    screen.fact("song", f"{shown_path(made.folder)}/  {files}")
    screen.fact("page", f"songsmith open {shown_path(made.folder)} writes and shows it")
