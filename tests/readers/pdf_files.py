"""Small PDFs made by hand, so that a test says exactly what stands in its file."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path


def pdf(pages: Sequence[str], *, info: str = "", labels: str = "", extra: str = "") -> bytes:
    """A PDF with one line of text per line of each page. ``info`` is the body of its Info dictionary."""
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(len(pages)))
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {labels} {extra} >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for i, text in enumerate(pages):
        stream = _content(text)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {5 + 2 * i} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    objects.append(f"<< {info} >>")
    return _file(objects, info=len(objects))


def _content(text: str) -> str:
    lines = (line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)") for line in text.split("\n"))
    return (
        "BT /F1 12 Tf 72 720 Td 14 TL " + " ".join(f"({line}) Tj T*" for line in lines) + " ET"
        if text
        else ""
    )


def _file(objects: Sequence[str], info: int) -> bytes:
    out, offsets = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{offset:010} 00000 n \n".encode() for offset in offsets)
    out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R /Info {info} 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def locked(raw: bytes, user: str, owner: str = "owner", algorithm: str = "AES-256") -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(BytesIO(raw)))
    writer.encrypt(user, owner, algorithm=algorithm)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def holding(raw: bytes, files: dict[str, bytes], pinned: dict[str, bytes] | None = None) -> bytes:
    """A PDF with files inside it: listed, or pinned to its first page."""
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import ArrayObject, DictionaryObject, NameObject

    writer = PdfWriter(clone_from=PdfReader(BytesIO(raw)))
    for name, content in files.items():
        writer.add_attachment(name, content)
    for name, content in (pinned or {}).items():
        each = writer.add_attachment(name, content).pdf_object
        note = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Annot"),
                NameObject("/Subtype"): NameObject("/FileAttachment"),
                NameObject("/FS"): each,
            }
        )
        writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(note)])
        names = writer.root_object["/Names"]["/EmbeddedFiles"]["/Names"]  # type: ignore[index]
        at = list(names).index(name)
        del names[at : at + 2]
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def placed(*pieces: tuple[float, float, str]) -> bytes:
    """A page of texts that stand at (x, y) each, in a font of 7.2 points per letter."""
    drawn = " ".join(f"BT /F1 12 Tf {x} {y} Td ({text}) Tj ET" for x, y, text in pieces)
    raw = pdf(["x" * 2 * len(drawn)]).replace(b"Helvetica", b"Courier  ")
    start, end = raw.index(b"BT /F1"), raw.index(b"\nendstream")
    return raw[:start] + drawn.encode().ljust(end - start) + raw[end:]


def write(tmp_path: Path, raw: bytes) -> Path:
    path = tmp_path / "file.pdf"
    path.write_bytes(raw)
    return path
