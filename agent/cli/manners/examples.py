"""Examples of every command, as they stand below its help: what is typed after its name."""

from collections.abc import Mapping

__all__ = ["EXAMPLES"]

EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "make": (
        '"jazzy nightclub love song" --seed 5',
        '--lyrics words.lrc --style "folk, soft" --takes 2',
        '"夏夜的海边" --length 1:35 --json',
    ),
    "write": ('"night train" --length 2:00 > night-train.lrc', '"night train" --show-prompt'),
    "check": (
        "words.lrc",
        "words.txt --length 95 --repair --out words.lrc",
        "- --json < words.lrc",
    ),
    "render": (
        'words.lrc --style "blues, 92 bpm" -o song.flac',
        "night-train --takes 3 --seed 7",
        "words.lrc --voice list --language zh",
    ),
    "batch": (
        "jobs.csv -o out --check",
        "jobs.csv -o out --workers 4 --resume",
        "jobs.jsonl -o /shared/out --ray auto",
    ),
    "chat": (
        "",
        "night-train",
        '--continue --prompt "make verse 2 bitter and sing it" --json',
    ),
    "revise": (
        'night-train "make it bitter" --section "verse 2"',
        'night-train "shorter" --lines 7-9 --options 3',
    ),
    "choose": ("night-train 2",),
    "rhyme": ("night", 'window --syllables 2 --metre "x/"', "月光"),
    "edit": ("night-train", "night-train new-words.lrc", "night-train - < words.lrc"),
    "retime": ("night-train --length 2:30 --bpm 96", "night-train --keep 1-4"),
    "style": ('night-train "bossa nova, soft"',),
    "fix": (
        "night-train --span 0:42-0:55",
        'night-train --section "chorus 2" --takes 2',
        "night-train --changed",
    ),
    "takes": ("night-train", "night-train --verify"),
    "pick": ("night-train 2",),
    "play": ("night-train", "night-train --take 2"),
    "replay": ("night-train t001",),
    "listen": ("night-train", "song.wav --lyrics words.lrc --model base --download"),
    "align": ("night-train --out sung.lrc", "song.wav --lyrics words.lrc"),
    "mend": ("night-train --until-sung 0.85",),
    "versions": ("night-train",),
    "undo": ("night-train",),
    "redo": ("night-train",),
    "diff": ("night-train", "night-train v1 v3"),
    "branch": ("night-train bitter", "night-train v3"),
    "export": (
        "night-train --format mp3 --format lrc --format srt",
        "night-train --take 2 --format wav --bits 16 --to ~/Music",
    ),
    "page": ("night-train", "night-train --out for-ana.html"),
    "open": ("night-train",),
    "gallery": ("", "songs --out index.html"),
    "doctor": ("", "llm weights", "--fix", "--json | jq .counts"),
    "config": ("show", "set profile ollama"),
    "config show": ("", "--song songs/night-train"),
    "config set": ("api_key", "profile ollama", "profiles.ollama.model qwen3:8b", "length_s 2:30"),
    "config unset": ("engine", "profiles.ollama"),
    "config path": ("",),
    "engines": ("", "show sketch"),
    "engines show": ("sketch", "diffrhythm --json"),
    "models": ("list", "pull ace-step"),
    "models list": ("",),
    "models pull": ("", "ace-step", "voice-en_US-joe-medium", "--variant full --yes"),
    "models verify": ("", "vae --trust"),
    "models where": ("",),
    "models rm": ("dit-1.2-full", "all --yes"),
    "mcp": ("", "--http --port 8765 --budget 5"),
    "agent-info": ("| jq '.commands[].name'",),
    "install-skill": ("--target claude", "--target codex --to ~/.agents/skills"),
}
"""By the command's name. Each line fits 78 columns behind "songsmith"."""
