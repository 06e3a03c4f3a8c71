"""Train the reader: one small cross-encoder that tells whether a passage answers a question, and with which words.

The layers of the bundled embedding model are trained further; its word embeddings stay. Relevance is learnt
by logistic loss over a question's readings and on their differences, answer spans by cross-entropy over the
tokens with "no answer" at the first one (Devlin et al. 2019, as for SQuAD 2.0).
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.reader_data import Group, Reading
from rag.model_files import ModelFiles
from rag.reader_model import Pair, encode_pair, reader_module, save_reader

BATCH = 24
LEARNING_RATE = 8e-5
WARM_UP = 0.06


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far the training is; ``loss`` is a running mean."""

    step: int
    steps: int
    loss: float


@dataclass(frozen=True, kw_only=True)
class _Row:
    group: int
    pair: Pair
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    relevant: bool
    has_span: bool


def train(
    groups: Sequence[Group],
    files: ModelFiles,
    out: Path,
    *,
    made_by: dict[str, str],
    epochs: float = 1.0,
    seed: int = 0,
    start: Path | None = None,
    rate: float = LEARNING_RATE,
    fixed: int = 0,
    threads: int = 2,
    report: Callable[[Progress], None] = lambda _: None,
) -> None:
    """Train on ``groups`` and write the weights to ``out`` (safetensors, half precision, without embeddings).

    ``start`` names weights to go on from; without it the heads begin untrained on the embedding model. ``rate`` is the
    highest learning rate, after the warm-up. The first ``fixed`` layers stay as they are, which saves about a sixth of
    the time each.
    """
    import torch

    from rag.encoders import load_tokenizer

    torch.manual_seed(seed)
    torch.set_num_threads(threads)
    chance = random.Random(seed)
    tokenizer = load_tokenizer(files.folder)
    module = reader_module(files, start, fast=True)
    # Without dropout: drawing its random numbers takes as long as all the rest, and every question is seen but once.
    module.eval()
    for parameter in module.encoder.embeddings.parameters():
        parameter.requires_grad = False
    for layer in module.encoder.encoder.layer[:fixed]:
        for parameter in layer.parameters():
            parameter.requires_grad = False
    batches = list(_batches(groups, tokenizer, chance, epochs=epochs))
    trained = [parameter for parameter in module.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=0.01)
    warm = max(1, int(WARM_UP * len(batches)))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warm, max(0.02, (len(batches) - step) / max(1, len(batches) - warm)))
    )
    mean = 0.0
    half = is_half_faster()
    for step, batch in enumerate(batches, start=1):
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
            loss = _loss(module, batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        mean += (float(loss.detach()) - mean) / min(step, 100)
        report(Progress(step=step, steps=len(batches), loss=mean))
        if step % 400 == 0:
            save_reader(module, out, made_by={**made_by, "unfinished": f"step {step} of {len(batches)}"})
    save_reader(module, out, made_by=made_by)


def mix(file: Path, start: Path, *, keep: float) -> None:
    """Rewrite the weights in ``file`` as a mean of them and of ``start``, which counts as much as ``keep`` in [0, 1].

    Half way between two stages a network has nearly all that the later one has learnt and forgets less of the earlier
    (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models").
    """
    from safetensors import safe_open
    from safetensors.torch import load_file, save_file

    before, after = load_file(str(start)), load_file(str(file))
    mixed = {
        name: (keep * before[name].float() + (1 - keep) * tensor.float()).half().contiguous()
        for name, tensor in after.items()
    }
    with safe_open(str(file), "pt") as opened:
        metadata = opened.metadata()
    draft = file.with_suffix(".draft")
    save_file(mixed, str(draft), metadata=metadata)
    draft.replace(file)


def is_half_faster() -> bool:
    """Whether this processor multiplies in bf16 as fast as in fp32; without instructions for it, 25 times slower."""
    import torch

    def seconds(kind: Any) -> float:
        matrix = torch.ones((512, 512), dtype=kind)
        matrix @ matrix
        began = time.perf_counter()
        for _ in range(5):
            matrix @ matrix
        return time.perf_counter() - began

    return seconds(torch.bfloat16) <= seconds(torch.float32)


def _batches(groups: Sequence[Group], tokenizer: Any, chance: random.Random, *, epochs: float) -> Iterator[list[_Row]]:
    """Yield batches of rows of about equal length, a question's readings together."""
    order: list[int] = []
    whole = math.ceil(epochs)
    for epoch in range(whole):
        part = list(range(len(groups)))
        chance.shuffle(part)
        order += part[: round((epochs - epoch) * len(part))] if epoch == whole - 1 else part
    made = [_rows(at, groups[at], tokenizer) for at in order]
    chunk = 40 * BATCH
    batches: list[list[_Row]] = []
    for begin in range(0, len(made), chunk):
        chunked = sorted(
            made[begin : begin + chunk], key=lambda rows: max((len(row.pair.ids) for row in rows), default=0)
        )
        local: list[list[_Row]] = []
        current: list[_Row] = []
        for rows in chunked:
            if current and len(current) + len(rows) > BATCH:
                local.append(current)
                current = []
            current = current + rows
        if current:
            local.append(current)
        chance.shuffle(local)
        batches += local
    yield from batches


def _rows(at: int, group: Group, tokenizer: Any) -> list[_Row]:
    return [_row(at, reading.question or group.question, reading, tokenizer) for reading in group.readings]


def _row(at: int, question: str, reading: Reading, tokenizer: Any) -> _Row:
    pair = encode_pair(tokenizer, question, reading.title, reading.text)
    starts, ends = [], []
    for start, end in reading.answers:
        inside = [token for token, span in pair.places.items() if span[0] < end and start < span[1]]
        if inside:
            starts.append(min(inside))
            ends.append(max(inside))
    relevant = bool(reading.answers)
    return _Row(
        group=at, pair=pair, starts=tuple(starts) or (0,), ends=tuple(ends) or (0,), relevant=relevant,
        has_span=bool(starts) or not relevant,
    )  # fmt: skip


def _loss(module: Any, rows: Sequence[_Row]) -> Any:
    import torch
    from torch.nn import functional

    longest = max(len(row.pair.ids) for row in rows)
    ids = torch.zeros((len(rows), longest), dtype=torch.long)
    mask = torch.zeros((len(rows), longest), dtype=torch.long)
    kinds = torch.zeros((len(rows), longest), dtype=torch.long)
    allowed = torch.zeros((len(rows), longest), dtype=torch.bool)
    targets = torch.zeros((2, len(rows), longest))
    for number, row in enumerate(rows):
        length = len(row.pair.ids)
        ids[number, :length] = torch.tensor(row.pair.ids)
        mask[number, :length] = 1
        kinds[number, :length] = torch.tensor(row.pair.kinds)
        allowed[number, [0, *row.pair.places]] = True
        for side, marks in enumerate((row.starts, row.ends)):
            targets[side, number, list(set(marks))] = 1.0
    relevance, starts, ends = module(ids, mask, kinds)
    relevance, starts, ends = relevance.float(), starts.float(), ends.float()
    relevant = torch.tensor([row.relevant for row in rows])
    loss = functional.binary_cross_entropy_with_logits(relevance, relevant.float())
    groups = torch.tensor([row.group for row in rows])
    same = (groups[:, None] == groups[None, :]) & relevant[:, None] & ~relevant[None, :]
    if same.any():
        loss = loss + functional.softplus(relevance[None, :] - relevance[:, None])[same].mean()
    told = torch.tensor([row.has_span for row in rows])
    if told.any():
        for side, logits in enumerate((starts, ends)):
            # Several answers are right: the probability of all of them together counts.
            shares = functional.log_softmax(logits.masked_fill(~allowed, -1e4), dim=1)
            right = torch.logsumexp(shares.masked_fill(targets[side] == 0, -1e4), dim=1)
            loss = loss - 0.5 * right[told].mean()
    return loss
