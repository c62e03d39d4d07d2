"""Attacks, counted: processes killed at random moments and before each step on the disk, verbs in parallel, damaged
replies of an endpoint, and mutated lyrics, styles and replies.

    python -m benchmarks.attack [--kills 40] [--rounds 10] [--parallel 4] [--replies 140] [--texts 20000] [--seed 1]

Each kill ends a real `songsmith fix` or `make` with a signal that can't be caught; afterwards the song must open,
every earlier take must be bit for bit what it was, and nothing half-written may stay. Each round of parallel verbs
runs several `songsmith fix` on one song: every take that was reported must be there, whole, and in the newest version.
"""

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from songsmith.agent.llm.client import Llm
from songsmith.agent.llm.errors import LlmError
from songsmith.agent.llm.messages import Message
from songsmith.agent.song.songbook import Song
from songsmith.agent.studio.take_list import damaged_takes
from songsmith.agent.writers.replies.reply_lyrics import read_song
from songsmith.agent.writers.replies.reply_text import without_thinking
from songsmith.agent.writers.stamping import stamped
from songsmith.engine.sketch.style.style import parse_style
from songsmith.errors import SongsmithError
from songsmith.lyrics.check import check_lyrics
from songsmith.lyrics.reading.lrc import format_lrc, parse_lyrics
from tests.agent.llm_server import LlmServer, chunk

ROOT = Path(__file__).resolve().parents[1]

WORDS = "[00:02.00]The train is late again tonight\n[00:05.00]The platform hums a yellow light\n"
SONGSMITH = (sys.executable, "-m", "songsmith")
MAKE = ("make", "--lyrics", "words.lrc", "--length", "9", "--engine", "sketch", "--style", "folk")


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*SONGSMITH, *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def new_song(folder: Path) -> tuple[Path, float]:
    """A song with one take, and the seconds that took."""
    (folder / "words.lrc").write_text(WORDS, encoding="utf-8")
    began_s = time.monotonic()
    done = start(folder, *MAKE, "--seed", "1", "--json")
    out, err = done.communicate()
    if done.returncode:
        raise SystemExit(f"make failed: {err.strip()}")
    return folder / json.loads(out)["folder"], time.monotonic() - began_s


def faults_of(song_folder: Path, sounds: dict[str, bytes]) -> list[str]:
    """What is wrong with a song after an attack, given the sound files it had before."""
    song = Song.open(song_folder)
    takes = [song.manifest(name) for name in (*song.takes, *song.stray_takes())]
    faults = [f"{take}: {fault}" for take, fault in damaged_takes(song, takes).items()]
    for name, sound in sounds.items():
        if (song_folder / "takes" / name).read_bytes() != sound:
            faults.append(f"{name} changed")
    left = [*song_folder.rglob("*.part"), *song_folder.rglob("*.claim")]
    return faults + [f"{path.name} stayed" for path in left]


def sounds_of(song_folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (song_folder / "takes").glob("*.flac")}


def kill_fixes(folder: Path, count: int, chance: random.Random) -> list[str]:
    song, length_s = new_song(folder)
    faults = []
    for number in range(count):
        before = sounds_of(song)
        process = start(folder, "fix", str(song), "--lines", "2", "--seed", str(number))
        try:
            process.communicate(timeout=chance.uniform(0.0, 1.2 * length_s))
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
        if process.returncode > 0:
            faults.append("a fix failed by itself")
        faults += faults_of(song, before)
    return faults


def kill_makes(folder: Path, count: int, chance: random.Random) -> list[str]:
    """Kills of `make`; the next `make` sweeps what the killed ones left."""
    _, length_s = new_song(folder)
    for number in range(count):
        process = start(folder, *MAKE, "--seed", str(number))
        try:
            process.communicate(timeout=chance.uniform(0.0, length_s))
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
    start(folder, *MAKE, "--seed", "1").communicate()
    faults = []
    for path in (folder / "songs").iterdir():
        if not (path / "song.json").is_file():
            faults.append(f"{path.name} is no song")
        else:
            faults += faults_of(path, {})
    return faults


def parallel_fixes(folder: Path, rounds: int, width: int) -> list[str]:
    song, _ = new_song(folder)
    faults = []
    for number in range(rounds):
        before = sounds_of(song)
        running = [
            start(
                folder,
                "fix",
                str(song),
                "--lines",
                "2",
                "--seed",
                str(number * width + i),
                "--json",
            )
            for i in range(width)
        ]
        outputs = [process.communicate() for process in running]
        failed = [
            err for process, (_, err) in zip(running, outputs, strict=True) if process.returncode
        ]
        faults += [f"a fix failed: {err.strip()[-120:]}" for err in failed]
        made = [
            take["take"]
            for process, (out, _) in zip(running, outputs, strict=True)
            if not process.returncode
            for take in json.loads(out)["takes"]
        ]
        missing = set(made) - set(Song.open(song).takes)
        faults += [f"{take} is in no version" for take in sorted(missing)]
        if len(set(made)) < len(made):
            faults.append(f"a take's name was given twice: {made}")
        faults += faults_of(song, before)
    return faults


