"""Damaged and hostile model files end in one error, never in a dead process."""

from __future__ import annotations

import random
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import gguf
import pytest

from gemmasearch.errors import GsearchError, ModelMissing, ModelUnsuitable
from gemmasearch.models import Passage, open_embedder
from gemmasearch.models.header import BLOCKS, read_header
from gemmasearch.models.native import Native
from gemmasearch.settings import Settings
from tests import gguf_files


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("gguf") / "tiny.gguf"
    gguf_files.gemma_embedding(path)
    return path.read_bytes()


def test_reads_what_the_gguf_package_reads(tmp_path: Path, whole: bytes) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(whole)
    ours, theirs = read_header(path), gguf.GGUFReader(path)
    assert set(ours.tensors) == {t.name for t in theirs.tensors}
    for tensor in theirs.tensors:
        mine = ours.tensors[tensor.name]
        assert (list(mine.shape), mine.type, mine.size) == (
            list(tensor.shape),
            tensor.tensor_type,
            tensor.n_bytes,
        )
    for name, field in theirs.fields.items():
        if name.startswith("GGUF."):
            continue
        expected = field.contents()
        if isinstance(expected, list) and len(expected) > 256:
            assert ours.lengths[name] == len(expected) and ours.metadata[name] is None
        else:
            assert ours.metadata[name] == expected


def test_block_sizes_are_those_of_the_gguf_package() -> None:
    for kind, sizes in gguf.GGML_QUANT_SIZES.items():
        if kind.name != "Q8_1":  # never stored in files; the package and ggml differ
            assert BLOCKS.get(int(kind)) == sizes, kind


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", ModelUnsuitable),
        (b"GGUF", ModelUnsuitable),
        (b"# A note\n" * 100, ModelUnsuitable),
        (b"GGUF" + struct.pack("<IQQ", 99, 0, 0), ModelUnsuitable),
        (b"GGUF" + struct.pack(">IQQ", 3, 1, 1), ModelUnsuitable),
        (b"GGUF" + struct.pack("<IQQ", 3, 1 << 42, 1), ModelUnsuitable),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1 << 62), ModelUnsuitable),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 0), ModelUnsuitable),
        (b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 1 << 63), ModelUnsuitable),
    ],
)
def test_what_is_no_gguf_is_named(tmp_path: Path, content: bytes, error: type[Exception]) -> None:
    path = tmp_path / "x.gguf"
    path.write_bytes(content)
    with pytest.raises(error) as e:
        read_header(path)
    assert str(path) in str(e.value)


def test_a_model_that_llama_cpp_refuses_was_named_without_a_remedy(tmp_path: Path) -> None:
    writer = gguf.GGUFWriter(str(tmp_path / "odd.gguf"), "of-tomorrow")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    with pytest.raises(ModelUnsuitable, match=r"odd\.gguf") as raised:
        Native(tmp_path / "odd.gguf", lambda context: None)
    assert "gsearch models list" in raised.value.hint


