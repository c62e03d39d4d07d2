"""One OpenAI-compatible endpoint: requests, streamed replies, tool calls, errors, profiles, usage."""
