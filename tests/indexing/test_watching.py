"""The watcher over long stretches: changes behind its back, and saves in the manner of eight programs."""

from __future__ import annotations

import os
import pty
import random
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gemmasearch.store import Store
from tests.cli.terminal import COMMAND
from tests.indexing.trees import contents, environment, plant, sentence


@contextmanager
def watching(db: Path, said: Path) -> Iterator[subprocess.Popen[bytes]]:
    with said.open("wb") as stream:
        process = subprocess.Popen(
            [*COMMAND, "watch", "--battery", "--foreground", "--db", str(db)],
            env=environment(), stdout=stream, stderr=stream,
        )  # fmt: skip
    try:
        yield process
    finally:
        process.send_signal(signal.SIGCONT)
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    assert process.returncode in (0, 130) and b"Traceback" not in said.read_bytes(), said.read_text()


def index(tree: Path, db: Path) -> None:
    subprocess.run([*COMMAND, "index", "--quiet", str(tree), "--db", str(db)], env=environment(), check=True)


def eventually(true: Callable[[], bool], seconds: float) -> float:
    """:return: seconds until it was true, -1 if it never was."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if true():
            return time.monotonic() - began
        time.sleep(0.2)
    return -1


def many_changes(tree: Path, changes: int, seed: int) -> None:
    """Half new files, a quarter edits, the rest renames and removals, in new and old folders."""
    chance = random.Random(seed)
    made = []
    for number in range(changes // 2):
        path = tree / f"s{seed}-{number % 97}" / f"n{number}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"# {sentence(chance, 2)}\n\n{sentence(chance)}\n")
        made.append(path)
    for number in range(changes // 4):
        chance.choice(made).write_text(f"edited {seed} {number} {sentence(chance)}\n")
    chance.shuffle(made)
    for path in made[: changes // 8]:
        path.unlink()
    for path in made[changes // 8 : changes // 4]:
        path.rename(path.with_name(f"moved-{path.name}"))


def rows(db: Path) -> int:
    with Store.open(db, read_only=True) as store:
        return int(store.db.value("SELECT count(*) FROM files WHERE size IS NOT NULL"))


def behind_its_back(folder: Path, changes: int, trials: int) -> list[float]:
    tree, db = folder / "tree", folder / "i" / "i.db"
    plant(tree, 300)
    index(tree, db)
    took = []
    for number in range(trials):
        with watching(db, folder / "said") as process:
            assert eventually(lambda: b"pid" in state(db), 60) >= 0
            time.sleep(3)
            process.send_signal(signal.SIGSTOP)
            many_changes(tree, changes, number)
            fresh = folder / f"fresh{number}" / "i.db"
            index(tree, fresh)
            files, expected = rows(fresh), contents(fresh)
            process.send_signal(signal.SIGCONT)
            took.append(eventually(lambda: rows(db) == files and contents(db) == expected, 300))  # noqa: B023
            assert took[-1] >= 0, f"trial {number}: {rows(db)} files of {files}"
        shutil.rmtree(fresh.parent)
        for path in tree.glob("s*"):
            shutil.rmtree(path)
        subprocess.run(
            [*COMMAND, "index", "--quiet", "--prune", "--db", str(db)], env=environment(), check=True
        )
    return took


def state(db: Path) -> bytes:
    with Store.open(db, read_only=True) as store:
        return (store.state("watch") or "").encode()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_changes_behind_its_back_are_found(tmp_path: Path) -> None:
    behind_its_back(tmp_path, changes=2000, trials=1)


@pytest.mark.soak
@pytest.mark.timeout(14_400)
def test_twenty_thousand_changes_behind_its_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scale = float(os.environ.get("GSEARCH_SOAK", "1"))
    took = behind_its_back(
        tmp_path, changes=max(4000, round(20_000 * scale)), trials=max(1, round(10 * scale))
    )
    with capsys.disabled():
        print("seconds until equal to a full crawl:", [round(t, 1) for t in took])


# -- saves ----------------------------------------------------------------------------------------------------


def plain(path: Path, text: str) -> None:
    path.write_text(text)


def vim(setting: str) -> Callable[[Path, str], None]:
    def save(path: Path, text: str) -> None:
        lines = text.replace("\\", "").split("\n")
        script = [f"set backupcopy={setting} backup writebackup swapfile nomodeline", "%delete _"]
        script += [f"call setline({n}, {line!r})" for n, line in enumerate(lines, 1)] + ["write", "quit"]
        commands = [part for each in script for part in ("-c", each)]
        subprocess.run(
            ["vim", "-N", "-u", "NONE", "-i", "NONE", "-es", *commands, str(path)], check=False, timeout=60
        )

    return save


def nano(path: Path, text: str) -> None:
    """Typed into the real program on a terminal of its own."""
    path.write_text("")
    child, terminal = pty.fork()
    if child == 0:
        os.environ["TERM"] = "xterm"
        os.execlp("nano", "nano", "--ignorercfiles", "--saveonexit", str(path))
    time.sleep(0.5)
    os.write(terminal, text.replace("\n", "\r").encode())
    time.sleep(0.3)
    os.write(terminal, b"\x18")
    try:
        while os.read(terminal, 65536):
            continue
    except OSError:
        pass  # the program has ended
    os.waitpid(child, 0)
    os.close(terminal)


def renamed(pattern: str) -> Callable[[Path, str], None]:
    """A temporary file beside it that takes its place, as gedit and rsync do."""

    def save(path: Path, text: str) -> None:
        temporary = path.with_name(pattern.format(name=path.name, random=f"{random.randrange(10**6):06d}"))
        temporary.write_text(text)
        os.fsync(os.open(temporary, os.O_RDONLY | os.O_CLOEXEC))
        time.sleep(0.3)
        temporary.replace(path)

    return save


def sed(path: Path, text: str) -> None:
    words = "".join(c if c.isalnum() else " " for c in text)
    path.exists() or path.write_text("begin\n")
    subprocess.run(["sed", "-i", f"1s/.*/{words}/", str(path)], check=True)


def office(path: Path, text: str) -> None:
    """LibreOffice: a lock file beside it, the new text in lu*.tmp, and a rename over the old one."""
    lock = path.with_name(f".~lock.{path.name}#")
    lock.write_text(",dana,machine,24.11.2026 10:00,file:///home/dana/.config/libreoffice/4;")
    temporary = path.with_name(f"lu{random.randrange(10**6)}.tmp")
    temporary.write_text(text)
    temporary.replace(path)
    time.sleep(0.2)
    lock.unlink()


def slow(path: Path, text: str) -> None:
    """300 KB in thirty pieces."""
    with path.open("w") as stream:
        for _ in range(30):
            stream.write("filler words of a long text go here\n" * 280)
            stream.flush()
            time.sleep(0.1)
        stream.write(text)


STYLES: dict[str, Callable[[Path, str], None]] = {
    "vim-yes": vim("yes"), "vim-no": vim("no"), "nano": nano, "gedit": renamed(".goutputstream-{random}"), "sed": sed,
    "office": office, "rsync": renamed(".{name}.{random}"), "slow": slow,
}  # fmt: skip
NEEDED = {"vim-yes": "vim", "vim-no": "vim", "nano": "nano"}


def shows(db: Path, word: str) -> set[str]:
    with Store.open(db, read_only=True) as store:
        return {p.path for p in store.passages([c for c, _ in store.match(f'"{word}"', 9)])}


def saves(folder: Path, rounds: int) -> dict[str, float]:
    """Save a file in each style, at once, again and again. :return: style -> the longest time until it was found."""
    tree, db = folder / "tree", folder / "i" / "i.db"
    tree.mkdir(parents=True)
    styles = {name: save for name, save in STYLES.items() if shutil.which(NEEDED.get(name, "sh"))}
    files = {name: tree / f"{name}.txt" for name in styles}
    (tree / "other.md").write_text("something else\n")
    index(tree, db)
    longest, wrong = dict.fromkeys(styles, 0.0), []

    def one(name: str) -> None:
        for number in range(rounds):
            word = f"word{name.replace('-', '')}{number:03d}"
            styles[name](files[name], f"{word} is new\nand more of {name}\n")
            took = eventually(lambda: shows(db, word) == {str(files[name])}, 30)  # noqa: B023
            longest[name] = max(longest[name], took)
            if took < 0:
                wrong.append((name, number))

    with watching(db, folder / "said"):
        assert eventually(lambda: b"pid" in state(db), 60) >= 0
        threads = [threading.Thread(target=one, args=(name,)) for name in styles]
        for thread in threads:
            thread.start()
        seen: set[str] = set()
        while any(thread.is_alive() for thread in threads):
            seen |= known(db)
            time.sleep(0.2)
        for thread in threads:
            thread.join()
    assert not wrong, (wrong, longest)
    assert seen <= {*(path.name for path in files.values()), "other.md"}, seen
    with Store.open(db, read_only=True) as store:
        for path in files.values():
            assert len(store.documents_at(str(path))) == 1, path
    return longest


def known(db: Path) -> set[str]:
    with Store.open(db, read_only=True) as store:
        return {os.path.basename(row.path) for row in store.files_below("/")}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_eight_ways_of_saving(tmp_path: Path) -> None:
    saves(tmp_path, 2)


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_eight_ways_of_saving_twenty_times(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    longest = saves(tmp_path, max(2, round(20 * float(os.environ.get("GSEARCH_SOAK", "1")))))
    with capsys.disabled():
        print("longest seconds until a save was found:", {k: round(v, 1) for k, v in longest.items()})


@pytest.mark.slow
def test_folders_beyond_the_limit_of_watches_are_polled(tmp_path: Path) -> None:
    """In a name space of its own, where 40 folders may be watched and there are 120."""
    tree, db = tmp_path / "tree", tmp_path / "i" / "i.db"
    for number in range(120):
        (tree / f"d{number}").mkdir(parents=True)
        (tree / f"d{number}" / "a.md").write_text(f"first{number} words\n")
    index(tree, db)
    script = "echo 40 > /proc/sys/user/max_inotify_watches && exec " + " ".join(
        f"'{each}'" for each in (*COMMAND[:1], str(Path(__file__).with_name("polling_watch.py")), str(db))
    )
    if subprocess.run(["unshare", "-Ur", "true"], check=False, capture_output=True).returncode:
        pytest.skip("no user name spaces here")
    process = subprocess.Popen(
        ["unshare", "-Ur", "sh", "-c", script], env=environment(), stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr
        line = process.stderr.readline()
        assert "sysctl fs.inotify.max_user_watches" in line and "looked at every" in line, line
        for number in range(120):
            (tree / f"d{number}" / "b.md").write_text(f"second{number} words\n")
        assert eventually(lambda: all(shows(db, f"second{n}") for n in (0, 60, 119)), 60) >= 0
        assert b"degraded" in subprocess.run(
            [*COMMAND, "status", "--db", str(db)], env=environment(), capture_output=True, check=True
        ).stdout  # fmt: skip
    finally:
        process.terminate()
        process.wait(30)
