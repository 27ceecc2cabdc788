"""Where the index and the config file are. Imports nothing that a search through the warm helper can do without."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

APP = "gsearch"


def data_dir() -> str:
    from platformdirs import user_data_dir

    return user_data_dir(APP, appauthor=False)


def config_file(environ: Mapping[str, str]) -> str:
    """The user's own config file: ``GSEARCH_CONFIG``, or config.toml in the user's config folder."""
    if given := environ.get("GSEARCH_CONFIG"):
        return os.path.expanduser(given)
    from platformdirs import user_config_dir

    return os.path.join(user_config_dir(APP, appauthor=False), "config.toml")


def index_file(db: str) -> str:
    """The index that the setting ``db`` means; "" = the usual one."""
    return os.path.expanduser(db) if db else os.path.join(data_dir(), "index.db")
