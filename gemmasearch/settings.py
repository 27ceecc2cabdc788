"""Settings: flags over environment over config file over defaults, and each knows where it came from.

A setting is one row of ``SETTINGS``. ``load()`` resolves all rows into one frozen :class:`Settings`. Only the
user's own config file is read (``GSEARCH_CONFIG`` or ``config.toml`` in the user config directory): never one
from the current or an indexed folder, which may be somebody else's.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import field, fields
from pathlib import Path
from typing import Any

from gemmasearch import places
from gemmasearch.errors import UsageProblem
from gemmasearch.light import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value came from: "flag", "environment", "file" or "default", and its name there."""

    source: str
    name: str = ""


def _setting(default: Any, help: str, *, check: str = "") -> Any:
    return field(default=default, metadata={"help": help, "check": check})


@dataclass(frozen=True)
class Settings:
    """Every setting with its default; the environment variable is ``GSEARCH_`` + the name in capitals."""

    db: str = _setting("", "the index file (default: index.db in the user data directory)")
    models_dir: str = _setting("", "where `gsearch models pull` keeps model files")
    embedder: str = _setting(
        "auto",
        "'auto' (EmbeddingGemma if it is there, else static), 'static', a name of the catalog, or a GGUF file",
    )
    generator: str = _setting(
        "auto",
        "'auto' (Gemma 3 if it is there, else SmolLM2 if installed), 'none', a name of the catalog, or a GGUF file",
    )
    dim: int = _setting(
        256,
        "dimensions kept of a Matryoshka embedder: 768, 512, 256 or 128 of EmbeddingGemma, 256, 128 or 64 of static",
        check="dimensions",
    )
    threads: int = _setting(0, "threads for the models, 0 = one per core", check="natural")
    gpu: str = _setting("auto", "auto (used where llama.cpp was built for one) or off", check="gpu")
    serve_for: str = _setting(
        "",
        "leave a warm helper behind after a search, until so long nothing is asked: 90s, 10m, 2h",
        check="time",
    )
    chunk_tokens: int = _setting(256, "target length of a passage in tokens", check="positive")
    results: int = _setting(10, "hits shown by search", check="positive")
    hits_per_document: int = _setting(2, "at most this many hits of one document", check="positive")
    mode: str = _setting("hybrid", "hybrid, words or meaning", check="mode")
    max_text_bytes: int = _setting(20_000_000, "larger text files are skipped", check="positive")
    max_pdf_bytes: int = _setting(200_000_000, "larger PDF files are skipped", check="positive")
    max_message_bytes: int = _setting(100_000_000, "of a longer mail only the head is read", check="positive")
    reader_seconds: int = _setting(60, "time limit for reading one document", check="positive")
    reader_memory_mb: int = _setting(1024, "memory limit for reading one document", check="positive")
    ocr: str = _setting(
        "off", "text in scans and pictures: off, auto, rapidocr (extra 'ocr') or tesseract", check="ocr"
    )
    ocr_languages: str = _setting(
        "", "languages to recognise, like 'en,de' (default: all of rapidocr, English of tesseract)"
    )
    archives: str = _setting(
        "off", "whether files inside zip, tar and gz archives are read: on or off", check="switch"
    )
    answer_tokens: int = _setting(160, "longest generated answer, in tokens", check="positive")
    evidence_tokens: int = _setting(
        500, "budget for the passages shown to the generator, in tokens", check="positive"
    )
    history: str = _setting(
        "off", "on = what is typed in `gsearch chat` is kept, readable for you alone", check="switch"
    )
    remember_questions: str = _setting(
        "on",
        "on = the index keeps the vectors of the last 500 questions, so that asking again loads no model",
        check="switch",
    )
    open_text: str = _setting(
        "", "command that opens notes, like 'code -g {path}:{line}' (default: $VISUAL or $EDITOR)"
    )
    open_pdf: str = _setting(
        "", "command that opens PDFs, like 'evince -i {page} {path}' (default: the desktop's)"
    )
    open_other: str = _setting("", "command that opens other files (default: the desktop's)")
    origins: Mapping[str, Origin] = field(default_factory=dict, repr=False, compare=False)

    def origin(self, name: str) -> Origin:
        return self.origins.get(name, Origin("default"))

    @property
    def db_path(self) -> Path:
        return Path(places.index_file(self.db))

    @property
    def models_path(self) -> Path:
        return Path(self.models_dir).expanduser() if self.models_dir else data_dir() / "models"


def names() -> list[str]:
    return [f.name for f in fields(Settings) if f.name != "origins"]


def help_of(name: str) -> str:
    return str(next(f.metadata["help"] for f in fields(Settings) if f.name == name))


