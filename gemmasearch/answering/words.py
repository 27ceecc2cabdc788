"""Words of questions and sentences as the index knows them, with the verb forms that no stemmer explains; words that
deny; spellings of a name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from difflib import get_close_matches
from functools import lru_cache
from itertools import takewhile

from gemmasearch import light, stopwords
from gemmasearch.answering import denials
from gemmasearch.light import dataclass
from gemmasearch.store import words as indexed

fold = indexed.fold
guess_language = indexed.guess_language

# Irregular forms that questions use all the time ("who wrote ..." asks for "written by ...").
_IRREGULAR = {
    form: base
    for base, forms in (
        line.split(":")
        for line in """begin:began begun/write:wrote written/win:won/make:made/take:took taken/give:gave given
        /lead:led/hold:held/build:built/buy:bought/sell:sold/send:sent/pay:paid/say:said/tell:told/meet:met/leave:left/lose:lost
        /find:found/keep:kept/become:became/come:came/go:went gone goes/grow:grew grown/know:knew known/see:saw seen
        /choose:chose chosen/speak:spoke spoken/rise:rose risen/fall:fell fallen/teach:taught/think:thought
        /bring:brought/catch:caught/fight:fought/run:ran/spend:spent/break:broke broken/draw:drew drawn
        /drive:drove driven/wear:wore worn/child:children/man:men/woman:women/die:death deaths died dead
        /bear:born birth/fly:flew flown/ride:rode ridden/eat:ate eaten/sing:sang sung/swim:swam swum
        /cost:costs/show:shown/throw:threw thrown/steal:stole stolen/flee:fled/stand:stood/lend:lent
        /hang:hung/hear:heard/sweep:swept/feed:fed/sleep:slept/feel:felt/mean:meant/deal:dealt/forget:forgot forgotten
        /freeze:froze frozen/hide:hid hidden/blow:blew blown/shake:shook shaken/bite:bit bitten/dig:dug/stick:stuck
        /wake:woke woken/burn:burnt/learn:learnt/shoot:shot/tear:tore torn/weave:wove woven/sow:sown/swear:swore sworn
        /beat:beaten/light:lit/seek:sought/understand:understood/spoil:spoilt
        /bauen:baute bauten gebaut/streichen:strich strichen gestrichen/graben:grub gruben gegraben
        /schneiden:schnitt schnitten geschnitten/kaufen:kaufte kauften gekauft/verkaufen:verkaufte verkauften verkauft
        /bezahlen:bezahlte bezahlten bezahlt/zahlen:zahlte zahlten gezahlt
        /schreiben:schrieb schrieben geschrieben/unterschreiben:unterschrieb unterschrieben
        /nehmen:nahm nahmen genommen/geben:gab gaben gegeben/bringen:brachte brachten gebracht
        /finden:fand fanden gefunden/verlieren:verlor verloren/ziehen:zog zogen gezogen/leihen:lieh liehen geliehen
        /stehlen:stahl stahlen gestohlen/treffen:traf trafen getroffen/rufen:rief riefen gerufen
        /fahren:fuhr fuhren gefahren/kommen:kam kamen gekommen/gehen:ging gingen gegangen
        /machen:machte machten gemacht/bestellen:bestellte bestellten bestellt/mieten:mietete mieteten gemietet
        /sprechen:sprach sprachen gesprochen/tragen:trug trugen getragen/schlagen:schlug schlugen geschlagen
        /pflanzen:pflanzte pflanzten gepflanzt/grunden:grundete grundeten gegrundet""".replace(
            "\n", ""
        ).split("/")
    )
    for form in forms.split()
}


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text. ``stem`` is what its inflections have in common; ``content`` is False for a function word."""

    text: str
    start: int
    end: int
    stem: str
    content: bool


def tokens(text: str, language: str = "") -> list[Token]:
    """Every word in order; ``language`` is ISO 639-1, "" = guessed from the text."""
    return list(_tokens(text, language))


