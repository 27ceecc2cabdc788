"""llama.cpp behind a narrow door: load a file, tokenise, decode. The only module that imports llama_cpp.

The C interface is used directly: the high-level ``Llama`` class tokenises again what was tokenised, fills its
batches token by token in Python and cuts long texts silently. Nothing is printed by the native code; its last
error lines go into the exceptions.
"""

from __future__ import annotations

import atexit
import mmap
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, cast
from weakref import WeakSet

from gemmasearch.errors import ModelMissing, ModelUnsuitable
from gemmasearch.models.buffers import offered

SPINS = "1000"  # some ten microseconds: longer than a barrier between equal halves of work takes
_INTERRUPTS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
_HALVES = 1  # LLAMA_FTYPE_MOSTLY_F16
_log: deque[str] = deque(maxlen=8)
_keep: list[Any] = []  # log callback and interface: they live as long as the process
_open: WeakSet[Native] = WeakSet()


def library() -> ModuleType:
    """The llama_cpp C interface, with its log silenced.

    :raises ModelMissing: llama-cpp-python is not installed or its library does not load.
    """
    if len(_keep) == 2:
        return cast(ModuleType, _keep[1])
    _wait_quietly()
    # Where llama.cpp gives up, it would start a debugger that prints what it was working on.
    os.environ.setdefault("GGML_NO_BACKTRACE", "1")
    try:
        api = _interface()
    except (ImportError, OSError, RuntimeError) as e:
        raise ModelMissing(
            f"llama.cpp cannot be loaded: {e}",
            "install it again: pip install --force-reinstall llama-cpp-python",
        ) from e

    def remember(level: int, text: bytes, _: object) -> None:
        if level == 4 and text:  # GGML_LOG_LEVEL_ERROR
            _log.append(text.decode("utf-8", "replace").strip())

    _keep[:] = [api.llama_log_callback(remember), api]
    api.llama_log_set(_keep[0], None)
    api.llama_backend_init()
    atexit.register(_close_all)
    return api


def _wait_quietly() -> None:
    """Let idle worker threads sleep soon instead of spinning, unless the user has said otherwise.

    OpenMP spins for milliseconds at every barrier; with one busy neighbour on two cores MiniLM fell from 850 to
    90 tokens/s, slower than on one thread. It reads the environment once, when it is loaded.
    """
    if not {"OMP_WAIT_POLICY", "GOMP_SPINCOUNT"} & set(os.environ):
        os.environ["GOMP_SPINCOUNT"] = SPINS


def _interface() -> ModuleType:
    """The module with the C declarations alone, without its package's ``__init__``.

    That one imports Jinja, a disk cache with a second SQLite, and what else the ``Llama`` class needs: 0.1 s that
    every search would pay. A bare parent stands in while the module is loaded, and is taken away afterwards, so
    that ``import llama_cpp`` works for everybody else.
    """
    spec = None if "llama_cpp" in sys.modules else find_spec("llama_cpp")
    if spec is None or not spec.submodule_search_locations:
        return import_module("llama_cpp.llama_cpp")
    parent = ModuleType("llama_cpp")
    parent.__path__ = list(spec.submodule_search_locations)
    sys.modules["llama_cpp"] = parent
    try:
        return import_module("llama_cpp.llama_cpp")
    finally:
        for name in [n for n in sys.modules if n == "llama_cpp" or n.startswith("llama_cpp.")]:
            del sys.modules[name]


@contextmanager
def _signals_later() -> Iterator[None]:
    """Handle signals when native code is done: what a handler raises while that code calls the log function is
    printed by ctypes, and lost."""
    if threading.current_thread() is not threading.main_thread():  # handlers run in that one
        yield
        return
    came: list[int] = []
    handlers = {each: signal.getsignal(each) for each in _INTERRUPTS}
    own = {each: handler for each, handler in handlers.items() if callable(handler)}
    for each in own:
        signal.signal(each, lambda number, frame: came.append(number))
    try:
        yield
    finally:
        for each, handler in own.items():
            signal.signal(each, handler)
        for number in came:
            signal.raise_signal(number)


def last_errors() -> str:
    """What llama.cpp complained of last, on one line."""
    return "; ".join(line for line in _log if line)


def cores() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _close_all() -> None:
    """Free the native parts while Python still stands: they call the log function when they end."""
    for model in list(_open):
        model.close()


BESIDE = 350 << 20  # bytes of address space that a small model takes beside its file: SmolLM2 some 340 MB


