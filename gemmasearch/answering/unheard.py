"""Things that a question names and the files never do: of the key of the attic nothing is said by what they tell of
the key of the cellar.

For every language but English, and only where the embedder knows none of them: it would tell an attic from a loft.
A verb may be said in another word, a thing seldom is; so the place of the verb in a question, which is the first or
the last of its words, says what is a thing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from gemmasearch import light
from gemmasearch.answering import awaited, tongues, words
from gemmasearch.answering.candidates import Candidate
from gemmasearch.answering.question import Question, without_asking
from gemmasearch.letters import unspaced

_KINDS = ("when", "where", "who", "what", "money", "number")
_VERB_LAST = ("tr", "hi", "hu", "fi", "ta", "bn", "fa", "az", "kk")
# The verb of these may stand at both ends, behind an auxiliary: "wanneer is de fiets gerepareerd".
_PARTICIPLE = {
    "nl": light.pattern(r"\w*(?:ge|be|ver|ont|her)\w+(?:d|t|en)"),
    "sv": light.pattern(r"\w{3,}(?:at|it|ats|its|ades|des)"),
    "da": light.pattern(r"\w{3,}(?:et|te|ede|es)"),
    "fr": light.pattern(r"\w{2,}(?:e|ee?s?|i[est]?|ue?s?)"),
}
_GERMAN_PARTICIPLE = r"(?:\w{0,20}ge\w{1,20}(?:t|en)|(?:be|ver|er|ent|zer)\w{1,20}(?:t|en)|\w{1,20}iert)\b"
# German in small letters, folded: what stands behind an article, if it is no adjective before a noun.
_BEHIND_ARTICLE = light.pattern(
    r"\b(?:der|die|das|den|dem|des|im|am|zum|zur|beim|vom|eine?[mnrs]?|(?:mein|dein|sein|ihr|unser)(?:e[mnrs]?)?)"
    rf" (?!{_GERMAN_PARTICIPLE})(?P<noun>\w{{4,}})(?:(?<!e)(?<!e[mnrs])|(?=\W*$| {_GERMAN_PARTICIPLE}))(?!\w)"
)
_AUXILIARY = light.pattern(  # folded
    r"\b(?:is|zijn|heeft|hebben|werd|werden|was|waren|had|wordt|worden|har|hade|blev|blivit|er|bliver|ont|ete)\b"
    r"|-(?:t-)?(?:ils?|elles?|on)\b"
)
# A question that names more is worded freely: its words are said in others, and most of them tell what it is about.
_MOST = 2
_MOST_UNSPACED = 3
_LONG = 6  # characters of Chinese that hold more than a thing
_ASKING = tongues.ASKING | {"partir"}  # "a partir de cuando": before the verb
_SHORT = 4  # letters of a word of which no other is a form
# Chinese, Japanese and Korean: what stands between the things of a question.
_PARTICLES = light.pattern(
    r"[のはがをにでへともや]|から|まで|[的在是了和与有]|[?？。、，,!！\s]|我们|我們|我|你们|私|上次|下次|今年|去年|明年"
)
_MODIFIED = light.pattern(
    r"[\u4e00-\u9fff]的([\u4e00-\u9fff]{2})([\u4e00-\u9fff]{2})(?=[是在]?(?:谁|哪|多少|什么|几))"
)
_HEAD = light.pattern(r"[的\s]")  # behind the head of a Chinese question: before 的, or before what asks
_HANGUL = light.pattern(r"[\uac00-\ud7a3]")
_JOSA = light.pattern(r"(?:에서|에게|으로|까지|부터|은|는|이|가|을|를|에|의|로|와|과|도)$")
_OF_DOCTORS = light.pattern(".과")  # 안과, 치과: no particle
_ARABIC = light.pattern(r"[\u0621-\u064a]{3}")
_AFFIXES = 3  # letters around an Arabic word: the article, a preposition, an ending
_THING = light.pattern(
    r"(?![我你您他她它咱这那这哪每某本])[\u4e00-\u9fff\u30a0-\u30ff]{2,}"
)  # no verb ends in these


def names_unheard(question: Question, ranked: Sequence[Candidate], frequency: Mapping[str, int]) -> bool:
    """Whether a question names a thing that no file holds in any form, beside others that they hold.

    :param frequency: how many passages of the index hold a stem of the question.
    """
    if question.language == "en" or question.kind not in _KINDS or not ranked:
        return False
    told = [f"{c.hit.title} {' '.join(c.hit.headings)} {c.hit.text}" for c in ranked]
    if unspaced(question.text):
        whole = words.fold(" ".join(told))
        things = [*_unspaced_things(question)]
        if any(which not in whole and thing in whole for which, thing in _modified(question.text)):
            return True
        return len(things) <= _MOST_UNSPACED and any(thing not in whole for thing in things)
    things = [*_things(question)]
    spoken = set[str]().union(*(c.spoken for c in ranked))  # with what stands in parts of a compound
    unknown = [
        stem if question.language == "ar" else words.fold(question.surface[stem])  # without the article
        for stem in things
        if not frequency.get(stem) and not (question.language == "de" and stem in spoken)
    ]
    # Of which person a thing is makes no other thing of it.
    others = [stem for stem in things if stem not in question.names or not frequency.get(stem)]
    if all(c.language != question.language for c in ranked):
        others = things  # texts in another language hold few words of the question
    if not unknown or len(others) > _MOST:
        return False
    said = {word for text in told for word in re.findall(r"\w+", words.fold(text))}
    return not all(_in_some_form(word, said) for word in unknown)


def _things(question: Question) -> Iterator[str]:
    """The stems of a question without that of its verb, and without what its answer says otherwise."""
    asking = {stem for stem, word in question.surface.items() if words.fold(word) in _ASKING}
    topic = awaited.topic(question) - asking
    if question.language == "de" and question.text[1:] == question.text[1:].lower():  # typed in haste
        behind = {match["noun"] for match in _BEHIND_ARTICLE.finditer(words.fold(question.text))}
        yield from (s for s in question.stems if s in topic and words.fold(question.surface[s]) in behind)
        return
    if question.language == "de":  # which writes every thing with a capital
        yield from (stem for stem in question.stems if stem in topic and question.surface[stem][0].isupper())
        return
    said = [stem for stem in question.stems if stem not in asking]
    stems = said[:-1] if question.language in _VERB_LAST else said[1:]
    if stems and _is_verb(question, stems[-1]):
        stems = stems[:-1]
    yield from (stem for stem in stems if stem in topic)


def _is_verb(question: Question, last: str) -> bool:
    """Whether the last word of a question is a participle behind its auxiliary."""
    participle = _PARTICIPLE.get(question.language)
    if participle is None or not participle.fullmatch(words.fold(question.surface[last])):
        return False
    return _AUXILIARY.search(words.fold(question.text)) is not None


def _unspaced_things(question: Question) -> Iterator[str]:
    """What stands between particles, folded; of Chinese, which has few, what a question begins with."""
    text = without_asking(question.text)
    if _HANGUL.search(text):
        nouns = (word if _OF_DOCTORS.fullmatch(word) else _JOSA.sub("", word) for word in text.split()[:-1])
        yield from (words.fold(noun) for noun in nouns if len(noun) > 1)
        return
    if re.search(r"[\u3040-\u30ff]", question.text):
        yield from (words.fold(piece) for piece in _PARTICLES.split(text) if _THING.fullmatch(piece))
        return
    head, *rest = _HEAD.split(text.strip(" ?？"), maxsplit=1)
    if len(head) <= _LONG and len("".join(rest)) <= 2 * _LONG and _THING.fullmatch(head):
        yield words.fold(head[:2])


def _modified(text: str) -> Iterator[tuple[str, str]]:
    """Of a Chinese question for somebody's thing what says which, and the thing: the piano, of the piano teacher."""
    if (found := _MODIFIED.search(text)) is not None:
        yield words.fold(found[1]), words.fold(found[2])


def _in_some_form(word: str, said: Iterable[str]) -> bool:
    if len(word) < _SHORT:
        return word in said or (_ARABIC.match(word) is not None and any(_arabic_form(word, o) for o in said))
    return any(words.alike(word, other) for other in said if len(other) >= _SHORT)


def _arabic_form(word: str, other: str) -> bool:
    return word in other and len(other) <= len(word) + _AFFIXES
