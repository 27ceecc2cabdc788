"""Where the index and the config file are. Imports nothing that a search through the warm helper can do without."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

APP = "gsearch"


def data_dir() -> str:
    if usual := _usual("XDG_DATA_HOME", ".local/share"):
        return usual
    from platformdirs import user_data_dir

    return user_data_dir(APP, appauthor=False)


def cache_dir() -> str:
    """Where may be kept what can be made again at any time."""
    if usual := _usual("XDG_CACHE_HOME", ".cache"):
        return usual
    from platformdirs import user_cache_dir

    return user_cache_dir(APP, appauthor=False)


def config_file(environ: Mapping[str, str]) -> str:
    """The user's own config file: ``GSEARCH_CONFIG``, or config.toml in the user's config folder."""
    if given := environ.get("GSEARCH_CONFIG"):
        return os.path.expanduser(given)
    folder = _usual("XDG_CONFIG_HOME", ".config")
    if not folder:
        from platformdirs import user_config_dir

        folder = user_config_dir(APP, appauthor=False)
    return os.path.join(folder, "config.toml")


def _usual(variable: str, below_home: str) -> str:
    """What platformdirs says on an ordinary Linux, without its import, which takes as long as asking a helper;
    "" where anything is out of the ordinary."""
    if sys.platform != "linux" or "ANDROID_DATA" in os.environ:
        return ""
    if os.path.isabs(given := os.environ.get(variable, "")):
        return os.path.join(given, APP)
    home = os.environ.get("HOME", "")
    return os.path.join(home, below_home, APP) if os.path.isabs(home) else ""


def index_file(db: str) -> str:
    """The index that the setting ``db`` means; "" = the usual one."""
    return os.path.expanduser(db) if db else os.path.join(data_dir(), "index.db")
