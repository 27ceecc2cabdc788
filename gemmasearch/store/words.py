"""Text -> the words that are indexed and searched. One analysis serves the index, the query and the marks.

A *run* is an unbroken stretch of letters, digits, marks and underscores. Each run gives

- **exact** words, in order, one position each: case and accents folded, split at underscores; scripts that
  write no spaces (Chinese, Japanese, Korean, Thai, Lao, Khmer, Burmese) give overlapping pairs of characters and
  their last character, so that any substring is found as a phrase of pairs (Lucene's CJKAnalyzer does so);
- **forms**, without position: the stem of each word that is no function word (Snowball), the parts of
  ``camelCase`` and ``IMG2024``, the joined form of ``snake_case``. They are indexed beside the exact words, so
  that an exact match scores twice.

Every token is lower-case letters and digits only: the full-text index needs no more than SQLite's ``ascii``
tokenizer, and any SQLite can read the file.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from array import array
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cache, lru_cache
from itertools import filterfalse
from operator import mul
from typing import TYPE_CHECKING, Any, NamedTuple

from gemmasearch import light
from gemmasearch.store import stopwords

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST = 64  # characters of a token that are kept: hashes and base64 stay findable by their beginning

_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3100-\u312f\u3130-\u318f"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
# `\w` leaves out combining marks; without them Hindi, Arabic or decomposed Latin words would fall apart.
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u0900-\u0963\u0971-\u0dff\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1-\u0ebc"
    "\u0ec8-\u0ecd\u102b-\u103e\u17b4-\u17d3\u200c\u200d\u3099\u309a"
)
RUN = re.compile(rf"[\w{_MARKS}]+")
_SPACED = bytes(c if chr(c).isalnum() or c == ord("_") else 32 for c in range(128)) + bytes(
    128
)  # of ASCII text
_BARE = _SPACED.replace(b"_", b" ")
_PIECE = light.pattern(rf"[{_UNSPACED}]+|[^_{_UNSPACED}]+")
_IS_UNSPACED = light.pattern(rf"[{_UNSPACED}]")
# Accents and vowel signs that people leave out when they type; the breve of й is part of the letter.
_STRIP = re.compile(
    "(?<!и)\u0306|[\u0300-\u0305\u0307-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u093c\u200c\u200d]"
)
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d", "ى": "ي", "ة": "ه"}
)
_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_LETTERS_DIGITS = re.compile(r"[^\W\d_]+|\d+")

_SNOWBALL = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek",
    "en": "english", "es": "spanish", "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french",
    "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian",
    "it": "italian", "lt": "lithuanian", "ne": "nepali", "nl": "dutch", "no": "norwegian",
    "nb": "norwegian", "nn": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian",
    "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip


class Analysis(NamedTuple):
    """Exact words in order, and the other forms under which they are also found."""

    exact: tuple[str, ...]
    forms: tuple[str, ...]


@light.dataclass(frozen=True, slots=True)
class Token:
    """A run in a text: ``text[start:end]``, with every word under which it is indexed."""

    start: int
    end: int
    words: frozenset[str]


def fold(text: str) -> str:
    """Case, width, accents and vowel points removed; two spellings of one word become equal.

    >>> fold("Größe") == fold("GROSSE") == fold("Gro\u0308ße")
    True
    """
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", _STRIP.sub("", decomposed)).casefold().translate(_LETTERS)


def stem(word: str, language: str) -> str:
    """The Snowball stem of a folded word; the word itself where the language has no stemmer."""
    name = _SNOWBALL.get(language)
    return _stemmer(name)(word) if name else word


@cache
def _stemmers(name: str) -> Any:
    import Stemmer

    return Stemmer.Stemmer(name, 0)


@cache
def _stemmer(name: str) -> Callable[[str], str]:
    stem_word: Callable[[str], str] = _stemmers(name).stemWord
    return lambda word: fold(stem_word(word))


def unspaced(text: str) -> bool:
    """Whether the text has characters of a script that writes no spaces between words."""
    return not text.isascii() and _IS_UNSPACED.search(text) is not None


# Compatibility forms such as "⒈" or "㈠" fold to what the tokenizer of the index would split.
_NO_WORD = re.compile(r"[\x00-/:-@\[-`{-\x7f]+")


def _word(piece: str) -> str:
    folded = fold(piece)
    return folded if piece.isascii() else _NO_WORD.sub("", folded)


def _pairs(piece: str) -> list[str]:
    folded = _word(piece)
    return [folded[i : i + 2] for i in range(len(folded) - 1)] + [folded[-1:]]


def _analyse(run: str, language: str) -> Analysis:
    return _analyse_ascii(run, language) if run.isascii() else _analyse_any(run, language)


def _analyse_ascii(run: str, language: str) -> Analysis:
    """The same in fewer steps: words are lower-case as they stand, and pieces are what underscores leave."""
    pieces = list(filter(None, run.split("_")))
    exact = [piece[:LONGEST].lower() for piece in pieces]
    stop, new = stopwords.of(language), list[str]()
    for piece, word in zip(pieces, exact, strict=True):
        if word not in stop:
            new.append(word)
        if len(piece) <= LONGEST and len(parts := _CAMEL.findall(piece)) > 1:
            new += map(str.lower, parts)
    if len(pieces) > 1 and len(run) <= LONGEST:
        new.append(run.replace("_", "").lower())
    name = _SNOWBALL.get(language)
    forms = map(fold, _stemmers(name).stemWords(new)) if name else new
    return Analysis(tuple(exact), tuple(filter(None, forms)))


def _analyse_any(run: str, language: str) -> Analysis:
    exact: list[str] = []
    forms: list[str] = []
    pieces = _PIECE.findall(run)
    for piece in pieces:
        if _IS_UNSPACED.match(piece):
            exact += _pairs(piece)
            continue
        word = _word(piece)[:LONGEST]
        if not word.isascii() and not any(c.isalnum() for c in word):
            continue
        exact.append(word)
        if word not in stopwords.of(language):
            forms.append(stem(word, language))
        parts = (_CAMEL if piece.isascii() else _LETTERS_DIGITS).findall(piece)
        if len(parts) > 1 and len(piece) <= LONGEST:
            forms += [stem(_word(part), language) for part in parts]
    if len(pieces) > 1 and len(run) <= LONGEST:
        forms.append(stem(_word(run.replace("_", ""))[:LONGEST], language))
    return Analysis(tuple(filter(None, exact)), tuple(filter(None, forms)))


class _Cache(dict[str, Analysis]):
    """Analyses of the runs met so far: natural text repeats its words, so this is most of the speed."""

    LIMIT = 20_000  # some 8 MB per language

    def __init__(self, language: str) -> None:
        self.language = language

    def __missing__(self, run: str) -> Analysis:
        found = _analyse(run, self.language)
        if len(run) <= LONGEST:
            if len(self) >= self.LIMIT:
                self.clear()
            self[run] = found
        return found


@cache
def _cached(language: str) -> _Cache:
    return _Cache(language)


class Vocabulary:
    """The words of many runs of one language, analysed together: several times as fast as one by one.

    Most runs are plain, one ASCII word without humps; they have one form or, as function words, none.
    """

    def __init__(self, runs: Set[str], language: str) -> None:
        of = _cached(language)
        self._plain = list(filter(_PLAIN.fullmatch, runs))
        self._words = list(map(str.lower, self._plain))
        self._forms = _forms_of(self._words, language)
        self._others = {run: of[run] for run in runs - set(self._plain)}
        self._form_of: dict[str, str] = {}

    def forms(self, run: str) -> Sequence[str]:
        """The forms of one of the runs. Scripts without spaces have no stems: their pairs of characters stand for
        them."""
        if other := self._others.get(run):
            return (*other.forms, *filter(unspaced, other.exact))
        self._form_of = self._form_of or dict(zip(self._plain, self._forms, strict=True))
        return (form,) if (form := self._form_of[run]) else ()

    def held(self) -> frozenset[str]:
        """Every word, exact and other, of all runs."""
        others = (word for other in self._others.values() for side in other for word in side)
        return frozenset((*self._words, *filter(None, self._forms), *others))

    def with_words(self, wanted: Set[str]) -> list[tuple[str, str]]:
        """(run, word) for every exact word of a run that is wanted."""
        found = [(run, word) for run, word in zip(self._plain, self._words, strict=True) if word in wanted]
        return found + [(run, w) for run, other in self._others.items() for w in other.exact if w in wanted]

    def with_forms(self, wanted: Set[str]) -> list[tuple[str, str]]:
        """(run, form) for every form of a run that is wanted."""
        found = [(run, form) for run, form in zip(self._plain, self._forms, strict=True) if form in wanted]
        return found + [(run, form) for run in self._others for form in self.forms(run) if form in wanted]


_PLAIN = re.compile(rf"[A-Za-z][a-z]{{0,{LONGEST - 1}}}|[A-Z]{{1,{LONGEST}}}|[0-9]{{1,{LONGEST}}}")
_FORMS = 50_000  # kept per language, some 7 MB


@cache
def _forms_met(language: str) -> dict[str, str]:
    return dict.fromkeys(stopwords.of(language), "")


def _forms_of(words: list[str], language: str) -> list[str]:
    """The stems of folded ASCII words; "" for function words."""
    met = _forms_met(language)
    new = [word for word in words if word not in met]
    if new:
        if len(met) + len(new) > _FORMS:
            met.clear()
            met.update(dict.fromkeys(stopwords.of(language), ""))
            new = [word for word in words if word not in met]
        name = _SNOWBALL.get(language)
        met.update(zip(new, map(fold, _stemmers(name).stemWords(new)) if name else new, strict=True))
    return list(map(met.__getitem__, words))


def analyses(text: str, language: str = "") -> list[Analysis]:
    """The analysis of every run of a text, in order. ``language`` is ISO 639-1; "" = guessed."""
    of = _cached(language or guess_language(text))
    return [of[run] for run in _runs(text)]


def exact(text: str) -> str:
    """The exact words of a text, separated by spaces: what the full-text index stores for a column."""
    if text.isascii():  # runs without their underscores
        pieces = text.lower().encode("ascii").translate(_BARE).decode("ascii").split()
        return " ".join(
            pieces if max(map(len, pieces), default=0) <= LONGEST else [p[:LONGEST] for p in pieces]
        )
    return _head(text, "", 0) if len(text) <= _HEAD else _spelled("", 0).of(_runs(text))


def runs(text: str) -> list[str]:
    """The runs of a text, in order, as they are written."""
    if text.isascii():  # five times as fast as the pattern
        return text.encode("ascii").translate(_SPACED).decode("ascii").split()
    return RUN.findall(text)


def forms(text: str, language: str = "") -> str:
    """The other forms of a text's words, separated by spaces; function words have none."""
    language = language or guess_language(text)
    return _head(text, language, 1) if len(text) <= _HEAD else _spelled(language, 1).of(_runs(text))


