"""Kokoro's voices and means of them as singers: the network sings, no vocoder is in between."""

from songsmith.engine.sketch.kokoro.package import INSTALL, has_kokoro
from songsmith.engine.sketch.kokoro.speakers import BLENDS, LANGUAGES
from songsmith.engine.sketch.voices.speaking_voice import NamedVoice

__all__ = ["VOICES"]

# Of each language the one that is understood best comes first.
_SPEAKERS = {
    **{"kokoro-michael": "am_michael", "kokoro-heart": "af_heart", "kokoro-bella": "af_bella"},
    **{"kokoro-puck": "am_puck"},
    **{"kokoro-george": "bm_george"},
    **{"kokoro-alex": "em_alex", "kokoro-dora": "ef_dora"},
    **{"kokoro-alex-419": "em_alex", "kokoro-dora-419": "ef_dora"},
    **{"kokoro-claire": "ff_claire", "kokoro-siwis": "ff_siwis"},
    **{"kokoro-nicola": "im_nicola", "kokoro-gaia": "if_gaia", "kokoro-sara": "if_sara"},
    **{"kokoro-alex-pt": "pm_alex", "kokoro-dora-pt": "pf_dora"},
    **{"kokoro-mingyu": "zm_mingyu", "kokoro-yunxi": "zm_yunxi"},
    **{"kokoro-yunjian": "zm_yunjian", "kokoro-yunyang": "zm_yunyang"},
    **{"kokoro-xiaobei": "zf_xiaobei", "kokoro-xiaoxiao": "zf_xiaoxiao"},
    **{"kokoro-kumo": "jm_kumo", "kokoro-alpha": "jf_alpha"},
    **{"kokoro-omega": "hm_omega", "kokoro-beta": "hf_beta"},
}
_ACCENTS = {"kokoro-alex-419": "es-419", "kokoro-dora-419": "es-419"}  # Spanish as in America
_REGISTERS = {"low": (43, 60), "high": (52, 66)}  # above some 350 Hz the voices break up
_CLEARER_LOW = ("ff_claire", "ff_siwis")  # in the mix siwis loses half the words that she does high
# Where nobody else is asked for: without them espeak's voices sing, of whom twice as many words are lost in the mix.
_FIRST = {"em_alex": ("", "low"), "ef_dora": ("high",), "ff_claire": ("", "low", "high")}
_FIRST |= {"im_nicola": ("", "low"), "if_gaia": ("high",), "pm_alex": ("", "low")}
_FIRST |= {"pf_dora": ("high",), "jm_kumo": ("", "low"), "jf_alpha": ("high",)}


def _description(speaker: str) -> str:
    parts = BLENDS.get(speaker, {speaker: 1.0})
    names = [part[3:].capitalize() for part in sorted(parts, key=lambda part: -parts[part])]
    if len(names) == 1:
        return f"Kokoro {names[0]}, a network that sings"
    return f"Kokoro {names[0]} with a little of {' and '.join(names[1:])}, a network that sings"


def _singer(name: str, speaker: str) -> NamedVoice:
    is_high = speaker[1] == "f" and speaker not in _CLEARER_LOW
    register = "high" if is_high else "low"
    return NamedVoice(
        name=name,
        language=_ACCENTS.get(name, LANGUAGES[speaker[0]]),
        register=register,
        pitches=_REGISTERS[register],
        description=_description(speaker),
        install=INSTALL,
        is_installed=has_kokoro,
        ranks=dict.fromkeys(_FIRST.get(speaker, ()), 1),
        registers=_REGISTERS,
        sings_as=speaker,
    )


VOICES = tuple(_singer(*each) for each in _SPEAKERS.items())
