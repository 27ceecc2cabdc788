"""Answers from the files, and labels on them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from gemmasearch.documents import PROBLEM_REASONS, Answer, Problem
from gemmasearch.errors import UsageProblem
from gemmasearch.index.opened import Opened, absolute, not_indexed
from gemmasearch.index.turns import in_turn

if TYPE_CHECKING:
    from gemmasearch.answering import Conversation
    from gemmasearch.answering.labelling import Labelling
    from gemmasearch.answering.labels import Verdict


@in_turn
class Answering(Opened):
    """Part of Index: asking, and telling what a text is about."""

    def ask(
        self, question: str, *, extract: bool = False, on_text: Callable[[str], None] | None = None
    ) -> Answer:
        """Answer a question from the indexed files. ``on_text`` gets the checked pieces as they come.

        ``extract`` answers with the sources' own sentences even if a generator is at hand.
        """
        from gemmasearch import answering, retrieval

        self._note_contradictions(retrieval.parse(question))
        embedder, generator = self._models.query_embedder(), None if extract else self._models.generator()
        self._models.begin()
        return answering.answer(
            self._store,
            embedder,
            generator,
            question,
            settings=self.settings,
            on_text=on_text,
            extract=extract,
        )

    def ask_text(
        self,
        text: str,
        question: str,
        *,
        name: str = "-",
        extract: bool = False,
        on_text: Callable[[str], None] | None = None,
    ) -> Answer:
        """Answer a question from ``text`` alone, which is called ``name`` in the citations; nothing is stored."""
        from gemmasearch import answering

        return answering.answer_from(
            text,
            self._models.embedder(),
            None if extract else self._models.generator(),
            question,
            name=name,
            settings=self.settings,
            on_text=on_text,
            extract=extract,
        )

    def save_question(self, name: str, question: str) -> None:
        """Keep a question under a name, for :meth:`ask_again`; one of that name is replaced."""
        from gemmasearch.answering import standing

        standing.save(self._store, name, question)

    def ask_again(
        self,
        name: str,
        *,
        new_only: bool = False,
        extract: bool = False,
        on_text: Callable[[str], None] | None = None,
        deliver: Callable[[Answer], None] | None = None,
    ) -> Answer:
        """Ask a kept question. ``new_only`` looks only at what came since; ``found`` False = nothing new. ``extract``
        is as in :meth:`ask`. ``deliver`` is given the answer before it counts as told: where it raises, it does not.

        :raises UsageProblem: no question is kept under that name.
        """
        from gemmasearch.answering import standing

        return standing.ask_again(
            self._store,
            self._models.query_embedder(),
            None if extract else self._models.generator(),
            name,
            new_only=new_only,
            settings=self.settings,
            on_text=on_text,
            extract=extract,
            deliver=deliver,
        )

    def conversation(self, *, extract: bool = False) -> Conversation:
        """A chat about the files: follow-up questions keep the topic. ``extract`` is as in :meth:`ask`."""
        from gemmasearch import answering

        generator = None if extract else self._models.generator()
        settings = replace(self.settings, generator="none") if extract else self.settings
        return answering.Conversation(
            self._store, self._models.query_embedder(), generator, settings=settings
        )

    def classify(
        self,
        texts: Sequence[str],
        labels: Mapping[str, str],
        *,
        examples: Mapping[str, Sequence[str]] | None = None,
    ) -> list[Verdict]:
        """The likeliest of ``labels`` (name -> description, "" = none) for each text, with its confidence.

        ``examples`` are texts that belong to a label.
        """
        from gemmasearch.answering.labels import Label, classify

        known = [Label(name, said, tuple((examples or {}).get(name, ()))) for name, said in labels.items()]
        return classify(texts, known, self._models.embedder())

    def labels(self) -> Labelling:
        """The labels of this index: made, applied, reviewed and decided about."""
        from gemmasearch.answering.labelling import Labelling

        return Labelling(self._store, self._models.query_embedder())

    @staticmethod
    def ready_labels(name: str) -> dict[str, str]:
        """Name -> description of a ready-made set. :raises UsageProblem: there is no such set."""
        from gemmasearch.answering.labelling import ready

        return {label.name: label.description for label in ready(name)[1]}

    def example(self, target: str) -> list[tuple[str, str]]:
        """The texts of a hit (``c123``) or of a file, indexed or not, each with its path.

        :raises UsageProblem: a file that cannot be read. :raises NothingFound: no such hit.
        """
        from gemmasearch.readers import Isolated

        if passage := self._passage(target):
            document = self._store.document(passage.document_id)
            return [(passage.path, document.text)] if document else []
        path = absolute(target)
        if documents := self._store.documents_at(path):
            return [(path, d.text) for d in documents]
        if not os.path.lexists(path):
            raise UsageProblem(f"there is no {target}", "name a file, a hit like c123, or - for a pipe")
        with Isolated(self.settings) as readers:
            read = list(readers.read(path))
        texts = [(path, d.text) for d in read if not isinstance(d, Problem)]
        if not texts:
            detail = next(
                (PROBLEM_REASONS[p.reason] for p in read if isinstance(p, Problem)), "no text in it"
            )
            raise UsageProblem(f"cannot read {target}: {detail}", "name a file with text, or - for a pipe")
        return texts

    def labelled(self, target: str) -> int:
        """The document that a hit (``c123``) or an indexed file stands for.

        :raises NothingFound: not in the index. :raises UsageProblem: the file holds several documents.
        """
        if passage := self._passage(target):
            return passage.document_id
        found = [d for d in self._store.documents_at(absolute(target)) if "attached_to" not in d.meta]
        if not found:
            raise not_indexed(target)
        if len(found) > 1:
            raise UsageProblem(f"{target} holds {len(found)} documents", "name one of its hits: c123")
        return found[0].document_id
