"""Keys, password stores and histories: never indexed unless a path is named explicitly.

By exact names and endings, not by words, so that notes which merely talk of secrets are read; and by the body of
a private key under any name.
"""

from __future__ import annotations

import re

from gemmasearch import light

KEY_SEARCH_BYTES = 262_144  # a longer file is no key

# Folders that hold keys wherever they stand …
_FOLDERS = frozenset(
    {
        *(".ssh", ".gnupg", ".aws", ".azure", ".kube", ".docker", ".password-store", ".pki", ".mozilla"),
        *(".electrum", ".bitcoin", ".ethereum", ".monero", ".keychain", ".oci", ".cargo-credentials"),
        *(".minikube", ".terraform.d", "keyrings", "kwalletd", "Keychains"),
    }
)
# … and programs' own folders, which anyone may also give notes: secret only where programs keep their data.
_PROGRAMS = frozenset(
    {
        *("gcloud", "google-chrome", "chromium", "BraveSoftware", "microsoft-edge", "vivaldi", "Bitwarden"),
        *("1Password", "KeePass", "keepassxc", "keepassx", "Electrum", "rclone", "gh"),
    }
)
_DATA_OF_PROGRAMS = light.pattern(r"/(?:\.[^/]+|Library|AppData|snap)/(?:[^/]+/)*$")
_NAMES = light.pattern(
    r"""(?: id_(?:rsa|dsa|ecdsa|ed25519|xmss)(?:_sk)?(?:[_-]\w+)* | identity
      | [._]netrc | \.?pgpass(?:\.conf)? | \.my\.cnf | \.mylogin\.cnf | \.env(?:rc|[._-].*)? | .+\.env
      | \.?git-credentials | credentials(?:\.(?:json|ini|csv|db|toml|xml|yml|yaml))? | kube[_-]?config(?:\.ya?ml)?
      | \.?htpasswd | \.?htdigest | g?shadow-? | master\.passwd | \.dockercfg | \.npmrc | \.pypirc | \.s3cfg | \.boto
      | \.vault[_-](?:pass|token)\S* | \.?secrets?\.(?:json|ya?ml|toml|ini|env|xml|properties)
      | .*\.tfstate | .*\.tfvars
      | (?:application_default_credentials|(?i:service[_-]?account).*|client_secret.*)\.json | (?:auth|token)\.json
      | hosts\.yml | \.yarnrc\.yml | \.?rclone\.conf | \.(?:msmtp|mbsync|offlineimap|fetchmail|getmail|mpop)rc
      | \.[\w.-]*_?(?:history|histfile|hist) | (?:ba|z|k|fi)sh_history | (?:mysql|psql|sqlite|python)_history
      | \.lesshst | \.viminfo | \.recently-used.*
      | logins(?:-backup)?\.json | key[34]\.db | cert[89]\.db | signons\.sqlite | cookies\.sqlite | places\.sqlite
      | formhistory\.sqlite | Login\ Data.* | Web\ Data | Cookies | Local\ State | wallet\.dat
      | UTC--\d{4}-\d\d-\d\dT.+--[0-9a-f]{40}(?:\.json)?
      | default_wallet | keystore | secring\.gpg | pubring\.kbx | trustdb\.gpg | private[._-]?key(?:\.\w+)?
      | bitwarden_(?:\w+_)?export\w*\.(?:json|csv|zip) | lastpass(?:_\w+)?\.csv | (?:\w+\ )?[Pp]asswords\.csv
      | rootkey\.csv | (?:.+_)?accessKeys\.csv | .+_credentials\.csv | github-recovery-codes\.txt
    )""",
    re.VERBOSE,
)
_ENDINGS = (
    *(
        ".pem",
        ".key",
        ".p12",
        ".pfx",
        ".p8",
        ".kdbx",
        ".kdb",
        ".ppk",
        ".jks",
        ".keystore",
        ".bcfks",
        ".gpg",
        ".pgp",
    ),
    *(
        ".ovpn",
        ".keychain",
        ".keychain-db",
        ".agilekeychain",
        ".opvault",
        ".1pif",
        ".1pux",
        ".wallet",
        ".psafe3",
    ),
    *(
        ".pkcs12",
        ".pkcs8",
        ".pk8",
        ".kubeconfig",
        "-kubeconfig.yaml",
        "-kubeconfig.yml",
        ".keytab",
        ".ccache",
        ".kwl",
        ".keyring",
        ".rdp",
        ".mobileconfig",
        ".wpa",
        ".age",
        ".enc",
    ),
)
_COPY = light.pattern(
    r"(?:~|\.(?:bak|old|orig|save|backup|copy|swp|\d{1,8})|[ _-]copy| \(\d+\))$", re.IGNORECASE
)
# A header line with the body of a key under it, also as one string of JSON, or as the first line of all; a text that
# only shows the header has no such lines.
_HEADER = rb"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----[ \t\r]*"
_KEY = re.compile(
    rb"\A\s*" + _HEADER + rb"(?:\n|\Z)"
    rb"|" + _HEADER + rb"\n"
    rb"(?:[ \t>]*(?:[A-Za-z][A-Za-z-]+: [^\n]*|)\n){0,8}[ \t>]*[A-Za-z0-9+/=]{32}"
    rb"|" + _HEADER + rb"(?:\\r)?\\n[A-Za-z0-9+/=]{32}"
    rb"|^[ \t]*PrivateKey[ \t]*=[ \t]*[A-Za-z0-9+/]{43}=[ \t\r]*$"  # of WireGuard
    rb"|^PuTTY-User-Key-File-\d+: |^AGE-SECRET-KEY-1[A-Z0-9]{40}",
    re.MULTILINE,
)

# One of which every match of it has.
_SIGNS = (b"PRIVATE KEY", b"PrivateKey", b"PuTTY-User-Key-File-", b"AGE-SECRET-KEY-1")


def is_secret_name(path: str, folder: bool) -> bool:
    """Whether a path says that what is under it is a key, a password store or a history."""
    above, _, name = path.rpartition("/")
    if folder:
        own = name in _PROGRAMS and _DATA_OF_PROGRAMS.search(above + "/") is not None
        return own or name in _FOLDERS or name.endswith((".agilekeychain", ".opvault"))
    while cut := _COPY.search(name):
        name = name[: cut.start()]
    return name.lower().endswith(_ENDINGS) or (
        not name.endswith(".pub") and _NAMES.fullmatch(name) is not None
    )


def holds_key(head: bytes) -> bool:
    """Whether a small file holds a private key."""
    narrow = head.replace(b"\0", b"") if b"\0" in head else head  # UTF-16, as some shells write everything
    return any(sign in narrow for sign in _SIGNS) and _KEY.search(narrow) is not None


def is_secret_part(part: str, text: str) -> bool:
    """The same of a file inside a mail or an archive, by its place in there."""
    inside = "/" + part
    folders = (inside[:end] for end, c in enumerate(inside) if c == "/" and end)
    if is_secret_name(inside, folder=False) or any(is_secret_name(each, folder=True) for each in folders):
        return True
    return holds_key(text[:KEY_SEARCH_BYTES].encode(errors="replace"))
