"""The tables of py3langid, unpacked once into the user's cache folder and mapped from there.

The package carries them as 5 MB of LZMA that become 68 MB: unpacking takes most of a second and stays in memory,
which is more than all else that a run with one new note does. Mapped, they load at once and only what is touched
becomes resident.
"""

from __future__ import annotations

import math
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from gemmasearch import places

if TYPE_CHECKING:
    import numpy as np

TABLES = ("ptc", "pc", "classes", "nextmove", "nextmove_row", "out_feat")


class Classifier(Protocol):
    def classify(self, text: str) -> tuple[str, float]:
        """The likeliest language, and its probability."""
        ...


def load() -> Classifier:
    """The classifier of the mapped tables; the package's own one where no cache can be kept."""
    from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

    packed = Path(MODEL_DIR) / MODEL_FILE
    tables = _unpacked(packed)
    if tables is None:
        return cast(Classifier, LanguageIdentifier.from_model_file(packed, norm_probs=True))
    return _Mapped(tables)


class _Mapped:
    """``LanguageIdentifier.classify`` to the last bit, in a tenth less time for a short text."""

    def __init__(self, tables: Mapping[str, np.ndarray]) -> None:
        from py3langid.langid import LanguageIdentifier, visit_counts

        self._visits, self._encoded = visit_counts, LanguageIdentifier._encode
        # Looked into one by one: numpy would make an object of each.
        self._moves = memoryview(cast(Any, tables["nextmove"]))
        self._bases = [row << 8 for row in tables["nextmove_row"].tolist()]
        self._features = tables["out_feat"].tolist()
        self._classes = tables["classes"].tolist()
        self._prior, self._half = tables["pc"], tables["ptc"]
        first = {name: at for at, name in reversed(list(enumerate(self._classes)))}
        self._twins = [at for at, name in enumerate(self._classes) if first[name] != at]
        self._firsts = [first[self._classes[at]] for at in self._twins]

    def classify(self, text: str) -> tuple[str, float]:
        import numpy as np

        raw = self._encoded(text)
        scores = self._scores(self._visits(self._moves, self._bases, self._features, raw))
        scores *= 1.0 / math.sqrt(len(raw) or 1)
        np.exp(scores - scores.max(), out=scores)
        scores /= scores.sum()
        # A language in two scripts has two classes.
        np.add.at(scores, self._firsts, scores[self._twins])
        scores[self._twins] = 0.0
        best = int(scores.argmax())
        return str(self._classes[best]), float(scores[best])

    def _scores(self, visits: Mapping[int, int] | None) -> np.ndarray:
        """The logarithm of each class's likelihood, from how often the features were met."""
        import numpy as np

        if not visits:
            return np.zeros(len(self._classes), dtype=np.float32)
        features = np.fromiter(visits, dtype=np.intp, count=len(visits))
        # Widened each time: kept, the rows met would touch most pages of 57 MB.
        rows = self._half.take(features, axis=0).astype(np.float32)
        counts = np.fromiter(visits.values(), dtype=np.float32, count=len(visits))
        scores: np.ndarray = np.log1p(counts) @ rows + self._prior
        return scores


def _unpacked(packed: Path) -> dict[str, np.ndarray] | None:
    """The tables, mapped read-only where they are large; None where they can be neither found nor kept."""
    folder = _folder(packed)
    try:
        return _mapped(folder)
    except FileNotFoundError:
        pass
    except (OSError, ValueError):
        shutil.rmtree(folder, ignore_errors=True)  # half a file: made anew
    try:
        _unpack(packed, folder)
        return _mapped(folder)
    except (OSError, ValueError, KeyError):
        return None


def _folder(packed: Path) -> Path:
    """One for each version of the package."""
    from py3langid import __version__

    return Path(places.cache_dir()) / f"language-{__version__}-{packed.stat().st_size:x}"


def _mapped(folder: Path) -> dict[str, np.ndarray]:
    """
    :raises FileNotFoundError: they are not there. :raises ValueError: they are shorter than they say.
    """
    import numpy as np

    # As plain arrays: numpy's memmap runs Python code for each look into it.
    return {
        name: np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False))
        for name in TABLES
    }


def _unpack(packed: Path, folder: Path) -> None:
    """Write the tables beside their place, then rename: two runs at once, or a kill, leave a whole folder or none."""
    import lzma

    import numpy as np

    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = Path(tempfile.mkdtemp(prefix="language-", dir=folder.parent))
    try:
        with tempfile.TemporaryFile(dir=made) as plain:
            with lzma.open(packed) as stream:
                shutil.copyfileobj(stream, plain, 1 << 20)
            plain.seek(0)
            with np.load(plain, allow_pickle=False) as tables:
                for name in TABLES:
                    np.save(made / f"{name}.npy", tables[name], allow_pickle=False)
        for old in folder.parent.glob("language-*-*"):
            if old != made:
                shutil.rmtree(old, ignore_errors=True)
        os.rename(made, folder)
    except FileExistsError:
        pass  # another run was faster
    finally:
        shutil.rmtree(made, ignore_errors=True)
