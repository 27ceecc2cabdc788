"""Where files are on Linux is said without platformdirs, and as it says it."""

from __future__ import annotations

import platformdirs
import pytest

from gemmasearch import places


@pytest.mark.parametrize(
    "values",
    [
        {"HOME": "/home/a"}, {"HOME": "/home/a/"}, {"HOME": "/"}, {"HOME": ""}, {"HOME": "a"}, {},
        {"HOME": "/home/a", "XDG_DATA_HOME": "/d", "XDG_CONFIG_HOME": "/c/"},
        {"HOME": "/home/a", "XDG_DATA_HOME": "relative", "XDG_CONFIG_HOME": ""},
    ],
)  # fmt: skip
def test_folders_are_those_of_platformdirs(values: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    assert places.data_dir() == platformdirs.user_data_dir("gsearch", appauthor=False)
    assert places.config_file({}) == platformdirs.user_config_dir("gsearch", appauthor=False) + "/config.toml"
