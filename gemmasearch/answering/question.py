"""What a question asks for: its kind, and the words that carry it. English, German, French and Spanish; how much, how
many and when also in other languages (:mod:`gemmasearch.answering.tongues`)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gemmasearch import light
from gemmasearch.answering import denials, everyday, former, tongues, words
from gemmasearch.light import dataclass
from gemmasearch.store import words as indexed

# "Who's got the key" is no "who is".
_RUN_TOGETHER = light.pattern(r"\b(what|who|where|when|how|why)['’]?s\b(?! (?:got|been|had)\b)", re.I)
# "Remind me when …": who is asked to say it, and how politely, is no part of what is asked.
_FRAMED = light.pattern(
    r"^\W*(?:(?:please|pls|hey|hi|hello|ok|so),? )*"
    r"(?:(?:can|could|would) (?:you|u|someone|anyone) (?:please |pls )?(?:tell|remind) me"
    r"|(?:do|does) (?:you|u|anyone|anybody|we) (?:still )?(?:know|remember|recall)"
    r"|(?:please |pls )?(?:tell|remind) me"
    r"|(?:do you have )?any idea|(?:anyone|anybody) (?:knows?|remembers?)"
    r"|(?:i|we) (?:need|want|['’]d like|would like) to know|i(?: have|['’]ve)? (?:forgot|forgotten|forget)"
    r"|i (?:can['’]?t|cannot|don['’]?t) (?:remember|recall|know)|i wonder)(?: again| please| pls)?[,:]? "
    r"(?=(?:who|whom|whose|what|when|where|how|why|which)(?:['’]?s)?\b)",
    re.I,
)
_CLEFT = light.pattern(
    r"\b(who|what|when|where|which \w+) (?:(?:is|was|were) it|it (?:is|was|were)) that\b", re.I
)
# "Who waters the plants when I am away" asks for no day. What was said, or is known, of when does.
_IN_THAT_CASE = light.pattern(
    r"(?<=\w )(?<!\band )(?<!\bor )(?<!\babout )(?<!\bof )(?<!\bon )(?<!\bto )(?<!\bsays )(?<!\bsay )"
    r"(?<!\bsaid )"
    r"(?<!\bknow )(?<!\bknows )when "
    r"(?=(?:i|we|you|he|she|it|they|the|my|our|a|an|there|someone|somebody|nobody|no)\b)"
)
_ASKED_FIRST = light.pattern(
    r"(?:(?:and|so|but) )?(?:who|whom|whose|what|where|why|how|which)\b(?! (?:about|else)\b)"
)
KINDS = ("who", "when", "where", "number", "money", "yesno", "why", "how", "list", "summary", "what")
COUNTED = ("when", "number", "money")  # which a day or an amount answers
GATHERED = ("list", "summary")  # which more than one sentence answers

# Tried in this order on the folded question; the first that matches names the kind.
_PATTERNS: tuple[tuple[str, str], ...] = (
    ("summary", r"\b(summar|tl;?dr|overview of|zusammenfass|fasse? .*zusammen|resum|gist of)"
                r"|what (?:does|do|did) .+ want\b(?! for\b)"),
    ("money", r"\b(how much (?!(?:did|do|does) .+ (?:weigh|drink|eat|sleep|grow|rain|snow|hold)\b)"
              r"(?:did|do|does|is|was|were|are|will|would|money)|what (?:is|was|were"
              r"|are) (?:the|my|our) (?:(?!(?:of|for|in|on|to|by|with|and) )[\w'-]+ ){0,2}"
              r"(?:price|cost|rent|fee|total|amount|salary|bill|quote|quotation|premium|deposit)s?\b"
              r"|(?:what|which) (?:[\w-]+ )?(?:price|rent|fee|salary|premium) (?:do|does|did|is|was|will|has|have)\b"
              r"|was kostet|was (?:hat|haben|hatte|hatten) .+ gekostet|was (?:kosten|kostete|kosteten) "
              r"|wie teuer|wie ?viel (?:kostet|kostete|hat|haben|betragt|zahlt|geld)"
              r"|wie hoch (?:ist|war|sind)|how high (?:is|was|are|were) (?:\w+ ){1,3}"
              r"(?:rent|price|cost|fee|bill|salary|wage|deposit|premium|tax|fine|loan|mortgage|pension)s?"
              r"|combien (?:coute|a coute|d'argent|d’argent|fait)|cuanto (?:cuesta|costo|vale|dinero)"
              r"|(?:was|wie) (?:ist|war|sind|waren) (?:der|die) (?:preis|kosten|gebuhr|miete|beitrag)e?"
              r"|quel(?:le)?s? (?:est|etait|sont|etaient) (?:le|la|les)"
              r" (?:prix|cout|loyer|tarif|montant|cotisation)s?"
              r"|quel(?:le)? (?:est|etait) le (?:montant )?total"
              r"|cuanto (?:es|era|fue|sera) (?:\w+ )?(?:el|la) "
              r"(?:precio|coste|costo|alquiler|importe|cuota|tarifa|total|renta|fianza|prima|factura)"
              r"|cual (?:es|era|fue) (?:el|la) (?:precio|coste|costo|alquiler|importe|cuota|tarifa|total|renta|fianza"
              r"|prima))"
              r"|\bwhat (?:did|do|does|will|would) (?:[\w'.-]+ ){1,4}(?:pay|spend|charge|earn|owe)"
              r"(?: (?:for|on|a|an|per|each|me|us|him|her|them|you)\b|\W*$)"
              r"|^what (?:did|do|does) (?:[\w'.-]+ ){1,4}(?:want|ask|quote) for\b"
              r"|^what (?:did|do|does) (?:[\w'.-]+ ){1,5}(?:bring in|raise|fetch)\W*$"
              r"|^(?:(?:the|our|my) )?(?:total|sum|amount) (?:(?:amount|sum) )?(?:spent|paid|spend|cost)\b"
              r"|^how much (?:(?:the|our|my|a|an|we|i|he|she|they) |\w+'s )(?:[\w'.-]+ ){0,5}"
              r"(?:costs?|paid|pays?|spent|spend|charged?s?|owed?s?)\b"
              r"|^(?:the |our |my )?(?:price|cost|fee|rent|premium|salary)s? (?:of|for|on|at|in) "
              r"|^(?!.*\b(?:who|whose|when|why|where|how|which|do|does|did|has|have|had|if|than)\b)"
              r"(?:what (?:is|was|are|were) )?(?:[\w'.-]+ ){1,5}(?:price|cost|fee)s?\W*$"
              r"|\bcosts?\?|\bwhat (?:does|do|did|will|would) .+ costs?\b"),
    ("number", r"\b(how (?:many|much|old|long|far|big|large|tall|high|low|deep|often|heavy|fast"
           r"|slow|wide|thick|narrow|hot|cold|warm)"
           r"|what (?:percent|percentage|number|proportion|temp(?:erature)?)"
               r"|wie ?viele?|wie (?:alt|lange?|weit|gross|oft|schwer|hoch|niedrig|schnell|tief|breit|dick"
               r"|heiss|kalt|warm)"
               r"|combien|quel age|cuant[oa]s?|que edad)\b"),
    ("when", r"\b(when|(?:what|which|in what|in which) (?:year|date|day|month|century|decade|time)"
             r"(?! (?:rates?|trips?|pass(?:es)?|groups?|zones?|formats?|tickets?|shifts?|limits?|sheets?"
             r"|ranges?|planners?|stamps?|books?)\b)"
             r"|since when|until when|by when|what time|what (?:is|was) .*\b(?:birthday|date of birth)\b"
             r"|wann|seit wann|bis wann|in welchem jahr|welches datum|um wie ?viel uhr|welcher tag"
             r"|quand|(?:en |de )?quelle (?:annee|date|heure)|quel (?:jour|mois|siecle)|cuando"
             r"|que (?:ano|dia|fecha|mes|hora))\b"),
    ("where", r"\b(where|(?:what|which|in what|in which) (?:city|country|town|state|place|region|street"
              r"|county|continent|village|address)"
              r"|wo|woher|wohin|in welche[rmsn]? (?:stadt|land|ort|strasse)|ou (?:est|sont|se|a|ont|vit"
              r"|habite|peut|puis)|d'ou|dans quel(?:le)? (?:ville|pays)"
              r"|donde|adonde|en que (?:ciudad|pais|lugar))\b"),
    ("who", r"\b(who|whom|whose|(?:what|which) (?:person|man|woman|king|president|author|company|firm|supplier"
            r"|contractor|insurer|team|scientist|mathematician|engineer|emperor|leader|people)"
            r"|(?:what|which) (?:is|was) .*\bnames?|wer|wen|wem|wessen|von wem|qui|quien(?:es)?)\b"),
    ("why", r"\b(why|for what reason|what (?:is|was) the reason|warum|weshalb|wieso|pourquoi|por que)\b"),
    ("list", r"\b(list (?:all|the|of)|which (?:\w+ )?\w+s (?:are|were|did|have)|what are (?:all|the)"
             r"|name (?:all|the)|welche \w+ (?:sind|gibt)|nenne|quels? sont|quelles sont|cuales son)\b"),
    ("how", r"^(?:and |so |und |et |y )?(?:how|wie|comment|como(?! (?:se|te) (?:ll|ch)ama))\b"),
    ("yesno", r"^(?:and |so |und )?(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would"
              r"|should|may|must|am|isn't|aren't|didn't|hasn't"
              r"|ist|sind|war|waren|hat|haben|hatte|kann|konnen|darf|muss|soll|wird|wurde|gibt es|bin|"
              r"est-ce|es-tu|a-t|ont-ils|avons|peut-on|y a-t-il|es |son |esta |estan |hay |tiene |puede"
              r"|durfen|mussen|sollen|werden|wurden|sollten|se (?:puede|admite|permite)n?)\b"
              r"|^(?!.*\b(?:qu\w*|ou|comment|combien|pourquoi)\b)(?:et )?(?:[\w']+ ){0,4}\w+-(?:t-)?"
              r"(?:ils?|elles?|on|tu|nous|vous)\b"),
)  # fmt: skip
# What a question measures ("how old", "wie hoch") stands in its answer as a number, not as this word.
_MEASURED = light.pattern(
    r"\b(?:how|wie|so) (old|long|far|big|large|tall|high|low|deep|often|heavy|fast|slow|wide|thick|narrow|hot|cold"
    r"|warm|much|many|viele?|alt|lange?|weit|gross|oft|schwer|schnell|hoch|niedrig|tief|breit|dick|heiss|kalt|teuer)\b"
)
# Nor does it say which of several is the last or the cheapest.
_END_OF_MANY = light.pattern(
    r"\b(in the end)\W*$"
    r"|^when(?:'s| is| are| do| does)\b.*\b(next)\b|^wann (?:ist|sind|habe ich) .*\b(nachste[rns]?)\b"
    r"|^when\b.*\b(last|most recent(?:ly)?)\b|\b(last time|most recent(?:ly)?)\b|\b(zuletzt|letzte[nsr]? mal)\b"
    r"|^wann (?:war|fand|hat)\b.*\b(letzte[nrs]?)\b|\b(derniere fois|ultima vez)\b"
    r"|\b(cheapest|(?:least|most) expensive|dearest|lowest|highest|smallest|largest|biggest|shortest|longest|fewest"
    r"|billigste\w*|gunstigste\w*|teuerste\w*|niedrigste\w*|hochste\w*|kleinste\w*|grosste\w*|kurzeste\w*|langste\w*"
    r"|(?:plus|moins) cher\w*|mas (?:barat|car)[oa]s?)\b"
)
# Nor, of which class of things it names one, nor that it is called so or who said it: "which energy company".
_CLASS = light.pattern(
    r"\b(?:what|which) (?:[\w'-]+ ){1,2}?(variet(?:y|ies)|types?|brands?|breeds?|compan(?:y|ies)|firms?|suppliers?"
    r"|providers?)\b|\bwhat (?:.+ )?(?:is|was|are|were)\b.*? ?(called)\W*$|\b(according) to\b"
)
# Nor that what it tells is so now.
_AS_OF_NOW = light.pattern(
    r"\b(?:now|still|currently|at the moment|at present|these days|nowadays|jetzt|noch immer|immer noch|derzeit"
    r"|aktuell|zurzeit|zur zeit|momentan|maintenant|actuellement|en ce moment|ahora|actualmente|todavia)\b"
)
# "Is he allergic to anything" asks for what is not called so.
_ANY = words.listed("anything something everything anyone someone anybody somebody")
# A plate is one of a car, however it is called.
_PLATE = light.pattern(r"\b(licen[cs]e|number)[- ]plates?\b")
# Nor does it say that something took place, but when or where.
_TOOK_PLACE = light.pattern(
    r"\b(?:happen(?:s|ed)?|occur(?:s|red)?|(?:take|takes|took) place|(?:findet|fand) .*\bstatt|stattfinden"
    r"|stattgefunden|(?:a|aura|avait) (?:eu )?lieu|(?:tiene|tuvo) lugar)\b"
)
# Who does something says so in a verb of its own.
_DOES = words.listed("macht machen hace hacen fait font fa fanno faz fazem doet doen")
# "At what time" is answered by a time, which is not called one.
_WHAT_TIME = light.pattern(r"\b(?:what|which) (time)\b")
# What is to be done with the answer is no word of it.
_TASK = light.pattern(
    r"\b(?:summari[sz]e\w*|summary|tl;?dr|overview|gist|zusammenfass\w*|fasse?|zusammen|resum\w*|list|nenne|name)\b"
)
# Scripts without spaces: the kind, and how it is asked, which no answer repeats.
_UNSPACED: tuple[tuple[str, str], ...] = (
    ("money", "いくら|多少钱|多少錢|얼마"),
    (
        "when",
        "いつ|何時(?!間)|何日|何年|什么时候|什麼時候|何时|几点|哪年|哪一年|哪天"
        "|언제|며칠|몇 ?시(?!간)|เมื่อไหร่|เมื่อไร|วันไหน|กี่โมง",
    ),
    ("where", "どこ|哪里|哪裡|哪儿|何处|在哪|어디|ที่ไหน"),
    ("who", "誰|だれ|谁|누가|누구|ใคร"),
    ("why", "なぜ|どうして|为什么|為什麼|왜|ทำไม"),
    ("number", "いくつ|何人|何個|多少|几个|幾個|몇|กี่|เท่าไหร่|เท่าไร"),
    ("what", "何|什么|什麼|무엇|뭐|อะไร"),
)
_ASKING = "|".join(words for _, words in _UNSPACED)
_ASKED = light.pattern(
    rf"(?:は|が|を|に|で|の|[是在](?=(?:{_ASKING})[?？。]*$))?(?:"
    + _ASKING
    + r")(?:の|に|で(?!す|した)|から|まで)?"
    r"(?:ですか|でしたか|ますか|ましたか|です|か|吗|嗎|呢)?[?？。]*|(?:ですか|でしたか|ますか|ましたか|ませんか|吗|嗎|呢)[?？。]*"
)
_ASKS_FOR_CODE = light.pattern(
    r"\b(?:numbers?|codes?|pin|passwords?|passphrases?|plates?|iban|id|phones?|telephones?|mobiles?|passport|serial|isbn"
    r"|versions?|sku|\w*nummern?|kennzeichen|\w*passwort|kennwort|versionen|numeros?|mot de passe|immatriculation"
    r"|contrasena|clave|telefonos?|matricula|codic[ei]|codigos?|targa|senha|palavra-passe|matriculas?|kenteken|wachtwoord"
    r"|numer|haslo|kod|numarasi|sifresi?|plakasi?|пароль|номер)\b"
)
# "What is my UTR?"
OWN_INITIALS = light.pattern(r"(?:[Ww]hat(?:['’]s| is)|[Ww]as ist) (?:my|our|meine?|unsere?) [A-Z]{3,5}\W*")
_ASKS_FOR_COLOUR = light.pattern(
    r"\b(?:(?:what|which|welche[nrs]?|quelle|que) (?:colou?r|farbe|couleur|color)"
    r"|(?:colou?r|farbe|couleur|color) (?:is|was|are|were|ist|war|hat|est|es|era) )\b"
    r"|^(?:what(?:'s| is| was) )?(?:the )?colou?r of\b"
)
_IN_WHICH_CASE = light.pattern(  # "when must X not be used" asks for no day
    r"^(?:when (?:should|shall|must|may|can|could|need)|wann (?:soll\w*|darf|durfen|muss|mussen|kann|konnen)"
    r"|quand (?:faut|doit|peut)|cuando (?:se )?(?:debe|puede|hay que))\b"
)
# About how things stand now. The present tense says so of places, people and days: they change.
_NOW = light.pattern(
    r"\b(?:now|still|current(?:ly)?|at the moment|at present|these days|nowadays|latest|newest|most recent(?:ly)?"
    r"|jetzt|noch immer|immer noch"
    r"|derzeit\w*|aktuell\w*|zurzeit|zur zeit|momentan|gegenwartig\w*|heutige\w*|neueste\w*"
    r"|maintenant|toujours|encore|actuel\w*|en ce moment|ahora|todavia|actual(?:es|mente)?|vigente|en este momento)\b"
    r"|^(?:(?:where|when) (?:is|are|do|does)|who (?:is|are|has)"
    r"|wer (?:ist|sind|hat)"
    r"|(?:wo|wohin|woher|wann) (?!(?:hat|haben|\w+ten|kamen|gingen|fanden|standen|lagen|fuhren)\b"
    r"|w[au]r)(?:ist|sind|\w+(?:t|en))\b"
    r"|(?:ou|quand) (?:est|sont)|qui (?:est|sont|a)|donde (?:esta|estan)|cuando (?:es|son)"
    r"|quien(?:es)? (?:es|son|tiene))\b"
)
SEVERAL = light.pattern(  # a question about more than one row
    r"\b(?:and|or|than|both|total|together|all|und|oder|als|beide|insgesamt|zusammen|et|ou|que|y|o)\b", re.I
)
TITLES = ("mr", "mrs", "ms", "dr", "prof", "mme", "mlle", "sr", "sra", "don", "st")
# Before a name it is none, and the answer need not say it: many have the same.
TITLE = r"(?:[Mm]rs?|[Mm]s|[Dd]r|[Pp]rof|Mme|Mlle|Sra?|Frau|Herrn?)"
_TITLED = light.pattern(rf"{TITLE}\b\.? (?={words.CAPITAL})")
_NOW_UNSPACED = light.pattern("现在|現在|目前|今の|いま|지금|현재")
_ENDING = light.pattern(r"\w['’]$")  # before the ending of a Turkish name
_COMPILED = tuple((kind, light.pattern(pattern)) for kind, pattern in _PATTERNS)


@dataclass(frozen=True, slots=True)
class Question:
    """``stems`` are the content words in order without repetition; ``names`` the stems of the capitalised ones
    and numbers that stand within the question, which an answer's source should hold too."""

    text: str
    kind: str
    language: str  # ISO 639-1
    stems: tuple[str, ...]
    names: tuple[str, ...]
    surface: Mapping[str, str]  # stem -> the word as asked
    says_something: bool = True  # False: it is all function words, such as "since when?"
    asks_code: bool = False  # for a number or code that stands for something, not for a quantity
    asks_colour: bool = False
    asks_case: bool = False  # when something is to be done, which may be no day
    denies: bool = False  # for what is not
    asks_now: bool = False  # how things stand now
    abroad: bool = False  # its kind is asked for in words of none of the four languages
    everyday: frozenset[str] = frozenset()  # stems that are common in the language, beside those of a topic


