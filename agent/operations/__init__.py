"""What may be done to a song at somebody's word: one table of operations, for the chat's LLM and for MCP clients."""
