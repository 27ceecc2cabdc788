"""Try an unknown model file in a child process, because a hostile or damaged one may end the process.

The child loads the file as it will be used and runs one text through it. What it says is remembered by the
file's stamp (:mod:`gemmasearch.models.facts`), so that this happens once per file.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from gemmasearch.errors import ModelUnsuitable

SECONDS = 120
MEMORY = 16 << 30  # bytes of address space beside the file itself
_CODE = "import sys; sys.path.insert(0, sys.argv[1]); from gemmasearch.models.probe import main; main()"


def probe(path: Path, role: str) -> None:
    """Load ``path`` in a child as ``role`` ("embedder" or "generator") and use it once.

    :raises ModelUnsuitable: the child failed, died or took too long; with its reason. :raises MemoryError: there is
        no room for it, which is no fault of the file's.
    """
    from gemmasearch.models.native import leave_room

    leave_room(path)
    try:
        done = in_a_child(_CODE, role, str(path), seconds=SECONDS)
    except subprocess.TimeoutExpired:
        raise ModelUnsuitable(f"{path} is unsuitable: a trial took more than {SECONDS} seconds") from None
    if done.returncode == 0:
        return
    said = done.stdout.decode("utf-8", "replace").strip()
    if done.returncode == 4 and said:
        raise ModelUnsuitable(*said.split("\n", 1))
    raise ModelUnsuitable(
        f"{path} is damaged or hostile: llama.cpp crashed on it ({_ending(done.returncode)})",
        "fetch it again, or choose another model: `gsearch models list`",
    )


def in_a_child(code: str, *arguments: str, seconds: float) -> subprocess.CompletedProcess[bytes]:
    """What a program says and how it ends, in a process of its own; its first argument is where our packages are.

    :raises subprocess.TimeoutExpired: it took longer than ``seconds``.
    """
    root = str(Path(__file__).resolve().parents[2])
    return subprocess.run(
        [sys.executable, "-P", "-c", code, root, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=seconds,
        check=False,
    )


def _ending(code: int) -> str:
    import signal

    try:
        return signal.Signals(-code).name if code < 0 else f"exit {code}"
    except ValueError:
        return f"signal {-code}"


def main() -> None:
    """The child's side: exit 0, or 4 with message and hint on stdout."""
    from gemmasearch.errors import GsearchError

    _, _, role, name = sys.argv
    path = Path(name)
    limit_memory(path.stat().st_size)
    try:
        _use_once(path, role)
    except GsearchError as e:
        sys.stdout.buffer.write(f"{e.message}\n{e.hint}".encode("utf-8", "replace"))
        sys.exit(4)


def _use_once(path: Path, role: str) -> None:
    from gemmasearch.models.header import read_header

    header = read_header(path)
    if role == "embedder":
        from gemmasearch.models import Passage
        from gemmasearch.models.gguf import GgufEmbedder

        embedder = GgufEmbedder(path, header, "")
        vectors = embedder.embed_documents([Passage("a title", "some words to try"), Passage("", "more")])
        embedder.close()
        if not vectors.any(axis=1).all():
            raise ModelUnsuitable(f"{path} is damaged: its vectors are no numbers")
    else:
        from gemmasearch.models.gguf_generate import GgufGenerator

        generator = GgufGenerator(path, header, context=256)
        list(generator.stream("Answer.", "Tea is hot.", "Is tea hot?", max_tokens=2))
        generator.close()


def limit_memory(beside: int) -> None:
    """Let this process have no more than a model of ``beside`` bytes may need, and leave no core file."""
    try:
        import resource
    except ImportError:  # Windows has no limits of this kind
        return
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    wanted = MEMORY + 3 * beside
    resource.setrlimit(resource.RLIMIT_AS, (wanted if most < 0 else min(wanted, most), most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
