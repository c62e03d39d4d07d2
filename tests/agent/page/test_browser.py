"""The page in a real browser: it plays, follows the words, compares takes, and says nothing on the console."""

import shutil

import pytest

from songsmith.agent.page.gallery import write_gallery
from songsmith.agent.song.songbook import Song
from songsmith.agent.studio.rendering import RenderWish
from songsmith.agent.studio.studio import Studio
from songsmith.engine.engine import forget_engine, register_engine
from songsmith.lyrics.reading.lrc import parse_lyrics
from tests.agent.beep import CARD, BeepEngine

webdriver = pytest.importorskip("selenium.webdriver")
CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="there is no Chromium here")
LINES = [f"[00:{2 * n + 1:02d}.00]line number {n}" for n in range(1, 11)]
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--mute-audio",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture(scope="module")
def engine():
    register_engine(CARD, BeepEngine)
    yield CARD.name
    forget_engine(CARD.name)


@pytest.fixture(scope="module")
def folder(tmp_path_factory, engine):
    song = Song.create(
        tmp_path_factory.mktemp("songs"), name="x", title="Harbour", prompt="", language="en"
    )
    studio = Studio(song)
    studio.edit(parse_lyrics("\n".join(["[Verse]", *LINES])), duration_s=26)
    studio.render(RenderWish(engine=engine, seed=1))
    studio.fix(studio.spans_named("line 3"), RenderWish(seed=2))
    studio.page()
    studio.page(song.folder / "beside.html", beside=True)
    return song.folder


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    driver.set_script_timeout(20)
    yield driver
    driver.quit()


@pytest.fixture(params=["page.html", "beside.html"])
def page(browser, folder, request):
    for log in ("browser", "performance"):
        browser.get_log(log)  # what came before
    browser.get((folder / request.param).as_uri())
    return browser


def current(page):
    return page.execute_script("return document.querySelector('[aria-current]')?.textContent ?? ''")


def seek(page, time_s: float) -> None:
    page.execute_script(
        "const s = document.getElementById('seek'); s.value = arguments[0]; s.dispatchEvent(new Event('input'));",
        time_s,
    )


def position(page) -> float:
    return float(page.execute_script("return Number(document.getElementById('seek').value)"))


def plays_on(page):
    """Whether the position moves by itself, waited for in the page, on its own frames."""
    return page.execute_async_script(
        """
        const done = arguments[0], seek = document.getElementById('seek');
        const from = Number(seek.value), began = performance.now();
        function look() {
          if (Number(seek.value) > from + 0.3) done(true);
          else if (performance.now() - began > 15000) done(false);
          else requestAnimationFrame(look);
        }
        look();
        """
    )


def press(page, key: str) -> None:
    page.execute_script(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: arguments[0], bubbles: true}))",
        key,
    )


def test_the_right_line_is_lit_at_ten_times(page):
    for number in range(1, 11):
        seek(page, 2 * number + 1.4)
        assert current(page).startswith(f"line number {number}")
    seek(page, 0.5)
    assert current(page) == ""


def test_it_plays_and_another_take_goes_on_at_the_same_place(page):
    seek(page, 4.0)
    page.find_element("id", "play").click()
    assert plays_on(page)
    before = position(page)
    press(page, "1")
    assert plays_on(page)
    assert before < position(page) < before + 8
    assert (
        page.execute_script("return document.querySelector('#takes [aria-pressed=true]').value")
        == "t001"
    )
    press(page, " ")
    assert page.find_element("id", "play").text == "Play"


def test_keys_move_by_seconds_and_by_lines(page):
    seek(page, 10.0)
    press(page, "ArrowRight")
    assert position(page) == pytest.approx(15.0, abs=0.02)
    press(page, "ArrowLeft")
    press(page, "ArrowDown")
    assert current(page).startswith("line number 5")
    press(page, "ArrowUp")
    assert current(page).startswith("line number 4")


def test_choosing_a_take_at_rest_keeps_the_position_and_marks_what_differs(page):
    seek(page, 9.0)
    press(page, "1")
    assert position(page) == pytest.approx(9.0, abs=0.05)
    assert page.find_elements("css selector", "#lines .changed") == []
    press(page, "2")
    assert position(page) == pytest.approx(9.0, abs=0.05)
    assert "line number 3" in page.find_element("css selector", "#lines .changed").text


def test_nothing_is_asked_of_the_network_and_the_console_is_silent(page):
    import json

    events = [json.loads(row["message"])["message"] for row in page.get_log("performance")]
    asked = [
        e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"
    ]
    assert [
        url for url in asked if not url.startswith(("file:", "data:", "blob:", "chrome:"))
    ] == []
    assert [row for row in page.get_log("browser") if row["level"] == "SEVERE"] == []


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_nothing_is_wider_than_the_screen_and_every_control_can_be_touched(browser, folder, width):
    browser.set_window_size(width, 900)
    browser.get((folder / "page.html").as_uri())
    assert browser.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    small = browser.execute_script(
        "return [...document.querySelectorAll('button')].filter(b => b.offsetParent && b.offsetHeight < 32).length"
    )
    assert small == 0


@pytest.mark.parametrize("name", ["page.html", "index.html"])
def test_nothing_serious_stands_in_the_way_of_people_who_see_or_move_differently(
    browser, folder, name
):
    from axe_core_python.selenium import Axe

    write_gallery(folder.parent)
    browser.get((folder if name == "page.html" else folder.parent).joinpath(name).as_uri())
    found = Axe().run(browser)["violations"]
    serious = [v["id"] for v in found if v["impact"] in ("serious", "critical")]
    assert serious == []
