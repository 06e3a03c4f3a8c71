"""The reader as a network: the embedding model's transformer, trained to read a passage with a question in mind.

Input is ``[CLS] question [SEP] title passage [SEP]``. Three numbers come out per passage or token: a relevance
logit (at ``[CLS]``), and start and end logits for the words that answer, where ``[CLS]`` stands for no answer.
The file of weights has the trained tensors only, in half precision; the word embeddings are the bundled model's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.encoders import well_formed
from rag.errors import ModelError
from rag.model_files import ModelFiles

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MAX_TOKENS = 384
"""Of question, title and passage together; what is longer is cut at the passage's end."""
QUESTION_TOKENS = 64
TITLE_TOKENS = 40
_FROZEN = "encoder.embeddings."


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Token ids of a question with a passage; ``places`` maps a token's position to its span in the passage."""

    ids: list[int]
    kinds: list[int]
    places: dict[int, tuple[int, int]]


def encode_pair(tokenizer: Tokenizer, question: str, title: str, text: str) -> Pair:
    """Return the input for a passage under its title; question and title are cut at their ends when long."""
    begin, separator = (int(tokenizer.token_to_id(mark) or 0) for mark in ("[CLS]", "[SEP]"))
    asked = tokenizer.encode(well_formed(question), add_special_tokens=False).ids[:QUESTION_TOKENS]
    headed = tokenizer.encode(well_formed(title), add_special_tokens=False).ids[:TITLE_TOKENS] if title else []
    passage = tokenizer.encode(well_formed(text), add_special_tokens=False)
    room = MAX_TOKENS - len(asked) - len(headed) - 4
    head = [begin, *asked, separator]
    body = [*headed, separator] if headed else []
    inner = passage.ids[:room]
    ids = [*head, *body, *inner, separator]
    first = len(head) + len(body)
    return Pair(
        ids=ids,
        kinds=[0] * len(head) + [1] * (len(ids) - len(head)),
        places={first + at: span for at, span in enumerate(passage.offsets[: len(inner)])},
    )


def reader_module(files: ModelFiles, weights: Path | None, *, fast: bool = False) -> Any:
    """Return the network as a torch module (ids, mask, kinds) → (relevance, starts, ends), in fp32.

    ``weights`` None: untrained heads on the embedding model, to begin a training with. ``fast`` is for training.
    Raises ModelError.
    """
    import torch
    from transformers import AutoModel
    from transformers.utils import logging

    # It would report the pooler, which the network does without.
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]  # transformers has no types here
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # its lines would break our own

    class Reader(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            # The fast kind of attention does not pass the exporter.
            self.encoder = AutoModel.from_pretrained(
                str(files.folder), local_files_only=True, add_pooling_layer=False, dtype=torch.float32,
                attn_implementation="sdpa" if fast else "eager",
            )  # fmt: skip
            width = self.encoder.config.hidden_size
            self.relevance = torch.nn.Linear(width, 1)
            self.spans = torch.nn.Linear(width, 2)

        def forward(self, ids: torch.Tensor, mask: torch.Tensor, kinds: torch.Tensor) -> Any:
            hidden = self.encoder(input_ids=ids, attention_mask=mask, token_type_ids=kinds)[0]
            both = self.spans(hidden)
            return self.relevance(hidden[:, 0])[:, 0], both[:, :, 0], both[:, :, 1]

    module = Reader()
    if weights is not None:
        _load(module, weights)
        module.eval()
    return module


def save_reader(module: Any, file: Path, *, made_by: Mapping[str, str]) -> None:
    """Write the trained tensors in half precision, with ``made_by`` as JSON in the file's metadata."""
    import torch
    from safetensors.torch import save_file

    tensors = {
        name: tensor.detach().to(torch.float16).contiguous()
        for name, tensor in module.state_dict().items()
        if not name.startswith(_FROZEN)
    }
    draft = file.with_suffix(".draft")
    save_file(tensors, str(draft), metadata={"made_by": json.dumps(dict(made_by))})
    draft.replace(file)


def _load(module: Any, weights: Path) -> None:
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        found = {name: tensor.to(torch.float32) for name, tensor in load_file(str(weights)).items()}
        lacking, unknown = module.load_state_dict(found, strict=False)
    except (OSError, SafetensorError, RuntimeError) as error:
        raise ModelError(
            f"The reader's weights in {weights} cannot be read ({error}). Reinstall Newsdesk, or set "
            "NEWSDESK_READER=off."
        ) from error
    lacking = [name for name in lacking if not name.startswith(_FROZEN)]
    if lacking or unknown:
        raise ModelError(
            f"The reader's weights in {weights} do not fit the embedding model ({[*lacking, *unknown][0]}). "
            "Use the bundled embedding model, or set NEWSDESK_READER=off."
        )
