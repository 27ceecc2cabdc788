"""The models that go with an index: the ones that made its vectors, and the ones that were asked for."""

from __future__ import annotations

import json
from dataclasses import field, replace
from typing import TYPE_CHECKING, Any

from gemmasearch.errors import ModelProblem
from gemmasearch.light import dataclass
from gemmasearch.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gemmasearch.models import Embedder, Generator, Space
    from gemmasearch.store import Store
    from gemmasearch.store.rows import SpaceRow


@dataclass
class Models:
    """Opens each model once, when it is first needed. ``notes`` say what could not be used."""

    settings: Settings
    _store: Store
    notes: list[str] = field(default_factory=list)
    _embedder: Embedder | None = None
    _generator: Generator | None = None
    _generator_opened: bool = False
    _flag_heeded: bool = False

    def close(self) -> None:
        for model in (self._embedder, self._generator):
            if model is not None:
                model.close()
        self._embedder = self._generator = None

    def embedder(self) -> Embedder:
        """The embedder for new vectors: what was asked for, else what the last run used.

        Remembered, so that a later run from cron does not change the model for want of a flag.
        """
        from gemmasearch import models

        chosen = self.remembered()
        if self._embedder is None:
            self.check_size()
            self._embedder = models.open_embedder(chosen)
            self._note_size(self._embedder.space)
        self._remember("embedder", chosen)
        self._remember(f"space:{self._embedder.space.key}", chosen)
        return self._embedder

    def check_size(self) -> None:
        """:raises UsageProblem: dimensions were asked for that the model for new vectors was not trained for."""
        from gemmasearch import models

        chosen = self.remembered()
        if chosen.origin("dim").source == "default":
            return
        try:
            model = models.open_embedder(chosen, lazy=True)
        except ModelProblem:
            if active := self._store.active_space():  # may be cut without its model
                models.check_size(
                    models.Space(
                        active.name, active.model, active.dim, active.full_dim, 0, active.matryoshka
                    ),
                    chosen,
                )
            return
        model.close()
        models.check_size(model.space, chosen)

    def _note_size(self, space: Space) -> None:
        """Why vectors have another size than the command line asked for."""
        if self.settings.origin("dim").source != "flag" or space.dim == self.settings.dim:
            return
        why = "it gives no more" if space.matryoshka else "it is no Matryoshka model, so none can be left out"
        self.notes.append(f"{space.name}: {space.dim} dimensions are used, not {self.settings.dim}: {why}")

    def _remember(self, name: str, chosen: Settings) -> None:
        value = json.dumps({"embedder": chosen.embedder, "dim": chosen.dim})
        if self._store.state(name) != value:
            self._store.set_state(name, value)

    def remembered(self) -> Settings:
        """The settings, with the model that the last run used where nothing says another."""
        return self._remembered(self._store.record("embedder"))

    def _remembered(self, record: Mapping[str, Any]) -> Settings:
        """The settings, with the model of ``record`` where neither flag, environment nor file says another."""
        unsaid = {k: v for k, v in record.items() if self.settings.origin(k).source == "default"}
        return replace(self.settings, **unsaid)

    def query_embedder(self) -> Embedder | None:
        """The embedder that made the vectors; None (words only, with a note) if it cannot be had any more."""
        from gemmasearch import models

        space = self._store.active_space()
        if space is None:
            return None
        self._heed_flag(space)
        if self._embedder is None or self._embedder.space.key != space.key:
            record = self._store.record(f"space:{space.key}")
            maker = replace(self.settings, **record)
            try:
                self._embedder = models.open_embedder(maker, lazy=True)
            except ModelProblem as e:
                self._embedder = None
                self.notes.append(f"searching by words only: {e.message}")
        if self._embedder is not None and self._embedder.space.key != space.key:
            self.notes.append(
                f"searching by words only: the vectors were made by {space.name}, which is another model than "
                f"{self._embedder.space.name}; `gsearch index` brings them up to date"
            )
            return None
        if self._embedder is None or self.settings.remember_questions == "off" or space.name == "static":
            return self._embedder
        from gemmasearch.remembered import Remembered  # searches by words do without

        return Remembered(self._embedder, self._store)

    def begin(self) -> None:
        """The embedder is sure to be asked for more than the line of a search: let it be loaded meanwhile."""
        from gemmasearch import models

        if self._embedder is not None:
            models.begin(self._embedder)

    def _heed_flag(self, space: SpaceRow) -> None:
        """A model named on the command line must be there, though it is the index that says which one is asked."""
        from gemmasearch import models

        if self._flag_heeded or self.settings.origin("embedder").source != "flag":
            return
        self._flag_heeded = True
        named = models.open_embedder(self.settings, lazy=True)
        if named.space.model != space.model:
            self.notes.append(
                f"the vectors were made by {space.name}, so it is asked; `gsearch index --embedder "
                f"{self.settings.embedder}` makes others"
            )
        named.close()

    def cut_without_model(self) -> bool:
        """Cut the vectors that serve searches to the dimensions asked for, if their model allows it and no other one
        was asked for; none is opened. Whoever calls it holds the run lock. :return: whether they are cut now."""
        from gemmasearch.models import Space

        active, dim = self._store.active_space(), self.settings.dim
        if active is None or self.settings.origin("dim").source == "default" or not 0 < dim < active.dim:
            return False
        record = self._store.record(f"space:{active.key}")
        if not active.matryoshka or record.get("embedder") != self.remembered().embedder:
            return False
        space = Space(active.name, active.model, dim, active.full_dim, active.prompt_version, True)
        row = self._store.ensure_space(space)
        while self._store.derive(row.id):
            continue
        done = self._store.complete_space(row.id)
        if done:
            chosen = replace(self.remembered(), dim=dim)
            self._remember("embedder", chosen)
            self._remember(f"space:{space.key}", chosen)
        return done

    def generator(self) -> Generator | None:
        from gemmasearch import models

        if not self._generator_opened:
            self._generator = models.open_generator(self.settings)
            self._generator_opened = True
        return self._generator
