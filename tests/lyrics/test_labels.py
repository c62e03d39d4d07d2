import pytest

from songsmith.lyrics.labels import aside_kind, read_label, strip_asides
from songsmith.lyrics.lyric import Section, section_kind


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        *[("Verse 1", "verse"), ("Chorus: her", "chorus"), ("PRE-CHORUS", "pre-chorus"), ("副歌", "chorus")],
        *[("Guitar Solo", "interlude"), ("Break", "interlude"), ("heartbreak", ""), ("间奏", "interlude")],
        *[("Outro", "outro"), ("introspective", ""), ("Final Chorus x2", "chorus"), ("", ""), ("预副歌", "pre-chorus")],
    ],
)  # fmt: skip
def test_the_kind_of_a_part_is_known_by_its_label(label, kind):
    assert section_kind(label) == kind


def test_a_label_may_say_who_sings():
    assert Section("Chorus：她", ()).voice == "她"
    assert Section("Chorus", ()).voice == ""


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        *[("Chorus", "label"), ("[Verse 2]", "label"), ("（副歌）", "label"), ("♪ Bridge ♪", "label")],
        *[("Instrumental", "label"), ("(music fades out)", None), ("(fade out)", "direction"), ("x2", "direction")],
        *[("[anything at all]", "direction"), ("Written by Somebody", "credit"), ("编曲：某人", "credit")],
        *[("Solo", None), ("Music is my life", None), ("(ooh)", None), ("Words by the river", None)],
        *[("Verse 2:", "label"), ("Guitar", None), ("Crying -", None), ("Solo:", "label")],
        *[("Words and music by Somebody", "credit"), ("Music: it's all I need", None), ("Lyrics: S. Body", "credit")],
    ],
)  # fmt: skip
def test_words_about_the_song_are_told_from_words_to_sing(text, kind):
    assert aside_kind(text) == kind


def test_asides_are_cut_out_of_a_line():
    assert strip_asides("Bye [laughs] bye（softly）*sighs* (ooh) {x} ") == "Bye bye (ooh)"


def test_a_line_of_words_is_no_label():
    assert read_label("Verse of my life") is None
    assert read_label("[Verse of my life]") == "Verse of my life"


@pytest.mark.parametrize(
    ("line", "label"),
    [("[Chorus] x2", "Chorus x2"), ("*(Outro – fading)*", "Outro – fading"), ("第一段：", "第一段")],
)  # fmt: skip
def test_labels_may_say_how_often_or_how(line, label):
    assert read_label(line) == label


@pytest.mark.parametrize(
    "text",
    ["You might also like", "12 ContributorsMidnight Rain Lyrics", "3Embed", "Sure! Here's a song for you:",
     "Certainly! Below are the lyrics of a jazzy song:", "Here are the lyrics:",
     "Let me know if you'd like any changes!",
     "好的，以下是为你写的歌词：", "如果你想修改，请告诉我"],
)  # fmt: skip
def test_lines_of_the_page_or_chat_around_the_words_are_told_apart(text):
    assert aside_kind(text) == "page"


@pytest.mark.parametrize(
    "text",
    ["Here is my heart", "Let me know", "Sure, I was wrong", "Sing me a song", "You might like me", "如果你也喜欢我",
     "Let me know if you change your mind", "Here is my song!", "Here's a song for you",
     "Sure, this old song is all I have.",
     "这是我的歌。", "Feel free to leave me", "Of course I sing another version of me"],
)  # fmt: skip
def test_words_that_only_sound_like_that_are_sung(text):
    assert aside_kind(text) is None


@pytest.mark.parametrize(
    ("text", "sung"),
    [("F: Hello there", "Hello there"), ("Over and over x3", "Over and over"), ("Over ×2", "Over"),
     ("I got 2 x", "I got 2 x")],
)  # fmt: skip
def test_who_sings_and_how_often_is_not_sung(text, sung):
    assert strip_asides(text) == sung
