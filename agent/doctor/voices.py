"""Who sings and who listens: the voices of the sketch engine, and a model that hears what was sung."""

from collections.abc import Iterator

from songsmith.agent.doctor.finding import Finding, Machine, fail, ok, warn
from songsmith.agent.doctor.probe import ask_python

__all__ = ["check_ears", "check_voices"]

_VOICES = """
import json, warnings
warnings.simplefilter("ignore")
from songsmith.engine.sketch.voices.voices import choose_voice, voice_names
from songsmith.errors import SongsmithError
facts = {{"count": len(voice_names()), "fault": ""}}
for language in ("en", "zh"):
    found = voice_names(language)
    facts[language] = [voice.name for voice in found if voice.is_natural and voice.is_installed]
try:
    choose_voice("en", {wanted!r})
except SongsmithError as error:
    facts["fault"] = str(error)
print(json.dumps(facts))
"""
_EARS = """
import json, warnings
warnings.simplefilter("ignore")
from songsmith.engine.listening.ears_models import ListenError, find_model
facts = {{}}
for language in ("en", "zh"):
    try:
        facts[language] = [find_model({wanted!r}, language).name, "", ""]
    except ListenError as error:
        facts[language] = ["", f"{{error.where}}: {{error.what}}".removeprefix(": "), error.hint]
print(json.dumps(facts))
"""


def check_voices(machine: Machine) -> Iterator[Finding]:
    """The voices that sing most clearly, and the one that is set."""
    wanted = machine.settings.voice if machine.settings else ""
    answer = ask_python(_VOICES.format(wanted=wanted))
    if answer.fault:
        yield fail("voices", f"can't be loaded ({answer.fault})")
        return
    facts = answer.value
    natural = [
        f"{language}: {', '.join(facts[language])}" for language in ("en", "zh") if facts[language]
    ]
    more = f"{facts['count']} in all (songsmith make --voice list)"
    if natural:
        yield ok("voices", f"{'; '.join(natural)}; {more}")
    else:
        yield warn(
            "voices",
            f"only espeak-ng's, which are less clear; {more}",
            'pip install "songsmith[voices]"',
        )
    if facts["fault"]:
        yield fail(
            "voice",
            f"the setting voice can't be used: {facts['fault']}",
            "songsmith config unset voice",
        )


def check_ears(machine: Machine) -> Iterator[Finding]:
    """The transcription model for English, and that for other languages."""
    wanted = machine.settings.listen_model if machine.settings else ""
    answer = ask_python(_EARS.format(wanted=wanted))
    if answer.fault:
        yield fail(
            "ears",
            f"can't be loaded ({answer.fault})",
            'pip install --force-reinstall "faster-whisper"',
        )
        return
    (english, why, hint), (other, other_why, other_hint) = answer.value["en"], answer.value["zh"]
    if not english:
        state = fail if wanted else warn
        yield state("ears", f"{why}; listen, align and mend need it", hint)
    elif not other:
        yield warn("ears", f"{english} for English; for other languages: {other_why}", other_hint)
    else:
        yield ok(
            "ears",
            english if english == other else f"{english} for English, {other} for other languages",
        )
