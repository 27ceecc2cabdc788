"""Fetching models from a hub that misbehaves: what is in place afterwards is the right file or nothing."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gemmasearch.errors import DownloadFailed, LockHeld
from gemmasearch.models import catalog
from gemmasearch.models.catalog import Entry
from gemmasearch.models.facts import Facts
from gemmasearch.models.pull import pull
from gemmasearch.settings import Settings
from tests import hub as hubs
from tests.hub import Hub

CONTENT = random.Random(7).randbytes(3_000_000)


@pytest.fixture
def entry() -> Entry:
    return Entry(
        name="test-model",
        role="embedder",
        title="",
        licence="Apache-2.0",
        bytes=len(CONTENT),
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        file="model.gguf",
        repository="owner/repo",
        revision="abc123",
    )


@pytest.fixture
def hub(entry: Entry, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    import huggingface_hub.constants

    with hubs.running() as hub:
        hub.files["owner/repo/abc123/model.gguf"] = CONTENT
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        monkeypatch.setenv("HF_HUB_OFFLINE", "0")
        monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
        yield hub


@pytest.fixture
def fetch(entry: Entry, settings: Settings) -> Callable[[], Path]:
    return lambda: pull(entry, settings, pause=0.01)


def left(settings: Settings) -> list[str]:
    folder = settings.models_path
    return sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []


def test_a_whole_file_arrives_and_is_remembered_as_verified(
    hub: Hub, entry: Entry, settings: Settings
) -> None:
    seen: list[tuple[int, int]] = []
    path = pull(entry, settings, progress=lambda done, total: seen.append((done, total)))
    assert path.read_bytes() == CONTENT
    assert seen[-1] == (len(CONTENT), len(CONTENT)) and seen == sorted(seen)
    assert left(settings) == [".facts.json", "model.gguf"]
    assert Facts(settings.models_path).get(path, "sha256") == entry.sha256
    assert settings.models_path.stat().st_mode & 0o777 == 0o700
    assert settings.models_path.parent.stat().st_mode & 0o777 == 0o700


def test_one_request_to_the_pinned_revision_and_none_to_anything_else(
    hub: Hub, fetch: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    fetch()
    fetch()
    assert [r[0] for r in hub.requests] == ["/owner/repo/resolve/abc123/model.gguf"]
    assert "hf_secret" not in str(hub.requests)


@pytest.mark.parametrize("at", [0, 1, 70_000, len(CONTENT) - 1])
def test_a_cut_connection_is_continued_where_it_broke(hub: Hub, fetch: Callable[[], Path], at: int) -> None:
    hub.plan += [f"cut:{at}"]
    assert fetch().read_bytes() == CONTENT
    assert len(hub.requests) == 2


def test_a_connection_that_breaks_again_and_again_but_makes_progress_gets_there(
    hub: Hub, fetch: Callable[[], Path]
) -> None:
    hub.plan += ["cut:200000"] * 12
    assert fetch().read_bytes() == CONTENT


def test_a_hub_that_is_gone_in_the_middle_leaves_no_model_and_the_next_pull_resumes(
    hub: Hub, fetch: Callable[[], Path], settings: Settings
) -> None:
    hub.plan += ["cut:1000000"] + ["cut:0"] * 9
    with pytest.raises(DownloadFailed) as e:
        fetch()
    assert "try again" in e.value.hint
    assert "model.gguf" not in left(settings)
    hub.plan.clear()
    hub.requests.clear()
    assert fetch().read_bytes() == CONTENT
    assert hub.requests[0][1].startswith("bytes=") and hub.requests[0][1] != "bytes=0-"


def test_a_server_without_ranges_starts_again_from_the_beginning(hub: Hub, fetch: Callable[[], Path]) -> None:
    hub.plan += ["cut:1000000", "no-range"]
    assert fetch().read_bytes() == CONTENT


def test_wrong_bytes_are_thrown_away_and_the_next_pull_works(
    hub: Hub, fetch: Callable[[], Path], settings: Settings
) -> None:
    hub.plan += ["wrong"]
    with pytest.raises(DownloadFailed, match="SHA-256"):
        fetch()
    assert left(settings) == []
    assert fetch().read_bytes() == CONTENT


def test_a_longer_file_is_refused_before_it_fills_the_disk(
    hub: Hub, fetch: Callable[[], Path], settings: Settings
) -> None:
    hub.plan += ["longer"]
    with pytest.raises(DownloadFailed, match="longer"):
        fetch()
    assert left(settings) == []


@pytest.mark.parametrize(("status", "requests"), [(404, 1), (403, 1), (401, 1), (410, 1)])
def test_an_answer_that_will_not_change_is_not_asked_for_again(
    hub: Hub, fetch: Callable[[], Path], settings: Settings, status: int, requests: int
) -> None:
    hub.plan += [f"status:{status}"] * 9
    with pytest.raises(DownloadFailed, match=str(status)):
        fetch()
    assert len(hub.requests) == requests
    assert left(settings) == []


@pytest.mark.parametrize("status", [500, 503, 429, 416])
def test_a_server_in_trouble_is_asked_again(hub: Hub, fetch: Callable[[], Path], status: int) -> None:
    hub.plan += [f"status:{status}"] * 2
    assert fetch().read_bytes() == CONTENT


def test_a_redirect_to_another_place_is_followed(hub: Hub, fetch: Callable[[], Path]) -> None:
    hub.plan += ["redirect"]
    assert fetch().read_bytes() == CONTENT


def test_a_damaged_file_in_place_is_fetched_again(
    hub: Hub, fetch: Callable[[], Path], settings: Settings
) -> None:
    settings.models_path.mkdir()
    (settings.models_path / "model.gguf").write_bytes(CONTENT[:-1] + b"!")
    assert fetch().read_bytes() == CONTENT


def test_a_partial_file_with_foreign_bytes_ends_in_an_error_and_then_in_success(
    hub: Hub, fetch: Callable[[], Path], settings: Settings, entry: Entry
) -> None:
    settings.models_path.mkdir()
    partial = settings.models_path / f".model.gguf.{entry.sha256[:8]}.part"
    partial.write_bytes(b"z" * 5000)
    with pytest.raises(DownloadFailed, match="SHA-256"):
        fetch()
    assert fetch().read_bytes() == CONTENT
    partial.write_bytes(b"z" * (len(CONTENT) + 10))
    (settings.models_path / "model.gguf").unlink()
    assert fetch().read_bytes() == CONTENT


def test_no_server_at_all(
    entry: Entry, settings: Settings, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(DownloadFailed, match="no connection"):
        pull(entry, settings, pause=0.001)
    assert left(settings) == []


def test_an_endpoint_of_another_protocol_was_called_a_cut_connection_and_tried_again(
    entry: Entry, settings: Settings, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    for endpoint in ("ftp://127.0.0.1", "127.0.0.1:9"):
        monkeypatch.setenv("HF_ENDPOINT", endpoint)
        with pytest.raises(DownloadFailed, match="is no address") as raised:
            pull(entry, settings)
        assert "HF_ENDPOINT" in raised.value.hint
    assert left(settings) == [] and hub.requests == []


def test_offline_mode_forbids_the_connection(
    entry: Entry, settings: Settings, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(DownloadFailed, match="HF_HUB_OFFLINE"):
        pull(entry, settings)
    assert hub.requests == []


def test_terms_that_are_not_accepted_stop_it_before_the_network(
    hub: Hub, entry: Entry, settings: Settings
) -> None:
    from dataclasses import replace

    bound = replace(entry, terms="https://example.org/terms")
    with pytest.raises(DownloadFailed, match="terms"):
        pull(bound, settings)
    with pytest.raises(DownloadFailed, match="terms"):
        pull(bound, settings, accept=lambda e: False)
    assert hub.requests == []
    assert pull(bound, settings, accept=lambda e: e.terms == "https://example.org/terms").is_file()


def test_two_pulls_of_one_file_do_not_write_into_each_other(
    hub: Hub, entry: Entry, settings: Settings
) -> None:
    def meanwhile(done: int, total: int) -> None:
        with pytest.raises(LockHeld):
            pull(entry, settings)

    assert pull(entry, settings, progress=meanwhile).read_bytes() == CONTENT


def test_a_model_that_comes_with_a_package_names_the_package(settings: Settings) -> None:
    static = catalog.find("static")
    assert static is not None
    assert pull(static, settings).name.endswith(".safetensors")


CHILD = """
import sys, resource
sys.path.insert(0, sys.argv[1])
from gemmasearch.errors import DownloadFailed
from gemmasearch.models.catalog import Entry
from gemmasearch.models.pull import pull
from gemmasearch.settings import Settings
folder, size, sha, limit = sys.argv[2], int(sys.argv[3]), sys.argv[4], int(sys.argv[5])
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
entry = Entry("test-model", "embedder", "", "", size, sha, "model.gguf", "owner/repo", "abc123")
try:
    pull(entry, Settings(models_dir=folder))
