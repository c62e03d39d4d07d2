"""Is the song that README's first command left audible, as long as asked, and the same the second time?"""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import soundfile

DURATION_S = 95.0


def main() -> None:
    folder = next(Path(sys.argv[1]).iterdir())
    samples, rate_hz = soundfile.read(folder / "takes" / "t001.flac", always_2d=True)
    assert (rate_hz, samples.shape[1]) == (44_100, 2), (rate_hz, samples.shape)
    assert abs(len(samples) / rate_hz - DURATION_S) < 0.05, len(samples) / rate_hz
    seconds = samples[: len(samples) // rate_hz * rate_hz].reshape(-1, rate_hz * 2)
    loud = (np.sqrt((seconds**2).mean(axis=1)) > 0.01).mean()
    assert loud > 0.9, f"only {loud:.0%} of the song is audible"

    song = json.loads((folder / "song.json").read_text(encoding="utf-8"))
    manifest = json.loads((folder / "takes" / "t001.json").read_text(encoding="utf-8"))
    again = subprocess.run(
        [
            *(sys.executable, "-m", "songsmith", "make", song["prompt"], "--json"),
            *("--seed", str(manifest["seed"]), "--out", "again"),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    made = json.loads(again.stdout)
    assert made["takes"][0]["samples_sha256"] == manifest["samples_sha256"], "not the same samples"
    print(f"heard: {folder.name}, {len(samples) / rate_hz:.1f} s, {loud:.0%} audible, replayed")


if __name__ == "__main__":
    main()