def deaths(folder: Path) -> list[str]:
    """A death before each step on the disk; the helper prints faults, and how many deaths there were."""
    program = [sys.executable, "-m", "tests.agent.song.deaths"]
    done = subprocess.run(program, capture_output=True, text=True, cwd=ROOT, check=True)
    *faults, counted = done.stdout.splitlines()
    print(f"    {counted}")
    return faults


def damaged_replies(count: int, chance: random.Random) -> list[str]:
    """A good reply with bytes changed or cut, over a real connection: words, or an `LlmError`, and nothing else."""
    good = f"data: {json.dumps(chunk({'content': 'hi'}, 'stop'))}\n\ndata: [DONE]\n\n".encode()
    faults = []
    with LlmServer() as server:
        llm = Llm(server.endpoint(), sleep=lambda wait_s: None)
        for _ in range(count):
            data = bytearray(good[: chance.randrange(1, len(good))])
            for _ in range(chance.randrange(4)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            kind = chance.choice(("text/event-stream", "application/json", "text/html", ""))
            status = chance.choice((200, 200, 400, 401, 404, 429, 500))
            packing = chance.choice(("identity", "identity", "gzip", "br"))
            headers = {"Content-Encoding": packing}
            server.queue(
                lambda at, s=status, d=bytes(data), k=kind, h=headers: at.send_body(s, d, k, h)
            )
            try:
                llm.reply([Message("user", "hi")])
            except LlmError:
                pass
            except Exception as error:
                faults.append(f"{type(error).__name__}: {str(error)[:80]}")
    return faults


def mutated_texts(count: int, chance: random.Random) -> list[str]:
    """Lyrics of every format in the tests, mutated and mixed, read, stamped, checked and written: no exception."""
    files = [path for path in (ROOT / "tests" / "lyrics" / "data").rglob("*") if path.is_file()]
    seeds = [path.read_text("utf-8", "replace")[:3_000] for path in files]
    bits = re.findall(r"\[[^\]\n]{0,20}\]|<[^>\n]{0,20}>|\{[^}\n]{0,20}\}|\S+|\s", "".join(seeds))
    readers = (_read_and_check, parse_style, read_song, without_thinking)
    faults = []
    for number in range(count):
        text = list(chance.choice(seeds)[: chance.randrange(10, 1_500)])
        for _ in range(chance.randrange(1, 12)):
            place = chance.randrange(len(text) + 1)
            text[place : place + chance.randrange(8)] = chance.choice(bits) * chance.choice(
                (1, 1, 9)
            )
        mutated = "".join(text)
        try:
            readers[number % len(readers)](mutated)
        except SongsmithError:
            pass
        except Exception as error:
            faults.append(f"{type(error).__name__}: {error} for {mutated[:200]!r}")
    return faults


def _read_and_check(text: str) -> None:
    lyrics, length_s = stamped(parse_lyrics(text).lyrics, None)
    check_lyrics(lyrics, duration_s=length_s)
    if parse_lyrics(format_lrc(lyrics), sing_all=True).lyrics.title != lyrics.title:
        raise AssertionError("the title changed on its way through a file")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--parallel", type=int, default=4)
    parser.add_argument("--replies", type=int, default=140)
    parser.add_argument("--texts", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    wish = parser.parse_args()
    chance = random.Random(wish.seed)
    attacks = (
        ("deaths at each step", deaths),
        (f"{wish.replies} damaged replies", lambda at: damaged_replies(wish.replies, chance)),
        (f"{wish.texts} mutated texts", lambda at: mutated_texts(wish.texts, chance)),
        (f"{wish.kills} kills of fix", lambda at: kill_fixes(at, wish.kills, chance)),
        (f"{wish.kills} kills of make", lambda at: kill_makes(at, wish.kills, chance)),
        (
            f"{wish.rounds * wish.parallel} parallel fixes",
            lambda at: parallel_fixes(at, wish.rounds, wish.parallel),
        ),
    )
    total = 0
    for name, attack in attacks:
        with tempfile.TemporaryDirectory() as folder:
            faults = attack(Path(folder))
        total += len(faults)
        print(f"{name:24} {len(faults)} faults", *faults, sep="\n    ")
    raise SystemExit(total > 0)


if __name__ == "__main__":
    main()
