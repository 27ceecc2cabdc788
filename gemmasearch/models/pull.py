"""``models pull``: fetch a pinned file from the model hub. The only code that opens a network connection.

huggingface_hub gives the address and the HTTP client (proxies, certificates); the download itself is done here,
because the hub's own function checks only the size and does not resume across runs. What arrives is written
under a hidden name beside its final place, hashed, synced and renamed: a model file is there whole or not at all.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gemmasearch.errors import DownloadFailed, LockHeld, ModelProblem
from gemmasearch.models import catalog
from gemmasearch.models.catalog import Entry
from gemmasearch.models.facts import Facts
from gemmasearch.settings import Settings

if TYPE_CHECKING:
    from io import BufferedRandom

ATTEMPTS = 5  # in a row without a single byte of progress
PAUSE = 0.5  # seconds before the second attempt; doubles
TIMEOUT = 30.0  # seconds without an answer or a byte
_BLOCK = 1 << 20
_SPARE = 16 << 20  # bytes left free on the disk

Progress = Callable[[int, int], None]


def pull(
    entry: Entry,
    settings: Settings,
    *,
    progress: Progress = lambda done, total: None,
    accept: Callable[[Entry], bool] = lambda entry: not entry.terms,
    pause: float = PAUSE,
) -> Path:
    """Fetch a model into the models folder and return its path; nothing is fetched if it is there and whole.

    :param progress: called with bytes done and bytes in total.
    :param accept: asked once before anything is fetched, if the entry names terms.
    :raises DownloadFailed: with the reason; no half file is left under the final name, and the next call resumes.
    :raises LockHeld: another pull of the same file is running.
    """
    if not entry.repository:
        if path := catalog.locate(entry, settings):
            return path
        raise DownloadFailed(f"{entry.name} comes with a package, not from the model hub", entry.how)
    path = settings.models_path / entry.file
    if _is_whole(entry, path, settings):
        progress(entry.bytes, entry.bytes)
        return path
    if entry.terms and not accept(entry):
        raise DownloadFailed(
            f"{entry.name} was not fetched: its terms were not accepted", f"read them: {entry.terms}"
        )
    _refuse_offline()
    partial = path.with_name(f".{entry.file}.{entry.sha256[:8]}.part")
    try:
        path.parent.parent.parent.mkdir(parents=True, exist_ok=True)
        for folder in (path.parent.parent, path.parent):  # by default the first will hold the index too
            folder.mkdir(exist_ok=True, mode=0o700)
        with _locked(partial) as stream:
            digest = _fetch(entry, stream, path.parent, progress, pause)
            _finish(entry, stream, partial, path, digest)
    except OSError as e:
        with suppress(OSError):
            partial.unlink()  # on a full disk its bytes are better spent otherwise
        raise DownloadFailed(
            f"cannot write {path}: {e.strerror or e}", "free some space, or set another models_dir"
        ) from e
    Facts(settings.models_path).put(path, sha256=entry.sha256)
    return path


def _is_whole(entry: Entry, path: Path, settings: Settings) -> bool:
    if not path.is_file():
        return False
    try:
        catalog.verify(entry, path, settings)
    except ModelProblem:
        return False
    return True


def _refuse_offline() -> None:
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        if os.environ.get(name, "").upper() in ("1", "ON", "YES", "TRUE"):
            raise DownloadFailed(f"{name} forbids network connections", f"unset {name} to fetch models")


@contextmanager
def _locked(partial: Path) -> Iterator[BufferedRandom]:
    """The partial file, opened for one process at a time; an empty one is not left behind."""
    stream = os.fdopen(os.open(partial, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
    try:
        with suppress(ImportError):
            import fcntl

            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise LockHeld(f"another pull is writing {partial}", "wait for it, or end it") from None
        yield stream
    finally:
        empty = stream.seek(0, os.SEEK_END) == 0
        with suppress(OSError):  # closing may fail on a full disk once more; the first error is on its way
            stream.close()
        if empty:
            partial.unlink(missing_ok=True)


def _finish(entry: Entry, stream: BufferedRandom, partial: Path, path: Path, digest: str) -> None:
    if digest != entry.sha256:
        stream.truncate(0)
        raise DownloadFailed(
            f"what was fetched is not {entry.name}: its SHA-256 is {digest[:16]}…, "
            f"expected {entry.sha256[:16]}…",
            "nothing of it was kept; try again, or look at HF_ENDPOINT and at proxies on the way",
        )
    stream.flush()
    os.fsync(stream.fileno())
    partial.replace(path)
    with suppress(OSError):  # some file systems cannot sync a folder
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _fetch(entry: Entry, stream: BufferedRandom, folder: Path, progress: Progress, pause: float) -> str:
    """Complete the partial file, continuing what an earlier run left; its SHA-256."""
    from hashlib import sha256

    digest = sha256()
    while block := stream.read(_BLOCK):
        digest.update(block)
    if stream.tell() >= entry.bytes and digest.hexdigest() != entry.sha256:
        stream.seek(0)
        stream.truncate()
        digest = sha256()
    free = shutil.disk_usage(folder).free
    if free < entry.bytes - stream.tell() + _SPARE:
        raise DownloadFailed(
            f"{entry.name} needs {_mb(entry.bytes - stream.tell())} MB, and only {_mb(free)} MB are free",
            "free some space, or set another models_dir",
        )
    failures = 0
    while stream.tell() < entry.bytes:
        before = stream.tell()
        try:
            digest = _continue(entry, stream, digest, progress)
        except _Cut as e:
            failures = 0 if stream.tell() > before else failures + 1
            if failures >= ATTEMPTS:
                raise DownloadFailed(
                    f"{entry.name} could not be fetched: {e} ({_mb(stream.tell())} of {_mb(entry.bytes)} MB)",
                    "try again: what is there already is kept",
                ) from e
            time.sleep(pause * 2**failures)
    return digest.hexdigest()


class _Cut(Exception):
    """The connection ended early; another attempt may continue."""


def _continue(entry: Entry, stream: BufferedRandom, digest: Any, progress: Progress) -> Any:
    """One request for what is missing. The position of ``stream`` and the digest stand for what is there."""
    from hashlib import sha256

    done = stream.tell()
    with _response(entry, done) as response:
        if done and not _continues(response, done):
            stream.seek(0)
            stream.truncate()
            done, digest = 0, sha256()
        _check_status(entry, response)
        for block in response.iter_raw():  # as they come: a larger block would be lost in a cut
            done += len(block)
            if done > entry.bytes:
                stream.seek(0)
                stream.truncate()
                raise DownloadFailed(
                    f"what the server sends is longer than {entry.name}, which has {entry.bytes:,} bytes",
                    "look at HF_ENDPOINT and at proxies on the way",
                )
            stream.write(block)
            digest.update(block)
            progress(done, entry.bytes)
    if done < entry.bytes:
        raise _Cut("the connection was cut")
    return digest


@contextmanager
def _response(entry: Entry, done: int) -> Iterator[Any]:
    """The hub's answer; errors of the HTTP library become :class:`_Cut`."""
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    from huggingface_hub import get_session, hf_hub_url
    from huggingface_hub.errors import OfflineModeIsEnabled

    endpoint = os.environ.get("HF_ENDPOINT", "").rstrip("/") or None
    url = hf_hub_url(entry.repository, entry.file, revision=entry.revision, endpoint=endpoint)
    if not url.startswith(("https://", "http://")):
        raise DownloadFailed(f"{url} is no address: it begins with no https://", "look at HF_ENDPOINT")
    headers = {"User-Agent": "gsearch", "Accept-Encoding": "identity"}
    if done:
        headers["Range"] = f"bytes={done}-"
    client = get_session()
    failure, bad_address = _http_errors(client)
    try:
        with client.stream("GET", url, headers=headers, timeout=TIMEOUT) as response:
            yield response
    except OfflineModeIsEnabled as e:
        raise DownloadFailed("HF_HUB_OFFLINE forbids network connections", "unset it to fetch models") from e
    except bad_address as e:
        raise DownloadFailed(f"{url} is no address: {e}", "look at HF_ENDPOINT") from e
    except failure as e:
        raise _Cut(f"{_plainly(e)} ({_host(url)})") from e


