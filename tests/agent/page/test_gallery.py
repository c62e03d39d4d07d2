import os
import re

import pytest

from songsmith.agent.page.build import PageError
from songsmith.agent.page.gallery import write_gallery
from songsmith.agent.song.songbook import Song
from songsmith.agent.studio.rendering import RenderWish
from songsmith.agent.studio.studio import Studio
from songsmith.lyrics.reading.lrc import parse_lyrics

pytestmark = pytest.mark.usefixtures("beep")


@pytest.fixture
def songs(tmp_path):
    folder = tmp_path / "my songs"
    for name, title in (("night", "Night <Train>"), ("sea", "海"), ("empty", "Nothing yet")):
        studio = Studio(Song.create(folder, name=name, title=title, prompt="", language="en"))
        studio.edit(parse_lyrics(f"[ti:{title}]\n[00:01.00]one two\n"), duration_s=6)
        if name != "empty":
            studio.render(RenderWish(engine="beep", seed=1))
    return folder


def test_every_song_with_a_take_has_a_card_that_leads_to_its_page(songs):
    made = write_gallery(songs)
    html = made.file.read_text(encoding="utf-8")
    assert made.songs == ("night", "sea")
    assert [name for name, _ in made.left_out] == ["empty"]
    assert "Night &lt;Train&gt;" in html and "<Train>" not in html and "海" in html
    links = re.findall(r'<a href="([^"]+)"', html)
    assert links == ["night/page.html", "sea/page.html"]
    assert all((songs / link).is_file() for link in links)
    assert "http" not in html.replace("http-equiv", "").replace("http://www.w3.org/2000/svg", "")


def test_a_page_that_is_current_is_not_written_again_and_an_old_one_is(songs):
    write_gallery(songs)
    page = songs / "night" / "page.html"
    os.utime(page, ns=(2**62, 2**62))
    before = page.stat().st_mtime_ns
    write_gallery(songs)
    assert page.stat().st_mtime_ns == before
    os.utime(page, ns=(1, 1))
    write_gallery(songs, songs.parent / "all.html")
    assert page.stat().st_mtime_ns > 1
    assert 'href="my%20songs/night/page.html"' in (songs.parent / "all.html").read_text("utf-8")


def test_a_folder_without_songs_is_one_line(tmp_path):
    with pytest.raises(PageError, match="there is no song with a take to show here"):
        write_gallery(tmp_path)
