"""Words that deny or forbid, and questions for yes or no, beyond English, German, French and Spanish.

In Latin letters they go by the language, for "nu" and "bez" are other words elsewhere; a script of its own tells by
itself. All patterns are folded (see :func:`gemmasearch.letters.fold`).
"""

from __future__ import annotations

import re
from functools import lru_cache

from gemmasearch import light
from gemmasearch.letters import fold, is_western

_LATIN = {
    "it": r"non|nessun\w*|mai|senza|niente|nulla|neanche|nemmeno|vietat\w+|proibit\w+",
    "pt": r"nao|nunca|nenhum\w*|sem|ninguem|nada|nem|proibid\w+",
    "nl": r"niet|geen|nooit|niemand|niets|zonder|verboden",
    "sv": r"inte|icke|ej|aldrig|ingen|inget|inga|utan|forbjud\w+",
    "da": r"ikke|aldrig?|ingen|intet|ingenting|ude?n|uten|forbudt",
    "pl": r"nie|nigdy|nikt|nic|zaden|zadn\w+|bez|zakaz\w*|zabroni\w+",
    "cs": r"ne|neni|nejsou|nesm[ie]\w*|nemuz\w+|nelze|nikdy|nikdo|nic|zadn\w+|bez|zakaz\w+",
    "ro": r"nu|niciodata|nimeni|nimic|niciun\w*|nicio|fara|interzis\w*",
    "tr": r"degil\w*|yok\w*|asla|hayir|hicbir\w*|yasak\w*|\w{2,}m[iu]yor\w*|\w{2,}m[ae](?:z|di|mis)(?:lar|ler)?",
    "hu": r"nem|ne|sem|soha|senki|semmi|nincs\w*|tilos|nelkul",
    "fi": r"ei|eivat|en|emme|ette|ala|alkaa|ilman|kielletty\w*",
    "id": r"tidak|bukan|jangan|tanpa|belum|dilarang",
    "vi": r"khong|chua|cam|dung",
}
_LATIN |= {"nb": _LATIN["da"], "nn": _LATIN["da"], "no": _LATIN["da"]}
_TURKISH = light.pattern("[ğıĞ]")  # a few words of it are often taken for another language
_OTHER_SCRIPTS = light.pattern(
    r"\b(?:не|нет|ни|никогда|никто|ничего|нельзя|без|запрещ\w+|немає|ніхто|нічого|ніколи"
    r"|δεν|μην|μη|οχι|ποτε|κανεν\w+|κανεισ|χωρισ|απαγορευ\w+"
    r"|لا|لم|لن|ليس|ليست|بدون|ممنوع\w*|يمنع|לא|אין|אסור|בלי|אף)\b"
    r"|(?<!\S)(?:नहीं|नही|मत|मना|बिना)(?![^\s।])"
    r"|ません|(?<![少危])ない|なかった|禁止|不可|不|没|沒|无法|無法|勿|않|없|못|금지|안 [되돼됩된됨]|ไม่|ห้าม"
)
# Words with which a language asks otherwise than for yes or no, where nothing else tells such a question.
_ASKING = {
    "it": r"che|chi|cosa|quando|quant\w+|dove|come|perche|qual[ei]?",
    "pt": r"que|quem|quando|quant\w+|onde|como|porque|qual|quais",
    "nl": r"wie|wat|waar\w*|wanneer|hoe\w*|welke?",
    "sv": r"vem|vad|var|vart|nar|hur|varfor|vilke[nt]|vilka|vems",
    "da": r"hvem|hvad?|hvor\w*|hvilke[nt]?|hvis|nar",
}
_ASKING |= {"nb": _ASKING["da"], "nn": _ASKING["da"], "no": _ASKING["da"]}
_YES_OR_NO = light.pattern(
    r"^(?:a |i |и |а )?(?:czy|чи|apakah|هل|क्या(?= .* (?:है|हैं|था|थी|थे|सकत\S*|होग\S*)\W*$))(?!\w)"
    r"|\bли\b|\w m[iu](?:yiz|yim|sin|siniz|ydi|dir)?\W*$"
)
_YES_OR_NO_UNSPACED = light.pattern(
    r"[吗嗎][?？]*$|是否|能不能|可不可以|有没有|^(?!.*[何誰])(?!.*(?:いつ|どこ|いくら|いくつ|なぜ|どう|だれ|どれ|どの)).*"
    r"(?:ます|です|ました|でした|ません)か[?？。]*$"
    r"|^(?!.*(?:누구|누가|언제|어디|무엇|뭐|얼마|몇|왜|어떻|어느|며칠)).*(?:나요|습니까|ㅂ니까|까요|니까|가요|어요|아요)[?？]*$"
)
_LEAST = 4  # words of a question that has none that asks


def denied(text: str, language: str) -> bool:
    """Whether a text holds a word that denies, in a language other than the four.

    >>> denied("I cani non sono ammessi.", "it"), denied("Собак не пускают.", "ru"), denied("Mag niet.", "pl")
    (True, True, False)
    """
    folded = fold(text)
    language = "tr" if _TURKISH.search(text) else language
    if (own := _of(language)) is not None:
        return own.search(folded) is not None
    return not is_western(text) and _OTHER_SCRIPTS.search(folded) is not None


def asks_for_yes_or_no(folded: str, language: str) -> bool:
    """Whether a folded question of such a language asks for yes or no."""
    if _YES_OR_NO.search(folded) or (not is_western(folded) and _YES_OR_NO_UNSPACED.search(folded)):
        return True
    asking = _ASKING.get(language)
    if asking is None or not folded.endswith("?") or len(folded.split()) < _LEAST:
        return False
    return re.search(rf"\b(?:{asking})\b", folded) is None


@lru_cache(maxsize=16)
def _of(language: str) -> re.Pattern[str] | None:
    own = _LATIN.get(language)
    return re.compile(rf"\b(?:{own})\b") if own else None
