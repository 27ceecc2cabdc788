"""Words that are common in a language at large, however rare in a small index: a question may hold them whatever
it is about, and its answer says them in other words.

What a question asks for ("cost", "born", "colour") is none of them, however common: who says nothing of it does not
answer. So it is with every verb after "who" and "where" (who pays, where somebody works). The lists hold folded
forms, irregular ones by themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from gemmasearch.answering import words
from gemmasearch.answering.numbers import months_in

_LISTS = {
    "en": (
        "use need get take make keep go come happen want work try put give bring let become look seem turn run "
        "show find help ask say tell think mean wrong problem matter thing kind sort way exist contain include "
        "require involve cause provide belong concern actually exactly usually ever good pay valid"
    ),
    "de": (
        "machen macht gemacht tun tut getan geben gibt gab gegeben gehen geht ging kommen kommt kam nehmen nimmt "
        "nahm genommen brauchen braucht benutzen benutzt verwenden verwendet nutzen halten haltet gehalten lassen "
        "lasst gelassen bekommen bekommt kriegen finden findet gefunden stehen steht stand liegen liegt gehoren "
        "gehort bleiben bleibt passieren passiert geschehen geschieht wollen bringen bringt gebracht stellen "
        "stellt gestellt setzen setzt gesetzt sagen sagt gesagt enthalten enthalt zahlen "
        "bezahlen bezahlt eigentlich genau gerade falsch problem sache ding grund art"
    ),
    "fr": (
        "faire fait faite faites faits font prendre prend pris prise donner donne mettre met mis aller va vont "
        "venir vient utiliser trouver trouve garder passer arriver rester vouloir veut tenir tient servir sert "
        "besoin chose probleme contenir contient payer ete"
    ),
    "es": (
        "hacer hace hacen hizo hecho llevar lleva llevan tomar toma poner pone puso puesto dar da dio dado ir va "
        "van venir viene tener usar usa utilizar necesitar necesita pasar pasa paso quedar queda llegar llega "
        "dejar deja encontrar querer quiere seguir servir sirve cosa problema contener contiene pagar"
    ),
}

# These are, in every kind of question: what is so now is seldom told with them.
_NOW = {
    "en": "now current currently latest still",
    "de": "jetzt aktuell aktuelle aktuellen derzeit derzeitige derzeitigen noch immer",
    "fr": "maintenant actuel actuelle actuels actuelles actuellement encore toujours",
    "es": "ahora actual actuales actualmente todavia",
}
# A day says itself that it is one.
_DATED = {
    "en": "day date year month week time",
    "de": "tag datum jahr monat woche uhr zeit",
    "fr": "jour date annee mois semaine heure",
    "es": "dia fecha ano mes semana hora",
}
# So does a name, where who is asked.
NAMED = {
    "en": "name names called",
    "de": "name namen heisst",
    "fr": "nom noms appelle",
    "es": "nombre nombres llama",
}
# That a thing is at its place.
_KEPT = {
    "en": "keep keeps kept put stored find found",
    "de": "aufbewahrt aufbewahren liegt liegen steht stehen finde findet",
    "fr": "trouve trouvent garde gardons range rangee",
    "es": "guarda guardamos guardado encuentra encuentran",
}
_RELATION = ("who", "where")  # kinds of question whose verb is what they ask for


def among(surface: Mapping[str, str], language: str, kind: str) -> frozenset[str]:
    """The stems of everyday words in a question; none where no word of a topic stands beside them: of "what happened
    to the boiler" "happened", of "what happened in March 2025" nothing.

    :param surface: stem -> the word as asked.
    """
    common = _stems(language, kind).intersection(surface)
    topic = (word for stem, word in surface.items() if stem not in common)
    return common if any(not _of_date(word) for word in topic) else frozenset()


def stems(language: str) -> frozenset[str]:
    """Of all everyday words of a language, whatever is asked."""
    return frozenset().union(*(_stems(language, kind) for kind in ("what", "when", "who", "where")))


@lru_cache(maxsize=16)
def _stems(language: str, kind: str) -> frozenset[str]:
    """Of all lists; where a relation is asked for, of the words for now alone."""
    common = "" if kind in _RELATION else _LISTS.get(language, "")
    dated = _DATED.get(language, "") if kind == "when" else ""
    named = NAMED.get(language, "") if kind == "who" else ""
    kept = _KEPT.get(language, "") if kind == "where" else ""
    listed = f"{common} {dated} {named} {kept} {_NOW.get(language, '')}"
    return frozenset(token.stem for token in words.tokens(listed, language or "en"))


def _of_date(word: str) -> bool:
    return word[0].isdigit() or bool(months_in(word.title()))
