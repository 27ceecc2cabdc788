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
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cache, lru_cache
from itertools import chain, filterfalse, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from gemmasearch import light, stopwords
from gemmasearch.guess import guess_from, guess_language
from gemmasearch.letters import IS_UNSPACED, RUN, SPACED, UNSPACED, fold, is_western, runs, unspaced

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "LONGEST",
    "RUN",
    "Analysis",
    "Token",
    "Vocabulary",
    "analyses",
    "composed",
    "exact",
    "fold",
    "forms",
    "guess_from",
    "guess_language",
    "held",
    "holding",
    "present",
    "runs",
    "stem",
    "tokens",
    "unspaced",
]

LONGEST = 64  # characters of a token that are kept: hashes and base64 stay findable by their beginning

_BARE = SPACED.replace(b"_", b" ")  # for words without their underscores
_PIECE = light.pattern(rf"[{UNSPACED}]+|[^_{UNSPACED}]+")
_CAMEL = light.pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_LETTERS_DIGITS = light.pattern(r"[^\W\d_]+|\d+")

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


# Compatibility forms such as "⒈" or "㈠" fold to what the tokenizer of the index would split.
_NO_WORD = light.pattern(r"[\x00-/:-@\[-`{-\x7f]+")


def _word(piece: str) -> str:
    folded = fold(piece)
    return folded if piece.isascii() else _NO_WORD.sub("", folded)


def _pairs(piece: str) -> list[str]:
    folded = _word(piece)
    return [folded[i : i + 2] for i in range(len(folded) - 1)] + [folded[-1:]]


def _analyse(run: str, language: str) -> Analysis:
    return _analyse_ascii(run, language) if run.isascii() else _analyse_any(run, language)


def _analyse_ascii(run: str, language: str) -> Analysis:
    return _analyse_together([run], language)[run]


def _analyse_together(runs: Sequence[str], language: str) -> dict[str, Analysis]:
    """Of ASCII runs, in fewer steps: words are lower-case as they stand, pieces are what underscores leave, and all
    are stemmed at once."""
    stop = stopwords.of(language)
    exact: list[tuple[str, ...]] = []
    bare: list[str] = []  # what becomes the forms of all runs, one after the other
    ends = [0]
    for run in runs:
        pieces = [piece for piece in run.split("_") if piece] if "_" in run else (run,)
        said = []
        for piece in pieces:
            word = piece[:LONGEST].lower()
            said.append(word)
            if word not in stop:
                bare.append(word)
            if len(piece) <= LONGEST and len(parts := _CAMEL.findall(piece)) > 1:
                bare += map(str.lower, parts)
        exact.append(tuple(said))
        if len(pieces) > 1 and len(run) <= LONGEST:
            bare.append(run.replace("_", "").lower())
        ends.append(len(bare))
    name = _SNOWBALL.get(language)
    stems = list(map(fold, _stemmers(name).stemWords(bare))) if name else bare
    forms = [tuple(filter(None, stems[start:end])) for start, end in pairwise(ends)]
    return dict(zip(runs, map(Analysis, exact, forms), strict=True))


def _analyse_any(run: str, language: str) -> Analysis:
    exact: list[str] = []
    forms: list[str] = []
    western = is_western(run)
    pieces = list(filter(None, run.split("_"))) if western else _PIECE.findall(run)
    for piece in pieces:
        if not western and IS_UNSPACED.match(piece):
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
        self._keep({run: found})
        return found

    def of(self, runs: set[str]) -> dict[str, Analysis]:
        """The analyses of runs, of which the new ones are analysed together."""
        new = [run for run in runs if run.isascii() and run not in self]
        found = _analyse_together(new, self.language) if new else {}
        self._keep(found)
        if len(found) < len(runs):
            found |= {run: self[run] for run in runs.difference(found)}
        return found

    def _keep(self, found: dict[str, Analysis]) -> None:
        kept = {run: analysis for run, analysis in found.items() if len(run) <= LONGEST}
        if len(self) + len(kept) > self.LIMIT:
            self.clear()
        self.update(kept)


@cache
def _cached(language: str) -> _Cache:
    return _Cache(language)


class _Met:
    """The runs of one language met so far, and which of them each word and form finds.

    Most runs are plain, one ASCII word without humps; they have one form or, as function words, none.
    """

    LIMIT = 400_000  # characters of runs, some 15 MB

    def __init__(self, language: str) -> None:
        self.language = language
        self.size = 0
        self.forms: dict[str, Sequence[str]] = {}  # of every run
        self.others: dict[str, Sequence[str]] = {}  # the words of a run that is not plain
        self.by_word: dict[str, list[str]] = {}  # the others that it finds
        self.by_form: dict[str, list[str]] = {}

    def meet(self, runs: set[str]) -> None:
        """Analyse runs together: several times as fast as one by one."""
        plain = list(filter(_PLAIN.fullmatch, runs))
        for run, form in zip(plain, _forms_of(list(map(str.lower, plain)), self.language), strict=True):
            self.forms[run] = (form,) if form else ()
            if form:
                self.by_form.setdefault(form, []).append(run)
        for run, analysis in _cached(self.language).of(runs - set(plain)).items():
            self.others[run] = analysis.exact
            found = analysis.forms
            if not run.isascii():
                # Scripts without spaces have no stems: their pairs of characters stand for them.
                found = (*found, *filter(unspaced, analysis.exact))
            self.forms[run] = found
            for word in analysis.exact:
                self.by_word.setdefault(word, []).append(run)
            for form in found:
                self.by_form.setdefault(form, []).append(run)
        self.size += sum(map(len, runs))