@lru_cache(
    maxsize=1024
)  # a sentence is looked at again for each half of a question, and by many of the rooms
def _tokens(text: str, language: str) -> Sequence[Token]:
    if whole := indexed.composed(text):
        return _of_composed(*whole, language)
    language = language or guess_language(text)
    found = []
    for token in indexed.tokens(text, language):
        surface = text[token.start : token.end]
        folded, stem = _analysed(surface, language)
        if stem:
            found.append(Token(surface, token.start, token.end, stem, folded not in function_words(language)))
    return found


def _of_composed(whole: str, origin: Sequence[int], language: str) -> list[Token]:
    """The words of a text whose Korean syllables are taken apart, as if they were whole."""
    return [Token(t.text, origin[t.start], origin[t.end], t.stem, t.content) for t in tokens(whole, language)]


@lru_cache(maxsize=65536)
def _analysed(surface: str, language: str) -> tuple[str, str]:
    folded = fold(surface).strip("_")
    return folded, indexed.stem(_IRREGULAR.get(folded, folded), language)


def stems(text: str, language: str = "") -> list[str]:
    """The stems of the content words, in order, repeated words included."""
    return [token.stem for token in tokens(text, language) if token.content]


def listed(text: str) -> frozenset[str]:
    """The words of a text that lists them."""
    return frozenset(text.split())


@lru_cache(maxsize=64)
def function_words(language: str) -> frozenset[str]:
    return stopwords.of(language) | stopwords.ASKING


CAPITAL = "[A-ZÀ-ÖØ-Þ]"  # with which a name begins, in a pattern
NEGATIONS = frozenset(
    fold(word)
    for word in listed(
        """not no never none nobody nothing neither nor cannot without isn aren wasn weren don doesn didn
    won couldn wouldn shouldn hasn haven hadn nicht kein keine keinen keiner keinem keines niemals
    nie niemand nichts weder ohne ne pas jamais aucun aucune rien nunca jamás nadie nada ningún
    ninguna ninguno sin"""
    )
)


def negated(text: str) -> bool:
    """Whether the text holds a negation."""
    language = guess_language(text)
    if any(fold(token.text) in NEGATIONS for token in tokens(text, language)):
        return True
    return denials.denied(text, language)


_EXCLUDES = light.pattern(
    r"\b(?:forb[iao]d\w*|prohibit\w*|bann?(?:ed|s)?|except\w*|exclud\w*|avoid\w*|verboten\w*|untersagt\w*|au(?:ss|ß)er"
    r"|ausgeschlossen\w*|ausgenommen\w*|vermeiden|interdi\w+|exclu\w*|sauf|eviter|prohib\w+|salvo|excepto|evitar)\b"
)  # folded


def denies(text: str) -> bool:
    """Whether the text denies, forbids or excludes something.

    >>> denies("Barbecues are forbidden.")
    True
    """
    return negated(text) or _EXCLUDES.search(fold(text)) is not None


_SPELT = 0.7  # likeness of two spellings of a name


def spelt_like(name: str, known: Iterable[str]) -> bool:
    """Whether a name may be one of those that are known, in another spelling.

    >>> spelt_like("Celoron", ["Celeron"])
    True
    """
    return bool(get_close_matches(name, list(known), 1, _SPELT))


def share(wanted: Iterable[str], have: AbstractSet[str]) -> float:
    """How many of ``wanted`` are in ``have``, 0..1; 1 where nothing is wanted."""
    listed = list(wanted)
    return sum(stem in have for stem in listed) / len(listed) if listed else 1.0


_ALIKE = 0.6  # of the longer of two words, that forms of one share at their head


def alike(one: str, other: str) -> bool:
    """Whether two words may be forms of one, or one a part of the other."""
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    return one in other or other in one or shared >= max(3, _ALIKE * max(len(one), len(other)))
