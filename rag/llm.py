"""The language model that the settings name: any OpenAI-compatible endpoint, as a LlamaIndex ``LLM``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rag.config import Settings
from rag.errors import ConfigurationError

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

NO_KEY = "none"
"""Sent where no key is set; with nothing, the client would send whatever OPENAI_API_KEY holds to this address."""


def llm_of(settings: Settings) -> LLM | None:
    """Return the model that ``settings`` name, or None when they name none. Nothing is sent yet.

    Busy and failing servers are asked again by the client, waiting longer each time and as long as ``Retry-After``
    says. Redirects are not followed: passages go to the address that was set and to no other. Raises
    ConfigurationError for a model that the client refuses.
    """
    if not settings.llm_url:
        return None
    import httpx
    from llama_index.llms.openai_like import OpenAILike

    # As Any: the class declares fewer arguments than it takes.
    openai_like: Any = OpenAILike
    try:
        return openai_like(  # type: ignore[no-any-return]  # the package has no types
            model=settings.llm_model,
            api_base=settings.llm_url.rstrip("/"),
            api_key=settings.llm_key or NO_KEY,
            is_chat_model=True,
            context_window=settings.llm_context,
            max_tokens=settings.llm_output,
            temperature=settings.llm_temperature,
            max_retries=settings.llm_retries,
            timeout=settings.llm_seconds,
            additional_kwargs={"stream_options": {"include_usage": True}},
            async_http_client=httpx.AsyncClient(follow_redirects=False, timeout=settings.llm_seconds),
        )
    except ValueError as error:
        raise ConfigurationError(
            f"NEWSDESK_LLM_MODEL={settings.llm_model} cannot be used: {error} Name another model."
        ) from error


def served_at(settings: Settings) -> str:
    """Return the host of the model's address, for messages: it holds neither path nor key."""
    return urlsplit(settings.llm_url).hostname or settings.llm_url
