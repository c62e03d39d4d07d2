"""Lyrics from your own LLM, checked and mended before they are sung: python examples/your_own_llm.py "night train"

Any function from text to text will do. Here it asks a server that speaks the chat-completions protocol: LLM_URL and
LLM_MODEL, by default Ollama on this machine.
"""

import os
import sys

import openai

import songsmith

LENGTH_S = 20
ASK = """Write a song of six lines about: {prompt}. Answer with LRC alone, each line as [mm:ss.xx]words, the first at
00:02.00, three seconds apart. No digits, no remarks."""
MEND = """These lines can't be sung as they are:
{faults}
Answer with the whole corrected LRC and nothing else:
{words}"""


def ask(text: str) -> str:
    """What the model answers."""
    client = openai.OpenAI(
        base_url=os.environ.get("LLM_URL", "http://127.0.0.1:11434/v1"),
        api_key=os.environ.get("LLM_KEY", "none"),
    )
    reply = client.chat.completions.create(
        model=os.environ.get("LLM_MODEL", "qwen3:4b"), messages=[{"role": "user", "content": text}]
    )
    return reply.choices[0].message.content or ""


def write(prompt: str, rounds: int = 3) -> str:
    """Words that can be sung, or as near as the model gets in so many rounds."""
    words = ask(ASK.format(prompt=prompt))
    for _ in range(rounds):
        report = songsmith.check(words, length_s=LENGTH_S)
        faults = [str(fault) for fault in report.faults if fault.severity == "error"]
        if not faults:
            break
        print(f"{len(faults)} to mend: {faults[0]}")
        words = ask(MEND.format(faults="\n".join(faults), words=words))
    return words


prompt = sys.argv[1] if len(sys.argv) > 1 else "night train to the coast"
made = songsmith.make(
    prompt, lyrics=write(prompt), length_s=LENGTH_S, seed=7, go_on_with_faults=True
)
for line in made.written.lyrics.lines:
    print(f"{line.start_s:5.1f}  {line.text}")
print(made.audio)
