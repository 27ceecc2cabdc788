"""Where the index and the config file are. Imports nothing that a search through the warm helper can do without."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

APP = "gsearch"


def data_dir() -> str:
    if folder := _on_linux("XDG_DATA_HOME", ".local/share"):
        return folder
    from platformdirs import user_data_dir

    return user_data_dir(APP, appauthor=False)


def config_file(environ: Mapping[str, str]) -> str:
    """The user's own config file: ``GSEARCH_CONFIG``, or config.toml in the user's config folder."""
    if given := environ.get("GSEARCH_CONFIG"):
        return os.path.expanduser(given)
    if folder := _on_linux("XDG_CONFIG_HOME", ".config"):
        return os.path.join(folder, "config.toml")
    from platformdirs import user_config_dir

    return os.path.join(user_config_dir(APP, appauthor=False), "config.toml")


def _on_linux(variable: str, usual: str) -> str:
    """What platformdirs says on Linux, without loading it; "" where it has more to think about."""
    home, given = os.environ.get("HOME", ""), os.environ.get(variable, "")
    plain = (
        home.startswith("/") and (not given or given.startswith("/")) and not given.endswith(tuple(" \t\n"))
    )
    if sys.platform != "linux" or "ANDROID_ROOT" in os.environ or not plain:
        return ""
    return os.path.join(given or os.path.join(home, usual), APP)


def index_file(db: str) -> str:
    """The index that the setting ``db`` means; "" = the usual one."""
    return os.path.expanduser(db) if db else os.path.join(data_dir(), "index.db")
