"""Asking the person for more takes than the budget holds, where their client can ask them."""

from mcp.server.context import ServerRequestContext
from mcp_types import (
    CallToolRequestParams,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    InputRequiredResult,
)
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from songsmith.errors import SongsmithError

__all__ = ["ConsentError", "ask_for_takes"]

_KEY = "more_takes"
_FORM = {
    "type": "object",
    "properties": {
        "agree": {"type": "boolean", "title": "Sing them", "description": "Yes, go on singing"}
    },
    "required": ["agree"],
}


class ConsentError(SongsmithError):
    """The person did not agree, or could not be asked."""


async def ask_for_takes(
    context: ServerRequestContext, params: CallToolRequestParams, takes: int, allowed: int
) -> InputRequiredResult | None:
    """Ask whether to sing more. None is a yes, a result is the question itself, to be handed to the client: it comes
    back with the answer in the same call. Raises `ConsentError` for a no and where nobody can be asked.
    """
    question = (
        f"songsmith wants to sing {takes} more take{'s' * (takes > 1)}. A yes lets it sing up to {max(takes, allowed)}"
        " before you are asked again."
    )
    if context.protocol_version in MODERN_PROTOCOL_VERSIONS:
        answer = (params.input_responses or {}).get(_KEY)
        if answer is None:
            _need_asking(context, takes)
            return InputRequiredResult(input_requests={_KEY: _request(question)})
    else:
        _need_asking(context, takes)
        answer = await context.session.elicit_form(question, _FORM, context.request_id)
    if not _is_yes(answer):
        raise ConsentError(
            f"the person did not agree to {takes} more takes", hint="ask them before you try again"
        )
    return None


def _request(question: str) -> ElicitRequest:
    return ElicitRequest(params=ElicitRequestFormParams(message=question, requested_schema=_FORM))


def _is_yes(answer: object) -> bool:
    if not isinstance(answer, ElicitResult) or answer.action != "accept":
        return False
    return bool((answer.content or {}).get("agree"))


def _need_asking(context: ServerRequestContext, takes: int) -> None:
    capabilities = context.session.client_capabilities
    if capabilities is None or capabilities.elicitation is None:
        raise ConsentError(
            f"the budget of takes does not hold {takes} more, and this client can't ask the person",
            hint="they can start the server with more: songsmith mcp --budget 50",
        )
