import pytest

from songsmith.agent.writers.brief import Brief
from songsmith.agent.writers.offline import WriterError, lines_of, rewrite_lines, write_song
from songsmith.agent.writers.offline.finals import rhyme_group
from songsmith.agent.writers.offline.pronounce import chimes, rhymes, syllables
from songsmith.agent.writers.offline.rewrite import cannot_follow
from songsmith.agent.writers.offline.scenes import load_scenes
from songsmith.agent.writers.offline_writer import OfflineWriter
from songsmith.lyrics.lyric import Draft, DraftSection, LyricLine, Lyrics, Section
from songsmith.lyrics.reading.lrc import parse_lyrics

SONG = write_song("the last shift at the steel mill", seed=2, duration_s=80)
LINES = [line for _, line in lines_of(SONG)]
CHORUS = [5, 6, 7, 8]
LAST_CHORUS = [13, 14, 15, 16]


def rewritten(numbers: list[int], instruction: str = "", seed: int = 1) -> list[str]:
    new = rewrite_lines(SONG, numbers, instruction, seed=seed)
    return [new.get(i + 1, line) for i, line in enumerate(LINES)]


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("numbers", [[2], [1, 2], [1, 2, 3, 4], CHORUS, [11, 12]])
def test_exactly_the_lines_asked_for_get_other_words(numbers: list[int], seed: int):
    new = rewrite_lines(SONG, numbers, seed=seed)
    assert sorted(new) == numbers
    assert not set(new.values()) & set(LINES)


@pytest.mark.parametrize("number", [1, 2, 3, 4, 9, 10, 11, 12])
def test_one_new_line_rhymes_with_its_partner_that_stays(number: int):
    partner = number - 1 if number % 2 == 0 else number + 1
    song = rewritten([number])
    assert chimes(song[number - 1], song[partner - 1])


def test_most_single_lines_find_a_whole_rhyme():
    numbers = [1, 2, 3, 4, 9, 10, 11, 12]
    songs = {number: rewritten([number]) for number in numbers}
    whole = [n for n in numbers if rhymes(songs[n][n - 1], songs[n][n - 2 if n % 2 == 0 else n])]
    assert len(whole) >= 5


def test_a_new_couplet_rhymes_and_keeps_the_metre():
    for seed in range(8):
        song = rewritten([9, 10], seed=seed)
        assert rhymes(song[8], song[9])
        assert abs(syllables(song[8]) - syllables(LINES[8])) <= 2


def test_lines_that_were_alike_stay_alike():
    song = rewritten(CHORUS + LAST_CHORUS)
    assert song[4:8] == song[12:16] != LINES[4:8]


def test_the_instruction_chooses_the_words():
    angry = {line for seed in range(4) for line in rewritten(CHORUS, "angrier", seed)[4:8]}
    tender = {
        line for seed in range(4) for line in rewritten(CHORUS, "softer, more loving", seed)[4:8]
    }
    assert not angry & tender


def test_shorter_is_shorter():
    short = rewritten([1, 2, 3, 4], "shorter")[:4]
    assert sum(map(syllables, short)) < sum(map(syllables, LINES[:4]))


def test_a_rewrite_can_be_made_again_and_another_seed_gives_another():
    assert rewritten(CHORUS, seed=1) == rewritten(CHORUS, seed=1)
    assert len({tuple(rewritten(CHORUS, seed=seed)) for seed in range(6)}) > 1


def test_chinese_lines_keep_the_rhyme_of_their_part():
    song = write_song("程序员加班到凌晨", seed=2)
    lines = [line for _, line in lines_of(song)]
    for number in (2, 4):
        new = rewrite_lines(song, [number], seed=1)
        assert rhyme_group(new[number]) == rhyme_group(lines[number - 1])
    new = rewrite_lines(song, [1, 2], seed=3)
    assert rhyme_group(new[2]) == rhyme_group(lines[3])
    assert not set(new.values()) & set(lines)


def test_stamped_lyrics_are_rewritten_as_drafts_are():
    lyrics = Lyrics(
        sections=(
            Section(
                "Verse", tuple(LyricLine(10.0 + 4 * i, line) for i, line in enumerate(LINES[:4]))
            ),
        )
    )
    new = rewrite_lines(lyrics, [1, 2], seed=1)
    assert sorted(new) == [1, 2]
    assert rhymes(new[1], new[2])


def test_a_song_of_somebody_else_is_rewritten_too():
    draft = Draft(
        sections=(
            DraftSection(
                "",
                (
                    "I walked along the avenue",
                    "And all I saw was thoughts of you",
                    "The moon was like a piece of cheese",
                    "It made me fall upon my knees",
                ),
            ),
        )
    )
    new = rewrite_lines(draft, [3], seed=1)
    assert rhymes(new[3], "It made me fall upon my knees")


def test_a_line_nothing_fits_is_left_out_of_the_answer():
    draft = Draft(
        sections=(DraftSection("", ("We sat there in the month of June xyzzyx", "Xyzzyx")),)
    )
    assert set(rewrite_lines(draft, [1, 2], seed=1)) <= {1, 2}
    assert rewrite_lines(Draft(), [], seed=1) == {}


def test_a_line_that_is_not_there_is_an_error_with_the_range():
    with pytest.raises(WriterError, match="lines 1 to 16"):
        rewrite_lines(SONG, [17], seed=1)


@pytest.mark.parametrize(
    ("instruction", "is_followed"),
    [
        ("", True),
        ("other words, please", True),
        ("shorter", True),
        ("make it longer", True),
        ("换一种说法", True),
        ("mention the radio", False),
        ("more bitter", False),
        ("about the sea", False),
        ("提到收音机", False),
    ],
)
def test_what_the_stock_can_not_do_is_said(instruction, is_followed):
    song = write_song("jazzy nightclub love song", duration_s=60, seed=5)
    assert (cannot_follow(song, instruction) == "") == is_followed


def test_other_wordings_come_from_the_story_of_the_song():
    song = (
        OfflineWriter()
        .write(Brief(prompt="jazzy nightclub love song", duration_s=60, seed=5), lambda text: None)
        .lyrics
    )
    numbers = [n for n, line in enumerate(song.lines, 1) if line in song.sections[1].lines]
    wordings = OfflineWriter().other_wordings(song, numbers, "mention the radio", 3)
    assert wordings
    stories = {
        scene.name
        for scene in load_scenes("en")
        for wording in wordings
        for n in numbers
        for part in scene.pools
        for block in scene.pool(part)
        if wording.lines[n - 1].text in block.lines
    }
    assert len(stories) == 1


def test_words_in_a_language_it_does_not_write_are_refused():
    lyrics = parse_lyrics(
        "Canto para ti esta canción de amor\nLa luna se esconde detrás del mar"
    ).lyrics
    with pytest.raises(
        WriterError, match="'es', and the offline writer writes English and Chinese"
    ):
        cannot_follow(lyrics, "más alegre")