def spelt_out(text: str) -> str:
    """A question whose first word is not run together with the verb, and stands at its beginning: what is told of it
    hangs on both.

    >>> spelt_out("whats the fee, and who's the landlord"), spelt_out("remind me when the rent is due")
    ('what is the fee, and who is the landlord', 'when the rent is due')
    >>> spelt_out("Can you tell me who it was that called?"), spelt_out("who was it that called")
    ('who called?', 'who called')
    """
    return _CLEFT.sub(r"\1", _RUN_TOGETHER.sub(r"\1 is", _FRAMED.sub("", text)))


def understand(text: str) -> Question:
    """>>> understand("When was the boiler serviced?").kind
    'when'
    """
    text = spelt_out(text)
    flat = " ".join(words.fold(text).replace("’", "'").split()).lstrip("¿¡\"'(- ")
    language = tongues.asked_in(flat, text)
    kind, abroad = _kind_of(text, flat, language)
    everything = _words_of(text, flat, language)
    unsaid = _unsaid(flat, kind, language)
    now = (
        {word for at in _AS_OF_NOW.finditer(flat) for word in at.group().split()}
        if kind != "yesno"
        else set()
    )
    telling = _telling(text, everything, language, unsaid | now) or _telling(
        text, everything, language, unsaid
    )
    found = telling or everything  # "who are you" is all function words
    if indexed.unspaced(text):  # the last character of a run stands by itself, as in few answers
        pairs = {token.stem[-1] for token in found if len(token.stem) > 1}
        found = [token for token in found if len(token.stem) > 1 or token.stem not in pairs]
    surface: dict[str, str] = {}
    for token in found:
        surface.setdefault(token.stem, token.text)
    names = [t.stem for t in found if _stands_like_a_name(t, text, language)]
    coded = _ASKS_FOR_CODE.search(words.fold(text)) or OWN_INITIALS.fullmatch(text.strip())
    asks_code = kind == "what" and coded is not None
    return Question(
        text.strip(),
        kind,
        language,
        tuple(surface),
        tuple(dict.fromkeys(names)),
        surface,
        bool(telling),
        asks_code,
        _ASKS_FOR_COLOUR.search(flat) is not None,
        _IN_WHICH_CASE.search(flat) is not None,
        kind not in ("yesno", "why") and words.negated(text),
        bool(_NOW.search(flat) or _NOW_UNSPACED.search(text)),
        abroad,
        everyday.among(surface, language, kind) | _of_class(flat, language, surface),
    )