_HEAD = 300  # characters of a title, a path or names, which every passage of a document has


@lru_cache(maxsize=64)
def _head(text: str, language: str, side: int) -> str:
    return _spelled(language, side).of(runs(text))


def held(text: str, language: str = "") -> frozenset[str]:
    """Every word, exact and other, under which something in a text is found."""
    return Vocabulary(set(runs(text)), language or guess_language(text)).held()


def holding(text: str, sought: Set[str], language: str = "") -> frozenset[str]:
    """The runs of a text that are found by a sought word."""
    found = Vocabulary(set(runs(text)), language or guess_language(text))
    return frozenset(run for run, _ in (*found.with_words(sought), *found.with_forms(sought)))


@lru_cache(maxsize=8)
def _runs(text: str) -> tuple[str, ...]:
    """A passage is asked for its exact words, its forms and its language, one right after the other."""
    return tuple(runs(text))


class _Spelled(dict[str, str]):
    """One side of the analysis of every run met so far, as text: a passage is one join of these."""

    LIMIT = 100_000

    def __init__(self, language: str, side: int) -> None:
        self._language = language
        self._known = _cached(language)
        self._side = side

    def of(self, runs: Sequence[str]) -> str:
        """The words of runs, separated by spaces; those that are new are analysed together."""
        if new := set(filterfalse(self.__contains__, runs)):
            if len(self) + len(new) > self.LIMIT:
                self.clear()
                new = set(runs)
            self._learn(new)
        return " ".join(filter(None, map(self.__getitem__, runs)))

    def _learn(self, new: set[str]) -> None:
        """Most runs are plain: one word, and one form or none."""
        plain = list(filter(_PLAIN.fullmatch, new))
        words = list(map(str.lower, plain))
        self.update(zip(plain, _forms_of(words, self._language) if self._side else words, strict=True))
        self.update((run, self[run]) for run in new.difference(plain) if len(run) <= LONGEST)

    def __missing__(self, run: str) -> str:
        return " ".join(self._known[run][self._side])


