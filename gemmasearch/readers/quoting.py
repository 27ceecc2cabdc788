"""Which lines of a mail are somebody else's words, or a signature: spans that are not embedded.

Marks are those that mail programs write, in the languages they speak. A forwarded message is no quotation: its
reader has not seen it before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gemmasearch import light

Span = tuple[int, int]

SIGNATURE_LINES = 25  # a longer block after "-- " is text
CLOSING_LINES = 12  # so below "Kind regards"
SHORT = 60  # characters: no closing formula is longer
BLOCK_LINES = 40  # no signature or disclaimer has more, empty lines included

_QUOTED = light.pattern(r"[ \t]{0,3}(?:>|[|}][ \t>|}]|[A-Z]{1,3}>[ \t])")
_WROTE = (
    r"wrote|writes|said|schrieb(?:en)?|geschrieben|a écrit|écrit|escribió|escreveu|ha scritto|scrisse|schreef"
    r"|skrev|kirjoitti|napisał(?:\(a\)|a)?|napsal(?:a|\(a\))?|napísal(?:a|\(a\))?|pisze|пишет|писал(?:а|\(а\))?|написала?"
    r"|пише|написав|написа|napisa(?:o|la) je|je napisa(?:o|la)|yazdı|έγραψε|írta|scris|đã viết|menulis|كتب|כתב"
)
_WROTE_ASIAN = r"写道|寫道|さん(?:は|が)?.{0,20}(?:書きました|書き込み)|のメッセージ|님이 작성"
_ATTRIBUTION = light.pattern(
    rf"(?=.{{6,300}}$)(?:.*(?:\b(?:{_WROTE})(?!\w).{{0,60}}[:：]|(?:{_WROTE_ASIAN}).{{0,20}}[:：]?)"
    r"|(?=.*(?:19|20)\d\d)(?=.*\d[-/:.]\d).{0,250}<[^<>]{3,100}>\s?[:：])\s*$",
    re.IGNORECASE,
)
_ORIGINAL = light.pattern(
    r"\s*[-_]{2,}\s*(?:Original Message|Original Appointment|Ursprüngliche Nachricht|Originalnachricht"
    r"|Message d'origine|Message original|Mensaje original|Messaggio originale|Oorspronkelijk bericht"
    r"|Mensagem original|Ursprungligt meddelande|Oprindelig meddelelse|Opprinnelig melding|Alkuperäinen viesti"
    r"|Wiadomość oryginalna"
    r"|Původní zpráva|Исходное сообщение|Orijinal Mesaj|原始邮件|原始郵件|元のメッセージ|원본 메시지)\s*[-_]{2,}\s*$",
    re.IGNORECASE,
)
_FROM = light.pattern(
    r"\*{0,2}(?:From|Von|De|Da|Van|Från|Fra|Lähettäjä|Od|От|Kimden"
    r"|发件人|寄件者|差出人|보낸 사람)\*{0,2}\s?[:：]\*{0,2}\s*\S"
)
_SENT = light.pattern(
    r"\*{0,2}(?:Sent|Date|Gesendet|Datum|Envoyé|Enviado(?: el)?|Fecha|Inviato|Data|Verzonden|Skickat|Sendt|Dato"
    r"|Lähetetty|Wysłano|Odesláno|Отправлено|Дата|Gönderildi|Tarih|发送时间|日期|送信日時|날짜)\*{0,2}\s?[:：]"
)
_FORWARD_MARK = light.pattern(
    r"\s*(?:-{2,}.{0,20}\b(?:Forwarded|Weitergeleitete?|transféré|reenviado|inoltrato|Doorgestuurd|encaminhada|Пересылаемое)\b"
    r"|Begin forwarded message|Anfang der weitergeleiteten|Début du message réexpédié|-{2,}.{0,10}转发)",
    re.IGNORECASE,
)
_FORWARDED = light.pattern(r"\s*(?:fwd?|wg|tr|rv|i|vs|vb|doorst|enc|пересл|转发|轉寄)\s*:", re.IGNORECASE)
_SIGNATURE = light.pattern(r"-- ?$")
_FOOTER = light.pattern(r"(?:_{20,}|-{20,}|={20,})\s*$")
_LIST = light.pattern(
    r"mailing list|listinfo|unsubscribe|abmelden|désabonner|groups\.google|mailman", re.IGNORECASE
)
_DEVICE = light.pattern(
    r"\s*(?:Sent from my|Sent from (?:Mail|Outlook|Yahoo)|Get Outlook for|Von meinem .{1,30} gesendet|Gesendet mit"
    r"|Envoyé de mon|Envoyé depuis|Enviado desde mi|Enviado do meu|Inviato da(?:l mio)?|Verzonden vanaf mijn"
    r"|Skickat från min|Sendt fra min|Wysłane z|Отправлено с|iPhoneから送信|发自我的)\b.{0,60}$",
    re.IGNORECASE,
)
_CLOSING = light.pattern(
    r"\s{0,3}(?:(?:best|kind|warm|many|with (?:best|kind|warm))?\s?(?:regards|wishes|greetings)|sincerely(?: yours)?"
    r"|yours (?:sincerely|faithfully|truly)|cheers|many thanks|best"
    r"|(?:mit )?(?:freundliche[nr]?|beste[nr]?|herzliche[nr]?|viele|liebe) gr(?:ü|ue)(?:ß|ss)en?|mfg|hochachtungsvoll"
    r"|(?:bien )?cordialement|bien à vous|meilleures salutations|saludos(?: cordiales)?|un saludo|atentamente"
    r"|cordiali saluti|distinti saluti|met vriendelijke groet(?:en)?|atenciosamente|cumprimentos"
    r"|(?:med )?(?:vänliga|venlige?|bästa) hälsning(?:ar)?|(?:med )?venlig hilsen|ystävällisin terveisin"
    r"|pozdrawiam|z poważaniem|s pozdravem|с уважением|此致|敬具|よろしくお願いします)[\s,.!]{0,4}$",
    re.IGNORECASE,
)
_DISCLAIMER = light.pattern(
    r"\s*(?:\*{1,3}\s*)?(?:(?:this|the information|confidential|disclaimer|important|privileged|diese|der inhalt"
    r"|ce message|ce courriel|este (?:mensaje|correo|e-?mail)|questo|questa|dit bericht|deze e-?mail"
    r"|esta mensagem)\b)",
    re.IGNORECASE,
)
_SECRET = light.pattern(
    r"(?:confidential|privileged|vertraulich|confidentiel|confidencial|riservat|vertrouwelijk).{0,600}?(?:recipient|addressee"
    r"|intended|adressat|empfänger|destinatai?r|destinatari|geadresseerde|delete|lösch|vernicht|supprim|elimin)",
    re.IGNORECASE,
)


def spans(text: str, subject: str = "") -> tuple[Span, ...]:
    """The spans of quoted replies, their introductions and signatures: in order, whole lines, not touching."""
    lines = list(_lines(text))
    marked = [False] * len(lines)
    _mark_replies(lines, marked)
    _mark_originals(lines, marked, subject)
    _mark_signatures(lines, marked)
    _mark_gaps(lines, marked)
    return tuple(_merged(lines, marked))


_Line = tuple[int, int, str]  # start, end with its line end, text

# How lines begin that the patterns may match: the others, nearly all, are not shown to them.
_HEADS = set("*FVDLKOКОоот发寄差보")
_ORIGINALS = set("-_BADbad") | _HEADS
_SIGNS = set("-_=*") | set("BCDEGHIKLMPRSTVWYСОД发此敬よ") | set("bcdeghiklmprstvwyi")


def _lines(text: str) -> Iterator[_Line]:
    start, last = 0, len(text)
    for line in text.split("\n"):
        end = start + len(line) + 1
        yield start, end if end <= last else last, line
        start = end


def _mark_replies(lines: list[_Line], marked: list[bool]) -> None:
    for i, (_, _, line) in enumerate(lines):
        if not (">" in line or "|" in line or "}" in line) or not _QUOTED.match(line):
            continue
        marked[i] = True
        if i and not marked[i - 1]:
            _mark_attribution(lines, marked, i - 1)


def _mark_attribution(lines: list[_Line], marked: list[bool], last: int) -> None:
    """The one or two lines above a quotation that say who wrote it when."""
    while last >= 0 and not lines[last][2].strip():
        last -= 1
    for count in (2, 1) if _is_second_half(lines, marked, last) else (1,):
        joined = " ".join(line.strip() for _, _, line in lines[last - count + 1 : last + 1])
        if last >= 0 and not marked[last] and _ATTRIBUTION.match(joined):
            marked[last - count + 1 : last + 1] = [True] * count
            return


def _is_second_half(lines: list[_Line], marked: list[bool], last: int) -> bool:
    """Of a wrapped introduction: the date stands in the line above."""
    if last < 1 or marked[last - 1]:
        return False
    above, line = lines[last - 1][2], re.sub(r"<[^<>]*>", "", lines[last][2])
    return not re.search(r"\d", line) and re.search(r"\d", above) is not None


def _mark_originals(lines: list[_Line], marked: list[bool], subject: str) -> None:
    """Outlook's way: the whole earlier message below a line or a block of header fields."""
    for i, (_, _, line) in enumerate(lines):
        if line.lstrip()[:1] not in _ORIGINALS:
            continue
        if _FORWARD_MARK.match(line):
            return
        block = _FROM.match(line) and any(_SENT.match(each) for _, _, each in lines[i + 1 : i + 4])
        if not (_ORIGINAL.match(line) or block):
            continue
        own = any(each.strip() and not marked[j] for j, (_, _, each) in enumerate(lines[:i]))
        if own and not (block and _FORWARDED.match(subject)):
            marked[i:] = [True] * (len(lines) - i)
        return


