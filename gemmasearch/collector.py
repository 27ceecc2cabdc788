"""How often Python looks for unused objects."""

from __future__ import annotations

import gc

# A search makes fewer objects than this, and they last until its end; those that files are read into are freed
# without being looked for. Looking for them all the same took a twentieth of a search's time, a tenth of a helper's.
OBJECTS = 50_000


def collect_rarely() -> None:
    gc.set_threshold(OBJECTS)
