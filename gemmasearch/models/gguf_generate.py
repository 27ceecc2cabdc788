"""Answers from a GGUF file through llama.cpp, at temperature 0, with the prompt's unchanged head kept in the cache.

Retrieved text is tokenised apart from the chat template and without control tokens, so that no document can end
its turn or begin another one. The template comes from the file and is rendered by llama.cpp's own list of known
templates, which runs no code (the Jinja of a file would); a file without a known one gets a completion prompt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

from gemmasearch.errors import ModelUnsuitable, UsageProblem
from gemmasearch.models.header import Header
from gemmasearch.models.native import Batch, Native, cores
from gemmasearch.models.streaming import TextStream

CONTEXT = 2048
BATCH = 512
COMPLETION = "{content}\n\nAnswer:"
COMPLETION_STOP = ("\n\n", "\nQuestion:")  # a base model goes on for ever
_CONTENT = "[[content]]"
_CHARACTERS_PER_TOKEN = 24


class GgufGenerator:
    """Implements :class:`~gemmasearch.models.Generator`. A new stream ends the one before it."""

    def __init__(
        self,
        path: Path,
        header: Header,
        *,
        name: str = "",
        threads: int = 0,
        context: int = CONTEXT,
        gpu_layers: int = -1,
    ) -> None:
        """
        :param context: tokens for prompt and answer together, as far as the model allows.
        :raises ModelUnsuitable: an embedding model, or a file that llama.cpp does not take.
        """
        if header.own("attention.causal") is False or header.architecture in ("bert", "gemma-embedding"):
            raise ModelUnsuitable(
                f"{path} is an embedding model and cannot write answers",
                "choose a generator: `gsearch models list`",
            )
        trained = int(header.own("context_length", context) or context)
        self._name = name or path.stem.lower()
        self._size = max(64, min(context, trained))
        self._threads = threads or cores()
        self._lock = Lock()
        self._turn = 0
        self._native = Native(path, self._configure, gpu_layers=gpu_layers)
        self._batch = Batch(self._native.api, BATCH)
        self._held: list[int] = []  # the tokens whose keys and values are in the cache
        self._harmless: dict[int, bool] = {}
        self._before, self._after, self._stops = self._frame(header)

    def _configure(self, parameters: Any) -> None:
        parameters.n_ctx = max(self._size, 256)
        parameters.n_batch = parameters.n_ubatch = BATCH
        parameters.n_threads = parameters.n_threads_batch = self._threads
        parameters.swa_full = True  # without it a sliding-window cache cannot be cut back to a shared prefix

    @property
    def name(self) -> str:
        return self._name

    @property
    def context(self) -> int:
        return self._size

    @property
    def templated(self) -> bool:
        """True where the file brings a chat template that is known."""
        return not self._stops

    def count_tokens(self, text: str) -> int:
        with self._lock:
            return len(self._native.tokens(text, wrap=False))

    def close(self) -> None:
        with self._lock:
            self._turn += 1
            self._native.close()

    def stream(
        self,
        instruction: str,
        untrusted: str,
        question: str,
        *,
        max_tokens: int = 256,
        stop: Sequence[str] = (),
        grammar: str | None = None,
    ) -> Iterator[str]:
        """See :meth:`gemmasearch.models.Generator.stream`. ``untrusted`` is cut at its end if all does not fit.

        :raises UsageProblem: the grammar makes no sense.
        """
        with self._lock:
            self._turn += 1
            turn = self._turn
            room = self._size - max(1, min(max_tokens, self._size // 2))
            prompt = self._prompt(instruction, untrusted, question, room)
            rules = _Grammar(self._native, grammar) if grammar else None
        text = TextStream([*stop, *self._stops])
        try:
            for token in self._generate(turn, prompt, min(max_tokens, self._size - len(prompt)), rules):
                if piece := text.feed(self._native.piece(token)):
                    yield piece
                if text.ended:
                    return
            if piece := text.finish():
                yield piece
        finally:
            if rules:
                rules.close()

    def _generate(self, turn: int, prompt: list[int], limit: int, rules: _Grammar | None) -> Iterator[int]:
        native = self._native
        waiting = prompt
        for _ in range(limit):
            with self._lock:
                if turn != self._turn:
                    return
                self._advance(waiting, whole=waiting is prompt)
                token = rules.pick() if rules else _best(_logits(native))
            if native.api.llama_vocab_is_eog(native.vocab, token):
                return
            yield token
            waiting = [token]

    def _advance(self, tokens: list[int], *, whole: bool) -> None:
        """Put tokens into the cache: a whole prompt replaces what differs from it, others are appended."""
        kept = self._keep_prefix(tokens) if whole else len(self._held)
        fresh = tokens[kept:] if whole else tokens
        del self._held[kept:]
        for first in range(0, len(fresh), BATCH):
            part = fresh[first : first + BATCH]
            self._batch.clear()
            self._batch.add(part, 0, first=len(self._held), outputs=False)
            self._native.decode(self._batch.native)
            self._held.extend(part)

    def _keep_prefix(self, prompt: list[int]) -> int:
        """Forget what follows the head that the cache and the prompt share; its length."""
        api, memory = self._native.api, self._native.memory
        shared = 0
        for held, wanted in zip(self._held, prompt[:-1], strict=False):
            if held != wanted:
                break
            shared += 1
        if shared and api.llama_memory_seq_rm(memory, 0, shared, -1):
            return shared
        api.llama_memory_clear(memory, True)
        return 0

    def _prompt(self, instruction: str, untrusted: str, question: str, room: int) -> list[int]:
        """The prompt's tokens, at most ``room``: first the untrusted text is cut, then the question."""
        untrusted = untrusted[: room * _CHARACTERS_PER_TOKEN]
        question = question[: room * _CHARACTERS_PER_TOKEN // 4]
        while True:
            content = "\n\n".join(part for part in (instruction, untrusted, question) if part.strip())
            tokens = [*self._before, *self._plain_tokens(content), *self._after]
            over = len(tokens) - room
            if over <= 0:
                return tokens
            share = max(0.0, 1 - 1.1 * (over + 1) / max(1, len(tokens)))
            if untrusted:
                untrusted = untrusted[: int(len(untrusted) * share)]
            elif question:
                question = question[: int(len(question) * share)]
            else:
                return tokens[:room]

    def _plain_tokens(self, text: str) -> list[int]:
        """Tokens of text from files: none of them controls anything."""
        for _ in range(4):
            tokens = self._native.tokens(text, wrap=False)
            wrong = {token for token in tokens if not self._is_harmless(token)}
            if not wrong:
                return tokens
            for token in wrong:
                name = self._native.name(token)
                text = text.replace(name, f"{name[:1]} {name[1:]}")
        return [token for token in tokens if self._is_harmless(token)]

    def _is_harmless(self, token: int) -> bool:
        known = self._harmless.get(token)
        if known is None:
            api, vocab = self._native.api, self._native.vocab
            control = api.llama_vocab_is_control(vocab, token) or api.llama_vocab_is_eog(vocab, token)
            # Some vocabularies declare their turn markers "user defined", which are always recognised.
            marker = bool(self._native.name(token).strip()) and token in {*self._before, *self._after}
            defined = api.llama_vocab_get_attr(vocab, token) & api.LLAMA_TOKEN_ATTR_USER_DEFINED
            known = self._harmless[token] = not control and not (marker and defined)
        return known

    def _frame(self, header: Header) -> tuple[list[int], list[int], tuple[str, ...]]:
        """The tokens before and after the user's text, and where the answer ends if no token says so."""
        template = str(header.metadata.get("tokenizer.chat_template") or "")
        rendered = self._native.render(template, _CONTENT) if template else None
        known = rendered is not None and rendered.count(_CONTENT) == 1
        text = rendered if known and rendered else COMPLETION.replace("{content}", _CONTENT)
        before, after = text.split(_CONTENT)
        head = self._native.tokens(before, wrap=True, special=known)
        end = self._native.tokens("", wrap=True)
        if not known and len(end) > 1 and head[-1:] == end[-1:]:
            head.pop()  # a closing token of an empty text has no place in front of one
        tail = self._native.tokens(after, wrap=False, special=known) if after else []
        return head, tail, () if known else COMPLETION_STOP


_LITERAL = re.compile(r'"([^"\\\\]+)"')


class _Grammar:
    """A GBNF grammar over the model's vocabulary: the most likely token that it allows."""

    def __init__(self, native: Native, rules: str) -> None:
        self._native, self._sampler = native, None
        self._sampler = native.api.llama_sampler_init_grammar(native.vocab, rules.encode(), b"root")
        if not self._sampler:
            raise UsageProblem("the grammar of the answer is not valid GBNF")
        # What a rule spells out is often far from what the model would say, and asking for every token is slow.
        self._spelled = sorted(
            {t for text in _LITERAL.findall(rules) for t in native.tokens(text, wrap=False)}
        )

    def pick(self) -> int:
        import numpy as np

        logits = _logits(self._native)
        few = min(64, len(logits))
        for candidates in (
            np.array([_best(logits)]),  # usually allowed; checking all is slow
            np.append(np.argpartition(logits, -few)[-few:], self._spelled).astype(int),
            np.arange(len(logits)),
        ):
            token = self._allowed(candidates, logits)
            if token is not None:
                self._native.api.llama_sampler_accept(self._sampler, token)
                return token
        return int(self._native.api.llama_vocab_eos(self._native.vocab))

    def _allowed(self, candidates: Any, logits: Any) -> int | None:
        import ctypes

        import numpy as np

        api = self._native.api
        rows = np.zeros(len(candidates), dtype=[("id", "i4"), ("logit", "f4"), ("p", "f4")])
        rows["id"], rows["logit"] = candidates, logits[candidates]
        array = api.llama_token_data_array(
            data=rows.ctypes.data_as(api.llama_token_data_p), size=len(rows), selected=-1, sorted=False
        )
        api.llama_sampler_apply(self._sampler, ctypes.byref(array))
        best = int(np.argmax(rows["logit"]))
        return int(rows["id"][best]) if np.isfinite(rows["logit"][best]) else None

    def close(self) -> None:
        if self._sampler:
            self._native.api.llama_sampler_free(self._sampler)
            self._sampler = None


def _logits(native: Native) -> Any:
    import numpy as np

    return np.ctypeslib.as_array(
        native.api.llama_get_logits_ith(native.context, -1), shape=(native.vocabulary,)
    )


def _best(logits: Any) -> int:
    return int(logits.argmax())
