"""The three PDFs of the sample home, written byte for byte from the texts below: ``python -m tests.sample.pdf_writer``.

A PDF of plain text needs little: a catalogue, a page tree, one standard font and one content stream per page
(ISO 32000-1, 7.5 and 9.4); uncompressed, so that every zlib writes the same bytes. Writing them here keeps a PDF library out of the dependencies and the committed files
reviewable.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

HOME = Path(__file__).parents[2] / "gemmasearch" / "sample" / "home"
PAGE = (595, 842)  # A4 in points


@dataclass(frozen=True)
class Pdf:
    name: str
    title: str
    author: str
    created: str  # PDF date, such as D:20230901120000Z
    pages: tuple[str, ...]


LEASE = Pdf(
    "lease.pdf",
    "Lease agreement, Lorettostrasse 118, second floor",
    "Hausverwaltung Kessler",
    "D:20220815090000Z",
    (
        """Lease agreement
English translation for the tenant; the German text prevails.

Between Hausverwaltung Kessler, acting for the owner, and Nora Brandt,
the tenant, the following lease is agreed.

Section 1. The flat
The owner lets to the tenant the flat on the second floor left of
Lorettostrasse 118 in Freiburg: three rooms, kitchen, bathroom, hall,
balcony and one cellar compartment, 74 square metres in all.

Section 2. Beginning
The lease begins on 1 September 2022. It has no fixed end.

Section 3. Keys
The tenant receives three keys of the house door, three of the flat
and one of the cellar.""",
        """Section 4. Rent
The basic rent is 780 euros a month. The advance for heating, water
and other running costs is 165 euros a month. Both are due on the
third working day of each month.

Section 5. Running costs
The running costs are settled once a year, by the end of October.
The key is the floor area, except for heating and hot water, which
are settled by consumption to seventy per cent.

Section 6. Pets
One cat is allowed. A dog needs the written consent of the owner.""",
        """Section 7. Deposit
The deposit is 2,340 euros. It may be paid in three equal parts, the
first of them at the beginning of the lease. The owner keeps it in a
savings account, apart from other money, and returns it with interest
within six months after the end of the lease.

Section 8. Small repairs
The tenant pays for small repairs up to 100 euros each, and up to
six per cent of the yearly basic rent in one year.

Section 9. Subletting
A room may be sublet with the written consent of the owner.""",
        """Section 10. Notice
The tenant may end the lease with three months' notice to the end of
a month. Notice must be given in writing and by letter.

Section 11. Return of the flat
The flat is returned swept and with all keys. Walls that were painted
in strong colours are painted white again.

Freiburg, 15 August 2022

For the owner: S. Roth          The tenant: Nora Brandt""",
    ),
)
ITINERARY = Pdf(
    "lisbon-itinerary.pdf",
    "Itinerary Freiburg - Lisbon, September 2026",
    "Reisebüro am Münster",
    "D:20260803140000Z",
    (
        """Itinerary for Nora Brandt: Lisbon trip, 18 to 25 September 2026

Outward journey
Thursday 17 September, 13:56: Freiburg to Paris Est, seat 62, coach 14.
Thursday 17 September, 21:14: Paris Austerlitz to Irun, couchette, upper berth.
Friday 18 September, 10:05: bus Irun to Lisbon Oriente, arrival 21:40.

Room
Rua dos Remédios 31, Alfama, Lisbon, seven nights, three guests.
The key is in the box beside the blue door; the code comes by text message.""",
        """Return journey
Friday 25 September, 09:30: bus Lisbon Oriente to Irun.
Saturday 26 September, 08:20: Irun to Paris, seat 11, coach 3.
Saturday 26 September, 15:25: Paris Est to Freiburg, arrival 18:36.

Changes and refunds
The couchette can be changed once without a fee until seven days before
departure. The bus tickets cannot be returned.""",
    ),
)
INSURANCE = Pdf(
    "fahrradversicherung.pdf",
    "Fahrradversicherung, Versicherungsschein 7731-0442",
    "Dreisamer Versicherungsverein",
    "D:20251006080000Z",
    (
        """Versicherungsschein 7731-0442

Versichert ist das Fahrrad mit der Rahmennummer K 20417, Stahlrahmen,
Baujahr 1989, gegen Diebstahl, Brand und Vandalismus.

Versicherungssumme: 900 Euro. Jahresbeitrag: 58,20 Euro.
Selbstbeteiligung: 50 Euro je Schadensfall.

Das Fahrrad ist nur versichert, wenn es mit einem Bügelschloss an einen
festen Gegenstand angeschlossen ist. Nachts zwischen 22 und 6 Uhr muss es
in einem abgeschlossenen Raum stehen, auch der Fahrradkeller zählt dazu.

Ein Schaden ist binnen drei Tagen der Polizei und dem Verein zu melden.""",
    ),
)
ALL = (LEASE, ITINERARY, INSURANCE)


def _text(value: str) -> bytes:
    escaped = value.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return b"(" + escaped.encode("cp1252") + b")"


def _content(page: str, number: int, count: int) -> bytes:
    lines = [b"BT /F1 11 Tf 15 TL 70 770 Td"]
    lines += [_text(line) + b" Tj T*" for line in page.split("\n")]
    lines.append(b"ET BT /F1 9 Tf 280 40 Td " + _text(f"{number} / {count}") + b" Tj ET")
    return b"\n".join(lines)


def build(pdf: Pdf) -> bytes:
    """The whole file: header, numbered objects, cross-reference table, trailer."""
    first = 5  # objects 1 to 4 are catalogue, page tree, font, information
    kids = b" ".join(b"%d 0 R" % (first + 2 * i) for i in range(len(pdf.pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pdf.pages)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Title %s /Author %s /CreationDate (%s) >>"
        % (_text(pdf.title), _text(pdf.author), pdf.created.encode()),
    ]
    for i, page in enumerate(pdf.pages):
        stream = _content(page, i + 1, len(pdf.pages))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Resources << /Font << /F1 3 0 R >> >> "
            b"/Contents %d 0 R >>" % (*PAGE, first + 2 * i + 1)
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
    return _file(objects)


def _file(objects: list[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info 4 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        table,
    )
    return bytes(out)


def main() -> None:
    for pdf in ALL:
        (HOME / "documents" / pdf.name).write_bytes(build(pdf))


if __name__ == "__main__":
    main()
