"""What a score means: the chance, 0..1, that a passage is what the line asks for.

It is the product of two chances. First, whether what a line asks for is in the index at all: a logistic regression
of the best *cover* and the best *cosine* among the first hits. Cover is the share of a line's words that a passage
holds with what stands above it, weighted by their rarity. Second, given that it is there, whether this hit is it: of
the hit's cover, its cosine, and its *place*, the ranking's own score relative to the best of this search.

Both are fitted per embedding space on questions about what is in an index and about what is not, over collections
of several kinds (``python -m tests.quality calibration`` fits, and prints how well the weights hold for a collection
that was left out). Of a line in a language that a model was not trained on, every cosine is high: there the cover
alone is asked.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from gemmasearch.documents import Hit
from gemmasearch.light import dataclass
from gemmasearch.retrieval.fusion import ENGLISH_ONLY
from gemmasearch.store import Store, fts, words

Rarity = Sequence[tuple[frozenset[str], float]]  # the forms of each word of a line, and its idf
Figures = tuple[float, float, float]  # cover, place and cosine of a hit

AMONG = 5  # passages of which the best speaks for the first: a ranking is seldom wrong by more


@dataclass(frozen=True, slots=True)
class There:
    """Whether what a line asks for is in the index. Below ``bound`` nothing is shown."""

    base: float
    cover: float
    cosine: float = 0.0
    bound: float = 0.0

    def chance(self, shown: Sequence[Figures]) -> float:
        """``shown`` are the figures of all hits, of which the first are asked."""
        first = shown[:AMONG]
        cover, cosine = (max((figures[at] for figures in first), default=0.0) for at in (0, 2))
        return _logistic(self.base + self.cover * cover + self.cosine * cosine)


@dataclass(frozen=True, slots=True)
class Fits:
    """Whether a hit is what was asked for, if that is there; ``both`` weighs cover times cosine."""

    base: float
    cover: float
    place: float
    cosine: float = 0.0
    both: float = 0.0

    def chance(self, cover: float, place: float, cosine: float) -> float:
        said = self.base + self.cover * cover + self.place * place
        return _logistic(said + self.cosine * cosine + self.both * cover * cosine)


@dataclass(frozen=True, slots=True)
class Weights:
    there: There
    fits: Fits


# Fitted on both halves of the articles of SQuAD 2, XQuAD, SciFact, Cranfield and CISI, with questions about what is
# there and about what is not; how they hold for a collection that was left out stands in tests/quality/nothing.py.
SPACES = {
    "static": Weights(There(-10.21, 8.33, 15.62, bound=0.15), Fits(-7.77, 6.08, 3.82, 7.90, -9.76)),
    "minilm": Weights(There(-11.01, 7.30, 18.23, bound=0.15), Fits(-8.20, 5.68, 3.46, 8.79, -8.53)),
}
WORDS = Weights(There(-4.90, 10.26), Fits(-4.44, 1.30, 4.60))
# Fitted on German and Spanish, and on Chinese; bounds are lenient, for other languages inflect more than these.
ABROAD = Weights(There(-6.37, 14.70, bound=0.05), WORDS.fits)
UNSPACED = Weights(There(-6.63, 29.29, bound=0.05), WORDS.fits)
# A short line says too little to be refused by these chances alone: by its number of words, cover or cosine of which
# one among the first hits is enough. A line in another language than all of the first hits, whose words cannot stand
# there, counts as one of one word.
ENOUGH = {1: (0.2, 0.25), 2: (0.2, 0.25), 3: (0.35, 0.4)}
# The cosines of a short line with what it has nothing to do with scatter around 0 by 1/sqrt(dimensions), those of a
# model that is not cut as measured here. The best of n is sqrt(2 ln n) deviations above, and leads the others the
# less the more there are: what is below ``CHANCE`` times that must lead by ``LEAD`` over it. How these were chosen
# stands in tests/quality/short.py.
SCATTER = {"minilm": 0.07}
CHANCE = 1.27
LEAD = 0.32
OTHERS = 15  # passages that a line may well be about beside the first


# Below a first hit that is as good as this, hits whose own chance is weaker than the other are noise.
GOOD = 0.5
WEAK = 0.02
NIL = 0.005  # what is less is shown as 0 of 100
FAIR = 0.15  # of a hit that may be sorted by date or path among the others
RARE = 0.5  # of the rarity of a line's rarest word: those words that are as rare tell what it is about


def in_ranking(first: float) -> float:
    """The lowest score that is shown in a ranking whose first hit has that score."""
    return WEAK if first >= GOOD else NIL if first >= NIL else 0.0


def in_another_order(first: float) -> float:
    """The lowest score that is sorted by date or path among the others: there, nothing else puts it below them."""
    return min(FAIR, first / 2)


def rarest(rare: Rarity) -> list[frozenset[str]]:
    """The forms of each of a line's telling words."""
    most = max((weight for _, weight in rare), default=0.0)
    return [forms for forms, weight in rare if weight >= RARE * most]


