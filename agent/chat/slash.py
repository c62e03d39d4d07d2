"""The slash commands of a chat: every verb without an LLM, and a few for the session itself.

Each command is a method whose docstring is its help: "/usage - what it does".
"""

import difflib
import inspect
import re
import shlex
from collections.abc import Callable

from songsmith.agent.chat.editor import edited_words
from songsmith.agent.chat.session import Session
from songsmith.agent.chat.talk import Talk
from songsmith.agent.chat.telling import Help, Tell
from songsmith.agent.doctor.examine import examine, this_machine
from songsmith.agent.events import Done, Fact, Note
from songsmith.agent.studio.engine_options import option_words
from songsmith.agent.studio.engine_states import engine_list, engine_state
from songsmith.agent.studio.open_song import StudioError
from songsmith.agent.studio.rendering import RenderWish
from songsmith.agent.studio.spans import parse_duration
from songsmith.agent.writers.rhymes import find_rhymes
from songsmith.errors import SongsmithError

__all__ = ["CommandError", "SlashCommands", "command_names"]


_KEYS = (
    "Anything else you type is a sentence for the LLM. Tab completes, Alt-Enter adds a line, "
    "Ctrl-C stops what is being done, Ctrl-D leaves."
)


class CommandError(SongsmithError):
    """A slash command that does not exist or lacks its argument."""


