"""A number without a currency as a price: where a word says that it is one, or where it is written like one.

Of "the price of the engine" nothing is said by its 40 hp, its 4 strokes or the 22 in the name of a model.
"""

from __future__ import annotations

from gemmasearch import light
from gemmasearch.answering import spans, tongues, words
from gemmasearch.answering.question import Question

_ASKS = light.pattern(  # folded
    r"\b(?:costs?|costing|prices?|pay|pays|paid|paying|charge[sd]?|fees?|rent|premium|salary|wages?|bill|spen[dt]|owe[sd]?|earn(?:s|ed)?"
    r"|kosten|kostete?t?|preise?|(?:be)?zahl(?:e|en|t|te|ten)|teuer|miete|gebuhr(?:en)?|prix|cout(?:e|ait|er)?|loyer|paye"
    r"|cuesta|costo|precio|pag(?:o|ar|amos)|alquiler)\b"
    r"|\b(?:want|ask|quote) for\b"
    # "How much was the drill": no dose, no rain.
    r"|^\W*how much (?:is|are|was|were) (?:the|this|that|an?|my|our|your|his|her|their) "
    r"(?!.*\b(?:dos(?:e|age)|rain\w*|snow\w*|weight|consumption|usage|use|mileage|yield|harvest\w*|output|distance|area"
    r"|left|share|part|percentage|load|speed|power|pressure|temperature)\b)"
)
_SAYS = light.pattern(  # folded: what is said of a number that is a price
    r"\b(?:cost\w*|prices?|priced|pay\w*|paid|prepaid|charg\w+|fees?|rent(?:al|s)?|premiums?|salary|wages?"
    r"|bills?|billed|invoices?|invoiced"
    r"|quot\w+|estimates?|spen[dt]\w*|owe[sd]?|earn\w*|budget\w*|deposits?|refund\w*|tariffs?|rates?|fares?"
    r"|tolls?|total|sum|sold|worth"
    r"|value\w*|takings|took|takes|fines?|bids?|offer\w*|want(?:s|ed)?|ask(?:s|ed|ing)"
    r"|expens\w+|cheap\w*|money|accounts"
    r"|expenditure|receipts?|cash|debts?|loans?|instal?lments?|subscriptions?|dues|excess"
    r"|kost\w*|preis\w*|(?:be|aus)?zahl\w*|miete|gebuhr\w*|rechnung\w*|angebot\w*|betrag|beitrag|summe|ausgaben"
    r"|verlangt|will (?=\d)|teuer"
    r"|gekauft|verkauft|pramie|gehalt|prix|cout\w*|loyer|pay[ee]\w*|tarifs?|factures?|devis|montant|depenses|demande"
    r"|precios?|cuesta\w*|cost[oe]\w*|alquiler|pag[oa]\w*|facturas?|presupuesto|importe|gastos|cuotas?|pide)\b"
    r"|\bfor (?=\d)|\bfur (?=\d)|\bpour (?=\d)|\bpor (?=\d)"
)
_WRITTEN = light.pattern(r"\d[.,]\d\d(?![\d.,])|\d[.,](?:-|–|—)")  # 742.50; 35,-
_EACH = light.pattern(r" ?(?:each|apiece|a piece|(?:pro|per) [^\W\d_]+|pièce|chacune?|cada un[oa])\b")
_NO_CENTS = light.pattern(r"[.,][-–—]")
_HOUR = light.pattern(r":|[^\W\d_]")  # 12:50 and 8 pm, not 12.50
_LABEL = light.pattern(
    r"([^.;:!?\n]+?)(?:[:=]| [–-]| (?:was|were|is|are|war|ist|est|etait|était|es|era))"
    r"(?: (?:about|around|only|just|nearly|ca\.?|etwa|rund|nur|environ|unos))? *$"
)
_CELL = light.pattern(r"[,;|\t][ \"]*-?(?:\d{1,3}[,.'’ ])?\d+\.\d\d[ \"]*(?=[,;|\t\n]|$)")
_BEFORE = 200  # characters in which a label stands
_MOST = 50  # numbers of a text that are looked at: of thousands of digits none is a price
_YEAR = light.pattern(r"(?:1[5-9]|20)\d\d")
_NEXT = light.pattern(r"[ ]?([^\W\d_]+|[%°‰²³])")
_NO_UNIT = words.listed(  # behind a price
    "a an per each for in on at from to incl including inclusive plus net gross all altogether together more less"
    " now this last of and or by with without until since as was is are the his her my our extra off only then it we"
    " i if when because but vat tax total both so not too which that he she they you instead before after next again"
    " apiece ex excl pro im am und oder mit ohne je fur von zu ab bis inkl zzgl netto brutto insgesamt zusammen statt"
    " mehr par pour et ou avec sans le la ttc ht por al con sin y cada"
)


