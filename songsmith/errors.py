"""The one base of every error a person is meant to read.

SongsmithError                a line: what, where, how to mend it; the command line prints it and exits 1
├── LrcError                  lyrics.lrc: a lyrics file that can't be read at all
├── PhonemeError              lyrics.phonemes: espeak-ng or a language is missing
├── AudioError                engine.audio: a sound file that can't be read or written
├── EngineError               engine.engine: an engine that can't do what was asked
│   ├── Cancelled             engine.engine: the person stopped a render
│   ├── WeightsError          engine.diffrhythm.weights: missing, damaged or wrong weights
│   └── DeviceError           engine.diffrhythm.engine: out of memory, unsupported dtype
├── ListenError               engine.listen: no ears installed, or nothing to hear
├── PromptError               prompts: unknown prompt or field
├── SettingsError             agent.settings: a setting that can't be used
├── SongError                 agent.songbook: a song folder that can't be opened or changed
├── StudioError               agent.studio: a verb that can't be done with this song
└── LlmError                  agent.llm: the endpoint failed; one child per cause
"""


class SongsmithError(Exception):
    """Something the person can mend. `str()` is one line: `where: what; mend`."""

    def __init__(self, what: str, *, where: str = "", mend: str = "") -> None:
        super().__init__(what, where, mend)
        self.what = what
        self.where = where
        self.mend = mend

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        cure = f"; {self.mend}" if self.mend else ""
        return " ".join(f"{place}{self.what}{cure}".split())
