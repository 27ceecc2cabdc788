"""A bounded reader of GGUF headers: what a model file says of itself, before any native code sees it.

llama.cpp trusts much of a header and ends the process on some damaged ones, so every count, length, type and
offset is checked against the file size here first. The format: ``docs/gguf.md`` of https://github.com/ggml-org/ggml
"""

from __future__ import annotations

import math
import mmap
import os
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gemmasearch.errors import ModelMissing, ModelUnsuitable
from gemmasearch.light import dataclass

CONVERT = "llama.cpp's convert_hf_to_gguf.py makes one of a folder of weights: see README, models"
_WEIGHTS = frozenset((".safetensors", ".bin", ".pt", ".pth", ".onnx"))
MAX_ENTRIES = 1 << 16
MAX_NAME = 1 << 16
MAX_TEXT_KEPT = 1 << 18
MAX_ARRAY_KEPT = 256
# ggml type -> (elements per block, bytes per block)
BLOCKS: Mapping[int, tuple[int, int]] = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 40),
    10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292), 16: (256, 66),
    17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82), 23: (256, 136),
    24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2), 34: (256, 54),
    35: (256, 66), 39: (32, 17), 40: (64, 36), 41: (128, 18),
}  # fmt: skip
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9


@dataclass(frozen=True, slots=True)
class Tensor:
    shape: tuple[int, ...]  # as ggml counts: fastest dimension first
    type: int
    offset: int  # from the start of the data section
    size: int  # bytes


@dataclass(frozen=True, slots=True)
class Header:
    """``metadata`` holds scalars, texts and short arrays; ``lengths`` the length of every array."""

    metadata: Mapping[str, Any]
    lengths: Mapping[str, int]
    tensors: Mapping[str, Tensor]

    @property
    def architecture(self) -> str:
        return str(self.metadata.get("general.architecture", ""))

    def own(self, name: str, default: Any = None) -> Any:
        """The value of ``<architecture>.<name>``."""
        return self.metadata.get(f"{self.architecture}.{name}", default)


def read_header(path: Path) -> Header:
    """Read and check the header of a GGUF file.

    :raises ModelMissing: there is no such file, or it cannot be read.
    :raises ModelUnsuitable: it is no GGUF, or damaged; the message names the file and what is wrong.
    """
    try:
        with path.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            if size < 24 or stream.read(4) != b"GGUF":
                hint = CONVERT if path.suffix in _WEIGHTS else "`gsearch models list` names models that work"
                raise ModelUnsuitable(f"{path} is no GGUF model file", hint)
            with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
                return _Parser(data, size).header()
    except (_Damaged, struct.error, UnicodeDecodeError) as e:
        raise ModelUnsuitable(
            f"{path} is damaged: {e}", "fetch it again; a download that was cut short looks like this"
        ) from e
    except FileNotFoundError as e:
        raise ModelMissing(
            f"there is no model file {path}", "`gsearch models list` shows what is there"
        ) from e
    except (OSError, ValueError) as e:
        raise ModelMissing(f"cannot read the model file {path}: {e}") from e


class _Damaged(Exception):
    pass