def test_a_missing_file_and_a_folder_are_missing_models(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing.gguf", tmp_path):
        with pytest.raises(ModelMissing):
            read_header(path)


def _array_of(kind: int, length: int) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        at = data.index(b"tokenizer.ggml.scores") + len("tokenizer.ggml.scores")
        return data[: at + 4] + struct.pack("<IQ", kind, length) + data[at + 16 :]

    return change


def _patched(name: bytes, value: int) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        at = data.index(name) + len(name) + 4
        return data[:at] + struct.pack("<I", value) + data[at + 4 :]

    return change


def _shape(tensor: bytes, size: int) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        at = data.index(tensor) + len(tensor) + 4
        return data[:at] + struct.pack("<Q", size) + data[at + 8 :]

    return change


CRAFTED: dict[str, Callable[[bytes], bytes]] = {
    "array of 2^33 numbers": _array_of(6, 1 << 33),
    "array of 2^62 texts": _array_of(8, 1 << 62),
    "array of arrays": _array_of(9, 4),
    "array of an unknown type": _array_of(77, 4),
    "2^42 columns": _shape(b"token_embd.weight", 1 << 42),
    "no columns": _shape(b"token_embd.weight", 0),
    "other columns": _shape(b"blk.0.attn_q.weight", 32),
    "no heads": _patched(b"attention.head_count", 0),
    "2^31 heads": _patched(b"attention.head_count", 1 << 31),
    "7 heads": _patched(b"attention.head_count", 7),
    "2^30 blocks": _patched(b"block_count", 1 << 30),
    "no blocks": _patched(b"block_count", 0),
    "no context": _patched(b"context_length", 0),
    "width 0": _patched(b"embedding_length", 0),
    "width 2^31": _patched(b"embedding_length", 1 << 31),
    "head of 0": _patched(b"attention.key_length", 0),
    "head of 3": _patched(b"attention.key_length", 3),
    "pattern of 0": _patched(b"sliding_window_pattern", 0),
    "pooling 99": _patched(b"pooling_type", 99),
    "bos outside": _patched(b"bos_token_id", 1 << 30),
    "eos outside": _patched(b"eos_token_id", 1 << 30),
    "dense of 2^31": _patched(b"dense_3_feat_out", 1 << 31),
    "dense of 7": _patched(b"dense_3_feat_out", 7),
    "another architecture": lambda data: data.replace(b"gemma-embedding", b"gemma-embeddinx"),
}


@pytest.mark.parametrize("change", CRAFTED.values(), ids=CRAFTED.keys())
def test_a_crafted_file_never_ends_the_process(
    tmp_path: Path, whole: bytes, change: Callable[[bytes], bytes]
) -> None:
    _survives(tmp_path, change(whole))


def _variants(data: bytes, seed: int, count: int) -> list[bytes]:
    """Cuts, flipped bits and overwritten words, most of them in the header, where they hurt."""
    choose = random.Random(seed)
    header = data.index(b"blk.1.ffn_down.weight")
    found = []
    for number in range(count):
        at = choose.randrange(4, header if number % 4 else len(data) - 8)
        if number % 5 == 0:
            found.append(data[:at])
        elif number % 5 == 1:
            word = choose.choice([0, 1, 0xFFFFFFFF, 0x80000000, 0x7FFFFFFF])
            found.append(data[:at] + struct.pack("<I", word) + data[at + 4 :])
        else:
            flipped = bytearray(data)
            flipped[at] ^= 1 << choose.randrange(8)
            found.append(bytes(flipped))
    return found


@pytest.mark.parametrize("seed", range(2))
def test_damaged_files_never_end_the_process(tmp_path: Path, whole: bytes, seed: int) -> None:
    for data in _variants(whole, seed, 12):
        _survives(tmp_path, data)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 120))
def test_two_hundred_damaged_files_never_end_the_process(tmp_path: Path, whole: bytes, seed: int) -> None:
    for data in _variants(whole, seed, 10):
        _survives(tmp_path, data)


def _survives(folder: Path, data: bytes) -> None:
    """This process opens the file: it works (a changed weight or word goes unnoticed) or is refused."""
    path = folder / "damaged.gguf"
    path.write_bytes(data)
    try:
        embedder = open_embedder(Settings(models_dir=str(folder / "models"), embedder=str(path), dim=32))
        vectors = embedder.embed_documents([Passage("", "hot tea")])
        embedder.close()
    except GsearchError as e:
        assert isinstance(e, ModelUnsuitable), repr(e)
        assert str(path) in e.message
    else:
        assert vectors.shape[0] == 1


def test_a_child_that_dies_is_reported_with_its_signal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gemmasearch.models import probe

    path = tmp_path / "m.gguf"
    gguf_files.gemma_embedding(path)
    monkeypatch.setattr(probe, "_CODE", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    with pytest.raises(ModelUnsuitable, match="SIGSEGV"):
        probe.probe(path, "embedder")


def test_modules_planted_in_the_current_folder_are_not_run_by_the_child(tmp_path: Path) -> None:
    for name in ("numpy.py", "json.py", "llama_cpp.py", "struct.py"):
        (tmp_path / name).write_text("open('canary', 'w').close()")
    gguf_files.gemma_embedding(tmp_path / "m.gguf")
    code = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parents[2])!r});"
        "from gemmasearch.models.probe import probe; from pathlib import Path; probe(Path('m.gguf'), 'embedder')"
    )
    subprocess.run([sys.executable, "-P", "-c", code], cwd=tmp_path, check=True)
    assert not (tmp_path / "canary").exists()


def test_a_model_file_that_is_gone_was_one_without_room_where_memory_is_limited(tmp_path: Path) -> None:
    code = (
        "import resource, sys; from pathlib import Path; from gemmasearch.models.native import leave_room;"
        " resource.setrlimit(resource.RLIMIT_AS, (8 << 30, resource.RLIM_INFINITY)); leave_room(Path(sys.argv[1]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "gone.gguf")], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