@cache
def _spelled(language: str, side: int) -> _Spelled:
    return _Spelled(language, side)


def tokens(text: str, language: str = "") -> Iterator[Token]:
    """Every run of a text with its place and its words. A run of a script without spaces gives one token per
    character pair, so that marks cover what was asked and no more."""
    of = _cached(language or guess_language(text))
    for match in RUN.finditer(text):
        run = match.group()
        if not unspaced(run):
            analysis = of[run]
            yield Token(match.start(), match.end(), frozenset((*analysis.exact, *analysis.forms)))
            continue
        for piece in _PIECE.finditer(run):
            at = match.start() + piece.start()
            if _IS_UNSPACED.match(piece.group()):
                for i in range(len(piece.group())):
                    pair = piece.group()[i : i + 2]
                    yield Token(at + i, at + i + len(pair), frozenset((fold(pair),)))
            else:
                found = of[piece.group()]
                yield Token(at, at + len(piece.group()), frozenset((*found.exact, *found.forms)))


_SCRIPTS = (
    ("ja", light.pattern("[\u3040-\u30ff]")),
    ("ko", light.pattern("[\uac00-\ud7af]")),
    ("zh", light.pattern("[\u4e00-\u9fff]")),
    ("ru", light.pattern("[\u0400-\u04ff]")),
    ("ar", light.pattern("[\u0600-\u06ff]")),
    ("hi", light.pattern("[\u0900-\u097f]")),
    ("el", light.pattern("[\u0370-\u03ff]")),
    ("th", light.pattern("[\u0e00-\u0e7f]")),
    ("he", light.pattern("[\u0590-\u05ff]")),
    ("hy", light.pattern("[\u0530-\u058f]")),
    ("ta", light.pattern("[\u0b80-\u0bff]")),
)
_LATIN = tuple(name for name in stopwords.LANGUAGES if name not in ("ru", "uk", "el", "ar", "hi"))
_SAMPLE = 2000  # characters looked at
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")