def leave_room(path: Path) -> None:
    """Where a limit of the address space is set, see that a model fits: llama.cpp and OpenBLAS, whom it leaves
    nothing, end the process without a word to Python.

    :raises MemoryError: it does not fit.
    """
    try:
        import resource
    except ImportError:  # Windows has no limits of this kind
        return
    if resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY:
        return
    try:
        size = path.stat().st_size + BESIDE
    except OSError:  # to open it says why
        return
    try:
        mmap.mmap(-1, size).close()
    except OSError as e:
        raise MemoryError(f"{path} does not fit") from e


def halved(source: Path, target: Path, kept: int, threads: int) -> bool:
    """Write the model ``source`` with half-precision numbers in place of quantised ones, as llama.cpp does it.

    :param kept: the type of its table of tokens, which stays as it is.
    :return: whether it could be written.
    """
    import ctypes

    api = library()
    parameters = api.llama_model_quantize_default_params()
    parameters.ftype, parameters.allow_requantize, parameters.nthread = _HALVES, True, threads
    parameters.token_embedding_type = kept
    with _signals_later():
        status = api.llama_model_quantize(os.fsencode(source), os.fsencode(target), ctypes.byref(parameters))
    return bool(status == 0)


_OTHERS = "`gsearch models list` names models that work"


