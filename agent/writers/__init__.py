"""From a brief to lyrics: the LLM writer, the offline writer, and who is chosen and why."""