def guess_from(counts: Mapping[str, int], text: str) -> str:
    """:func:`guess_language` of a text whose runs were counted already."""
    if len(text) > _SAMPLE:
        return guess_language(text)
    if not text.isascii() and (name := _by_script(text)):
        return name
    votes = _votes_of()
    found = [run for run in counts if run in votes]
    total = sum(map(mul, map(counts.__getitem__, found), map(votes.__getitem__, found)))
    if not text.isascii():
        total += sum(counts[run] * votes.get(fold(run), 0) for run in counts if not run.isascii())
    by_language = array("H", total.to_bytes(2 * len(_LATIN), sys.byteorder))
    if sys.byteorder == "big":
        by_language.reverse()
    most = max(by_language)
    return _LATIN[by_language.index(most)] if most else "en"


@cache
def _votes_of() -> dict[str, int]:
    """Function words in the usual ways of writing them -> one vote for each of their languages, 16 bits apiece: the
    votes of a whole text are one sum."""
    votes = {word: sum(1 << 16 * _LATIN.index(name) for name in of) for word, of in _function_words().items()}
    return {v: vote for word, vote in votes.items() for v in (word.upper(), word.capitalize(), word)}


def guess_language(text: str, default: str = "en") -> str:
    """ISO 639-1 by script, then by function words: good enough to choose a stemmer, no more.

    ``default`` is given where nothing speaks for any language (a name, a number, program text).
    """
    sample = text[:_SAMPLE]
    if not sample.isascii() and (name := _by_script(sample)):
        return name
    return _by_function_words(sample, default)


def _by_script(sample: str) -> str:
    """The language of a script that has a third of the letters, "" where none has."""
    other = "".join(_NOT_ASCII.findall(sample))
    letters = 0
    for name, script in _SCRIPTS:
        if count := len(script.findall(other)):
            letters = letters or sum(c.isalpha() for c in sample) or 1
            if count * 3 > letters:
                return _cyrillic(sample) if name == "ru" else name
    return ""


def _cyrillic(sample: str) -> str:
    return "uk" if re.search("[іїєґ]", sample) else "ru"


def _by_function_words(sample: str, default: str) -> str:
    known = _function_words()
    counts = dict.fromkeys(_LATIN, 0)
    for word in RUN.findall(sample.lower()) if sample.isascii() else map(fold, RUN.findall(sample)):
        for name in known.get(word, ()):
            counts[name] += 1
    best = max(counts, key=lambda name: (counts[name], name == default))
    return best if counts[best] else default


@cache
def _function_words() -> dict[str, tuple[str, ...]]:
    """Each function word -> the languages that have it."""
    every = frozenset().union(*(stopwords.of(name) for name in _LATIN))
    return {word: tuple(name for name in _LATIN if word in stopwords.of(name)) for word in every}
