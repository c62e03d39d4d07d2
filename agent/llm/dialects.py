"""What each provider's API takes beside the common fields, from their documentation as of November 2026.

DeepSeek's models think unless they are told not to; while they think, a temperature has no effect and every
assistant turn with tool calls must come back with its thinking. OpenAI's think too; on chat completions they
take function tools and a temperature only with `reasoning_effort` "none". All other servers get the common
fields only.
"""

from typing import Any

from songsmith.agent.llm.profiles import Endpoint

__all__ = ["OPTIONS", "extra_fields", "wants_reasoning_back"]

OPTIONS = ("stream_options", "temperature", "reasoning_effort", "thinking")
"""Fields that are left out once an endpoint says that it does not know them."""


def extra_fields(endpoint: Endpoint, *, has_tools: bool) -> dict[str, Any]:
    """Fields of a request to `endpoint`, the temperature among them."""
    match endpoint.profile:
        case "deepseek" if endpoint.thinking:
            return {"thinking": {"type": "enabled"}, "reasoning_effort": "low"}
        case "deepseek":
            return {"thinking": {"type": "disabled"}, "temperature": endpoint.temperature}
        case "openai" if endpoint.thinking and not has_tools:
            return {"reasoning_effort": "low"}
        case "openai":
            return {"reasoning_effort": "none", "temperature": endpoint.temperature}
    return {"temperature": endpoint.temperature}


def wants_reasoning_back(endpoint: Endpoint) -> bool:
    """Whether assistant turns with tool calls must carry their thinking in later requests."""
    return endpoint.profile == "deepseek" and endpoint.thinking