_met: dict[str, _Met] = {}


class Vocabulary:
    """The words of many runs of one language. What was met before is not analysed again: natural text repeats its
    words."""

    def __init__(self, runs: set[str], language: str) -> None:
        self._runs = runs
        met = _met.get(language)
        if met is None or met.size > met.LIMIT:  # whoever holds the other goes on with it
            met = _met[language] = _Met(language)
        if new := runs.difference(met.forms):
            met.meet(new)
        self._met = met

    def forms(self, run: str) -> Sequence[str]:
        """The forms of one of the runs."""
        return self._met.forms[run]

    def held(self) -> frozenset[str]:
        """Every word, exact and other, of all runs."""
        met = self._met
        others = set(filter(met.others.__contains__, self._runs))
        forms = chain.from_iterable(map(met.forms.__getitem__, self._runs))
        words = chain.from_iterable(map(met.others.__getitem__, others))
        return frozenset((*map(str.lower, self._runs - others), *forms, *words))

    def with_words(self, wanted: Set[str]) -> list[tuple[str, str]]:
        """(run, word) for every exact word of a run that is wanted."""
        met = self._met
        plain = ((run, word) for word in wanted for run in {word, word.capitalize(), word.upper()})
        found = [(run, word) for run, word in plain if run in self._runs and run not in met.others]
        return found + self._found(wanted, met.by_word, met.others)

    def with_forms(self, wanted: Set[str]) -> list[tuple[str, str]]:
        """(run, form) for every form of a run that is wanted."""
        return self._found(wanted, self._met.by_form, self._met.forms)

    def _found(
        self, wanted: Set[str], holders: Mapping[str, Sequence[str]], of: Mapping[str, Sequence[str]]
    ) -> list[tuple[str, str]]:
        there = {run for word in wanted for run in holders.get(word, ()) if run in self._runs}
        return [(run, word) for run in there for word in of[run] if word in wanted]


_PLAIN = light.pattern(rf"[A-Za-z][a-z]{{0,{LONGEST - 1}}}|[A-Z]{{1,{LONGEST}}}|[0-9]{{1,{LONGEST}}}")
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
        bare = text.encode("ascii").translate(_BARE).decode("ascii").split() if "_" in text else _runs(text)
        if max(map(len, bare), default=0) > LONGEST:
            bare = [piece[:LONGEST] for piece in bare]
        return " ".join(bare).lower()
    return _head(text, "", 0) if len(text) <= _HEAD else _spelled("", 0).of(_runs(text))


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


def present(text: str, sought: Set[str], language: str = "") -> frozenset[str]:
    """Those of the sought words under which something in a text is found."""
    return frozenset(word for _, word in _found(text, sought, language))


def holding(text: str, sought: Set[str], language: str = "") -> frozenset[str]:
    """The runs of a text that are found by a sought word."""
    return frozenset(run for run, _ in _found(text, sought, language))


def _found(text: str, sought: Set[str], language: str) -> list[tuple[str, str]]:
    """(run, word) for every sought word under which a run of a text is found."""
    found = Vocabulary(set(runs(text)), language or guess_language(text))
    return [*found.with_words(sought), *found.with_forms(sought)]


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
        others = self._known.of(new.difference(plain)).items()
        self.update((run, " ".join(other[self._side])) for run, other in others if len(run) <= LONGEST)

    def __missing__(self, run: str) -> str:
        return " ".join(self._known[run][self._side])


@cache
def _spelled(language: str, side: int) -> _Spelled:
    return _Spelled(language, side)


_JAMO = light.pattern("[\u1100-\u1112][\u1161-\u1175]")
_CLUSTER = light.pattern(
    "[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?|.", re.S
)  # a syllable, or any character


def composed(text: str) -> tuple[str, list[int]] | None:
    """A text whose Korean syllables are taken apart, as macOS writes them, as if they were whole, and where each of
    its characters and its end stand in the text; None of any other text."""
    if text.isascii() or not _JAMO.search(text):
        return None
    from unicodedata import normalize

    pieces = [(match.start(), normalize("NFC", match.group())) for match in _CLUSTER.finditer(text)]
    origin = [at for at, piece in pieces for _ in piece]
    return "".join(piece for _, piece in pieces), [*origin, len(text)]


def tokens(text: str, language: str = "") -> Iterator[Token]:
    """Every run of a text with its place and its words. A run of a script without spaces gives one token per
    character pair, so that marks cover what was asked and no more."""
    if apart := composed(text):
        whole, origin = apart
        yield from (Token(origin[t.start], origin[t.end], t.words) for t in tokens(whole, language))
        return
    of = _cached(language or guess_language(text))
    for match in RUN.finditer(text):
        run = match.group()
        if not unspaced(run):
            analysis = of[run]
            yield Token(match.start(), match.end(), frozenset((*analysis.exact, *analysis.forms)))
            continue
        for piece in _PIECE.finditer(run):
            at = match.start() + piece.start()
            if IS_UNSPACED.match(piece.group()):
                for i in range(len(piece.group())):
                    pair = piece.group()[i : i + 2]
                    yield Token(at + i, at + i + len(pair), frozenset((fold(pair),)))
            else:
                found = of[piece.group()]
                yield Token(at, at + len(piece.group()), frozenset((*found.exact, *found.forms)))
