import threading

import pytest

import songsmith
from songsmith.agent.studio.results import Silence

LYRICS = "[00:01.00]The train is late again\n[00:04.00]I'm waiting in the rain\n"


@pytest.fixture
def make(tmp_path, monkeypatch, beep):
    """What `songsmith.make` needs for a song of two lines that is beeped, as keyword arguments."""
    monkeypatch.chdir(tmp_path)
    return {"lyrics": LYRICS, "length_s": 8, "seed": 1, "engine": "beep", "title": "Train"}


class Gate(Silence):
    """Holds the work at its second take until `opened`."""

    def __init__(self) -> None:
        self.opened = threading.Event()

    def progress(self, progress: songsmith.Progress) -> None:
        if progress.take == 2:
            assert self.opened.wait(20)


def test_everything_that_happens_comes_as_events_and_the_result_is_the_last(make):
    told = list(songsmith.events(songsmith.make, "train", **make))
    assert songsmith.Fact("engine", "beep (as asked)") in told
    assert songsmith.Progress("beeping", 1, 1) in told
    *_, last = told
    assert isinstance(last, songsmith.Done) and last.verb == "make"
    assert songsmith.event_document(last)["result"]["takes"][0]["seed"] == 1


def test_verbs_of_an_open_song_tell_the_same_and_their_own_audience_too(make):
    heard: list[songsmith.Event] = []
    made = songsmith.make("train", **make)
    studio = songsmith.open_song(made.folder, audience=songsmith.Listener(heard.append))
    told = list(songsmith.events(studio.render, songsmith.RenderWish(engine="beep", seed=5)))
    assert told[:-1] == heard and len(heard) >= 3
    assert isinstance(told[-1], songsmith.Done) and told[-1].verb == "render"
    assert studio.song.takes == ("t001", "t002")


def test_what_a_verb_raises_is_raised_where_its_events_are_read(make):
    with pytest.raises(songsmith.SongsmithError, match="no engine 'nobody'"):
        list(songsmith.events(songsmith.make, "train", **{**make, "engine": "nobody"}))


def test_leaving_the_loop_stops_the_work_between_steps_and_keeps_what_was_finished(make):
    made = songsmith.make("train", **make)
    studio, gate = songsmith.open_song(made.folder), Gate()
    studio.audience = gate
    wish = songsmith.RenderWish(engine="beep", seed=5, takes=64)
    before = threading.active_count()
    for event in songsmith.events(studio.render, wish):
        if isinstance(event, songsmith.Progress) and event.take == 2:
            gate.opened.set()
            break
    assert threading.active_count() == before
    assert len(songsmith.open_song(made.folder).song.takes) < 6


def test_a_verb_that_tells_nothing_is_only_run(make):
    told = list(songsmith.events(songsmith.rhyme, "night"))
    assert [type(event) for event in told] == [songsmith.Done]
