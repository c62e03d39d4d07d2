"""The one base of every error a person is meant to read.

SongsmithError                a line: what, where, how to put it right; the command line prints it and exits 1
├── LrcError                  lyrics.reading.encoding: a lyrics file that can't be read at all
├── PhonemeError              lyrics.speech.espeak: espeak-ng or a language is missing
├── AudioError                engine.audio: a sound file that can't be read or written
├── EngineError               engine.engine: an engine that can't do what was asked
│   ├── Cancelled             engine.engine: the person stopped a render
│   ├── CheckpointError       engine.diffrhythm.model.rename: tensors missing, left over or of another shape
│   ├── DeviceError           engine.device_limits: out of memory, unsupported dtype
│   ├── StyleError            engine.diffrhythm.style_embedding: reference audio that can't be used
│   └── WeightsError          engine.weights.hub: missing, damaged or wrong weights
├── ListenError               engine.listening.ears_models: no ears installed, or nothing to hear
├── PromptError               prompts: unknown prompt or field
├── FileError                 agent.files: a file or folder that can't be read or written
├── SettingsError             agent.settings.settings: a setting that can't be used
├── BriefError                agent.writers.brief: something is asked for that no song can have
├── WriterError               agent.writers.offline.reading: a song that can't be written
├── SongError                 agent.song.stored: a song folder that can't be opened or changed
├── SpanError                 agent.studio.spans: a place in the song that does not exist
├── BatchError                agent.batch.job: a batch that can't begin or go on
│   └── RowsError             agent.batch.checking: rows that can't be made
├── StudioError               agent.studio.open_song: a verb that can't be done with this song
├── ArgumentsError            agent.operations.operation: arguments that an operation can't be done with
├── CommandError              agent.chat.slash: an unknown slash command, or one that lacks its argument
├── InstallError          agent.doctor.packages: packages that pip could not put right
├── PlayerError               agent.studio.player: no player, or one that failed
└── LlmError                  agent.llm.errors: the endpoint failed; a tree of its own, drawn there
"""

import re

_ENDLESS = re.compile(r"([^\s;]{120})[^\s;]{200,}")
"""What no person wants to read again: a word, name or number far longer than any path."""


class SongsmithError(Exception):
    """Something the person can put right. `str()` is one line of readable length: `where: what; hint`."""

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(what, where, hint)
        self.what = what
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        cure = f"; {self.hint}" if self.hint else ""
        return _ENDLESS.sub(r"\1…", " ".join(f"{place}{self.what}{cure}".split()))
