"""Who plays: instruments that a style asks for take a seat in the genre's band, others leave it."""

from collections.abc import Sequence

from songsmith.engine.sketch.style.genre import Genre, Player, Stem, genre
from songsmith.engine.sketch.style.vocabulary import Instrument

__all__ = ["alone", "answering", "seated", "soloing", "unseated"]

_RHYTHM = {
    "keys": ("x-------x-------", "x-----x---x-----", "x--x--x-x--x--x-"),
    "guitar": ("0.2.3.2.1.2.3.2.", "d..gd.dud..gd.du", "d.dud.dud.dududu"),
    "strings": ("hold", "hold", "hold"),
}
_REGISTER = {"keys": (52, 74), "guitar": (48, 69), "strings": (55, 79)}
_MELODY = (60, 82)
"""Where an instrument that usually plays chords plays a melody."""


def seated(band: Genre, instrument: Instrument) -> Genre:
    """The band with an instrument in it, in the place of its like where there is one."""
    return band.model_copy(update=_seat(band, instrument))


def unseated(band: Genre, instrument: Instrument) -> Genre:
    """The band without an instrument and its kin: "no guitar" sends all guitars away."""
    if instrument.role in ("drums", "bass"):
        return band.model_copy(update={instrument.role: None})
    kin = instrument.name.split()[-1]

    def stays(player: Player) -> bool:
        return player.program != instrument.program and kin not in player.name.split()

    changes: dict[str, object] = {"players": tuple(filter(stays, band.players))}
    if band.lead and not stays(band.lead):
        changes["lead"] = band.answer if band.answer and stays(band.answer) else None
    if band.answer and (not stays(band.answer) or "lead" in changes):
        changes["answer"] = None
    return band.model_copy(update=changes)


def soloing(band: Genre, instrument: Instrument) -> Genre:
    """The band with an instrument as its lead."""
    return band.model_copy(update={"lead": _leading(band.lead, instrument), "answer": None})


def answering(band: Genre, instrument: Instrument) -> Genre:
    """The band with an instrument that plays between the lines of the singer."""
    return band.model_copy(update={"answer": _leading(band.lead, instrument)})


def _leading(lead: Player | None, instrument: Instrument) -> Player | None:
    low, high = (instrument.low, instrument.high) if instrument.low else _MELODY
    new = {"name": instrument.name, "program": instrument.program}
    registers = {"register_low": low, "register_high": high}
    return lead.model_copy(update=new | registers) if lead else None


def alone(band: Genre, wanted: Sequence[Instrument]) -> Genre:
    """Nobody but the instruments asked for; the first of them has the melody if none is a lead."""
    names = {instrument.name for instrument in wanted}
    roles = {instrument.role for instrument in wanted}
    if "lead" not in roles:
        melodic = [i for i in wanted if i.role not in ("drums", "bass")]
        silent = {"lead": None, "answer": None}
        band = soloing(band, melodic[0]) if melodic else band.model_copy(update=silent)
    changes: dict[str, object] = {
        "players": tuple(p for p in band.players if p.name in names),
        "drums": band.drums if "drums" in roles else None,
        "bass": band.bass if "bass" in roles else None,
    }
    return band.model_copy(update=changes)


def _seat(band: Genre, instrument: Instrument) -> dict[str, object]:
    name, program = instrument.name, instrument.program
    if instrument.role == "drums":
        if band.drums is None or program < 0:
            return {}
        return {"drums": band.drums.model_copy(update={"name": name, "kit": program})}
    if instrument.role == "bass":
        seat = band.bass or genre("pop").bass
        if seat is None or program < 0:
            return {"bass": seat}
        return {"bass": seat.model_copy(update={"name": name, "program": program})}
    if instrument.role == "lead":
        return {"lead": _leading(band.lead, instrument), "answer": None}
    return {"players": _with_player(band.players, name, program, instrument.role)}


def _with_player(
    players: tuple[Player, ...], name: str, program: int, stem: Stem
) -> tuple[Player, ...]:
    """A comping instrument among the others: awake where it is, in the seat of its like, or on a new one."""
    if any(player.program == program for player in players):
        return tuple(_awake(p, name) if p.program == program else p for p in players)
    for place, player in enumerate(players):
        if player.stem == stem:
            newcomer = player.model_copy(update={"program": program})
            return (*players[:place], _awake(newcomer, name), *players[place + 1 :])
    return (*players, _newcomer(name, program, stem))


def _awake(player: Player, name: str) -> Player:
    """A player who was asked for by name also plays where the groove is low."""
    quiet = player.low or player.mid or player.high
    changes = {"name": name, "low": quiet, "mid": player.mid or player.high or quiet}
    return player.model_copy(update=changes)


def _newcomer(name: str, program: int, stem: Stem) -> Player:
    low, mid, high = _RHYTHM[stem]
    bottom, top = _REGISTER[stem]
    return Player(
        name=name,
        program=program,
        stem=stem,
        low=low,
        mid=mid,
        high=high,
        register_low=bottom,
        register_high=top,
        strum_s=0.015 if stem == "guitar" else 0.0,
        pan=0.3 if stem == "guitar" else -0.15,
        level_db=-3.0,
    )
