"""What hostile names and texts are made of, and what a terminal may receive of them."""

from __future__ import annotations

import re
import unicodedata

# As bytes: names of files and bodies hold them as they are, headers and PDF titles as far as they are text.
PAYLOADS: tuple[bytes, ...] = tuple(
    p if isinstance(p, bytes) else p.encode("utf-8", "surrogatepass")
    for p in (
        # escape sequences: colours, cursor, screen, title, modes, reports, resets
        "\x1b[31mred", "\x1b[5;7mblink", "\x1b[2J\x1b[H", "\x1b[1A\x1b[2K", "\x1b[?1049h", "\x1b[6n", "\x1b[c", "\x1bc", "\x1b[999;999H",
        "\x1b[20t", "\x1b[8;1;1t", "\x1b(0qqq", "\x1b#8", "\x1b[4h", "\x1b7\x1b8", "\x1b=\x1b>", "\x1b[?2004l", "\x1b[200~rm\x1b[201~",
        # operating system commands: title, links, clipboard, colours, notifications, shell integration
        "\x1b]0;title\x07", "\x1b]2;title\x1b\\", "\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\", "\x1b]8;;file:///etc/passwd\x07x\x1b]8;;\x07",
        "\x1b]52;c;cm0gLXJm\x07", "\x1b]52;c;?\x07", "\x1b]4;1;red\x07", "\x1b]9;note\x07", "\x1b]777;notify;a;b\x07", "\x1b]1337;File=:AA\x07", "\x1b]133;A\x07",
        # device control, application, privacy strings
        "\x1bP1;1|17/41\x1b\\", "\x1bP+q544e\x1b\\", "\x1b_Ga=T;AAAA\x1b\\", "\x1b^pm\x1b\\", "\x1bXsos\x1b\\",
        # C1 controls as code points and as raw bytes
        "\x9b31mred", "\x9d0;t\x9c", "\x90q\x9c", "\x85next", b"\x9b31mraw", b"\x9d52;c;AA\x9c", b"\x8e\x8f\x84\x85",
        # overwriting what stands there
        "honest\rforged", "aaa\x08\x08\x08bbb", "\x7f\x7f\x7f", "\x07\x07", "\x0e\x0f", "\x0b\x0c", "a\n\nhit 99", "a\tb\tc\td",
        # bidi, zero width, invisible, deprecated, line separators
        "\u202egnp.exe", "\u2066\u2067x\u2068\u2069", "a\u200b\u200c\u200d\u2060\ufeffb", "\u2028line\u2029par", "\U000e0041\U000e0042\U000e007f", "soft\u00adhyphen\u061c",
        # markup of our own renderer
        "[/x]", "[link=http://evil.example]click[/link]", "[bold red on white]B[/]", "[[[/]]]",
        # a very long line
        "A" * 1_000_000,
    )
)  # fmt: skip

# What the program itself sends: styles of rich from this list, and links to files in percent-encoded ASCII.
_STYLES = rb"\x1b\[(?:0|1|2|32|36|1;33|1;36|1;2|2;36|36;1)m"
_LINK = rb"\x1b\]8;id=\d+;file://[!-~]*\x1b\\|\x1b\]8;;\x1b\\"
_OWN = re.compile(_STYLES + rb"|" + _LINK)


def dangers(received: bytes) -> list[str]:
    """What a terminal received that is neither plain text nor of the program's own styles and links."""
    rest = _OWN.sub(b"", received).replace(b"\r\n", b"\n")
    try:
        text = rest.decode("utf-8")
    except UnicodeDecodeError as e:
        return [f"no UTF-8: {rest[max(0, e.start - 20) : e.start + 20]!r}"]
    return [
        f"{unicodedata.category(c)} {c!r} in {text[max(0, i - 30) : i + 10]!r}"
        for i, c in enumerate(text)
        if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") and c not in "\n\t"
    ]


def as_name(payload: bytes) -> bytes:
    """A payload as the name of a file or folder: at most 200 bytes, no slash, no NUL."""
    name = payload[:200].replace(b"/", b"_").replace(b"\0", b"_")
    return name if name.strip(b".") else b"dots"


def as_text(payload: bytes) -> str:
    return payload.decode("utf-8", "replace")
