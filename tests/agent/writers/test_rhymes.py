import pytest

import songsmith
from songsmith.agent.chat.loop import Chat
from songsmith.agent.views.terminal import Terminal
from songsmith.agent.writers.brief import BriefError
from songsmith.agent.writers.offline.finals import rhyme_group
from songsmith.agent.writers.offline.pronounce import rhymes
from songsmith.agent.writers.rhymes import find_rhymes


def words(found) -> list[str]:
    return [word.word for word in found.perfect]


def test_rhymes_are_whole_and_common_ones_come_first():
    found = find_rhymes("night")
    assert {"light", "right", "write"} <= set(words(found)[:12])
    assert all(rhymes("night", word) for word in words(found))
    assert "night" not in words(found)


def test_a_line_is_rhymed_by_its_last_word():
    assert words(find_rhymes("I left the kitchen light on")) == words(find_rhymes("on"))


def test_only_words_of_this_size_and_metre_are_given():
    found = find_rhymes("rain", syllables=2, metre="da-DUM")
    assert {"again", "explain"} <= set(words(found))
    assert {(word.syllables, word.metre) for word in found.perfect} == {(2, "x/")}
    assert find_rhymes("rain", metre="01") == find_rhymes("rain", metre="x/")


def test_near_rhymes_are_told_apart():
    found = find_rhymes("light")
    near = {word.word for word in found.near}
    assert {"side", "like"} & near
    assert not near & set(words(found))


def test_a_light_ending_rhymes_nearly_with_its_like():
    assert {"shadow", "yellow"} & {word.word for word in find_rhymes("window").near}


def test_chinese_words_rhyme_by_their_final_and_tones_can_be_asked_for():
    found = find_rhymes("我的家乡", metre="平")
    assert found.language == "zh" and len(found.perfect) > 10
    assert all(rhyme_group(word) == "江阳" for word in words(found))
    assert all(word.metre.endswith("平") for word in found.perfect)
    assert all(len(word) == 2 for word in words(find_rhymes("月光", syllables=2)))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"text": " "}, "no word to rhyme"),
        ({"text": "xqzzt"}, "does not say how 'xqzzt' sounds"),
        ({"text": "12"}, "does not say how '12' sounds"),
        ({"text": "night", "syllables": 9}, "no word has 9 syllables"),
        ({"text": "night", "metre": "waltz"}, "not a metre"),
        ({"text": "月光", "metre": "x/"}, "write it as 平仄"),
    ],
)  # fmt: skip
def test_what_can_not_be_rhymed_is_one_line(arguments, says):
    with pytest.raises(BriefError, match=says):
        find_rhymes(**arguments)


def test_rhymes_are_in_every_face(capsys, tmp_path, monkeypatch):
    from songsmith.agent.cli.main import main

    assert words(songsmith.rhyme("moon", syllables=1)) == words(find_rhymes("moon", syllables=1))
    with pytest.raises(SystemExit):
        main(["rhyme", "moon", "--json"])
    assert '"word": "soon"' in capsys.readouterr().out
    monkeypatch.setenv("SONGSMITH_OUT", str(tmp_path))
    Chat(is_plain=True, screen=Terminal(plain=True)).run(["/rhyme moon 1 /"])
    assert "soon" in capsys.readouterr().out
