import re

import pytest

from songsmith.agent.writers.offline.finals import rhyme_group
from songsmith.agent.writers.offline.lexicon import lexicon
from songsmith.agent.writers.offline.pronounce import beats, is_known, rhymes, syllables, words_of
from songsmith.agent.writers.offline.scenes import SLOT, Block, Scene, load_scenes
from songsmith.lyrics.speech.han import han_in

ENGLISH = {
    "name": "Mia",
    "kin": "mother",
    "person": "player",
    "animal": "pony",
    "place": "station",
    "city": "Berlin",
    "thing": "fiddle",
    "food": "pizza",
    "vehicle": "wagon",
    "matter": "winter",
    "age": "seven",
}
CHINESE = {
    "name": "小雨",
    "kin": "妈妈",
    "person": "歌手",
    "animal": "小狗",
    "place": "车站",
    "city": "北京",
    "where": "车站",
    "thing": "钢琴",
    "food": "火锅",
    "matter": "青春",
}
PARTS = {"verse 1", "verse 2", "pre", "bridge", "chorus"}
ENGLISH_SCENES = load_scenes("en")
CHINESE_SCENES = load_scenes("zh")
ENGLISH_ALL = ENGLISH_SCENES + load_scenes("en", "topics")
CHINESE_ALL = CHINESE_SCENES + load_scenes("zh", "topics")


def filled(line: str, words: dict[str, str]) -> str:
    return SLOT.sub(lambda slot: slot[3] or words[slot[1]], line)


def all_lines(block: Block) -> tuple[str, ...]:
    return block.lines + ((block.last_line,) if block.last_line else ())


def english_lines() -> list[str]:
    return [
        filled(line, ENGLISH)
        for scene in ENGLISH_ALL
        for pool in scene.pools.values()
        for block in pool
        for line in all_lines(block)
    ]


def test_there_are_scenes_enough_that_ten_songs_need_not_meet():
    assert len(ENGLISH_SCENES) >= 40
    assert len(CHINESE_SCENES) >= 24


@pytest.mark.parametrize("scene", ENGLISH_SCENES + CHINESE_SCENES, ids=lambda s: s.name)
def test_every_scene_can_carry_a_long_song(scene: Scene):
    assert set(scene.pools) == PARTS
    sizes = {part: sum(len(block.lines) for block in pool) for part, pool in scene.pools.items()}
    assert sizes["verse 1"] >= 8
    assert sizes["verse 2"] >= 8
    assert sizes["pre"] >= 4
    assert sizes["bridge"] >= 4
    assert len(scene.pool("chorus")) >= 3
    assert all(block.title for block in scene.pool("chorus"))
    assert any(not block.needs for block in scene.pool("chorus"))


def test_every_english_word_is_in_the_pronouncing_dictionary():
    unknown = {word for line in english_lines() for word in words_of(line) if not is_known(word)}
    assert unknown == set()


def test_every_english_line_scans():
    assert [line for line in english_lines() if not 3 <= len(beats(line)) <= 6] == []


def test_every_english_line_can_be_sung_in_a_breath():
    assert [line for line in english_lines() if not 6 <= syllables(line) <= 12] == []
    usual = [line for line in english_lines() if 7 <= syllables(line) <= 11]
    assert len(usual) >= 0.97 * len(english_lines())


def test_every_english_block_rhymes():
    def is_rhymed(lines: tuple[str, ...]) -> bool:
        if len(lines) == 2:
            return rhymes(*lines)
        return len(lines) == 4 and (
            rhymes(lines[1], lines[3])
            or (rhymes(lines[0], lines[1]) and rhymes(lines[2], lines[3]))
        )

    blocks = [block for scene in ENGLISH_ALL for pool in scene.pools.values() for block in pool]
    assert [b.lines for b in blocks if not is_rhymed(b.lines)] == []


def test_a_varied_last_line_rhymes_as_the_one_it_replaces():
    for scene in ENGLISH_SCENES:
        for block in scene.pool("chorus"):
            if block.last_line:
                assert any(rhymes(block.last_line, line) for line in block.lines[:3]), block
    for scene in CHINESE_SCENES:
        for block in scene.pool("chorus"):
            if block.last_line:
                assert rhyme_group(block.last_line) == rhyme_group(block.lines[1]), block


def test_no_chorus_rhymes_on_a_word_of_the_prompt():
    for scene in ENGLISH_ALL:
        for block in scene.pool("chorus"):
            lines = [filled(line, dict.fromkeys(ENGLISH, "orange")) for line in block.lines]
            pairs = rhymes(lines[0], lines[1]) and rhymes(lines[2], lines[3])
            assert pairs or rhymes(lines[1], lines[3]), block.lines


def test_no_word_of_a_prompt_has_to_rhyme_or_take_an_article_it_cannot():
    for scene in ENGLISH_ALL:
        for pool in scene.pools.values():
            for block in pool:
                rhymed = block.lines if len(block.lines) == 2 else block.lines[1::2]
                assert not any(re.search(r"\{[\w:!]+\}$", line) for line in rhymed), block.lines
                assert not any(
                    re.search(r"\b[Aa] \{(thing|person|kin|place)[:!\w]*\}", line)
                    for line in block.lines
                )


def test_english_lines_hold_nothing_a_voice_cannot_say():
    assert [line for line in english_lines() if re.search(r"[^A-Za-z' ,.?!-]", line)] == []


def test_every_chinese_line_is_han_characters_of_a_singable_number():
    for scene in CHINESE_ALL:
        for pool in scene.pools.values():
            for block in pool:
                for line in (filled(line, CHINESE) for line in all_lines(block)):
                    assert han_in(line) == line
                    assert 5 <= len(line) <= 11, line


def test_every_chinese_part_keeps_one_rhyme():
    for scene in CHINESE_SCENES:
        for part, pool in scene.pools.items():
            ends = [rhyme_group(filled(block.lines[1], CHINESE)) for block in pool]
            if part in {"verse 1", "verse 2", "bridge"}:
                assert len(set(ends)) == 1, (scene.name, part, ends)
            for block in pool:
                sounds = [rhyme_group(filled(line, CHINESE)) for line in block.lines]
                assert "" not in sounds
                if part == "chorus":
                    assert sounds[1] == sounds[3], block.lines
                if part == "pre":
                    assert sounds[0] == sounds[1], block.lines


def test_parallel_chinese_lines_are_alike_in_length():
    for scene in CHINESE_SCENES:
        for pool in scene.pools.values():
            for block in pool:
                lengths = [len(filled(line, CHINESE)) for line in block.lines]
                assert all(
                    abs(a - b) <= 2 for a, b in zip(lengths[::2], lengths[1::2], strict=True)
                ), block.lines


def test_no_line_stands_in_two_parts_of_a_scene():
    for scene in ENGLISH_SCENES + CHINESE_SCENES:
        # Of the choruses only one is sung, so they may share a line among themselves.
        choruses = {line for block in scene.pool("chorus") for line in block.lines}
        told = [
            line
            for part in PARTS - {"chorus"}
            for block in scene.pool(part)
            for line in block.lines
        ]
        assert len(told) == len(set(told)), scene.name
        assert not choruses & set(told), scene.name


def test_the_lexicon_knows_no_word_as_two_kinds_of_noun():
    words = lexicon("en")
    assert not words["kin"] & words["thing"]
    assert not words["person"] & words["place"]
