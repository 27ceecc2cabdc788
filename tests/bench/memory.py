"""Memory of one process that embeds: anonymous pages beyond the mapped file, beside the promise of 200 MB."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.bench import Row, row
from tests.bench.embedding import full_size
from tests.bench.texts import model, passages

ROOT = Path(__file__).parents[2]
PROMISE = 200.0  # MB, as EmbeddingGemma was announced: https://developers.googleblog.com/en/introducing-embeddinggemma/
_OURS = """
import json, sys
from pathlib import Path
from gemmasearch.models import Passage
from gemmasearch.models.gguf import GgufEmbedder
from gemmasearch.models.header import read_header
path, texts = Path(sys.argv[1]), json.load(sys.stdin)
embedder = GgufEmbedder(path, read_header(path), "bench")
embedder.embed_documents([Passage("", text) for text in texts])
"""
_BARE = """
import json, sys
from tests.bare import llama
texts = json.load(sys.stdin)
bare = llama(sys.argv[1], embedding=True, n_ctx=512, n_batch=512, n_ubatch=512, flash_attn=True)
for text in texts:
    bare.embed(text)
"""
_REPORT = """
for line in open("/proc/self/status"):
    if line.startswith("RssAnon"):
        print(int(line.split()[1]) / 1000)
"""


@row
def memory() -> Sequence[Row]:
    """Anonymous memory after embedding 24 passages: EmbeddingGemma's shape and MiniLM, against the bare loop."""
    texts = passages(24)
    rows = []
    for name, path in (
        ("EmbeddingGemma shape Q8_0", full_size("Q8_0")),
        ("EmbeddingGemma shape Q4_0", full_size("Q4_0")),
        ("MiniLM q8_0", model("GSEARCH_TEST_MODELS", "all-MiniLM-L6-v2-q8_0.gguf")),
    ):
        base, ours = (_anonymous(code, path, texts) for code in (_BARE, _OURS))
        note = f"{ours / PROMISE:.2f} of the promised 200 MB"
        rows.append(Row(f"memory, {name}", "bare llama-cpp-python loop", base, ours, "MB", 1.0, note))
    return rows


def _anonymous(code: str, path: Path, texts: list[str]) -> float:
    done = subprocess.run(
        [sys.executable, "-c", code + _REPORT, str(path)],
        input=json.dumps(texts).encode(),
        capture_output=True,
        check=True,
        cwd=ROOT,
    )
    return float(done.stdout)