def _mark_signatures(lines: list[_Line], marked: list[bool]) -> None:
    last = len(lines)
    for i in range(len(lines) - 1, -1, -1):
        line = lines[i][2]
        if not marked[i] and last - i <= BLOCK_LINES and line.lstrip()[:1] in _SIGNS:
            _mark_signature(lines, marked, i, last)
        if marked[i]:
            last = i


def _mark_signature(lines: list[_Line], marked: list[bool], i: int, last: int) -> None:
    line = lines[i][2]
    if line[0] in "-_=":
        whole = _is_signature(line, last - i) or _is_footer(lines, i, last)
    else:
        whole = (len(line) <= SHORT and _is_closing(lines, i, last)) or _is_disclaimer(lines, i, last)
    if whole:
        marked[i:last] = [True] * (last - i)
    elif len(line) <= SHORT and _DEVICE.match(line):
        below = zip(lines[i + 1 : i + 3], marked[i + 1 : i + 3], strict=True)
        marked[i] = all(done or not text.strip() for (_, _, text), done in below)


def _is_disclaimer(lines: list[_Line], i: int, last: int) -> bool:
    """A last paragraph that says for whom the mail is not."""
    if (i and lines[i - 1][2].strip()) or not _DISCLAIMER.match(lines[i][2]):
        return False
    end = next((j for j in range(i, last) if not lines[j][2].strip()), last)
    paragraph = " ".join(text for _, _, text in lines[i:end])
    return _SECRET.search(paragraph) is not None and not any(text.strip() for _, _, text in lines[end:last])