def _of_class(flat: str, language: str, surface: Mapping[str, str]) -> frozenset[str]:
    """The stems by which an English question names the class of what it asks for, where others stand beside them."""
    found = (words.stems(part, "en") for m in _CLASS.finditer(flat) for part in m.groups() if part)
    classes = frozenset(stem for part in found for stem in part) & surface.keys()
    return classes if language == "en" and len(classes) < len(surface) else frozenset()


def without_asking(text: str) -> str:
    """A question in a script without spaces without the words that ask."""
    return _ASKED.sub(" ", text)


def _kind_of(text: str, flat: str, language: str) -> tuple[str, bool]:
    """The kind of a question, and whether it is asked for in words of none of the four languages.

    :param flat: the text, folded and on one line.
    """
    if language == "en" and _ASKED_FIRST.match(flat):
        flat = _IN_THAT_CASE.sub("if ", flat)
    kind = next((kind for kind, pattern in _COMPILED if pattern.search(flat)), "")
    kind = kind or next((kind for kind, asked in _UNSPACED if re.search(asked, text)), "")
    abroad = not kind or tongues.foreign(language)
    if abroad:
        other = tongues.kind_of(flat, language)
        abroad = bool(other)
        if kind in ("", "what") and not other and denials.asks_for_yes_or_no(flat, language):
            kind = "yesno"
        kind = other or kind or "what"
    if kind == "yesno" and language == "de" and flat.startswith("was "):
        kind = "what"
    return kind, abroad


