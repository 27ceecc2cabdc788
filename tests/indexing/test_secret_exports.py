"""What programs export under names of their own, and keys in other clothes than a file of their own."""

from __future__ import annotations

import json

from gemmasearch import secrets
from tests.indexing.test_secrets import PEM

EXPORTS = (
    """
bitwarden_export_20260101.json|bitwarden_encrypted_export_2026.json|lastpass_export.csv|Chrome Passwords.csv
passwords.csv|rootkey.csv|dana_accessKeys.csv|dana_credentials.csv|github-recovery-codes.txt|token.json
serviceAccountKey.json|git-credentials|admin.kubeconfig|prod-kubeconfig.yaml|bash_history|psql_history|rclone.conf
.msmtprc|.mbsyncrc|.yarnrc.yml|UTC--2026-01-02T03-04-05.678901234Z--0123456789abcdef0123456789abcdef01234567
""".replace("\n", "|")
    .strip("|")
    .split("|")
)
TALK = (
    """
passwords.md|passwords-talk.csv|recovery codes.txt|bitwarden export howto.md|tokens.json|my kubeconfig notes.md
history|bash_history_of_unix.md|Passwords - a lesson.docx|service accounts explained.md|credentials of teachers.csv
""".replace("\n", "|")
    .strip("|")
    .split("|")
)


def test_what_password_managers_and_clouds_export_under_their_own_names_stays_out() -> None:
    assert not [name for name in EXPORTS if not secrets.is_secret_name(f"/home/dana/{name}", folder=False)]
    assert not [name for name in TALK if secrets.is_secret_name(f"/home/dana/{name}", folder=False)]


def test_a_key_that_is_a_string_of_json_is_a_key_whatever_the_files_name() -> None:
    stored = {
        "type": "service_account",
        "private_key": PEM.format(""),
    }  # as clouds name it: project-id-hash.json
    assert secrets.holds_key(json.dumps(stored, indent=2).encode())
    assert not secrets.holds_key(b'{"hint": "write -----BEGIN PRIVATE KEY-----\\n...\\n as one line"}')


def test_the_private_key_of_a_wireguard_tunnel_is_a_key() -> None:
    tunnel = "[Interface]\nPrivateKey = {}\nAddress = 10.0.0.2/32\n"
    assert secrets.holds_key(tunnel.format("yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=").encode())
    assert not secrets.holds_key(tunnel.format("<your private key>").encode())


def test_every_kind_of_key_is_left_out_of_mails_and_archives_too() -> None:
    for key in (
        PEM.format(""),
        "PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\n",
        "AGE-SECRET-KEY-1" + "Q" * 42,
    ):
        assert secrets.is_secret_part("letter.txt", key)
    assert not secrets.is_secret_part("letter.txt", "PRIVATE KEY \ud800")