def _is_closing(lines: list[_Line], i: int, last: int) -> bool:
    """ "Kind regards" above a block of name, firm and telephone; the name alone is worth no passage of its own."""
    if not _CLOSING.match(lines[i][2]):
        return False
    below = [text.strip() for _, _, text in lines[i + 1 : last] if text.strip()]
    return 3 <= len(below) <= CLOSING_LINES and max(map(len, below)) <= 90


def _is_signature(line: str, length: int) -> bool:
    return length <= SIGNATURE_LINES and _SIGNATURE.match(line) is not None


def _is_footer(lines: list[_Line], i: int, last: int) -> bool:
    """What a mailing list puts below every message."""
    if last - i > 8 or not _FOOTER.match(lines[i][2]):
        return False
    return any(_LIST.search(text) for _, _, text in lines[i + 1 : i + 5])


def _mark_gaps(lines: list[_Line], marked: list[bool]) -> None:
    """Empty lines between marked ones."""
    previous = None
    for i, (_, _, line) in enumerate(lines):
        if marked[i]:
            if previous is not None:
                marked[previous:i] = [True] * (i - previous)
            previous = i
        elif line.strip():
            previous = None


def _merged(lines: list[_Line], marked: list[bool]) -> Iterator[Span]:
    begin = None
    for i, (start, _, _) in enumerate(lines):
        if marked[i] and begin is None:
            begin = start
        elif not marked[i] and begin is not None:
            yield begin, start
            begin = None
    if begin is not None and begin < lines[-1][1]:
        yield begin, lines[-1][1]
