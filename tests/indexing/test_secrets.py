"""What is secret stays out of the index, under any name that programs give it; what only talks of secrets is found."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gemmasearch import secrets
from gemmasearch.indexing import care
from gemmasearch.indexing.sync import sync
from gemmasearch.models.fake import FakeEmbedder
from gemmasearch.readers import read
from gemmasearch.settings import Settings
from gemmasearch.store import Store
from tests.store.filled import file_bytes

BODY = "MIIEpAIBAAKCAQEA7bq0v1f9Jm3Z0VtV8qzq7v1VZC0sXkq3J2w8hM5tX1c4R9y2"
PEM = "-----BEGIN {0}PRIVATE KEY-----\n" + BODY + "\n" + BODY + "\n-----END {0}PRIVATE KEY-----\n"
NAMED = [
    ".ssh/id_rsa",
    ".ssh/id_ed25519",
    ".ssh/id_ecdsa_sk",
    ".ssh/config",
    ".ssh/authorized_keys",
    ".ssh/known_hosts",
    ".ssh/work_key",
    ".gnupg/secring.gpg",
    ".gnupg/private-keys-v1.d/A1.key",
    ".gnupg/trustdb.gpg",
    ".gnupg/gpg.conf",
    ".aws/credentials",
    ".aws/config",
    ".azure/accessTokens.json",
    ".azure/azureProfile.json",
    ".kube/config",
    ".kube/cache/x.json",
    ".docker/config.json",
    ".config/gcloud/credentials.db",
    ".config/gcloud/application_default_credentials.json",
    ".config/rclone/rclone.conf",
    ".config/gh/hosts.yml",
    ".oci/oci_api_key.pem",
    ".terraform.d/credentials.tfrc.json",
    ".netrc",
    "_netrc",
    ".pgpass",
    ".my.cnf",
    ".mylogin.cnf",
    ".git-credentials",
    ".npmrc",
    ".pypirc",
    ".s3cfg",
    ".boto",
    ".htpasswd",
    ".dockercfg",
    ".env",
    ".env.local",
    ".env.production",
    ".env.bak",
    "project/.env",
    "project/prod.env",
    "project/.env.staging",
    "project/.envrc",
    "project/secrets.yml",
    "project/secrets.json",
    "project/secret.toml",
    "project/credentials.json",
    "project/client_secret_9.json",
    "project/service-account.json",
    "project/terraform.tfstate",
    "project/prod.tfvars",
    "project/.vault_pass",
    "project/kubeconfig",
    "project/wp-keys/server.key",
    "project/server.pem",
    "project/cert.p12",
    "project/cert.pfx",
    "project/apple.p8",
    "project/x.ppk",
    "project/release.keystore",
    "project/upload.jks",
    "project/key.gpg",
    "project/backup.tar.gpg",
    "project/mail.pgp",
    "project/k.age",
    "Passwords.kdbx",
    "old.kdb",
    "vault.psafe3",
    "export.1pux",
    "office.ovpn",
    "login.keychain-db",
    "host.keytab",
    "work.mobileconfig",
    "home.rdp",
    ".password-store/mail/bank.gpg",
    ".password-store/.gpg-id",
    ".local/share/keyrings/login.keyring",
    ".local/share/keyrings/user.keystore",
    ".local/share/kwalletd/kdewallet.kwl",
    "Library/Keychains/login.keychain-db",
    ".mozilla/firefox/p.default/logins.json",
    ".mozilla/firefox/p.default/key4.db",
    ".mozilla/firefox/p.default/prefs.js",
    ".config/google-chrome/Default/Preferences",
    ".config/chromium/Default/Bookmarks",
    ".config/BraveSoftware/x.json",
    ".config/vivaldi/Default/History.txt",
    ".config/microsoft-edge/Default/notes.txt",
    "Profile/logins.json",
    "Profile/key3.db",
    ".config/Bitwarden/data.json",
    ".config/keepassxc/keepassxc.ini",
    ".config/1Password/settings.json",
    ".bash_history",
    ".zsh_history",
    ".python_history",
    ".psql_history",
    ".mysql_history",
    ".node_repl_history",
    ".lesshst",
    ".viminfo",
    ".local/share/fish/fish_history",
    ".histfile",
    ".sqlite_history",
    ".rediscli_history",
    ".bitcoin/wallet.dat",
    ".electrum/wallets/default_wallet",
    ".ethereum/keystore/UTC--2026",
    "wallet.dat",
    ".monero/me.keys",
    "id_rsa",
    "id_rsa.bak",
    "id_dsa.old",
    "id_ed25519~",
    "id_ecdsa.1",
    "deploy_id_rsa.pem",
    "private.key",
    "private-key.txt",
    "shadow-",
    "master.passwd",
    ".git/config.txt",
    "project/.git/notes.txt",
    "project/.hg/notes.txt",
]
KEYS = {  # keys under innocent names: only their content tells
    "notes/todo.md": "", "notes/letter.txt": "RSA ", "notes/old/thing.rst": "EC ", "notes/data.json": "OPENSSH ",
    "notes/quoted.txt": "ENCRYPTED ", "notes/no-suffix": "DSA ",
}  # fmt: skip
DECOYS = (
    """
