import pytest

from songsmith.agent.chat.session import Session
from songsmith.agent.operations.budget import Budget
from songsmith.agent.operations.operation import ArgumentsError, read_arguments
from songsmith.agent.operations.table import OPERATIONS
from songsmith.agent.studio.results import Silence
from songsmith.agent.studio.studio import VERBS


def test_every_verb_has_its_operation_in_the_same_order():
    assert tuple(OPERATIONS) == VERBS


def test_no_operation_takes_a_path():
    names = {name for o in OPERATIONS.values() for name in o.arguments.model_fields}
    assert not names & {"path", "file", "folder", "out", "to", "source", "lyrics"}
    assert '"path"' not in str([operation.schema for operation in OPERATIONS.values()])


def test_an_operation_that_changes_nothing_leaves_every_file_of_the_song_but_its_log(
    tmp_path, beep
):
    session = Session(
        Silence(),
        ask=lambda _: True,
        overrides={"out": tmp_path, "engine": "beep", "writer": "offline"},
    )
    session.write("a harbour at dawn", duration_s=12.0)
    place = session
    OPERATIONS["render"].act(place, read_arguments(OPERATIONS["render"].arguments, {"seed": 3}))

    def files() -> dict[str, bytes]:
        found = [path for path in tmp_path.rglob("*") if path.is_file()]
        return {str(path): path.read_bytes() for path in found if path.name != "log.txt"}

    before = files()
    told = {"rhyme": {"word": "night"}, "play": None}
    for operation in OPERATIONS.values():
        values = told.get(operation.name, {})
        if operation.effect == "nothing" and values is not None:
            operation.act(place, read_arguments(operation.arguments, values))
    assert files() == before


def test_only_what_sings_counts_against_the_budget():
    counted = {
        name: operation.takes(read_arguments(operation.arguments, values))
        for name, operation, values in (
            ("render", OPERATIONS["render"], {"takes": 3}),
            ("fix", OPERATIONS["fix"], {"where": "line 1"}),
            ("mend", OPERATIONS["mend"], {"max_rounds": 2}),
            ("replay", OPERATIONS["replay"], {}),
            ("export", OPERATIONS["export"], {}),
        )
    }
    assert counted == {"render": 3, "fix": 1, "mend": 2, "replay": 1, "export": 0}


def test_wrong_arguments_are_told_all_at_once():
    with pytest.raises(ArgumentsError) as caught:
        read_arguments(OPERATIONS["render"].arguments, {"takes": 99, "file": "/etc/passwd"})
    assert "takes" in str(caught.value)
    assert "file" in str(caught.value)


def test_a_budget_is_spent_given_back_and_renewed():
    budget = Budget(2)
    budget.spend(2)
    assert not budget.covers(1)
    budget.give_back(1)
    assert budget.covers(1)
    budget.renew(5)
    assert (budget.left, budget.covers(6)) == (5, False)
