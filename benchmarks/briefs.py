"""How many briefs the offline writer meets: the forty of the tests, several seeds each.

    python benchmarks/briefs.py [--seeds 3]

Prints for each language how many songs sing a word of what the brief is about, how many say that they can't, how
many do neither, and how many lines are shared between songs of different briefs.
"""

import argparse
import json
from collections import defaultdict
from pathlib import Path

from songsmith.agent.writers.offline.writer import compose

BRIEFS = (
    Path(__file__).resolve().parents[1] / "tests" / "agent" / "writers" / "data" / "briefs.json"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    seeds = parser.parse_args().seeds
    rows = json.loads(BRIEFS.read_text(encoding="utf-8"))
    print("language  songs  met  declined  missed  shared lines")
    for language in ("en", "zh"):
        met = declined = songs = 0
        sung: dict[str, set[str]] = defaultdict(set)
        for row in (row for row in rows if row["language"] == language):
            for seed in range(seeds):
                song = compose(row["brief"], duration_s=95, seed=seed)
                lines = [line for part in song.draft.sections for line in part.lines]
                text = " ".join([song.draft.title, *lines]).casefold()
                is_met = any(word.casefold() in text for word in row["any_of"])
                says_so = any("an LLM would do better" in note for note in song.notes)
                songs, met = songs + 1, met + is_met
                declined += says_so and not is_met
                for line in lines:
                    sung[line].add(row["brief"])
        shared = sum(len(briefs) > 1 for briefs in sung.values())
        print(
            f"{language:8}  {songs:5}  {met:3}  {declined:8}  {songs - met - declined:6}  {shared} of {len(sung)}"
        )


if __name__ == "__main__":
    main()