def _words_of(text: str, flat: str, language: str) -> list[words.Token]:
    """Its words; of a script without spaces none of those that ask."""
    everything = words.tokens(without_asking(text) if indexed.unspaced(text) else text, language)
    if flat.startswith("may "):
        everything = everything[1:] or everything
    return everything


def _stands_like_a_name(token: words.Token, text: str, language: str) -> bool:
    """Whether a word is written like a name within the text; in Turkish, which sets an apostrophe before the endings
    of names alone, also at its beginning."""
    named = language == "tr" and text[token.end : token.end + 1] in ("'", "’")
    return (token.start > 0 or named) and (token.text[0].isupper() or token.text[0].isdigit())


def _unsaid(flat: str, kind: str, language: str) -> set[str]:
    """The words of a question, folded, that its answer need not say: what is measured, which of many is meant, that
    it took place, and what is to be done with the answer."""
    measured = {match.group(1) for match in _MEASURED.finditer(flat)}
    for ends in _END_OF_MANY.finditer(flat):
        measured |= {word for part in ends.groups() if part for word in part.split()}
    measured |= former.change(flat)
    if kind == "when" and (asked := _WHAT_TIME.search(flat)):
        measured.add(asked.group(1))
    measured |= {match.group(1) for match in _PLATE.finditer(flat)}
    if kind in ("when", "where") and (said := _TOOK_PLACE.search(flat)):
        verb = said.group().split()
        measured |= {verb[0], verb[-1]}
    told = {match.group() for match in _TASK.finditer(flat)} if kind in GATHERED else set()
    if kind == "who" and language != "en":
        told |= _DOES
    if tongues.foreign(language):
        told |= tongues.ASKING | tongues.unsaid(language)
    return measured | told | _ANY


def _telling(text: str, everything: list[words.Token], language: str, unsaid: set[str]) -> list[words.Token]:
    """The content words that say what a question is about."""
    return [
        token
        for token in everything
        if token.content
        and not (token.text == "may" and language == "en")  # no month
        and words.fold(token.text) not in unsaid
        and not (language == "tr" and _ENDING.search(text, 0, token.start))
        and not _TITLED.match(text, token.start)
    ]