def choices(name: str) -> tuple[str, ...]:
    """The values that a setting may have; () = any."""
    return _CHOICES.get(next(f.metadata["check"] for f in fields(Settings) if f.name == name), ())


def data_dir() -> Path:
    return Path(places.data_dir())


def config_path(environ: Mapping[str, str] | None = None) -> Path:
    return Path(places.config_file(os.environ if environ is None else environ))


def named_in_vain(environ: Mapping[str, str] | None = None) -> str:
    """The config file that ``GSEARCH_CONFIG`` names and that is not there; "" = no such thing."""
    given = (os.environ if environ is None else environ).get("GSEARCH_CONFIG")
    path = str(config_path(environ))
    return path if given and not os.path.lexists(path) else ""


def load(flags: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Resolve every setting. A flag of None counts as not given.

    :raises UsageProblem: an unknown name or an impossible value, with the place that said it.
    """
    environ = os.environ if environ is None else environ
    file = config_path(environ)
    from_file = _read_config(file)
    values: dict[str, Any] = {}
    origins: dict[str, Origin] = {}
    for name in names():
        variable = f"GSEARCH_{name.upper()}"
        for source, label, given in (
            ("flag", "--" + name.replace("_", "-"), (flags or {}).get(name)),
            ("environment", variable, environ.get(variable) or None),
            ("file", str(file), from_file.get(name)),
        ):
            if given is not None:
                values[name] = _checked(name, given, f"{file}: {name}" if source == "file" else label)
                origins[name] = Origin(source, label)
                break
    return Settings(**values, origins=origins)


_MOST_CONFIG = 1_000_000  # bytes


def _read_config(path: Path) -> Mapping[str, Any]:
    if not path.exists():
        return {}
    import tomllib

    try:
        with path.open("rb") as stream:
            raw = stream.read(_MOST_CONFIG + 1)
        if len(raw) > _MOST_CONFIG:  # a device, or the wrong file
            raise UsageProblem(f"the config file {path} is larger than 1 MB", "mend it or move it away")
        found = tomllib.loads(
            raw.decode("utf-8-sig")
        )  # with the mark that Windows Notepad writes, or without
    except (OSError, ValueError, RecursionError) as e:
        raise UsageProblem(f"cannot read the config file {path}: {e}", "mend it or move it away") from e
    unknown = sorted(set(found) - set(names()))
    if unknown:
        raise UsageProblem(
            f"{path}: no such setting: {', '.join(unknown)}", "`gsearch config` lists the settings"
        )
    return found


_CHOICES = {
    "gpu": ("auto", "off"),
    "mode": ("hybrid", "words", "meaning"),
    "ocr": ("off", "auto", "rapidocr", "tesseract"),
    "switch": ("on", "off"),
}


_LEAST = {"positive": 1, "dimensions": 64}  # with fewer, no model of ours tells texts apart
_MOST = {"dimensions": 8192}  # more, no embedding model gives


def _checked(name: str, value: Any, label: str) -> Any:
    spec = next(f for f in fields(Settings) if f.name == name)
    default, check = spec.default, spec.metadata["check"]
    if isinstance(default, int):
        try:
            number = int(str(value))
        except ValueError:
            raise UsageProblem(f"{label}: {value!r} is not a whole number") from None
        if number < _LEAST.get(check, 0):
            raise UsageProblem(f"{label}: {number} is too small", spec.metadata["help"])
        if number > _MOST.get(check, number):
            raise UsageProblem(f"{label}: {number} is too large", spec.metadata["help"])
        return number
    allowed = _CHOICES.get(check, ())
    if allowed and value not in allowed:
        raise UsageProblem(f"{label}: {value!r} is none of {', '.join(allowed)}")
    if not isinstance(value, str | os.PathLike):
        raise UsageProblem(f"{label}: {value!r} is no text", "put it in quotes")
    if label == "--db" and os.fspath(value) in ("", "."):  # what an empty argument becomes
        raise UsageProblem(
            "--db: no file is named", "give the index file, or leave --db out for the usual one"
        )
    if check == "time" and value and seconds_of(str(value)) is None:
        raise UsageProblem(f"{label}: {value!r} is no time", "say 90s, 10m or 2h")
    return os.fspath(value) if isinstance(value, os.PathLike) else str(value)


def seconds_of(time: str) -> int | None:
    """``90s``, ``10m``, ``2h`` as seconds; None for anything else."""
    number, unit = time[:-1], time[-1:]
    if unit not in ("s", "m", "h") or not (
        number.isascii() and number.isdigit() and 0 < int(number) < 10_000
    ):
        return None
    return int(number) * {"s": 1, "m": 60, "h": 3600}[unit]
