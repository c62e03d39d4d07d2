import json
import re

import numpy as np
import pytest

from songsmith.agent.export.cover import cover_of
from songsmith.agent.page.build import PageError, write_page
from songsmith.agent.page.content import page_content
from songsmith.agent.page.sound import compressed, most_takes
from songsmith.agent.song.song_file import TakeManifest
from songsmith.agent.song.songbook import Song
from songsmith.agent.studio.rendering import RenderWish
from songsmith.agent.studio.studio import Studio
from songsmith.agent.writers.brief import Brief
from songsmith.lyrics.reading.lrc import parse_lyrics

LRC = (
    "[ti:Night </script><b>Train]\n[Verse]\n[00:01.00]<b>one</b> & \u2028 two\n"
    "[Chorus]\n[00:04.00]<00:04.00>three <00:05.00>four\n"
)


pytestmark = pytest.mark.usefixtures("beep")


@pytest.fixture
def studio(tmp_path):
    song = Song.create(tmp_path, name="night", title="x", prompt="", language="en")
    studio = Studio(song)
    studio.edit(parse_lyrics(LRC), duration_s=8)
    return studio


def sung(studio, takes: int = 1):
    studio.render(RenderWish(engine="beep", seed=1, takes=takes))
    return studio.song


def content_of(html: str):
    (data,) = re.findall(
        r'<script type="application/json" id="song">(.*?)</script>', html, re.DOTALL
    )
    return json.loads(data)


def test_the_page_holds_the_takes_their_words_and_their_sound(studio):
    song = sung(studio, 2)
    page = write_page(song)
    html = page.file.read_text(encoding="utf-8")
    content = content_of(html)
    assert [take["name"] for take in content["takes"]] == ["t001", "t002"] == list(page.takes)
    first, second = content["takes"][0]["lines"]
    assert first["start_s"] == 1.0 and first["end_s"] <= 4.0
    assert second["words"] == [[0, 4.0], [6, 5.0]]
    assert [section[0] for section in content["takes"][0]["sections"]] == ["Verse", "Chorus"]
    assert html.count('id="sound-t00') == 2
    assert len(content["versions"]) == len(song.versions)


def test_words_from_anywhere_are_data_and_never_markup(studio):
    html = write_page(sung(studio)).file.read_text(encoding="utf-8")
    assert "</script><b>" not in html and "<b>one" not in html and "\u2028" not in html
    assert "Night &lt;/script&gt;&lt;b&gt;Train" in html
    assert content_of(html)["title"] == "Night </script><b>Train"


def test_the_page_may_run_its_own_script_only_and_ask_for_nothing(studio):
    html = write_page(sung(studio)).file.read_text(encoding="utf-8")
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy and "connect-src" not in policy
    assert not re.findall(r'(?:src|href)="(?!data:|#)', html)


def test_the_page_is_small_without_its_sound(studio):
    html = write_page(sung(studio)).file.read_text(encoding="utf-8")
    without = re.sub(r'<script type="text/plain".*?</script>', "", html, flags=re.DOTALL)
    assert len(without.encode()) < 60_000


def test_with_beside_the_sound_lies_next_to_it(studio, tmp_path):
    page = write_page(sung(studio), tmp_path / "out.html", beside=True)
    assert [path.name for path in page.beside] == ["out-t001.mp3"]
    assert page.beside[0].stat().st_size > 1_000
    html = page.file.read_text(encoding="utf-8")
    assert content_of(html)["files"] == {"t001": "out-t001.mp3"}
    assert "sound-t001" not in html


def test_more_takes_than_fit_are_left_out_and_told_and_the_picked_one_stays(studio):
    song = sung(studio, 8)
    studio.pick("1")
    page = write_page(song)
    assert page.takes[0] == "t001" and len(page.takes) == 6
    assert page.left_out == ("t002", "t003")


def test_a_take_whose_sound_is_gone_is_left_out_and_the_page_shows_the_others(studio):
    song = sung(studio, 3)
    song.audio_path("t002").unlink()
    page = write_page(song)
    assert (page.takes, page.left_out) == (("t001", "t003"), ("t002",))


def test_sound_takes_no_more_room_than_there_is():
    noise = np.random.default_rng(1).normal(0, 0.1, (2, 20 * 44_100)).astype(np.float32)
    for rate in (160_000, 112_000, 96_000, 56_000):
        room = 20 * rate // 8 + 4_096
        assert 0.95 * room < len(compressed(noise, most_bytes=room)) <= room
    assert [most_takes(length_s, 5_600_000) for length_s in (60, 240, 600, 6_000)] == [13, 3, 1, 1]


def test_a_chord_stands_where_it_changes(studio):
    song = sung(studio)
    manifest = song.manifest("t001")
    played = [[0.0, "C"], [2.0, "C"], [4.0, "G"], [5.0, "G"]]
    changed = manifest.model_copy(update={"details": {"chords": played}})
    (song.folder / "takes" / "t001.json").write_text(changed.model_dump_json())
    lines = page_content(song, ["t001"])["takes"][0]["lines"]
    assert [line["chords"] for line in lines] == [[[0, "C"]], [[0, "G"]]]


def test_a_song_without_a_take_is_one_clear_line(studio):
    with pytest.raises(PageError, match=r"no take to play yet.*songsmith render"):
        write_page(studio.song)


def test_an_instrumental_and_a_long_title_have_a_page_too(tmp_path):
    song = Song.create(tmp_path, name="x", title="long " * 60, prompt="", language="")
    studio = Studio(song)
    studio.leave_wordless(Brief(prompt="x", duration_s=8))
    studio.render(RenderWish(engine="beep", seed=1, options={"instrumental": True}))
    assert content_of(write_page(song).file.read_text(encoding="utf-8"))["takes"][0]["lines"] == []


def test_the_same_song_has_the_same_cover_and_another_key_another():
    def manifest(**details: object) -> TakeManifest:
        return TakeManifest(
            take="t001", file="t001.flac", engine="x", seed=7, lyrics="", style="", duration_s=60,
            details=details, made_at="now",
        )  # fmt: skip

    parts = [
        {"kind": "verse", "start_s": 0, "end_s": 20},
        {"kind": "chorus", "start_s": 20, "end_s": 40},
    ]
    one = cover_of(manifest(key="G# minor", bpm=111, parts=parts)).svg()
    assert one == cover_of(manifest(key="G# minor", bpm=111, parts=parts)).svg()
    assert one != cover_of(manifest(key="C major", bpm=111, parts=parts)).svg()
    assert one.count("<path") == 3
    assert cover_of(manifest(key=3, bpm="fast", parts="none")).svg()
    assert cover_of(None).accent(dark=True).startswith("#")


def test_the_outline_has_a_byte_a_point_and_the_loudest_is_full():
    from base64 import b64decode

    from songsmith.agent.page.sound import outline

    audio = np.zeros((2, 48_000), dtype=np.float32)
    audio[0, 24_000] = 0.5
    points = b64decode(outline(audio))
    assert len(points) == 1_200 and max(points) == 255 and points.index(255) == 600
