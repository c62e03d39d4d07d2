from pathlib import Path

import pytest

from songsmith.lyrics.lyric import Draft, Lyrics, section_kind
from songsmith.lyrics.reading.lrc import load_lyrics, parse_lyrics

DATA = Path(__file__).parents[1] / "data" / "dialects"


def shape(draft: Draft | Lyrics) -> list[tuple[str, int]]:
    return [(section.label, len(section.lines)) for section in draft.sections]


def test_a_chordpro_sheet_is_a_draft_with_chords_and_its_chorus_again():
    parsed = load_lyrics(DATA / "kitchen.cho")
    draft = parsed.lyrics
    assert isinstance(draft, Draft)
    assert (draft.title, draft.tags) == ("Kitchen Song", (("ar", "Nobody"), ("key", "C")))
    assert shape(draft) == [("Verse 1", 2), ("Chorus", 1), ("Verse", 1), ("Chorus", 1)]
    assert draft.sections[0].lines[1] == "Radio playing low"
    assert draft.sections[0].chords[1] == ((0, "F"), (14, "G7/B"))
    assert [(fault.source_line, fault.severity) for fault in parsed.faults] == [
        (4, "note"), (14, "note"), (15, "note"),
    ]  # fmt: skip


def test_labels_are_found_however_they_are_written():
    draft = load_lyrics(DATA / "porch.txt").lyrics
    assert draft.title == "Porch Light"
    assert shape(draft) == [("Verse 1", 2), ("Chorus", 2), ("Bridge", 1), ("Outro", 1)]


def test_chords_on_a_line_of_their_own_belong_to_the_words_below():
    draft = load_lyrics(DATA / "porch.txt").lyrics
    assert isinstance(draft, Draft)
    bridge = draft.sections[2]
    assert bridge.lines == ("Every road is longer now",)
    assert bridge.chords == (((8, "Am"), (20, "F")),)


def test_blank_lines_part_the_sections_of_plain_words():
    draft = load_lyrics(DATA / "poem.txt").lyrics
    assert shape(draft) == [("", 2), ("", 2)]
    assert isinstance(draft, Draft)
    assert draft.sections[1].source_lines == (4, 5)
    assert draft.sections[1].lines[1] == "10:30 on a Tuesday night"


def test_blank_lines_after_every_line_part_nothing():
    assert shape(parse_lyrics("one\n\ntwo\n\nthree\n\nfour").lyrics) == [("", 4)]


