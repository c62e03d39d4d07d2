"""How lines are joined and long notes swell, by the notes and by what is heard."""

from itertools import pairwise

import numpy as np
import pytest

from songsmith.engine.sketch.band.expression import expression, joined
from songsmith.engine.sketch.band.synth import play_notes, soundfont
from songsmith.engine.sketch.score import Note
from songsmith.engine.sketch.style.genre import Player, genre
from songsmith.engine.units import SAMPLE_RATE_HZ

TRUMPET = 56
LINE = [Note(0.5 * place, 0.5 * place + 0.47, 60 + 2 * place, 90) for place in range(4)]


def player(**changes):
    return Player(name="trumpet", program=TRUMPET, stem="lead", **changes)


def level_db(sound, start_s, end_s):
    piece = sound[int(start_s * SAMPLE_RATE_HZ) : int(end_s * SAMPLE_RATE_HZ)]
    return 10 * np.log10(np.mean(piece**2) + 1e-12)


def heard(notes):
    sound = play_notes(soundfont(), notes, 2 * SAMPLE_RATE_HZ + 1, program=TRUMPET)
    return sound.mean(axis=0)


def test_a_joined_line_overlaps_and_only_its_first_note_is_tongued():
    line = joined(LINE, player(legato=1.0), np.random.default_rng(1))

    assert [note.touch for note in line] == ["", "joined", "joined", "joined"]
    assert all(before.end_s > note.start_s for before, note in pairwise(line))
    assert joined(LINE, player(), np.random.default_rng(1)) == LINE


def test_repeated_slid_and_distant_notes_are_struck_anew():
    line = [
        Note(0.0, 0.5, 60),
        Note(0.5, 1.0, 60),
        Note(1.0, 1.5, 62, touch="slid"),
        Note(2.0, 2.5, 64),
    ]
    assert joined(line, player(legato=1.0), np.random.default_rng(1)) == line


def test_a_joined_note_rises_without_the_stroke_of_its_sample_and_leaves_no_gap():
    plain, soft = (heard([Note(0.0, 0.5, 62, 90, touch=touch)]) for touch in ("", "joined"))
    assert level_db(soft, 0, 0.015) < level_db(plain, 0, 0.015) - 6
    assert level_db(soft, 0.1, 0.4) == pytest.approx(level_db(plain, 0.1, 0.4), abs=3)

    line = heard(joined(LINE, player(legato=1.0), np.random.default_rng(1)))
    levels = [level_db(line, at_s, at_s + 0.02) for at_s in np.arange(0.1, 1.9, 0.02)]
    assert min(levels) > np.median(levels) - 6


def test_long_notes_swell_and_short_ones_do_not():
    times_s, levels_db = expression([Note(0.0, 2.4, 60), Note(0.01, 2.4, 64)], 6.0)

    def at(time_s):
        return float(np.interp(time_s, times_s, levels_db))

    assert at(0.02) == pytest.approx(-6, abs=0.3)
    assert at(1.32) == pytest.approx(0, abs=0.3)
    assert at(2.38) == pytest.approx(-3, abs=0.3)
    short = [Note(0.25 * place, 0.25 * place + 0.2, 60) for place in range(8)]
    assert not np.any(expression(short, 6.0)[1])
    assert not np.any(expression([], 6.0)[1])


def test_strings_and_winds_play_so_where_the_style_has_them():
    ballad, punk = genre("pop ballad"), genre("punk")

    assert ballad.lead and ballad.lead.legato > 0.5 and ballad.lead.swell_db > 3
    assert next(p for p in ballad.players if p.name == "strings").swell_db > 3
    assert punk.lead and not punk.lead.legato
