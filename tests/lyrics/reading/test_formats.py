"""Every way of writing lyrics down that docs/formats.md lists, by a sample of its shape."""

from pathlib import Path

import pytest

from songsmith.lyrics.lyric import Draft, Lyrics
from songsmith.lyrics.reading.bilingual import languages_in, sung_in
from songsmith.lyrics.reading.encoding import LrcError
from songsmith.lyrics.reading.lrc import format_lrc, load_lyrics, parse_lyrics
from songsmith.lyrics.reading.subtitles import format_ass, format_srt, format_vtt

DATA = Path(__file__).parents[1] / "data" / "formats"


def read(name: str, **how: bool) -> Lyrics:
    lyrics = load_lyrics(DATA / name, **how).lyrics
    assert isinstance(lyrics, Lyrics)
    return lyrics


def draft(name: str) -> Draft:
    words = load_lyrics(DATA / name).lyrics
    assert isinstance(words, Draft)
    return words


def timed(lyrics: Lyrics) -> list[tuple[float, str]]:
    return [(line.start_s, line.text) for line in lyrics.lines]


def translated(lyrics: Lyrics) -> list[tuple[str, ...]]:
    return [(x.text, *(t.text for t in x.beside.translations)) for x in lyrics.lines]


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("labels.txt", [(10.0, "Hello there"), (13.5, "my old friend")]),
        ("whisper.tsv", [(0.0, "Hello there"), (1.5, "my old friend")]),
        ("whisper.json", [(1.0, "Rain there"), (3.0, "Road")]),
        ("whisper_cpp.json", [(1.0, "Rain there"), (2.0, "again")]),
        ("lrclib.json", [(1.0, "rain on the roof"), (3.0, "rain on the road")]),
        ("netease.json", [(10.0, "你好吗"), (12.0, "我很好")]),
        ("apple.ttml", [(1.0, "Hello you (oh yes)"), (4.0, "Plain & simple"), (70.5, "Sing")]),
        ("ultrastar.txt", [(1.0, "Hold me"), (1.75, "Never go")]),
        ("midico.lrc", [(0.884, "Hello, my name"), (3.1, "Is Bobby")]),
        ("odd_stamps.lrc", [(10.0, "one"), (12.0, "two"), (15.0, "three")]),
        ("rolling.vtt", [(0.08, "first words here"), (2.32, "second phrase"), (4.64, "third one")]),
        ("rolling.srt", [(0.08, "first words here"), (2.31, "second phrase"), (4.63, "third one")]),
        ("styles.ass", [(1.0, "夜の道"), (5.0, "君を待つ")]),
        ("markup.lrc", [(10.0, "To see the vein like a bird on the barn"), (16.0, "I <3 you & it's fine now")]),
    ],
)  # fmt: skip
def test_the_lines_and_times_of_each_format_are_read(name, lines):
    parsed = load_lyrics(DATA / name)
    assert isinstance(parsed.lyrics, Lyrics)
    assert timed(parsed.lyrics) == lines
    assert [fault for fault in parsed.faults if fault.severity != "note"] == []
    again = parse_lyrics(format_lrc(parsed.lyrics), as_written=True)
    assert (again.lyrics, again.faults) == (parsed.lyrics, ())


@pytest.mark.parametrize(
    ("name", "sections"),
    [
        ("slashes.txt", [("", 3), ("", 3)]),
        ("levo.txt", [("intro", 0), ("verse", 2), ("chorus", 2), ("outro", 0)]),
        ("zero_stamps.lrc", [("", 3)]),
        ("bar_pairs.txt", [("", 2)]),
        ("translation_after.txt", [("", 2)]),
    ],
)
def test_words_without_times_are_drafts_with_their_sections(name, sections):
    assert [(s.label, len(s.lines)) for s in draft(name).sections] == sections


def test_the_end_of_a_row_or_a_note_ends_its_line():
    assert [line.sung_s for line in read("labels.txt").lines] == [3.0, 1.5]
    assert [line.sung_s for line in read("ultrastar.txt").lines] == [0.5, 1.0]
    lyrics = parse_lyrics("[01:20.00]<01:20.00>Night <01:22>falls <01:25>").lyrics
    assert isinstance(lyrics, Lyrics)
    (line,) = lyrics.lines
    assert (line.text, line.sung_s) == ("Night falls", 5.0)


def test_words_of_karaoke_formats_keep_stamps_of_their_own():
    assert read("midico.lrc").lines[0].word_stamps == ((0, 0.884), (7, 1.867), (10, 2.109))
    assert read("ultrastar.txt").lines[1].word_stamps == ((0, 1.75), (6, 2.5), (8, 2.75))
    assert read("whisper.json").lines[0].word_stamps[1] == (5, 1.5)