def weights(space: str, line: str = "", language: str = "en") -> Weights:
    """Those of a space, by its name, for a line in a language (ISO 639-1); of one that was not measured, and of words
    alone (""), those without cosine."""
    name = space.lower()
    if language != "en" and (not name or any(part in name for part in ENGLISH_ONLY)):
        return UNSPACED if words.unspaced(line) else ABROAD
    return next((known for part, known in SPACES.items() if part in name), WORDS)


def measured(space: str) -> bool:
    """Whether it is known which cosines of a space mean that nothing is relevant."""
    return any(part in space.lower() for part in SPACES)


def scores(known: Weights, shown: Sequence[Figures]) -> list[float]:
    """The chances of ranked hits, none below what follows."""
    there = known.there.chance(shown)
    return [there * fits for fits in in_order([known.fits.chance(*figures) for figures in shown])]


def by_chance(space: str, dim: int, passages: int, cosines: Iterable[float]) -> bool:
    """Whether the best of a search's cosines is no more than chance gives among so many passages, in a space by its
    name and dimensions.

    Cosines of candidates whose language the model does not know count alike: in German, what compounds have in common
    is seen by a model of English, too.
    """
    best, *others = sorted(cosines, reverse=True)[: OTHERS + 1] or [0.0]
    scatter = next((known for part, known in SCATTER.items() if part in space.lower()), dim**-0.5)
    above = math.sqrt(2 * math.log(max(2, passages)))
    return best < CHANCE * above * scatter and len(others) == OTHERS and best - others[-1] < LEAD / above


def nothing(known: Weights, shown: Sequence[Figures], length: int, chance: bool = False) -> bool:
    """Whether none of the ranked hits is relevant to a line of so many words. With ``chance`` their cosines tell
    nothing."""
    if not shown or known.there.chance(shown) >= known.there.bound:
        return False
    if (enough := ENOUGH.get(max(1, length))) is None:
        return True
    first = shown[:AMONG]
    return not any(cover >= enough[0] or (cosine >= enough[1] and not chance) for cover, _, cosine in first)


def in_order(chances: Sequence[float]) -> list[float]:
    """The chances of ranked passages so that none is below what follows: the best of ``AMONG`` from each on, and
    never more than the one before."""
    found: list[float] = []
    for at in range(len(chances)):
        best = max(chances[at : at + AMONG])
        found.append(min(best, found[-1]) if found else best)
    return found


def figures(hit: Hit, rare: Rarity, cosine: Mapping[int, float]) -> Figures:
    """Cover, place and cosine of a hit that has its place in the ranking as score."""
    named = " ".join((hit.title, hit.path, hit.sender, hit.recipients, *hit.headings, hit.text))
    return cover(named, hit.language, rare), hit.score, cosine.get(hit.chunk_id, 0.0)


def rarity(store: Store, forms: Sequence[frozenset[str]]) -> Rarity:
    """How rare each word of a line is in the index: idf of its most frequent form; unknown counts as rare.

    A run of a script without spaces is no word: each of its pairs of characters stands for itself.
    """
    total = store.chunk_count()
    forms = [part for group in forms for part in _parts(group)]
    frequency = store.frequency_of(forms)
    return [(g, math.log(1 + total / (max(1, *(frequency[f] for f in g)) + 0.5))) for g in forms if g]


def _parts(forms: frozenset[str]) -> list[frozenset[str]]:
    return [frozenset({form}) for form in sorted(forms)] if any(map(words.unspaced, forms)) else [forms]


def cover(text: str, language: str, rare: Rarity) -> float:
    """The share of the line's words, weighted by rarity, that stand in a text: 0..1."""
    total = sum(weight for _, weight in rare)
    if not total:
        return 0.0
    sought = frozenset().union(*(forms for forms, _ in rare))
    held = words.present(text, sought, language).union(number for _, _, number in fts.grouped(text, sought))
    return sum(weight for forms, weight in rare if not forms.isdisjoint(held)) / total


def _logistic(said: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, said))))
