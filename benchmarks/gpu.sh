#!/usr/bin/env bash
# Speeds on a GPU with random weights of the full sizes, as one table; at most five minutes, no network.
#
#     benchmarks/gpu.sh pack     on a machine with a network: fetch into .gpu-wheels what a GPU machine may lack
#     benchmarks/gpu.sh          on the GPU machine, which has torch, transformers and accelerate
#
# The table goes to standard output, and to $OUT/gpu.txt where OUT is set.
set -euo pipefail
cd "$(dirname "$0")/.."
wheels=.gpu-wheels
python=${PYTHON:-python3}

if [ "${1:-}" = pack ]; then
    mkdir -p "$wheels"
    "$python" -m pip download --quiet --no-deps --dest "$wheels" "diffusers>=0.42,<0.43" importlib_metadata zipp
    for version in 3.10 3.11 3.12 3.13; do
        "$python" -m pip download --quiet --dest "$wheels" --only-binary=:all: --python-version "$version" \
            "pydantic>=2.10" "soxr>=0.5" "soundfile>=0.13" --no-deps
        core=$("$python" - "$wheels" <<'PY'
import re, sys, zipfile
from pathlib import Path
wheel = sorted(Path(sys.argv[1]).glob("pydantic-*.whl"))[-1]
meta = next(name for name in zipfile.ZipFile(wheel).namelist() if name.endswith("METADATA"))
print(re.search(r"Requires-Dist: (pydantic-core==\S+)", zipfile.ZipFile(wheel).read(meta).decode())[1])
PY
)
        "$python" -m pip download --quiet --dest "$wheels" --only-binary=:all: --python-version "$version" \
            --no-deps "$core" cffi
    done
    "$python" -m pip download --quiet --no-deps --dest "$wheels" annotated-types typing-inspection pycparser \
        platformdirs filelock typing-extensions
    du -sh "$wheels"
    exit
fi

spare=$(mktemp -d)
trap 'rm -rf "$spare"' EXIT
missing=()
for pair in diffusers:diffusers pydantic:pydantic pydantic_core:pydantic-core annotated_types:annotated-types \
    typing_inspection:typing-inspection soxr:soxr soundfile:soundfile cffi:cffi pycparser:pycparser \
    platformdirs:platformdirs filelock:filelock importlib_metadata:importlib-metadata zipp:zipp; do
    "$python" -c "import ${pair%%:*}" 2>/dev/null || missing+=("${pair##*:}")
done
if [ "${#missing[@]}" -gt 0 ]; then
    "$python" -m pip install --quiet --no-index --no-deps --find-links "$wheels" --target "$spare" "${missing[@]}"
fi
export PYTHONPATH="$PWD:$spare${PYTHONPATH:+:$PYTHONPATH}" PYTHONWARNINGS=ignore
table=${OUT:+$OUT/gpu.txt}

{
    "$python" -c "
import torch, transformers, diffusers
print(torch.cuda.get_device_name(), '· torch', torch.__version__, '· transformers', transformers.__version__, '· diffusers', diffusers.__version__)"
    echo; echo "== parity with recorded values of the official code"
    timeout 60 "$python" benchmarks/parity.py tests/engine/data/golden || echo "parity: not equal, or not run"
    echo; echo "== ACE-Step, 95 s and 240 s of song"
    timeout 90 "$python" benchmarks/acestep.py --device cuda --dtype bfloat16 --length 95 || echo "not run"
    timeout 90 "$python" benchmarks/acestep.py --device cuda --dtype bfloat16 --length 240 || echo "not run"
    echo; echo "== DiffRhythm"
    timeout 100 "$python" benchmarks/gpu.py || echo "not run"
} 2>&1 | grep -v "should be kept in float32" | tee ${table:-/dev/null}
