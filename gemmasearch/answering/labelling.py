"""Labels with a memory: made once, applied to the index's documents by their stored vectors, corrected by a person.

Labels with the same ``rivals`` exclude each other. A document gets the nearest of them, if it is also nearer than
documents usually are: nothing forces a recipe to be an invoice or a newsletter. A person's yes or no is kept apart
from what a run believes, wins over it everywhere, and teaches the next run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from gemmasearch import light, retrieval
from gemmasearch.answering.labels import MOODS, Label, held_out, softmax, text_vectors, toward
from gemmasearch.documents import Condition
from gemmasearch.errors import UsageProblem
from gemmasearch.light import dataclass
from gemmasearch.models import Embedder
from gemmasearch.store.rows import LabelRow, VerdictRow

if TYPE_CHECKING:
    import numpy as np

    from gemmasearch.store import Store

SETS: Mapping[str, tuple[str, tuple[Label, ...]]] = {"sentiment": ("mail", MOODS)}  # name -> (kind, labels)
_NAME = light.pattern(r"[^\W_][\w.-]{0,63}\Z")
_STEEP = 2.2  # of the logistic curve: 0.9 at what is like the examples, 0.1 at what is like the others
COMMON = 0.5  # of what a label has in common with all documents is not counted when labels compete: measured
_LEAST = 0.02  # lower confidences are not kept
OTHERS = (
    5  # usual documents stand beside what a person said no to: a stray no or two must not lower the bound
)


@dataclass(frozen=True, slots=True)
class Run:
    """What one run did: documents looked at, and how many got each label."""

    documents: int
    found: Mapping[str, int]
    without_vector: int  # not embedded (yet), so nothing is known of them


def ready(name: str) -> tuple[str, tuple[Label, ...]]:
    """Kind of document and labels of a ready-made set. :raises UsageProblem: there is no such set."""
    if name not in SETS:
        raise UsageProblem(f"no set of labels is called {name!r}", f"there are: {', '.join(SETS)}")
    return SETS[name]


class Labelling:
    """The labels of one index.

    :param embedder: the one of the index's active space; needed by :meth:`run` alone.
    """

    def __init__(self, store: Store, embedder: Embedder | None = None) -> None:
        self._store = store
        self._embedder = embedder

    def all(self) -> list[LabelRow]:
        return self._store.labels()

    def find(self, name: str) -> LabelRow:
        """:raises UsageProblem: there is no such label."""
        known = {row.name: row for row in self.all()}
        if name.strip().lower() not in known:
            raise UsageProblem(
                f"no label is called {name!r}",
                f"labels: {', '.join(known) or 'none yet; `gsearch label add`'}",
            )
        return known[name.strip().lower()]

    def add(
        self,
        name: str,
        description: str | None = None,
        examples: Sequence[tuple[str, str]] = (),
        *,
        rivals: str | None = None,
        kind: str | None = None,
    ) -> LabelRow:
        """Make a label, or add to the one of that name; what is None stays as it is. ``examples`` are (path or "",
        text).

        :raises UsageProblem: a name with anything but letters, digits, ``.``, ``_`` and ``-``.
        """
        name = name.strip().lower()
        if not _NAME.match(name):
            raise UsageProblem(
                f"{name!r} cannot name a label", "letters, digits, '.', '_' and '-', 64 at most"
            )
        id = self._store.put_label(name, rivals=rivals, kind=kind, description=description)
        self._store.add_examples(id, examples)
        return self.find(name)

    def add_set(self, name: str) -> list[LabelRow]:
        """Make the labels of a ready-made set. :raises UsageProblem: there is no such set."""
        kind, labels = ready(name)
        return [self.add(one.name, one.description, rivals=name, kind=kind) for one in labels]

    def remove(self, name: str) -> None:
        """The label, its examples, and all that was decided and found. :raises UsageProblem: there is none."""
        self._store.remove_label(self.find(name).name)

    def decide(self, name: str, document_ids: Sequence[int], yes: bool | None) -> None:
        """A person's word on documents; None takes it back."""
        label = self.find(name)
        with self._store.writing():
            for id in document_ids:
                self._store.decide(label.id, id, yes)

    def doubtful(self, name: str, limit: int = 10) -> list[VerdictRow]:
        """Documents nobody decided about, those first of which the last run was least sure."""
        rows = self._store.verdicts(self.find(name).id, undecided=True)
        return sorted(rows, key=lambda row: abs(row.confidence - 0.5))[:limit]

    def untaught(self) -> list[str]:
        """The labels that go by their name and description alone, but for those of ready-made sets."""
        return [
            row.name for row in self.all() if not row.examples and not row.decided and row.rivals not in SETS
        ]

    def run(self, query: str = "") -> Run:
        """Apply every label to the documents that a query line's filters and words leave ("" = all).

        :raises UsageProblem: no label yet, or no vectors to go by.
        """
        labels = self.all()
        if not labels:
            raise UsageProblem(
                "there is no label yet", 'gsearch label add invoice --describe "bills, receipts"'
            )
        if self._embedder is None:
            raise UsageProblem(
                "labels need the model that the index was embedded with", "`gsearch index` first"
            )
        ids, kinds, vectors = self._documents(self._conditions(query))
        found = dict.fromkeys((label.name for label in labels), 0)
        rows: list[tuple[int, int, float, bool]] = []
        for rivals in dict.fromkeys(label.rivals for label in labels):
            group = [label for label in labels if label.rivals == rivals]
            rows += self._judged(group, ids, kinds, vectors)
        self._store.put_verdicts(ids, rows)
        for row in self.all():
            found[row.name] = row.found
        total = len(self._store.document_ids()) if not query.strip() else len(ids)
        return Run(len(ids), found, max(0, total - len(ids)))

    def _conditions(self, query: str) -> list[Condition]:
        """The filters of a line; its words choose the documents of their hits."""
        parsed = retrieval.parse(query)
        if not parsed.terms:
            return list(parsed.conditions)
        hits = retrieval.search(
            self._store, None, query, mode="words", limit=10_000, per_document=1, collapse=False
        )
        return [Condition("document", "is", id) for id in {hit.document_id for hit in hits} or {-1}]

    def _documents(self, conditions: Sequence[Condition]) -> tuple[list[int], list[str], np.ndarray]:
        import numpy as np

        batches = list(self._store.document_vectors(conditions))
        if not batches:
            assert self._embedder is not None
            return [], [], np.zeros((0, self._embedder.dim), dtype=np.float32)
        ids = [id for batch, _, _ in batches for id in batch]
        kinds = [kind for _, batch, _ in batches for kind in batch]
        return ids, kinds, np.concatenate([matrix for _, _, matrix in batches])

    def _judged(
        self, group: Sequence[LabelRow], ids: Sequence[int], kinds: Sequence[str], vectors: np.ndarray
    ) -> list[tuple[int, int, float, bool]]:
        """Verdicts of labels that exclude each other: (document, label, confidence, whether it is chosen)."""
        import numpy as np

        fits = np.array([[not row.kind or row.kind == kind for row in group] for kind in kinds], dtype=bool)
        keep = np.flatnonzero(fits.any(axis=1)) if len(ids) else np.zeros(0, dtype=int)
        if not len(keep):
            return []
        taught = self._taught(group, len(vectors[0]))
        near, belongs = self.judge(group, vectors[keep], taught)
        near = np.where(fits[keep], near, -np.inf)
        sure = softmax(near) * belongs
        best = near.argmax(axis=1)
        rows = []
        for at, document in enumerate(keep.tolist()):
            for of, row in enumerate(group):
                chosen = bool(best[at] == of and belongs[at, of] >= 0.5)
                if chosen or sure[at, of] >= _LEAST:
                    rows.append((ids[document], row.id, float(sure[at, of]), chosen))
        return rows

    def judge(
        self,
        group: Sequence[LabelRow],
        vectors: np.ndarray,
        taught: Sequence[tuple[np.ndarray, np.ndarray]] = (),
    ) -> tuple[np.ndarray, np.ndarray]:
        """How near documents are to labels, and how likely they belong to each by itself; shape (n, labels) both.

        The bound lies half-way between what is like the examples and what is like the counter-examples; where there
        are none, or one example alone, the mean of all documents and a point above it take their places: a standard
        deviation above it where labels compete, two where only one is asked for. Counter-examples that are less like
        the label than documents usually are say little about where it ends, and count among ``OTHERS`` usual ones.
        """
        import numpy as np

        assert self._embedder is not None
        labels = [Label(row.name, row.description, tuple(text for _, text in row.examples)) for row in group]
        near = toward(labels, vectors, self._embedder, taught)
        belongs = np.zeros_like(near)
        reach = 1 if len(group) > 1 else 2
        for at, label in enumerate(labels):
            yes, no = taught[at] if taught else (vectors[:0], vectors[:0])
            shown = text_vectors(label.examples, self._embedder) if label.examples else vectors[:0]
            mean, spread = float(near[:, at].mean()), max(float(near[:, at].std()), 0.01)
            like = held_out(label, np.concatenate([shown, yes]), no, self._embedder)
            unlike = toward(labels, no, self._embedder, taught)[:, at]
            high = float(like.mean()) if len(like) else mean + reach * spread
            low = _lowest(unlike, min(mean, high - spread))
            half = max((high - low) / 2, spread / 2)
            belongs[:, at] = 1 / (1 + np.exp(-_STEEP * (near[:, at] - (high + low) / 2) / half))
        return near - COMMON * near.mean(axis=0), belongs

    def _taught(self, group: Sequence[LabelRow], dim: int) -> list[tuple[np.ndarray, np.ndarray]]:
        """Per label, the vectors of documents that a person said yes and no to."""
        import numpy as np

        decided = self._store.decided()
        ids, _, vectors = self._documents(
            [Condition("document", "is", id) for id in {d for _, d, _ in decided} or {-1}]
        )
        place = {id: at for at, id in enumerate(ids)}

        def of(label: LabelRow, wanted: bool) -> np.ndarray:
            rows = [
                place[d] for owner, d, yes in decided if owner == label.id and yes == wanted and d in place
            ]
            return vectors[rows] if rows else np.zeros((0, dim), dtype=np.float32)

        return [(of(label, True), of(label, False)) for label in group]


def _lowest(unlike: np.ndarray, usual: float) -> float:
    """How near to a label that is which does not have it, by its counter-examples and what is ``usual``."""
    if not len(unlike):
        return usual
    return max(float(unlike.mean()), (float(unlike.sum()) + OTHERS * usual) / (len(unlike) + OTHERS))
