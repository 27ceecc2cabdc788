"""The tables of py3langid, unpacked once into the user's cache folder and mapped from there.

The package carries them as 5 MB of LZMA that become 68 MB: unpacking takes most of a second and stays in memory,
which is more than all else that a run with one new note does. Mapped, they load at once and only what is touched
becomes resident.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import numpy as np

TABLES = ("ptc", "pc", "classes", "nextmove", "nextmove_row", "out_feat")


def load() -> Any:
    """A ``LanguageIdentifier`` with probabilities; from the package itself where no cache can be kept."""
    from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

    packed = Path(MODEL_DIR) / MODEL_FILE
    tables = _unpacked(packed)
    if tables is None:
        return LanguageIdentifier.from_model_file(packed, norm_probs=True)
    return LanguageIdentifier(
        tables["ptc"],
        tables["pc"],
        tables["classes"].tolist(),
        memoryview(
            cast(Any, tables["nextmove"])
        ),  # looked into one by one: numpy would make an object of each
        tables["out_feat"].tolist(),
        norm_probs=True,
        tk_row=tables["nextmove_row"].tolist(),
    )


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
    from platformdirs import user_cache_dir
    from py3langid import __version__

    name = f"language-{__version__}-{packed.stat().st_size:x}"
    return Path(user_cache_dir("gsearch", appauthor=False)) / name


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