def test_stamps_without_brackets_are_stamps_where_the_lines_begin_with_them():
    lyrics = load_lyrics(DATA / "bare_stamps.txt").lyrics
    assert isinstance(lyrics, Lyrics)
    assert [(line.start_s, line.text) for line in lyrics.lines] == [
        (12.34, "The clock on the wall"), (16.5, "has nothing to say"), (20.0, "at all"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "line",
    ["[Verse 1]", "Verse 1:", "Verse 1", "(Verse 1)", "## Verse 1", "**Verse 1**", "**[Verse 1]**", "【Verse 1】",
     "VERSE 1", "［Verse 1］", "*Verse 1:*", "{comment: Verse 1}", "{start_of_verse: Verse 1}"],
)  # fmt: skip
def test_these_are_all_the_label_of_a_verse(line):
    draft = parse_lyrics(f"{line}\nla la la").lyrics
    assert [section.label.lower() for section in draft.sections] == ["verse 1"]
    assert draft.sections[0].lines == ("la la la",)


@pytest.mark.parametrize(
    "line",
    ["(ooh, yeah)", "Bridge over the river", "Break", "verse me in", "Chorus girls are singing", "A B C"],
)  # fmt: skip
def test_these_are_words_to_sing(line):
    draft = parse_lyrics(f"{line}\nla la la").lyrics
    assert draft.sections[0].lines == (line, "la la la")


def test_a_chorus_without_words_is_the_first_one_again():
    parsed = parse_lyrics(
        "[Verse]\none\n\n[Chorus]\ntwo\nthree\n\n[Solo]\n\n[Chorus 2]\n\n[Verse 2]\nfour"
    )
    assert shape(parsed.lyrics) == [
        ("Verse", 1), ("Chorus", 2), ("Solo", 0), ("Chorus 2", 2), ("Verse 2", 1),
    ]  # fmt: skip
    assert [(fault.code, fault.source_line) for fault in parsed.faults] == [("chorus-again", 10)]


def test_a_label_may_have_a_voice_or_words_after_its_colon():
    draft = parse_lyrics("[Chorus: her]\none\n\nBridge: two and three\nfour").lyrics
    assert shape(draft) == [("Chorus: her", 1), ("Bridge", 2)]


def test_a_direction_under_a_label_is_told_and_not_sung():
    parsed = parse_lyrics("[Verse 1]\n[soft piano]\nla la")
    assert shape(parsed.lyrics) == [("Verse 1", 1)]
    assert [(fault.code, fault.source_line) for fault in parsed.faults] == [("direction", 2)]


def test_a_stamped_label_is_a_label():
    lyrics = parse_lyrics("[00:01.00][Intro]\n[00:10.00][Verse 1]\n[00:10.00]la la").lyrics
    assert shape(lyrics) == [("Intro", 0), ("Verse 1", 1)]


def test_the_place_of_an_interlude_is_kept_in_stamped_lyrics():
    lyrics = parse_lyrics("[00:10.00]one\n[Interlude]\n\n[00:30.00]two").lyrics
    assert shape(lyrics) == [("", 1), ("Interlude", 0), ("", 1)]


def test_chords_without_words_are_told():
    parsed = parse_lyrics("[Am] [G]\n[Am]la la\n\nC  G\n")
    assert [(fault.code, fault.source_line) for fault in parsed.faults] == [
        ("chords-alone", 1), ("chords-alone", 4),
    ]  # fmt: skip


def test_id_tags_of_every_kind_are_no_lyrics():
    lyrics = parse_lyrics("[ti:A]\n[LA:en]\n[re:tool]\n[hash:12ab]\n[x:1]\n[00:01.00]la").lyrics
    assert (lyrics.title, lyrics.language) == ("A", "en")
    assert lyrics.tags == (("re", "tool"), ("hash", "12ab"), ("x", "1"))


def test_code_fences_and_rules_are_passed_over():
    draft = parse_lyrics("```lrc\nla la\n```\n---\n").lyrics
    assert shape(draft) == [("", 1)]


def test_a_pause_before_the_first_line_and_a_doubled_pause_say_nothing_new():
    parsed = parse_lyrics("[00:00.00]\n[00:10.00]la\n[00:13.00]\n[00:14.00]\n[00:20.00]la")
    assert isinstance(parsed.lyrics, Lyrics)
    assert [line.hold_s for line in parsed.lyrics.lines] == [3.0, None]
    assert parsed.faults == ()


@pytest.mark.parametrize(
    "text",
    ["Hello there [00:10.00]\nBye now [00:14.00]", "0:10\nHello there\n0:14\nBye now\n0:20",
     "[00:10.00]\nHello there\n[00:14.00]\nBye now", "{00:10.00}Hello there\n{00:14.00}Bye now",
     "\u200b[00:10.00]\u200eHello there\n\u200f[00:14.00]Bye now\u202c", "[00:10.0000]Hello there\n[00: 14.00]Bye now",
     r"[00:10.00]Hello there\n[00:14.00]Bye now", "[00:10.00]Hello there\x0b[00:14.00]Bye now\x85"],
)  # fmt: skip
def test_stamps_behind_above_and_around_words_are_their_stamps(text):
    parsed = parse_lyrics(text)
    assert isinstance(parsed.lyrics, Lyrics)
    assert [(x.start_s, x.text) for x in parsed.lyrics.lines] == [
        (10, "Hello there"),
        (14, "Bye now"),
    ]
    assert parsed.faults == ()


def test_a_stamp_in_the_middle_of_a_line_is_told():
    parsed = parse_lyrics("[00:05.00]one\nHello <00:10.00>there")
    assert isinstance(parsed.lyrics, Lyrics)
    assert parsed.lyrics.lines[1].start_s == 10.0
    assert [(fault.code, fault.source_line) for fault in parsed.faults] == [("stamp-inside", 2)]


def test_a_label_between_a_stamp_and_its_words_is_a_label():
    lyrics = parse_lyrics(
        "[00:10.00][Verse 1] one\n[00:14.00]【副歌】two\n[00:18.00][laughs] three"
    ).lyrics
    assert shape(lyrics) == [("Verse 1", 1), ("副歌", 2)]


@pytest.mark.parametrize(
    ("label", "kind"),
    [("Coro", "chorus"), ("[Estribillo]", "chorus"), ("Pré-refrão", "pre-chorus"), ("Couplet 2", "verse"),
     ("[Refrain]", "chorus"), ("Припев:", "chorus"), ("Куплет 1", "verse"), ("サビ", "chorus"), ("Aメロ", "verse"),
     ("후렴", "chorus"), ("2절", "verse"), ("Brücke:", "bridge"), ("Puente", "bridge"), ("間奏", "interlude")],
)  # fmt: skip
def test_labels_of_other_languages_are_labels(label, kind):
    draft = parse_lyrics(f"{label}\nla la la").lyrics
    assert [section_kind(section.label) for section in draft.sections] == [kind]


def test_a_chorus_marked_as_sung_twice_is_sung_twice_where_there_are_no_stamps():
    parsed = parse_lyrics("[Verse]\none\n\n[Chorus] (x2)\ntwo\nthree\n\n[Chorus 3]\n")
    assert shape(parsed.lyrics) == [("Verse", 1), ("Chorus x2", 4), ("Chorus 3", 2)]
    assert [fault.code for fault in parsed.faults] == ["times", "chorus-again"]


def test_a_stamped_chorus_is_sung_as_often_as_it_has_stamps():
    assert shape(parse_lyrics("[Chorus x2]\n[00:10.00]two").lyrics) == [("Chorus x2", 1)]


def test_web_entities_are_the_characters_they_stand_for():
    lyrics = parse_lyrics("[00:10.00]Don&#39;t go &amp;&nbsp;stay &lt;3 &bogus;").lyrics
    assert isinstance(lyrics, Lyrics)
    assert [line.text for line in lyrics.lines] == ["Don't go & stay <3 &bogus;"]


def test_a_title_in_chinese_brackets_is_the_title():
    draft = parse_lyrics("《月光》\n\n今夜月光").lyrics
    assert (draft.title, shape(draft)) == ("月光", [("", 1)])


@pytest.mark.parametrize(
    ("text", "kind"),
    [('[{"start": 1, "name": "la"}]', "JSON"), ("{}", "JSON"), ("<?xml version='1.0'?><tt/>", "XML"),
     ("<!DOCTYPE html>\n<p>la</p>", "a web page")],
)  # fmt: skip
def test_what_is_written_for_machines_is_named_and_not_sung(text, kind):
    parsed = parse_lyrics(text)
    assert parsed.lyrics == Draft()
    assert [(fault.code, fault.severity) for fault in parsed.faults] == [("not-lyrics", "error")]
    assert f"this is {kind}" in str(parsed.faults[0])


@pytest.mark.parametrize(
    "piece", ["[1:", "1:1:", " ", "- ", "|--", "[1,1]", "(1,", r"\n", "x2 ", "《", "{", "&"]
)
def test_a_line_that_never_ends_is_read_to_its_end(piece):
    text = f"[{piece * 20_000}x"
    parsed = parse_lyrics(text)
    lines = [line for section in parsed.lyrics.sections for line in section.lines]
    assert lines or parsed.faults
