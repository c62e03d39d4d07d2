"""The verbs: everything that can be done to a song, once. Chat, command line and library all call these.

A `Studio` holds one open song and the engines of the session. Every verb returns a value that views draw
and scripts print as JSON; what happens meanwhile (words as they are written, steps of a render, remarks)
goes to the `Audience`. `VERBS` names them all; every face must offer each.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from songsmith.agent.export.sound import SoundForm
from songsmith.agent.llm.usage import Ledger
from songsmith.agent.phrases import lines_of
from songsmith.agent.settings.settings import Settings, load_settings
from songsmith.agent.song.logged import logged
from songsmith.agent.song.songbook import Song
from songsmith.agent.studio.exporting import ExportWish, export_take
from songsmith.agent.studio.history import changes_between
from songsmith.agent.studio.open_song import OpenSong, StudioError
from songsmith.agent.studio.rendering import Engines, RenderWish, Replay, replay_take
from songsmith.agent.studio.results import (
    Audience,
    Changes,
    Checked,
    Exported,
    History,
    Logged,
    Played,
    Rendered,
    Silence,
    Step,
    TakeList,
    Written,
)
from songsmith.agent.studio.singing import fix_take, forecast_song, render_song
from songsmith.agent.studio.spans import is_time, parse_lines, parse_pointer, span_of_lines
from songsmith.agent.studio.take_list import changed_lines, list_takes
from songsmith.agent.studio.words.editing import (
    check_song,
    edit_words,
    leave_wordless,
    replace_lines,
    retime_song,
    take_over,
)
from songsmith.agent.studio.words.wordings import Offered, chosen_words
from songsmith.agent.studio.words.writing import author_of, offer_lines, revise_lines, write_song
from songsmith.agent.writers.brief import Brief
from songsmith.agent.writers.rhymes import Rhymes, find_rhymes
from songsmith.agent.writers.tempo import Pulse
from songsmith.agent.writers.writer import Writer
from songsmith.engine.engine import Span
from songsmith.lyrics.lyric import Lyrics
from songsmith.lyrics.reading.lrc import Parsed

if TYPE_CHECKING:
    from songsmith.agent.page.build import Page
    from songsmith.agent.studio.listening import Aligned
    from songsmith.agent.studio.mending import Mended
    from songsmith.engine.listening.listen import Hearing

__all__ = ["VERBS", "Studio", "StudioError"]

VERBS = (
    "write",
    "revise",
    "choose",
    "rhyme",
    "edit",
    "check",
    "retime",
    "style",
    "render",
    "fix",
    "takes",
    "pick",
    "undo",
    "redo",
    "versions",
    "diff",
    "branch",
    "play",
    "export",
    "page",
    "replay",
    "listen",
    "align",
    "mend",
)
_ONLY_LOOKING = ("rhyme", "takes", "versions", "diff", "play")
"""Verbs that leave no line in the log of the song."""


class Studio:
    """One open song, its writer and its engines."""

    def __init__(
        self,
        song: Song,
        *,
        settings: Settings | None = None,
        engines: Engines | None = None,
        audience: Audience | None = None,
        ledger: Ledger | None = None,
    ) -> None:
        self.song = song
        self.settings = settings or load_settings(song.folder, {})
        self.engines = engines or Engines()
        self.audience: Audience = Logged(audience or Silence(), song.folder)
        self.ledger = ledger or Ledger()

    # --- words

    def write(self, brief: Brief, *, writer: str = "") -> Written:
        """Write new words for the whole song."""
        author, why = author_of(self._as_known, writer)
        return self.write_with(author, why, brief)

    def write_with(self, author: Writer, why: str, brief: Brief) -> Written:
        """Write new words for the whole song by a writer who was chosen before, and why."""
        return write_song(self._as_known, author, why, brief)

    def revise(
        self, lines: Sequence[int], instruction: str, *, writer: str = ""
    ) -> Written | Offered:
        """Rewrite exactly these lines; all stamps and all other lines stay.

        A writer that can't follow the instruction says so and offers three wordings to choose from instead.
        """
        return revise_lines(self.opened, lines, instruction, writer)

    def offer(
        self, lines: Sequence[int], instruction: str, count: int, *, writer: str = ""
    ) -> Offered:
        """Several wordings of these lines side by side; the song stays as it is until `choose`."""
        return offer_lines(self.opened, lines, instruction, count, writer)

    def choose(self, number: int) -> Written:
        """Take wording `number` of the last offer; all stamps and all other lines stay."""
        opened = self.opened
        lyrics, lines = chosen_words(opened, number)
        return take_over(opened, f"choose wording {number} of {lines_of(lines)}", lyrics)

    @staticmethod
    def rhyme(word: str, *, syllables: int | None = None, metre: str = "") -> Rhymes:
        """Words that rhyme with `word`, of so many syllables and this metre; see `find_rhymes`."""
        return find_rhymes(word, syllables=syllables, metre=metre)

    def edit(
        self,
        parsed: Parsed,
        *,
        made_by: str = "edit",
        style: str | None = None,
        duration_s: float | None = None,
        pulse: Pulse | None = None,
    ) -> Written:
        """Take over words the person wrote; words without stamps get them, on the bars of `pulse` (the style's)."""
        return edit_words(
            self._as_known,
            parsed,
            made_by=made_by,
            style=style,
            duration_s=duration_s,
            pulse=pulse,
        )

    def replace_lines(self, words: Mapping[int, str]) -> Written:
        """Put these words into the lines of these numbers; stamps stay."""
        return replace_lines(self.opened, words)

    def leave_wordless(self, brief: Brief) -> Written:
        """An instrumental: a style and a length, no words."""
        return leave_wordless(self._as_known, brief)

    def check(self, *, repair: bool = False, engine: str = "") -> Checked:
        """All faults of the words; with `repair` the safe ones are put right as a new version."""
        return check_song(self.opened, repair, engine)

    def retime(
        self,
        *,
        duration_s: float | None = None,
        bpm: float | None = None,
        keep: Sequence[int] = (),
    ) -> Written:
        """New stamps on the bars of the song's tempo, or of `bpm`, for all lines but those to keep."""
        return retime_song(self.opened, duration_s, bpm, keep)

    def style(self, text: str) -> Step:
        """Change the style that further takes are sung in."""
        if not text.strip():
            raise StudioError("the style would be empty", hint='say one, e.g. "bossa nova, soft"')
        version = self.song.add_version(f"style {text.strip()}", style=text.strip())
        return Step("style", version.style, version)

    # --- sound

    @property
    def duration_s(self) -> float:
        """Length of the song: as asked, else what its words need."""
        return self.opened.duration_s

    def forecast(self, wish: RenderWish | None = None) -> Rendered:
        """What a render would do, before the time is spent."""
        return forecast_song(self.opened, wish or RenderWish())

    def render(self, wish: RenderWish | None = None) -> Rendered:
        """Sing the whole song: one new take a seed."""
        return render_song(self.opened, wish or RenderWish())

    def fix(
        self,
        spans: Sequence[Span],
        wish: RenderWish | None = None,
        *,
        take: str = "",
        duration_s: float | None = None,
        style: str = "",
    ) -> Rendered:
        """Sing only these spans again, with the words as they are now; all else stays bit for bit.

        They are sung in the take's own style, or in `style`. A `duration_s` beyond the take's makes the song longer:
        what comes after its end is sung too.
        """
        parent = take or self.opened.picked_take()
        return fix_take(self.opened, parent, spans, wish or RenderWish(), duration_s, style)

    def takes(self, *, verify: bool = False) -> TakeList:
        """All takes of the present version, and what each differs in from its parent; with `verify` also
        whether their sound files still hold what was saved."""
        return list_takes(self.song, verify=verify)

    def pick(self, take: str) -> Step:
        """Choose the take that counts."""
        name = self.take_named(take)
        return Step("picked", name, self.song.add_version(f"pick {name}", picked=name))

    def take_named(self, text: str) -> str:
        """A take of the present version from "t003", "3", or "" for the one that counts."""
        return self.opened.take_named(text)

    def play(self, take: str = "") -> Played:
        """Play a take to its end."""
        from songsmith.agent.studio.player import play_file

        name = self.take_named(take)
        path = self.song.sound_of(name)
        play_file(path)
        return Played(name, path)

    def replay(self, take: str = "") -> Replay:
        """Make a take again from its manifest; compare the samples, or bring back its file if that is gone."""
        name = self.take_named(take)
        return replay_take(self.song, self.engines, name, on_progress=self.audience.progress)

    def listen(
        self, take: str = "", *, model: str = "", language: str = "", allowed: bool = False
    ) -> "Hearing":
        """Hear what was sung in a take, line by line; `allowed` lets a model be downloaded."""
        from songsmith.agent.studio.listening import EarsWish, listen_to_take

        return listen_to_take(self.opened, take, EarsWish(model, language, allowed))

    def align(
        self, take: str = "", *, model: str = "", language: str = "", allowed: bool = False
    ) -> "Aligned":
        """When a take sings each line and word; the times are kept beside it."""
        from songsmith.agent.studio.listening import EarsWish, align_take

        return align_take(self.opened, take, EarsWish(model, language, allowed))

    def mend(
        self,
        take: str = "",
        *,
        until_sung: float | None = None,
        max_rounds: int | None = None,
        among: Sequence[str] = (),
        model: str = "",
        language: str = "",
        allowed: bool = False,
    ) -> "Mended":
        """Sing only the lines again that were not understood, and pick the take heard best."""
        from songsmith.agent.studio.listening import EarsWish
        from songsmith.agent.studio.mending import DEFAULT_BAR, mend_take

        bar, rounds = self.settings.until_sung or DEFAULT_BAR, self.settings.max_rounds
        return mend_take(
            self.opened,
            take,
            until_sung=bar if until_sung is None else until_sung,
            max_rounds=rounds if max_rounds is None else max_rounds,
            among=among,
            ears=EarsWish(model, language, allowed),
        )

    # --- history

    def undo(self) -> Step:
        """Take the last change back."""
        undone = self.song.version.made_by
        version = self.song.undo()
        return Step("undone", f"{undone}; the song is at v{version.number}", version)

    def redo(self) -> Step:
        """Take the last undo back."""
        version = self.song.redo()
        return Step("redone", f"{version.made_by}; the song is at v{version.number}", version)

    def versions(self) -> History:
        """All versions, on every branch."""
        state = self.song.file.state
        return History(self.song.versions, state.version, state.branch, state.tips)

    def branch(self, name: str) -> Step:
        """Go on from another branch or version; a new name starts a branch here."""
        if not name.strip():
            raise StudioError("a branch needs a name", hint="e.g. branch bitter, or branch v3")
        version = self.song.branch(name.strip())
        return Step("branch", f"{name.strip()}, at v{version.number}", version)

    def diff(self, before: str = "", after: str = "") -> Changes:
        """What changed from one version ("v2", default: the one before) to another (default: now)."""
        return changes_between(self.song, before, after)

    # --- out

    def export(
        self,
        formats: Sequence[str] = ("flac",),
        *,
        take: str = "",
        to: Path | None = None,
        lufs: float | None = None,
        bits: int = 24,
        rate_hz: int = 44_100,
    ) -> Exported:
        """Files for other programs, in `to` or the song's `export/`; `agent/export/formats.py` names the formats.

        Raises `ExportError` for a format, loudness, depth or rate that can't be had.
        """
        wish = ExportWish(formats, to, SoundForm(lufs, bits, rate_hz))
        return export_take(self.opened, self.take_named(take), wish)

    def page(self, out: Path | None = None, *, beside: bool = False) -> "Page":
        """One HTML file that plays the takes and shows the words; see `write_page`."""
        from songsmith.agent.page.build import write_page

        self.song.reload()
        return write_page(self.song, out, beside=beside)

    # --- what the verbs share

    @property
    def opened(self) -> OpenSong:
        """The song as it is on the disk now, with all that its verbs work with."""
        self.song.reload()
        return self._as_known

    @property
    def _as_known(self) -> OpenSong:
        """The song as it was read or changed last here; what others changed meanwhile is found when it is saved."""
        return OpenSong(self.song, self.settings, self.engines, self.audience, self.ledger)

    @property
    def language(self) -> str:
        return self.opened.language

    def lines_named(self, text: str) -> list[int]:
        """Line numbers of "7-9", "line 7" or "chorus 2"."""
        return parse_lines(text, self.song.lyrics)

    def spans_named(self, text: str, take: str = "") -> list[Span]:
        """Spans of "0:42-0:55", "line 7" or "chorus 2" in a take; several with ";"; "changed" are the lines that the
        take that counts does not sing yet."""
        if text.strip().casefold() == "changed":
            lines = changed_lines(self.song)
            return list(span_of_lines(self.lyrics_as_sung(), lines, self.duration_s))
        parts = text.split(";")
        lyrics = self.song.lyrics if all(map(is_time, parts)) else self.lyrics_as_sung(take)
        return [span for part in parts for span in parse_pointer(part, lyrics, self.duration_s)]

    def lyrics_as_sung(self, take: str = "") -> Lyrics:
        """The lyrics with the times at which a take sings them; the stamps where there is no take yet."""
        from songsmith.agent.studio.mending import lyrics_as_sung

        if not take and not self.song.picked:
            return self.song.lyrics
        return lyrics_as_sung(self.opened, take)


for _verb in set(VERBS) - set(_ONLY_LOOKING):
    setattr(Studio, _verb, logged(getattr(Studio, _verb)))