def asked(question: Question) -> bool:
    """Whether a question asks for a price, and not how much else there is of something.

    >>> from gemmasearch.answering.question import understand
    >>> asked(understand("How much was the drill?")), asked(understand("How much did the panels produce?"))
    (True, False)
    """
    if question.kind != "money" or question.abroad or tongues.foreign(question.language):
        return False
    return _ASKS.search(words.fold(question.text)) is not None


def told(question: Question, text: str, above: str = "") -> bool:
    """Whether a text without a currency holds a number that may be the price that is asked for.

    :param above: the title, the headings and the label that it stands below.

    >>> from gemmasearch.answering.question import understand
    >>> asked = understand("What was the price of the engine?")
    >>> told(asked, "Engine: 40 hp"), told(asked, "Engine: 1,400"), told(asked, "Engine and belt 1,400", "Bills")
    (False, True, True)
    """
    free = [at for at in _free(text) if not _YEAR.fullmatch(text[at])]
    if not free:
        return False
    for at in free:
        before = text[max(0, at.start - _BEFORE) : at.start]
        if _WRITTEN.search(text[at]) or _EACH.match(text, at.stop) or _of_it(question, before):
            return True
    return says(text) or says(above)


def in_cells(table: str) -> bool:
    """Whether a cell of a table is written like a price: what stands in the others may be one, too.

    >>> in_cells("fair,2000,2804.10"), in_cells("glaze,8,11")
    (True, False)
    """
    return _CELL.search(table) is not None


def says(text: str) -> bool:
    """Whether a text has a word for a price."""
    return _SAYS.search(words.fold(text)) is not None


def said_of(before: str) -> str:
    """Of what the number behind a text is said, "" where it is not: "The trailer was", "Trailer:"."""
    label = _LABEL.search(before[-_BEFORE:])
    return label[1] if label else ""


def _of_it(question: Question, before: str) -> bool:
    """Whether a number is said of what is asked about and of nothing else: "The trailer was 1,900"."""
    stems = set(words.stems(said_of(before), question.language))
    return bool(stems) and stems <= set(question.stems)


def _free(text: str) -> list[slice]:
    """Where its numbers stand that have neither unit nor thing behind them, and are no date or time."""
    found = []
    for match in spans.NUMBER.finditer(text):
        behind = _NEXT.match(text, match.end())
        thing = behind is not None and words.fold(behind[1]) not in _NO_UNIT
        timed = spans.TIME.match(text, match.start())
        if match[0][-1].isdigit() and not thing and not (timed and _HOUR.search(timed[0])):
            end = _NO_CENTS.match(text, match.end())
            found.append(slice(match.start(), end.end() if end else match.end()))
            if len(found) == _MOST:
                break
    days = (span for span in spans.dates(text) if span.kind == "date")
    dated = [(span.start, span.end) for span in days if not text[span.start : span.end].isdigit()]
    return [at for at in found if not any(a <= at.start and at.stop <= b for a, b in dated)]
