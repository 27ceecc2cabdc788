"""What a crawl looks at, and what it leaves alone."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from gemmasearch.documents import Problem
from gemmasearch.indexing.crawl import Found, RootUnavailable, crawl, explain
from gemmasearch.indexing.rules import Rules
from gemmasearch.secrets import holds_key, is_secret_name


def write(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"text of {name}\n")


def found(root: Path, rules: Rules | None = None, **options: object) -> set[str]:
    items = crawl(str(root), rules=rules, **options)  # type: ignore[arg-type]
    return {os.path.relpath(item.path, root) for item in items if isinstance(item, Found)}


def problems(root: Path, rules: Rules | None = None) -> dict[str, str]:
    items = crawl(str(root), rules=rules)
    return {os.path.relpath(p.path, root): p.reason for p in items if isinstance(p, Problem)}


def test_hidden_caches_and_version_control_are_left_alone(tmp_path: Path) -> None:
    write(
        tmp_path, "a.md", ".hidden.md", ".git/config", "node_modules/x/readme.md", "b/c.md", "b/CACHEDIR.TAG"
    )
    write(tmp_path, "d/__pycache__/x.txt", "draft.md~", ".#lock.md", "~$report.docx", "x.md.part", "d/e.md")
    assert found(tmp_path) == {"a.md", "d/e.md"}
    assert ".hidden.md" in found(tmp_path, Rules(hidden=True))
    assert ".git/config" not in found(tmp_path, Rules(hidden=True))


def test_old_versions_that_logseq_keeps_stood_above_the_page(tmp_path: Path) -> None:
    write(tmp_path, "graph/pages/Ute.md", "graph/logseq/config.edn", "graph/logseq/bak/pages/Ute/2025.md")
    write(tmp_path, "bak/mine.md")
    assert found(tmp_path) == {"graph/pages/Ute.md", "graph/logseq/config.edn", "bak/mine.md"}
    assert found(tmp_path / "graph/logseq/bak") == {"pages/Ute/2025.md"}


def test_a_note_whose_name_begins_with_a_hash_was_left_out_without_a_word(tmp_path: Path) -> None:
    write(tmp_path, "#1 ideas.md", "#inbox/#today.txt", "#draft.md#", ".#draft.md")
    assert found(tmp_path) == {"#1 ideas.md", "#inbox/#today.txt"}


def test_gitignore_is_obeyed_as_git_does(tmp_path: Path) -> None:
    write(
        tmp_path,
        "a.log",
        "keep.log",
        "build/x.md",
        "sub/a.log",
        "sub/build",
        "sub/keep.md",
        "sub/deep/only.md",
    )
    (tmp_path / ".gitignore").write_text("*.log\n!keep.log\nbuild/\n")
    (tmp_path / "sub" / ".gsearchignore").write_text("!a.log\n/keep.md\n")
    assert found(tmp_path) == {"keep.log", "sub/a.log", "sub/build", "sub/deep/only.md"}


def test_a_senseless_ignore_pattern_does_not_end_the_crawl(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "b.md")
    (tmp_path / ".gitignore").write_bytes(b"!\n[\n\xff\xfe\nb.md\n")
    assert found(tmp_path) == {"a.md"}


def test_a_pipe_as_ignore_file_does_not_hang(tmp_path: Path) -> None:
    write(tmp_path, "a.md")
    os.mkfifo(tmp_path / ".gitignore")
    assert found(tmp_path) == {"a.md"}


def test_include_exclude_and_size_limits_of_a_root(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "b.txt", "c/d.md", "c/e.md")
    (tmp_path / "big.md").write_text("x" * 5000)
    rules = Rules(include=("*.md",), exclude=("/c/e.md",), limits={".md": 1000})
    assert found(tmp_path, rules) == {"a.md", "c/d.md"}
    assert problems(tmp_path, rules) == {"big.md": "too-large"}


def test_pipes_sockets_and_links_are_never_entered(tmp_path: Path) -> None:
    root = tmp_path / "root"
    write(root, "a.md", "sub/b.md")
    write(tmp_path, "outside/secret.md")
    os.mkfifo(root / "pipe.md")
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(str(root / "sock.md"))
    for name, target in (
        ("up", ".."),
        ("here", "."),
        ("out", "../outside"),
        ("link.md", "../outside/secret.md"),
    ):
        (root / name).symlink_to(target)
    assert found(root) == {"a.md", "sub/b.md"}
    assert problems(root) == {"pipe.md": "special", "sock.md": "special"}
    assert not any("outside" in p or "out/" in p for p in found(root, Rules(follow=True)))


def test_following_links_ends_where_they_go_round(tmp_path: Path) -> None:
    write(tmp_path, "a/b.md")
    (tmp_path / "a" / "loop").symlink_to("../a")
    (tmp_path / "again").symlink_to("a")
    assert "a/b.md" in found(tmp_path, Rules(follow=True))
    assert len(found(tmp_path, Rules(follow=True))) == 2


def test_maildir_deliveries_in_progress_are_not_mail(tmp_path: Path) -> None:
    write(
        tmp_path,
        "m/cur/1:2,S",
        "m/new/2",
        "m/tmp/3",
        "m/.Sent/cur/4",
        "m/.Sent/new/5",
        "m/.Sent/tmp/6",
        "tmp/a.md",
    )
    assert found(tmp_path) == {"m/cur/1:2,S", "m/new/2", "m/.Sent/cur/4", "m/.Sent/new/5", "tmp/a.md"}


def test_what_mail_servers_keep_beside_the_mail_was_indexed(tmp_path: Path) -> None:
    records = (
        *(
            "dovecot-uidlist",
            "dovecot-keywords",
            "dovecot.index",
            "dovecot.index.log.2",
            "dovecot.index.cache",
        ),
        *("maildirfolder", "subscriptions", "courierimapuiddb", "courierimapkeywords/1", ".uidvalidity"),
        *(".mbsyncstate", "maildirsize", "dovecot-uidvalidity.5f1c2a3b"),
    )
    mail = ("box/cur/1", "box/new/2", "box/tmp/x", "all/box/cur/3", "all/box/new/4", "all/box/tmp/x")
    decoys = (
        "notes/dovecot-uidlist",
        "notes/subscriptions",
        "notes/maildirfolder",
        "notes/dovecot.index.log",
    )
    more = (
        "box/subscriptions.md",
        "box/about dovecot.index",
        "all/newsletter subscriptions",
        "dovecot-keywords",
    )
    write(tmp_path, *mail, *decoys, *more, *(f"box/{name}" for name in records))
    write(tmp_path, "all/dovecot-uidvalidity", "all/dovecot-uidvalidity.5f1c2a3b", "all/subscriptions")
    write(tmp_path, "mbox/.imap/INBOX/dovecot.index.log")
    kept = {name for name in mail if "/tmp/" not in name} | {*decoys, *more}
    assert found(tmp_path, Rules(hidden=True)) == kept
    said = explain(str(tmp_path), str(tmp_path / "box" / "dovecot-uidlist"), Rules())
    assert said.endswith("a mail server's own file beside the mail")
    assert explain(str(tmp_path), str(tmp_path / "notes" / "dovecot-uidlist"), Rules()) == ""


def test_scripts_and_advertisements_of_a_saved_page_were_found_before_the_page(tmp_path: Path) -> None:
    write(tmp_path, "Roses.html", "Roses_files/x.js", "Roses_files/ad.html", "Roses_files/deep/y.html")
    write(tmp_path, "Rosen.htm", "Rosen-Dateien/x.js", "my_files/note.md", "Lone_files/note.md")
    write(tmp_path, "Sheet.htm", "Sheet_files/filelist.xml", "Sheet_files/sheet001.htm")
    pages = {"Roses.html", "Rosen.htm", "Sheet.htm", "Sheet_files/filelist.xml", "Sheet_files/sheet001.htm"}
    assert found(tmp_path) == pages | {"my_files/note.md", "Lone_files/note.md"}
    assert found(tmp_path / "Roses_files") == {"x.js", "ad.html", "deep/y.html"}, "named itself"
    said = explain(str(tmp_path), str(tmp_path / "Roses_files" / "ad.html"), Rules())
    assert "saved web page" in said
    assert explain(str(tmp_path), str(tmp_path / "Sheet_files" / "sheet001.htm"), Rules()) == ""


def test_an_ignore_file_above_a_root_within_another_did_not_hold_there(tmp_path: Path) -> None:
    write(
        tmp_path,
        "docs/sub/a.md",
        "docs/sub/a.log",
        "docs/sub/deep/b.log",
        "docs/sub/deep/kept.log",
        "docs/own/x.md",
    )
    (tmp_path / "docs" / ".gsearchignore").write_text("*.log\nown/\n")
    (tmp_path / "docs" / "sub" / "deep" / ".gsearchignore").write_text("!kept.log\n")
    outer = [str(tmp_path / "docs")]
    assert found(tmp_path / "docs" / "sub", outer=outer) == {"a.md", "deep/kept.log"}
    assert found(tmp_path / "docs" / "sub" / "deep", outer=[*outer, str(tmp_path / "docs" / "sub")]) == {
        "kept.log"
    }
    # A folder that was named itself is read though the folder above leaves it out.
    assert found(tmp_path / "docs" / "own", outer=outer) == {"x.md"}
    sub, log = str(tmp_path / "docs" / "sub"), str(tmp_path / "docs" / "sub" / "a.log")
    assert "ignore file" in explain(sub, log, Rules(), outer=outer) and not explain(sub, log, Rules())


def test_a_name_that_is_no_unicode_survives(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/\xff\xfe.md"
    Path(os.fsdecode(raw)).write_text("x")
    (item,) = crawl(str(tmp_path))
    assert os.fsencode(item.path) == raw


def test_the_index_itself_is_never_indexed(tmp_path: Path) -> None:
    write(tmp_path, "index.db", "index.db-wal", "index.db.lock", "index.md")
    assert found(tmp_path, own=str(tmp_path / "index.db")) == {"index.md"}


def test_a_root_that_is_gone_is_unavailable_and_a_deep_tree_is_not(tmp_path: Path) -> None:
    with pytest.raises(RootUnavailable):
        list(crawl(str(tmp_path / "none")))
    deep = tmp_path
    for _ in range(300):
        deep = deep / "d"
    deep.mkdir(parents=True)
    write(deep, "a.md")
    assert len(found(tmp_path)) == 1


SECRET = (
    *("id_rsa", "id_ed25519", "id_rsa.bak", "id_ecdsa.old", ".netrc", "_netrc", ".pgpass", ".env", ".env.local", "prod.env"),
    *(".envrc", ".git-credentials", "credentials", "credentials.json", "kubeconfig", "kube-config.yaml", "server.pem"),
    *("server.key", "cert.p12", "cert.pfx", "vault.kdbx", "putty.ppk", "key.gpg", "store.jks", "secring.gpg", "x.keytab"),
    *(".bash_history", ".zsh_history", ".python_history", "fish_history", ".psql_history", ".lesshst", "logins.json"),
    *("key4.db", "Login Data", "cookies.sqlite", "Cookies", "wallet.dat", ".npmrc", ".pypirc", ".htpasswd", "shadow"),
    *("secrets.yml", "secrets.json", "terraform.tfstate", "prod.tfvars", "client_secret_123.json", "home.ovpn", ".my.cnf"),
)  # fmt: skip
INNOCENT = (
    *("secrets of baking.md", "credentials-talk.pdf", "password policy.txt", "keys to the house.md", "history.md"),
    *("environment.md", "id_rsa.pub", "keynote.md", "my wallet.txt", "The Secret Garden.epub", "keyboard.org", "env.md"),
    *("how to use ssh.md", "identity.md", "shadow play.txt", "cookies recipe.md", "token ring.txt", "private.md"),
)  # fmt: skip


@pytest.mark.parametrize("name", SECRET)
def test_a_secret_is_known_by_its_name(name: str) -> None:
    assert is_secret_name(name, folder=False)


@pytest.mark.parametrize("name", INNOCENT)
def test_a_note_that_talks_of_secrets_is_none(name: str) -> None:
    assert not is_secret_name(name, folder=False)


def test_secret_folders_are_reported_and_read_only_if_the_root_says_so(tmp_path: Path) -> None:
    write(tmp_path, ".ssh/config", ".gnupg/x", "keyrings/login", "a.md")
    assert found(tmp_path, Rules(hidden=True)) == {"a.md"}
    assert problems(tmp_path, Rules(hidden=True)) == {
        ".ssh": "secret",
        ".gnupg": "secret",
        "keyrings": "secret",
    }
    assert ".ssh/config" in found(tmp_path, Rules(hidden=True, secrets=True))
    assert found(tmp_path / ".ssh") == {"config"}


BODY = b"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n"


def test_a_private_key_is_known_by_its_body_and_a_text_about_keys_is_not() -> None:
    assert holds_key(b"notes\n-----BEGIN RSA PRIVATE KEY-----\n" + BODY)
    assert holds_key(b"-----BEGIN PRIVATE KEY-----\r\n" + BODY)
    assert holds_key(b"-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: 1\n\n" + BODY)
    assert not holds_key(b"A key file begins with -----BEGIN PRIVATE KEY----- and then the body.\n")
    assert not holds_key(b"-----BEGIN PUBLIC KEY-----\n" + BODY)


@pytest.mark.parametrize("name", ["gh", "rclone", "chromium", "KeePass"])
def test_notes_about_a_program_are_no_secret_but_its_own_data_are(name: str) -> None:
    assert not is_secret_name(f"/home/dana/notes/{name}", folder=True)
    assert is_secret_name(f"/home/dana/.config/{name}", folder=True)
    assert is_secret_name(f"/Users/dana/Library/Application Support/{name}", folder=True)
