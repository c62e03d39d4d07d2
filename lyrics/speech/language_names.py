"""English names of languages by their two-letter codes."""

__all__ = ["LANGUAGE_NAMES", "language_name"]

_NAMES = (
    "af:Afrikaans am:Amharic ar:Arabic az:Azerbaijani be:Belarusian bg:Bulgarian bn:Bengali bs:Bosnian ca:Catalan"
    " cs:Czech cy:Welsh da:Danish de:German el:Greek en:English eo:Esperanto es:Spanish et:Estonian eu:Basque"
    " fa:Persian fi:Finnish fr:French ga:Irish gd:Gaelic gl:Galician gu:Gujarati he:Hebrew hi:Hindi hr:Croatian"
    " ht:Haitian hu:Hungarian hy:Armenian id:Indonesian is:Icelandic it:Italian ja:Japanese ka:Georgian kk:Kazakh"
    " kn:Kannada ko:Korean la:Latin lb:Luxembourgish lt:Lithuanian lv:Latvian mk:Macedonian ml:Malayalam"
    " mr:Marathi ms:Malay mt:Maltese my:Burmese nb:Norwegian ne:Nepali nl:Dutch no:Norwegian or:Oriya pa:Punjabi"
    " pl:Polish pt:Portuguese ro:Romanian ru:Russian si:Sinhala sk:Slovak sl:Slovenian sq:Albanian sr:Serbian"
    " sv:Swedish sw:Swahili ta:Tamil te:Telugu th:Thai tr:Turkish uk:Ukrainian ur:Urdu uz:Uzbek vi:Vietnamese"
    " yue:Cantonese zh:Chinese"
)
LANGUAGE_NAMES = dict(pair.split(":") for pair in _NAMES.split())


def language_name(code: str) -> str:
    """ "Vietnamese" of "vi"; the code itself where it is not known here."""
    return LANGUAGE_NAMES.get(code.casefold().replace("_", "-").split("-")[0], code)