def test_a_bilingual_file_is_one_lyric_with_translations_beside_it():
    parsed = load_lyrics(DATA / "bilingual.lrc")
    assert isinstance(parsed.lyrics, Lyrics)
    assert translated(parsed.lyrics) == [
        ("夜色像一条河", "The night is like a river"),
        ("慢慢地走过来", "Slowly it comes to me"),
        ("啦啦啦",),
        ("我在等一个人", "I wait for somebody"),
    ]
    assert [fault.code for fault in parsed.faults] == ["bilingual"]
    assert "--only en" in parsed.faults[0].hint


def test_the_other_language_can_be_the_one_that_is_sung():
    lyrics = sung_in(read("bilingual.lrc"), "en")
    assert isinstance(lyrics, Lyrics)
    assert translated(lyrics)[:2] == [
        ("The night is like a river", "夜色像一条河"),
        ("Slowly it comes to me", "慢慢地走过来"),
    ]
    assert [line.start_s for line in lyrics.lines] == [10.0, 14.0, 18.0, 22.0]
    back = sung_in(lyrics, "zh")
    assert isinstance(back, Lyrics)
    assert timed(back) == timed(read("bilingual.lrc"))


def test_a_language_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(LrcError, match="they are in zh and en"):
        sung_in(read("bilingual.lrc"), "fr")


@pytest.mark.parametrize(
    ("name", "languages"),
    [
        ("three_tracks.lrc", ("ja", "rom", "zh")),
        ("backslash_pairs.lrc", ("zh", "ja")),
        ("slash_pairs.lrc", ("es", "en")),
        ("bar_pairs.txt", ("zh", "en")),
        ("translation_after.txt", ("de", "en")),
        ("netease.json", ("zh", "en")),
        ("styles.ass", ("ja", "en")),
    ],
)
def test_the_languages_of_each_kind_of_pairs_are_told_apart(name, languages):
    assert languages_in(load_lyrics(DATA / name).lyrics) == languages


def test_lines_in_one_language_are_no_pairs():
    text = "[00:10.00]rain\n[00:10.00]and rain\n[00:14.00]sun\n[00:14.00]and sun"
    lyrics = parse_lyrics(text).lyrics
    assert isinstance(lyrics, Lyrics)
    assert len(lyrics.lines) == 4
    assert languages_in(lyrics) == ("en",)


def test_translations_survive_a_file_of_ours():
    lyrics = read("bilingual.lrc")
    written = format_lrc(lyrics)
    assert "[tr-en:The night is like a river]" in written
    assert parse_lyrics(written).lyrics == lyrics


def test_singers_and_backing_words_of_karaoke_files_are_no_words_of_the_lead():
    lyrics = read("duet.lrc")
    assert [(line.beside.voice, line.text) for line in lyrics.lines] == [
        ("female", "Where have you been"),
        ("male", "Down by the water"),
        ("both", "We go home"),
        ("v1", "Hello you (oh yeah)"),
        ("v2", "And goodbye"),
    ]
    assert lyrics.lines[3].word_stamps[2:] == ((10, 23.2), (14, 23.8), (19, 24.4))
    assert parse_lyrics(format_lrc(lyrics)).lyrics == lyrics


def test_backing_words_before_any_line_are_a_line_of_their_own():
    lyrics = parse_lyrics("[bg: <00:08.00>oh <00:09.00>yeah]\n[00:12.00]Hello").lyrics
    assert isinstance(lyrics, Lyrics)
    assert timed(lyrics) == [(8.0, "(oh yeah)"), (12.0, "Hello")]


@pytest.mark.parametrize(
    ("name", "first", "count", "tags"),
    [
        ("credits.lrc", (12.0, "第一行真正的歌词"), 7, {"ar": "某人", "au": "王某"}),
        ("credits_vi.lrc", (10.0, "Em là ai từ đâu bước đến nơi đây"), 2, {"ar": "Người hát"}),
        ("credits_by_place.lrc", (9.0, "他说：你好"), 3, {}),
    ],
)
def test_credits_at_head_and_foot_are_set_aside_with_one_line(name, first, count, tags):
    parsed = load_lyrics(DATA / name)
    assert isinstance(parsed.lyrics, Lyrics)
    assert timed(parsed.lyrics)[0] == first
    assert len(parsed.lyrics.lines) == 2
    (fault,) = parsed.faults
    assert fault.message.startswith(f"{count} lines of credits are not sung")
    assert fault.hint == "--sing-all keeps them"
    assert dict(parsed.lyrics.tags) == tags
    assert len(read(name, sing_all=True).lines) == 2 + count