class _Parser:
    def __init__(self, data: mmap.mmap, size: int) -> None:
        self.data, self.size, self.at = data, size, 4

    def header(self) -> Header:
        version, tensors, entries = self.take("I"), self.take("Q"), self.take("Q")
        if version not in (2, 3):
            raise _Damaged(f"GGUF version {version} is not known")
        if max(tensors, entries) > MAX_ENTRIES:
            raise _Damaged(f"it claims {tensors} tensors and {entries} metadata entries")
        metadata: dict[str, Any] = {}
        lengths: dict[str, int] = {}
        for _ in range(entries):
            key = self.name()
            if key in metadata or key in lengths:
                raise _Damaged(f"the key {key!r} appears twice")
            kind = self.take("I")
            if kind == _ARRAY:
                lengths[key], metadata[key] = self.array(key)
            else:
                metadata[key] = self.value(kind, key)
        infos = self.tensor_infos(tensors)
        self.check_data(infos, metadata)
        return Header(metadata, lengths, infos)

    def take(self, code: str) -> Any:
        (value,) = struct.unpack_from("<" + code, self.data, self.at)
        self.at += struct.calcsize("<" + code)
        return value

    def text(self, limit: int) -> bytes:
        length = self.take("Q")
        if length > limit or self.at + length > self.size:
            raise _Damaged(f"a text of {length} bytes at offset {self.at}")
        self.at += length
        return bytes(self.data[self.at - length : self.at])

    def name(self) -> str:
        return self.text(MAX_NAME).decode()

    def value(self, kind: int, key: str) -> Any:
        if kind == _STRING:
            found = self.text(self.size)
            return found[:MAX_TEXT_KEPT].decode("utf-8", "replace")
        if kind not in _SCALARS:
            raise _Damaged(f"{key!r} has the unknown type {kind}")
        return self.take(_SCALARS[kind])

    def array(self, key: str) -> tuple[int, list[Any] | None]:
        kind, length = self.take("I"), self.take("Q")
        if kind == _STRING:
            if length * 8 > self.size - self.at:
                raise _Damaged(f"{key!r} claims {length} texts")
            kept = [self.text(self.size) for _ in range(length)] if length <= MAX_ARRAY_KEPT else None
            if kept is None:
                self.skip_texts(length)
            return length, None if kept is None else [t.decode("utf-8", "replace") for t in kept]
        if kind not in _SCALARS:
            raise _Damaged(f"{key!r} is an array of the unknown type {kind}")
        width = struct.calcsize("<" + _SCALARS[kind])
        if length * width > self.size - self.at:
            raise _Damaged(f"{key!r} claims {length} numbers")
        if length <= MAX_ARRAY_KEPT:
            return length, [self.take(_SCALARS[kind]) for _ in range(length)]
        self.at += length * width
        return length, None

    def skip_texts(self, count: int) -> None:
        data, at, size, unpack = self.data, self.at, self.size, struct.Struct("<Q").unpack_from
        for _ in range(count):
            (length,) = unpack(data, at)
            at += 8 + length
            if at > size:
                raise _Damaged(f"a text of {length} bytes at offset {at - length}")
        self.at = at

    def tensor_infos(self, count: int) -> dict[str, Tensor]:
        infos: dict[str, Tensor] = {}
        for _ in range(count):
            name = self.text(63).decode()
            dimensions = self.take("I")
            if name in infos or not 1 <= dimensions <= 4:
                raise _Damaged(f"the tensor {name!r} appears twice or has {dimensions} dimensions")
            shape = tuple(self.take("Q") for _ in range(dimensions))
            kind, offset = self.take("I"), self.take("Q")
            if kind not in BLOCKS:
                raise _Damaged(f"the tensor {name!r} has the unknown type {kind}")
            block, width = BLOCKS[kind]
            elements = math.prod(shape)
            if not elements or elements > 1 << 48 or shape[0] % block:
                raise _Damaged(f"the tensor {name!r} has the shape {shape}")
            infos[name] = Tensor(shape, kind, offset, elements // block * width)
        return infos

    def check_data(self, infos: Mapping[str, Tensor], metadata: Mapping[str, Any]) -> None:
        alignment = metadata.get("general.alignment", 32)
        if not isinstance(alignment, int) or not 1 <= alignment <= 1 << 20 or alignment & (alignment - 1):
            raise _Damaged(f"an alignment of {alignment}")
        start = -(-self.at // alignment) * alignment
        for name, tensor in infos.items():
            if tensor.offset % alignment or start + tensor.offset + tensor.size > self.size:
                raise _Damaged(f"the tensor {name!r} lies outside the file, which has {self.size} bytes")
        if not isinstance(metadata.get("general.architecture"), str):
            raise _Damaged("it does not name its architecture")
