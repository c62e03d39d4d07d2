import pytest

from songsmith.engine.sketch.style.genre import genre, genre_names
from songsmith.engine.sketch.style.lineup import alone, answering, seated, soloing, unseated
from songsmith.engine.sketch.style.vocabulary import vocabulary


def instrument(name: str):
    return next(one for one in vocabulary().instruments if one.name == name)


@pytest.mark.parametrize("name", genre_names())
def test_an_instrument_asked_for_plays_and_one_sent_away_does_not(name):
    band = genre(name)
    guitar = next(one for one in vocabulary().instruments if one.role == "guitar")
    players = {player.program for player in seated(band, guitar).players}
    assert guitar.program in players
    gone = unseated(seated(band, guitar), guitar)
    assert guitar.program not in {player.program for player in gone.players}


def test_drums_and_bass_leave_by_their_role():
    band = genre("rock")
    drums = next(one for one in vocabulary().instruments if one.role == "drums")
    bass = next(one for one in vocabulary().instruments if one.role == "bass")
    assert unseated(band, drums).drums is None and unseated(band, drums).bass is not None
    assert unseated(band, bass).bass is None and unseated(band, bass).drums is not None


def test_a_lead_takes_over_the_lead_and_an_answer_plays_beside_it():
    lead = next(one for one in vocabulary().instruments if one.role == "lead")
    band = genre("jazz swing")
    solo = soloing(band, lead).lead
    assert solo is not None and solo.program == lead.program
    assert soloing(band, lead).answer is None
    answered = answering(band, lead)
    assert answered.answer is not None and answered.answer.program == lead.program
    assert answered.lead == band.lead


def test_alone_means_nobody_else():
    guitar = next(one for one in vocabulary().instruments if one.role == "guitar")
    band = alone(seated(genre("folk"), guitar), [guitar])
    assert band.drums is None and band.bass is None
    assert {player.name for player in band.players} <= {guitar.name}
    assert band.lead is not None and band.lead.program == guitar.program