class SlashCommands:
    """`run("/fix chorus 2")`. What comes of it is told to `tell`."""

    def __init__(self, session: Session, talk: Talk, tell: Tell) -> None:
        self._session = session
        self._talk = talk
        self._tell = tell
        self._running = ""
        self._has_offered_page = False

    def run(self, line: str) -> None:
        """Do what a line that begins with "/" says."""
        name, _, argument = line[1:].strip().partition(" ")
        name = {"?": "help", "exit": "quit", "q": "quit", "rewrite": "revise"}.get(name, name)
        if name not in command_names():
            near = difflib.get_close_matches(name, command_names(), n=1)
            hint = f"did you mean /{near[0]}?" if near else "/help lists them"
            raise CommandError(f"there is no command /{name}", hint=hint)
        self._running = name
        command: Callable[[str], None] = getattr(self, name)
        command(argument.strip())

    # --- words

    def write(self, argument: str) -> None:
        """/write WHAT IT IS ABOUT - new words for the whole song"""
        self._need(argument, "/write a love song for a lighthouse")
        self._show(self._session.write(argument))

    def revise(self, argument: str) -> None:
        """/revise WHERE [xN]: INSTRUCTION - rewrite some lines; with x3 three wordings to /choose from"""
        where, _, instruction = argument.partition(":")
        self._need(where.strip() and instruction.strip(), "/revise verse 2: more bitter")
        studio = self._session.studio
        if match := re.fullmatch(r"(.*\S)\s+x\s*(\d)\s*", where):
            lines = studio.lines_named(match[1])
            self._show(studio.offer(lines, instruction.strip(), int(match[2])))
            return
        self._show(studio.revise(studio.lines_named(where), instruction.strip()))

    def choose(self, argument: str) -> None:
        """/choose N - take wording N of those offered last"""
        self._need(argument.isdecimal(), "/choose 2")
        self._show(self._session.studio.choose(int(argument)))

    def rhyme(self, argument: str) -> None:
        """/rhyme WORD [N] [METRE] - words that rhyme, of N syllables, e.g. /rhyme night 2 x/"""
        words = argument.split()
        metre = words.pop() if len(words) > 1 and re.fullmatch(r"[x/]+|[平仄]+", words[-1]) else ""
        size = int(words.pop()) if len(words) > 1 and words[-1].isdecimal() else None
        self._need(words, "/rhyme window")
        self._show(find_rhymes(" ".join(words), syllables=size, metre=metre))

    def lyrics(self, argument: str) -> None:
        """/lyrics - the words with their stamps and how they sing"""
        self._show(self._session.studio.check())

    def edit(self, argument: str) -> None:
        """/edit [N WORDS] - change the words in your editor, or line N to WORDS"""
        studio = self._session.studio
        single = re.match(r"(\d{1,9})\s+(\S.*)", argument)
        if single:
            self._show(studio.replace_lines({int(single[1]): single[2]}))
        else:
            self._show(studio.edit(edited_words(studio)))

    def check(self, argument: str) -> None:
        """/check [repair] - all faults of the words; with repair, the safe ones are put right"""
        self._show(self._session.studio.check(repair=argument in ("repair", "mend")))

    def retime(self, argument: str) -> None:
        """/retime [LENGTH] [TEMPO] - new stamps on the bars of the song's tempo, e.g. /retime 2:30 96 bpm"""
        bpm = re.search(r"([\d.]+)\s*bpm", argument)
        length = re.sub(r"[\d.]+\s*bpm", "", argument).strip()
        written = self._session.studio.retime(
            duration_s=parse_duration(length) if length else None,
            bpm=float(bpm[1]) if bpm else None,
        )
        self._show(written)

    def style(self, argument: str) -> None:
        """/style [TEXT] - show or change the style of further takes"""
        studio = self._session.studio
        if argument:
            self._show(studio.style(argument))
        else:
            self._fact("style", studio.song.version.style or "none yet")

    # --- sound

    def render(self, argument: str) -> None:
        """/render [N] [NAME=VALUE] - sing the whole song, N takes; `/render bpm=92`"""
        words, options = _apart(argument)
        wish = RenderWish(takes=_count(words), options=options)
        self._show(self._session.studio.render(wish))
        if not self._has_offered_page:
            self._has_offered_page = True
            self._tell(Note("/page writes a page that plays it and follows the words"))

    def fix(self, argument: str) -> None:
        """/fix WHERE [xN] [NAME=VALUE] - sing only a part again: /fix 0:42-0:55, /fix chorus 2 x2, /fix changed"""
        self._need(argument, "/fix 0:42-0:55, /fix line 7 or /fix chorus 2")
        words, options = _apart(argument)
        match = re.fullmatch(r"(.*?)(?:\s+x\s*(\d{1,9}))?", words)
        where, takes = (match[1], match[2]) if match else (words, None)
        wish = RenderWish(takes=_count(takes or ""), options=options)
        studio = self._session.studio
        self._show(studio.fix(studio.spans_named(where), wish))

    def takes(self, argument: str) -> None:
        """/takes - all takes of this version"""
        self._show(self._session.studio.takes())

    def pick(self, argument: str) -> None:
        """/pick TAKE - choose the take that counts"""
        self._need(argument, "/pick 2")
        self._show(self._session.studio.pick(argument))

    def play(self, argument: str) -> None:
        """/play [TAKE] - play a take; Ctrl-C stops"""
        self._show(self._session.studio.play(argument))

    def ab(self, argument: str) -> None:
        """/ab TAKE TAKE - play two takes, one after the other"""
        names = argument.split()
        self._need(len(names) == 2, "/ab 2 3")
        for label, name in zip("AB", names, strict=True):
            take = self._session.studio.take_named(name)
            self._fact(label, take)
            self._session.studio.play(take)

    def export(self, argument: str) -> None:
        """/export [FORMATS] - hand the picked take out: mp3, srt, midi, stems, musicxml, mp4, …"""
        formats = argument.replace(",", " ").split() or [self._session.settings.format]
        self._show(self._session.studio.export(formats))

    def page(self, argument: str) -> None:
        """/page - one HTML file that plays the takes and shows the words, to send to someone"""
        self._show(self._session.studio.page())

    def replay(self, argument: str) -> None:
        """/replay [TAKE] - make a take again from its manifest: compare the samples, or bring back its file"""
        self._show(self._session.studio.replay(argument))

    def listen(self, argument: str) -> None:
        """/listen [TAKE] - hear what was sung, line by line"""
        self._show(self._session.studio.listen(argument))

    def align(self, argument: str) -> None:
        """/align [TAKE] - when each line and word is really sung, for karaoke and subtitles"""
        self._show(self._session.studio.align(argument))

    def mend(self, argument: str) -> None:
        """/mend [TAKE] - listen, and sing again only the lines that were not understood"""
        self._show(self._session.studio.mend(take=argument))

    # --- history

    def undo(self, argument: str) -> None:
        """/undo - take the last change back"""
        self._show(self._session.studio.undo())

    def redo(self, argument: str) -> None:
        """/redo - take the last undo back"""
        self._show(self._session.studio.redo())

    def versions(self, argument: str) -> None:
        """/versions - all versions of the song"""
        self._show(self._session.studio.versions())

    def diff(self, argument: str) -> None:
        """/diff [v2 [v3]] - what changed from one version to another"""
        before, _, after = argument.partition(" ")
        self._show(self._session.studio.diff(before, after))

    def branch(self, argument: str) -> None:
        """/branch NAME|v3 - start a branch here, go to one, or go on from an old version"""
        self._need(argument, "/branch bitter, or /branch v3")
        self._show(self._session.studio.branch(argument))

    # --- the session

    def doctor(self, argument: str) -> None:
        """/doctor - what is missing or broken on this machine, and how to get it"""
        self._tell(Note("looking at this machine and its LLM…"))
        self._show(examine(this_machine()))

    def engines(self, argument: str) -> None:
        """/engines [NAME] - who can sing here, or the options of one"""
        known = self._session.engines
        self._show(engine_state(known, argument) if argument else engine_list(known))

    def cost(self, argument: str) -> None:
        """/cost - tokens and money spent on the LLM in this session"""
        self._fact("cost", self._talk.cost())

    def model(self, argument: str) -> None:
        """/model [NAME] - show or change the LLM"""
        self._fact("llm", self._talk.use(model=argument))

    def profile(self, argument: str) -> None:
        """/profile [NAME] - show or change the LLM profile: deepseek, openai, ollama, …"""
        self._fact("llm", self._talk.use(profile=argument))

    def clear(self, argument: str) -> None:
        """/clear - forget the talk so far; the song stays"""
        self._talk.forget()
        self._fact("cleared", "the talk so far is forgotten; the song stays")

    def help(self, argument: str) -> None:
        """/help [COMMAND] - this list, or one line of it"""
        wanted = argument.removeprefix("/")
        names = [name for name in command_names() if wanted in ("", name)]
        for name in names or command_names():
            usage, _, what = (inspect.getdoc(getattr(self, name)) or "").partition(" - ")
            self._tell(Help(usage, what))
        if len(names) != 1:
            self._tell(Note(_KEYS))

    def quit(self, argument: str) -> None:
        """/quit - leave; the song is kept"""
        raise EOFError

    # --- what they share

    def _need(self, is_given: object, example: str) -> None:
        if not is_given:
            raise CommandError("this command needs to be told more", hint=f"e.g. {example}")

    def _show(self, result: object) -> None:
        self._tell(Done(self._running, result))

    def _fact(self, name: str, value: str) -> None:
        self._tell(Fact(name, value))


def command_names() -> list[str]:
    """All slash commands, without the slash, in the order of the class."""
    return [name for name in vars(SlashCommands) if not name.startswith("_") and name != "run"]


def _apart(argument: str) -> tuple[str, dict[str, object]]:
    """The plain words of a command, and the options of the engine ("bpm=92") among them."""
    try:
        words = shlex.split(argument) if "=" in argument else argument.split()
    except ValueError as error:
        raise StudioError(
            f"a quotation mark in {argument!r} is not closed", hint='e.g. key="F minor"'
        ) from error
    options = option_words([word for word in words if "=" in word])
    return " ".join(word for word in words if "=" not in word), options


def _count(text: str) -> int:
    if text and not re.fullmatch(r"0*[1-9][0-9]{0,8}", text):
        raise StudioError(f"{text!r} is not a number of takes", hint="give 1 or more, e.g. 2")
    return int(text or 0)