class Native:
    """A loaded model with one context.

    ``configure`` gets the context parameters (``llama_context_params``) to change.
    """

    def __init__(
        self,
        path: Path,
        configure: Callable[[Any], None],
        *,
        gpu_layers: int = -1,
        tiles: bool = False,
        beside: Native | None = None,
    ) -> None:
        """
        :param tiles: multiply with AMX tiles: faster, but the weights are copied (:mod:`gemmasearch.models.tiles`).
        :param beside: take its weights instead of loading the file again; it closes this one before itself.
        :raises ModelUnsuitable: llama.cpp does not take the file. :raises MemoryError: it does not fit.
        """
        self.path = path
        self._context: Any = None
        self._model: Any = beside._model if beside else None
        self._owner = beside  # must not end before this one
        self._beside: WeakSet[Native] = WeakSet()
        if not beside:
            leave_room(path)
        self.api = api = library()
        _log.clear()
        if not beside:
            self._model = self._load(gpu_layers, tiles)
        (beside._beside if beside else _open).add(self)
        self.vocab = api.llama_model_get_vocab(self._model)
        context = api.llama_context_default_params()
        context.no_perf = True
        context.flash_attn_type = api.LLAMA_FLASH_ATTN_TYPE_ENABLED
        configure(context)
        with _signals_later():
            self._context = api.llama_init_from_model(self._model, context)
        if not self._context:
            self.close()
            raise ModelUnsuitable(
                f"llama.cpp cannot run {path}: {last_errors() or 'no reason given'}", _OTHERS
            )
        self.memory = api.llama_get_memory(self._context)
        self.vocabulary = int(api.llama_vocab_n_tokens(self.vocab))

    def _load(self, gpu_layers: int, tiles: bool) -> Any:
        parameters = self.api.llama_model_default_params()
        parameters.n_gpu_layers = gpu_layers
        with offered(self.api, tiles=tiles) as parameters.use_extra_bufts, _signals_later():
            model = self.api.llama_model_load_from_file(os.fsencode(self.path), parameters)
        if not model:
            raise ModelUnsuitable(
                f"llama.cpp cannot load {self.path}: {last_errors() or 'no reason given'}", _OTHERS
            )
        return model

    @property
    def context(self) -> Any:
        """The native context.

        :raises ModelMissing: the model was closed.
        """
        if not self._context:
            raise ModelMissing(f"the model {self.path} was closed")
        return self._context

    def close(self) -> None:
        for other in list(self._beside):
            other.close()
        # Taken away before they are freed: an interrupt that came meanwhile had them freed again at the exit.
        context, self._context = self._context, None
        if context:
            self.api.llama_free(context)
        model, self._model = self._model, None
        if model and self._owner is None:
            self.api.llama_model_free(model)

    def __del__(self) -> None:
        self.close()

    def use_threads(self, threads: int) -> None:
        if self._context:
            self.api.llama_set_n_threads(self._context, threads, threads)

    def tokens(self, text: str, *, wrap: bool, special: bool = False) -> list[int]:
        """Token ids of a text.

        :param wrap: add the tokens that the model wants around a text (BOS, CLS, SEP, EOS).
        :param special: read ``<control tokens>`` in the text as such; never for text from files.
        """
        if not self._model:
            raise ModelMissing(f"the model {self.path} was closed")
        data = text.encode("utf-8", "replace")
        buffer = (self.api.llama_token * (len(data) // 2 + 16))()
        count = self.api.llama_tokenize(self.vocab, data, len(data), buffer, len(buffer), wrap, special)
        if count < 0:
            buffer = (self.api.llama_token * -count)()
            count = self.api.llama_tokenize(self.vocab, data, len(data), buffer, -count, wrap, special)
        return list(buffer[: max(count, 0)])

    def piece(self, token: int) -> bytes:
        """The bytes a token stands for; nothing for a control token."""
        import ctypes

        size = 64
        while True:
            buffer = ctypes.create_string_buffer(size)
            length = self.api.llama_token_to_piece(self.vocab, token, buffer, size, 0, False)
            if length >= 0:
                return buffer.raw[:length]
            size = -length

    def name(self, token: int) -> str:
        """How the vocabulary writes a token, control tokens included."""
        return str((self.api.llama_vocab_get_text(self.vocab, token) or b"").decode("utf-8", "replace"))

    def render(self, template: str, content: str) -> str | None:
        """One user turn and the opening of the answer in a chat template; None if llama.cpp does not know it."""
        import ctypes

        message = self.api.llama_chat_message(role=b"user", content=content.encode())
        size = 4096 + 4 * len(content)
        buffer = ctypes.create_string_buffer(size)
        length = self.api.llama_chat_apply_template(
            template.encode(), ctypes.byref(message), 1, True, buffer, size
        )
        return buffer.raw[:length].decode("utf-8", "replace") if 0 < length <= size else None

    def decode(self, batch: Any) -> None:
        """Run a ``llama_batch``.

        :raises ModelUnsuitable: llama.cpp reports a failure.
        """
        status = self.api.llama_decode(self.context, batch)
        if status != 0:
            raise ModelUnsuitable(
                f"llama.cpp could not run {self.path} (status {status}): {last_errors() or 'no reason given'}"
            )

    def release_logits(self, outputs: int) -> None:
        """Give back the memory of the logits of ``outputs`` outputs, which nobody reads after an embedding.

        llama.cpp keeps vocabulary x outputs floats for them though a pooled embedding writes none: 537 MB for 512
        tokens of a Gemma vocabulary. The pages come back as zeros when they are written again.
        """
        if sys.platform != "linux" or self.api.llama_supports_gpu_offload():
            return  # elsewhere the buffer may be pinned, or the advice mean something else
        import ctypes
        import mmap

        found = self.api.llama_get_logits(self.context)
        if not found:
            return
        start = ctypes.addressof(found.contents)
        first = -(-start // mmap.PAGESIZE) * mmap.PAGESIZE
        last = (start + outputs * self.vocabulary * 4) // mmap.PAGESIZE * mmap.PAGESIZE
        if last > first:
            ctypes.CDLL(None).madvise(
                ctypes.c_void_p(first), ctypes.c_size_t(last - first), mmap.MADV_DONTNEED
            )


class Batch:
    """A ``llama_batch`` for up to ``size`` tokens, filled by slices instead of token by token."""

    def __init__(self, api: ModuleType, size: int) -> None:
        import ctypes

        import numpy as np

        self._token = np.zeros(size, dtype=np.int32)
        self._position = np.zeros(size, dtype=np.int32)
        self._sequence = np.zeros(size, dtype=np.int32)
        self._output = np.zeros(size, dtype=np.int8)
        ones = np.ones(size, dtype=np.int32)
        places = self._sequence.ctypes.data + 4 * np.arange(size, dtype=np.uintp)
        self._held = (ones, places)
        self.native = native = api.llama_batch()
        native.embd = None

        def pointer(array: np.ndarray, kind: Any) -> Any:
            return array.ctypes.data_as(ctypes.POINTER(kind))

        native.token = pointer(self._token, ctypes.c_int32)
        native.pos = pointer(self._position, ctypes.c_int32)
        native.n_seq_id = pointer(ones, ctypes.c_int32)
        native.seq_id = pointer(places, ctypes.POINTER(ctypes.c_int32))
        native.logits = pointer(self._output, ctypes.c_int8)
        self._count = np.arange(size, dtype=np.int32)
        self.size = size
        self.clear()

    def clear(self) -> None:
        self.native.n_tokens = 0

    def add(self, tokens: Sequence[int], sequence: int, *, first: int = 0, outputs: bool = True) -> None:
        """Append one sequence whose first token stands at position ``first``.

        ``outputs``: every token gives an output (embeddings); otherwise only the last one.
        """
        start = self.native.n_tokens
        end = start + len(tokens)
        self._token[start:end] = tokens
        self._position[start:end] = self._count[: len(tokens)] + first
        self._sequence[start:end] = sequence
        self._output[start:end] = outputs
        self._output[end - 1] = 1
        self.native.n_tokens = end
