"""Steps of a song as values: no folder, no lock."""

from hypothesis import given
from hypothesis import strategies as st

from songsmith.agent.song.song_file import SongFile, Version
from songsmith.agent.song.timeline import (
    named_version,
    next_version,
    on_branch,
    redone,
    undone,
    with_version,
)

EMPTY = SongFile(title="Night Train")
BEGIN = Version(number=0, made_by="begin", made_at="")


def stepped(file: SongFile, **given_: object) -> SongFile:
    """The song with one more version."""
    present = file.versions[file.state.version - 1] if file.state.version else BEGIN
    number = len(file.versions) + 1
    return with_version(file, next_version(present, number, "edit", new_takes=(), **given_))


def test_the_next_version_keeps_what_was_not_given():
    first = next_version(BEGIN, 1, "write", new_takes=("t001",), style="rock", words="v001.lrc")
    second = next_version(first, 2, "render", new_takes=("t002",), style=None, picked="t002")
    assert (second.parent, second.style, second.words) == (1, "rock", "v001.lrc")
    assert (second.takes, second.picked) == (("t001", "t002"), "t002")


def test_a_version_that_continues_the_present_one_is_undone_with_it():
    file = stepped(EMPTY)
    more = next_version(file.versions[0], 2, "sing", new_takes=("t001",))
    assert undone(with_version(file, more, continues=file.versions[0])).state == EMPTY.state
    assert undone(with_version(file, more)).state == file.state


def test_a_version_that_continues_one_the_song_has_left_is_a_step_of_its_own():
    file = stepped(stepped(EMPTY))
    late = next_version(file.versions[0], 3, "sing", new_takes=())
    assert undone(with_version(file, late, continues=file.versions[0])).state == file.state


@given(st.lists(st.sampled_from(["step", "a", "b", "main"])))
def test_undo_and_redo_walk_the_same_way_back_and_forth(steps):
    walked = [EMPTY]
    for step in steps:
        here = walked[-1]
        walked.append(
            stepped(here) if step == "step" else on_branch(here, step, here.state.version)
        )
    end = file = walked[-1]
    for before in reversed(walked[:-1]):
        file = undone(file)
        assert file.state == before.state
    for _ in steps:
        file = redone(file)
    assert file == end


def test_a_step_after_an_undo_leaves_nothing_to_redo():
    assert stepped(undone(stepped(EMPTY))).future == ()


def test_a_branch_goes_on_from_its_tip_or_from_where_it_begins():
    file = on_branch(stepped(stepped(EMPTY)), "bitter", 1)
    assert (file.state.version, file.state.branch) == (1, "bitter")
    back = on_branch(file, "main", 1)
    assert (back.state.version, back.state.tips) == (2, {"main": 2, "bitter": 1})


def test_only_v_and_a_number_names_a_version():
    names = ["v3", "v", "v3a", "3", "v٣", "V3", "v" + "9" * 19]
    assert [named_version(name) for name in names] == [3, *[None] * 6]