def _http_errors(client: Any) -> tuple[type[Exception], type[Exception]]:
    """The exception classes of the HTTP library that huggingface_hub uses (httpx, or its successor)."""
    from importlib import import_module

    library = import_module(type(client).__module__.split(".")[0])
    return library.HTTPError, library.InvalidURL


def _continues(response: Any, done: int) -> bool:
    """False where the server starts again from the first byte, or knows nothing at this offset."""
    if response.status_code == 206:
        return str(response.headers.get("content-range", "")).startswith(f"bytes {done}-")
    return response.status_code not in (200, 416)


def _check_status(entry: Entry, response: Any) -> None:
    status, url = response.status_code, str(response.url)
    if status in (200, 206):
        return
    if status == 416 or status == 429 or status >= 500:
        raise _Cut(f"{_host(url)} answers {status}")
    reason = {
        401: "it wants a login",
        403: "access is forbidden",
        404: "there is no such file",
    }.get(status, "the request failed")
    raise DownloadFailed(
        f"{entry.name}: {reason} ({status} from {url})",
        "look at HF_ENDPOINT; a newer version of this program may know where the file went",
    )


def _plainly(error: Exception) -> str:
    kind = type(error).__name__
    if "Timeout" in kind:
        return f"no answer within {TIMEOUT:.0f} seconds"
    if "Connect" in kind:
        return f"no connection: {error}"
    return f"the connection was cut: {error}"


def _host(url: str) -> str:
    from urllib.parse import urlsplit

    return urlsplit(url).netloc


def _mb(size: int) -> str:
    return f"{size / 1e6:,.0f}"