except DownloadFailed as e:
    print(e.message, "|", e.hint)
    sys.exit(4)
"""
ROOT = str(Path(__file__).parents[2])


def test_a_write_that_fails_in_the_middle_leaves_nothing(hub: Hub, entry: Entry, settings: Settings) -> None:
    command = [sys.executable, "-c", CHILD, ROOT, settings.models_dir, str(entry.bytes), entry.sha256]
    done = subprocess.run([*command, "2000000"], capture_output=True, text=True, check=False)
    assert done.returncode == 4, done.stderr
    assert "cannot write" in done.stdout
    assert left(settings) == []
    assert pull(entry, settings).read_bytes() == CONTENT


def test_a_full_disk_is_noticed_before_anything_is_fetched(
    hub: Hub, entry: Entry, settings: Settings, tmp_path: Path
) -> None:
    if not shutil.which("unshare") or os.name != "posix":
        pytest.skip("needs unshare(1) to mount a small disk")
    small = tmp_path / "small"
    small.mkdir()
    mount = 'mount -t tmpfs -o size=2m tmpfs "$1" && shift && exec "$@"'
    unshare = ["unshare", "--mount", "--user", "--map-root-user", "sh", "-c", mount, "sh", str(small)]
    if subprocess.run([*unshare, "true"], capture_output=True, check=False).returncode:
        pytest.skip("mounting in a user namespace is not allowed here")
    command = [sys.executable, "-c", CHILD, ROOT, str(small), str(entry.bytes), entry.sha256, "0"]
    done = subprocess.run([*unshare, *command], capture_output=True, text=True, check=False)
    assert done.returncode == 4, done.stderr
    assert "are free" in done.stdout and "models_dir" in done.stdout
    assert hub.requests == []
