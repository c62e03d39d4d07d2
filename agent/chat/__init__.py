"""The interactive session: input, slash commands, the tools an LLM may call, the conversation and its history."""
