"""What an assistant says to songsmith's MCP server and hears from it, while a song is written, sung and changed.

pip install "songsmith[mcp]"
python examples/mcp_session.py
"""

import asyncio
import os
import sys
from typing import Any

from mcp import Client, StdioServerParameters

SERVER = StdioServerParameters(
    command=sys.executable, args=["-m", "songsmith", "mcp", "--out", "songs"], env=dict(os.environ)
)


async def use(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """The result of a tool; what takes longer than the call waits is asked for by its job's id."""
    print(f"→ {tool} {arguments}")
    result = await client.call_tool(tool, arguments)
    while "job" in (result.structured_content or {}):
        job = result.structured_content["job"]
        print(f"← {job} is {result.structured_content['state']}")
        result = await client.call_tool("job", {"id": job, "wait_s": 30})
    for block in result.content:
        print(f"← {getattr(block, 'uri', '') or getattr(block, 'text', '')[:160]}")
    return result.structured_content or {}


async def main() -> None:
    async with Client(SERVER) as client:
        written = await use(client, "write", brief="a harbour at dawn, slow folk", length_s=15)
        song = written["song"]
        await use(client, "render", song=song, seed=7)
        await use(client, "edit", song=song, lines=[{"line": 1, "text": "The boats come in alone"}])
        await use(client, "fix", song=song, where="changed", seed=8)
        await use(client, "export", song=song, formats=["mp3", "srt"])


asyncio.run(main())
