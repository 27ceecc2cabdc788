"""The contexts of one embedding model: loaded with the first use, lent to one thread at a time, one or two.

Threads of one context wait for each other after every multiplication; two contexts of half the threads each do not
wait for one another. Measured on two cores, EmbeddingGemma: 6 to 8 % more tokens per second, far more beside a
neighbour, for one more set of compute buffers (some 12 MB).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from threading import Condition, Lock, Thread
from typing import TYPE_CHECKING, Any

from gemmasearch.errors import ModelMissing, ModelProblem, ModelUnsuitable
from gemmasearch.models.native import Batch, Native, library

if TYPE_CHECKING:
    import numpy as np

LOADER = "load"  # the name of the thread that loads a file beside other work
_growing = Lock()


class Lane:
    """One context with its batch."""

    def __init__(self, native: Native, tokens: int) -> None:
        self.native = native
        self._batch = Batch(native.api, tokens)
        self._most = 0

    def pooled(self, texts: Sequence[Sequence[int]], dim: int) -> list[np.ndarray]:
        """One vector of ``dim`` numbers for each text, valid until the next call.

        :raises ModelUnsuitable: llama.cpp reports a failure, or gives none.
        """
        import numpy as np

        native, batch = self.native, self._batch
        batch.clear()
        for sequence, tokens in enumerate(texts):
            batch.add(tokens, sequence)
        if native.memory:
            native.api.llama_memory_clear(native.memory, False)
        if batch.native.n_tokens > self._most:
            self._grow()
        else:
            native.decode(batch.native)
        found = [native.api.llama_get_embeddings_seq(native.context, n) for n in range(len(texts))]
        if not all(found):
            raise ModelUnsuitable(f"{native.path} gives no pooled embeddings")
        return [np.ctypeslib.as_array(each, shape=(dim,)) for each in found]

    def _grow(self) -> None:
        """Decode a batch that is larger than any before: its output buffer is made anew, in one lane after the other,
        because with the logits it is large for a moment."""
        with _growing:
            self.native.decode(self._batch.native)
            self._most = self._batch.native.n_tokens
            self.native.release_logits(self._most)


class Lanes:
    """Lends the contexts of a model file; thread-safe."""

    def __init__(
        self, path: Path, configure: Callable[[Any], None], tokens: int, threads: int, gpu_layers: int
    ) -> None:
        """
        :param configure: gets the context parameters to change.
        :param tokens: per decode, at most.
        :param threads: shared by all lanes.
        """
        self._path = path
        self._configure = configure
        self._tokens = tokens
        self._gpu_layers = gpu_layers
        self.threads = threads
        self._tiles = self._closed = False
        self._all: list[Lane] = []  # none while the file is not loaded
        self._free: list[Lane] = []
        self._lent = 0
        self._queue: deque[object] = deque()  # who waits for a lane, or for all of them
        self._changed = Condition()
        self._pool: ThreadPoolExecutor | None = None

    @contextmanager
    def lane(self) -> Iterator[Lane]:
        """A lane for this thread, as soon as one is free; the file is loaded for it where that was not done yet.

        :raises ModelUnsuitable: llama.cpp does not take the file. :raises MemoryError: it does not fit.
        :raises ModelMissing: it was closed.
        """
        with self._turn(lambda: bool(self._free) or not self._all):
            if not self._all:
                if self._closed:  # before the thread that was to load it came to it
                    raise ModelMissing(f"the model {self._path} was closed")
                self._load()
            lane = self._free.pop()
            self._lent += 1
        try:
            yield lane
        finally:
            with self._changed:
                self._free.append(lane)
                self._lent -= 1
                self._changed.notify_all()

    def each(self, work: Callable[[Lane, list[int]], None], batches: Iterable[list[int]]) -> None:
        """Have ``work`` done with a lane for each batch, side by side where there are two."""

        def one(batch: list[int]) -> None:
            with self.lane() as lane:
                work(lane, batch)

        with self._changed:
            pool = self._pool
            begun: list[Future[None]] = [pool.submit(one, batch) for batch in batches] if pool else []
        if pool is None:
            for batch in batches:
                one(batch)
        try:
            for each in begun:
                each.result()
        finally:
            for each in begun:
                each.cancel()

    def load(self) -> Native:
        """The first context."""
        with self.lane():
            return self._all[0].native

    def begin(self) -> None:
        """Load the file in a thread of its own, if it is not loaded; whoever needs a lane meanwhile waits for it.
        Where it cannot be loaded, the first use says so.

        The thread imports nothing: an interrupt within Python's imports may leave their lock held for ever.
        """
        if self._all:
            return
        library()
        for name in ("ctypes", "numpy", "resource"):  # that the load needs
            with suppress(ImportError):
                import_module(name)
        Thread(target=self._try_to_load, name=LOADER, daemon=True).start()

    def _try_to_load(self) -> None:
        with suppress(ModelProblem, MemoryError):
            self.load()

    @contextmanager
    def two(self) -> Iterator[int]:
        """Within it there are two lanes, where there are two threads to share, no GPU, and memory for them.

        :return: how many there are.
        """
        self._widen()
        try:
            yield len(self._all)
        finally:
            self._narrow()

    def share(self, threads: int) -> None:
        """Go on with so many threads; with one there is one lane."""
        with self._alone():
            self.threads = threads
            self._spread()

    def reload(self, *, tiles: bool = False, halves: Path | None = None) -> None:
        """Go on with AMX tiles (:mod:`gemmasearch.models.tiles`), or with the same weights from another file
        (:mod:`gemmasearch.models.halves`), or without: then the file is loaded with the next use.

        :raises ModelUnsuitable: there is no memory for them.
        """
        with self._alone():
            self._close()
            self._all, self._free, self._tiles = [], [], tiles
            if tiles or halves:
                self._load(halves)

    def close(self) -> None:
        with self._alone():
            self._closed = True
            self._close()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """While no lane is lent."""
        with self._turn(lambda: not self._lent):
            yield

    @contextmanager
    def _turn(self, is_possible: Callable[[], bool]) -> Iterator[None]:
        """First come, first served: a question must not wait until all passages are embedded."""
        mine = object()
        with self._changed:
            self._queue.append(mine)
            try:
                self._changed.wait_for(lambda: self._queue[0] is mine and is_possible())
                yield
            finally:
                self._queue.remove(mine)
                self._changed.notify_all()

    def _load(self, other: Path | None = None) -> None:
        native = Native(other or self._path, self._configure, gpu_layers=self._gpu_layers, tiles=self._tiles)
        self._all = [Lane(native, self._tokens)]
        self._spread()

    def _spread(self) -> None:
        """Share the threads among the lanes."""
        used = self._all[: max(1, self.threads)]
        for at, lane in enumerate(used):
            lane.native.use_threads(max(1, (self.threads + at) // len(used)))
        self._free = list(used)

    def _widen(self) -> None:
        first = self.load()
        if self.threads < 2 or (self._gpu_layers != 0 and first.api.llama_supports_gpu_offload()):
            return
        with self._alone():
            try:
                second = Native(self._path, self._configure, beside=first)
            except ModelUnsuitable:  # no memory for it
                return
            self._all.append(Lane(second, self._tokens))
            self._spread()
            self._pool = ThreadPoolExecutor(len(self._all), "lane")

    def _narrow(self) -> None:
        with self._changed:
            pool, self._pool = self._pool, None
        if pool is None:
            return
        pool.shutdown()
        with self._alone():
            for lane in self._all[1:]:
                lane.native.close()
            del self._all[1:]
            self._spread()

    def _close(self) -> None:
        for lane in reversed(self._all):
            lane.native.close()