secrets of baking.md|id cards.md|the key to happiness.txt|password policy.md|ssh howto.md|how to use gpg.md
environment.md|env vars explained.txt|history of rome.md|wallet repair.md|my credentials as a teacher.md
keyboard layout.md|monkey.md|keys to the flat.txt|private thoughts.md|shadow play.md|docker for beginners.md
kube notes.md|aws bill 2026.md|token economy.md|pem fruit (durian).md|certificate of birth.md|identity and self.md
netrc explained.md|public-key.pub|chrome cleaning.md|mozilla manifesto.md|cookie recipes.md|login screens.md
keystone species.md|keynote speech.txt|vault of the bank.md|azure sky poem.md|secretary job.md|gh pages.md
talk of keys.md|header only.md|shell scripts.md|boto fish.md|hosts of the party.md
""".replace("\n", "|")
    .strip("|")
    .split("|")
)


def plant(home: Path) -> tuple[list[bytes], list[str]]:
    """:return: the canary words of the secrets, and those of the decoys."""
    secret, decoy = [], []
    for number, name in enumerate(NAMED):
        write(home / name, f"password=canary{number:03d}secret\n# canary{number:03d}secret\n")
        secret.append(f"canary{number:03d}secret".encode())
    for number, (name, kind) in enumerate(KEYS.items()):
        write(home / name, f"canary{number}innocent\n\n{PEM.format(kind)}")
        secret.append(f"canary{number}innocent".encode())
    os.link(home / "notes/letter.txt", home / "notes" / "hard link.md")
    (home / "notes" / "symbolic.md").symlink_to(home / ".ssh/id_rsa")
    for number, name in enumerate(DECOYS):
        more = (
            "It begins with -----BEGIN RSA PRIVATE KEY----- and is never shown." if "header" in name else ""
        )
        write(home / "texts" / name, f"# {name}\n\ndecoy{number:02d}found is about {name}. {more}\n")
        decoy.append(f"decoy{number:02d}found")
    return secret, decoy


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def run(store: Store, *roots: Path) -> None:
    sync(store, FakeEmbedder(), read, Settings(), roots=[str(r) for r in roots] or None, prune=True)


def found(store: Store, word: str) -> int:
    return len(store.match(f'"{word}"', 5))


@pytest.mark.parametrize("hidden", [False, True])
def test_secrets_leave_no_byte_and_what_talks_of_them_is_found(tmp_path: Path, hidden: bool) -> None:
    home, db = tmp_path / "home", tmp_path / "i" / "index.db"
    secret, decoy = plant(home)
    assert len(NAMED) + len(KEYS) >= 120 and len(DECOYS) == 40
    with Store.open(db, create=True) as store:
        store.add_root(str(home), {"hidden": hidden})
        run(store, home)
        missing = [name for name, word in zip(DECOYS, decoy, strict=True) if not found(store, word)]
        assert not missing
    raw = file_bytes(db)
    names = [*NAMED, *KEYS]
    assert not [name for name, word in zip(names, secret, strict=True) if word in raw]
    assert b"decoy07found" in raw


def test_a_secret_is_read_when_it_is_named_and_leaves_with_the_permission(tmp_path: Path) -> None:
    home, db = tmp_path / "home", tmp_path / "i" / "index.db"
    plant(home)
    with Store.open(db, create=True) as store:
        run(store, home, home / "project" / "secrets.yml")
        at = NAMED.index("project/secrets.yml")
        assert found(store, f"canary{at:03d}secret") == 1
        care.edit_root(store, str(home), {"secrets": True})
        run(store)
        assert found(store, "canary1innocent") >= 1
        care.edit_root(store, str(home), {"secrets": None})
        run(store)
        assert not found(store, "canary1innocent")
        store.checkpoint()
    assert b"canary1innocent" not in file_bytes(db)


def test_a_key_that_a_shell_wrote_as_utf_16_is_a_key() -> None:
    key = "-----BEGIN RSA PRIVATE KEY-----\n" + "MIICXAIBAAKBgQC7" * 4 + "\n-----END RSA PRIVATE KEY-----\n"
    for encoding in ("utf-8", "utf-16", "utf-16-le", "utf-16-be"):
        assert secrets.holds_key(key.encode(encoding)), encoding


def test_a_file_that_begins_with_the_header_of_a_key_is_one_however_short_its_body() -> None:
    assert secrets.holds_key(b"-----BEGIN RSA PRIVATE KEY-----\nMIIshort\n-----END RSA PRIVATE KEY-----\n")
    assert not secrets.holds_key(b"-----BEGIN RSA PRIVATE KEY----- is how keys begin.\n")
    assert not secrets.holds_key(b"Keys begin so:\n-----BEGIN RSA PRIVATE KEY-----\nand a body follows.\n")
