"""Sessions and single turns: input, slash commands, the tools an LLM may call, the talk and its history."""