@pytest.mark.parametrize(
    "text",
    [
        "[00:10.00]Music: it moves me\n[00:14.00]all night long",
        "[00:10.00]He said: go home\n[00:14.00]she said: not yet\n[00:18.00]they said: rain",
        "[00:05.00]You - me\n[00:08.00]and the rain",
        "Written by the river\nin the sand",
    ],
)
def test_words_that_look_like_credits_are_sung(text):
    assert parse_lyrics(text).faults == ()


def test_a_line_that_only_says_music_ends_the_line_before_it():
    lyrics = read("markup.lrc")
    assert lyrics.lines[0].hold_s == 2.0
    assert read("backslash_pairs.lrc").lines[1].hold_s == 5.0


def test_markup_that_is_meant_as_words_can_be_escaped():
    lyrics = parse_lyrics(r"[00:10.00]the \<b> of a page").lyrics
    assert isinstance(lyrics, Lyrics)
    assert lyrics.lines[0].text == "the <b> of a page"
    assert parse_lyrics(format_lrc(lyrics)).lyrics == lyrics


def test_stamps_that_are_all_the_same_are_told():
    assert [f.code for f in load_lyrics(DATA / "zero_stamps.lrc").faults] == ["stamps-say-nothing"]


def test_repeated_lines_in_captions_that_do_not_roll_stay():
    cue = "{n}\n00:00:{a:02d},000 --> 00:00:{b:02d},000\nla la la\n"
    text = "\n".join(cue.format(n=n, a=n * 4, b=n * 4 + 3) for n in range(1, 5))
    lyrics = parse_lyrics(text).lyrics
    assert isinstance(lyrics, Lyrics)
    assert len(lyrics.lines) == 4


def test_a_way_to_say_a_word_is_beside_the_line_and_kept_as_a_comment():
    lyrics = parse_lyrics("[00:10.00]We {live|laiv} and live {here|/hiːɹ/}").lyrics
    assert isinstance(lyrics, Lyrics)
    (line,) = lyrics.lines
    assert line.text == "We live and live here"
    assert line.beside.says == ((3, 4, "laiv"), (17, 4, "/hiːɹ/"))
    written = format_lrc(lyrics)
    assert "[00:10.00]We live and live here\n[say:live|laiv]\n[say:here|/hiːɹ/]" in written
    assert parse_lyrics(written).lyrics == lyrics


@pytest.mark.parametrize("write", [format_srt, format_ass, format_vtt])
def test_subtitles_show_translations_and_are_read_back_with_them(write):
    lyrics = sung_in(read("netease.json"), "en")
    assert isinstance(lyrics, Lyrics)
    again = parse_lyrics(write(lyrics, 20.0)).lyrics
    assert isinstance(again, Lyrics)
    assert translated(again) == [("How are you", "你好吗"), ("I am fine", "我很好")]


def test_the_lines_of_a_cue_in_one_language_are_one_line():
    lyrics = parse_lyrics("1\n00:00:01,000 --> 00:00:04,000\nrain on\nthe roof\n").lyrics
    assert isinstance(lyrics, Lyrics)
    assert timed(lyrics) == [(1.0, "rain on the roof")]


@pytest.mark.parametrize(
    ("lines", "languages"),
    [
        ("君を想う|kimi wo omou|I think of you", ["rom", "en"]),
        ("我在想着你|wo zai xiang zhe ni|Pienso en ti", ["rom", "es"]),
        ("夜が来る|The night comes", ["en"]),
    ],
)
def test_a_spelling_in_latin_letters_is_told_from_a_translation(lines, languages):
    more = {
        "ja": "夜が明ける|yoru ga akeru|The night ends",
        "zh": "风吹过街道|feng chui guo jie dao|El viento pasa por la calle",
    }
    second = more["zh" if lines.startswith("我") else "ja"].split("|")
    texts = lines.split("|")
    if len(texts) == 2:
        second = [second[0], second[2]]
    rows = [f"[00:{at}.00]{text}" for at, row in ((10, texts), (15, second)) for text in row]
    lyrics = parse_lyrics("\n".join(rows)).lyrics
    assert isinstance(lyrics, Lyrics)
    assert [t.language for t in lyrics.lines[0].beside.translations] == languages
    assert len(lyrics.lines) == 2


def test_a_word_without_end_beside_chinese_is_no_spelling_and_takes_no_time():
    rows = [f"[00:{at}.00]{text}" for at in (10, 15) for text in ("我在想着你", "an" * 9000 + "x")]
    lyrics = parse_lyrics("\n".join(rows)).lyrics
    assert isinstance(lyrics, Lyrics)
    assert len(lyrics.lines) == 2
