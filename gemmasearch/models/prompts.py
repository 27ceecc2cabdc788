"""Sentences that models read: the task prompts of the embedding families.

A family is recognised by the metadata of the GGUF file. Sources: the model cards of EmbeddingGemma, E5, BGE and
nomic-embed-text. A change here changes every vector: raise ``PROMPT_VERSION``, and old vectors are made anew.
"""

from __future__ import annotations

import re

from gemmasearch.light import dataclass
from gemmasearch.models.header import Header

PROMPT_VERSION = 1


@dataclass(frozen=True, slots=True)
class Family:
    """How an embedding family wants its texts; ``{title}`` and ``{text}`` are filled in."""

    name: str
    query: str = "{text}"
    document: str = "{text}"
    titled: str = "{title}\n{text}"  # the document prompt where there is a title
    sizes: tuple[int, ...] = ()  # dimensions that a Matryoshka family was trained for
    kind: str = ""  # the prompt for telling kinds of text apart, "" = the query's

    @property
    def matryoshka(self) -> bool:
        return bool(self.sizes)

    def query_text(self, text: str, task: str = "search") -> str:
        """The prompt of a task, "search" or "classification"."""
        prompt = self.kind if task == "classification" and self.kind else self.query
        return prompt.replace("{text}", text)

    def document_text(self, title: str, text: str) -> str:
        if not title:
            return self.document.replace("{text}", text)
        before, after = self.titled.split("{title}")
        return before + title + after.replace("{text}", text)


EMBEDDING_GEMMA = Family(
    "embeddinggemma",
    query="task: search result | query: {text}",
    document="title: none | text: {text}",
    titled="title: {title} | text: {text}",
    sizes=(768, 512, 256, 128),
    kind="task: classification | query: {text}",
)
E5 = Family("e5", query="query: {text}", document="passage: {text}", titled="passage: {title}\n{text}")
BGE = Family("bge", query="Represent this sentence for searching relevant passages: {text}")
NOMIC = Family(
    "nomic",
    query="search_query: {text}",
    document="search_document: {text}",
    titled="search_document: {title}\n{text}",
)
NOMIC_MATRYOSHKA = Family(
    "nomic-mrl", NOMIC.query, NOMIC.document, NOMIC.titled, sizes=(768, 512, 256, 128, 64)
)
PLAIN = Family("plain")


def family_of(header: Header) -> Family:
    """The prompts that fit a model file; unknown families get none and keep their full dimensions."""
    name = " ".join(
        str(header.metadata.get(f"general.{key}", "")) for key in ("name", "basename", "finetune", "version")
    ).lower()
    if header.architecture == "gemma-embedding":
        return EMBEDDING_GEMMA
    if header.architecture.startswith("nomic-bert"):
        return NOMIC_MATRYOSHKA if re.search(r"v?1\.5|v2", name) else NOMIC
    if header.architecture in ("bert", "xlm-roberta"):
        if re.search(r"\be5\b", name.replace("_", "-")):
            return E5
        if re.search(r"\bbge\b.*\ben\b", name.replace("_", "-")):
            return BGE
    return PLAIN


# What a generator is told before the evidence and the question. Small models follow a short, plain sentence best;
# a longer instruction or numbered passages made SmolLM2-135M mix the passages up.
ANSWER = "Answer the question in one short sentence, using only this text."
FENCE = '"""'
NOT_FOUND = "Nothing in your files answers this."

# Full stops that end no sentence: without them the grammar below would want a citation after "Mr.".
_ABBREVIATIONS = """Mr Mrs Ms Dr Prof St Jr Sr Lt Gen Col Rev Mt No Nr Hr Fr Inc Ltd Co vs ca bzw approx
    Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec"""
_GRAMMAR = r"""
root ::= refusal | sentence (" " sentence)*
refusal ::= "{refusal}"
sentence ::= first more* [.!] " [" number "]"
number ::= {numbers}
first ::= [^ \n.!?\x5B\x5D]
more ::= [^\n.!?\x5B\x5D] | [.!?] [^ \n.!?\x5B\x5D] | short ". "
short ::= [A-Z] | {abbreviations}
"""


def instruction(day: str) -> str:
    """What stands before the text: ``day`` is today, as people write it. The same all day, so that the generator
    keeps it in its cache from question to question."""
    return f"Today is {day}. {ANSWER}"


def fenced(text: str) -> str:
    """Retrieved text between marks that do not occur in it."""
    return f"{FENCE}\n{text.replace(FENCE, chr(39) * 3)}\n{FENCE}"


def grammar(sources: int) -> str:
    """GBNF of an answer: sentences that end in the number of one of ``sources`` passages, or the refusal."""
    return (
        _GRAMMAR.replace("{refusal}", NOT_FOUND)
        .replace("{numbers}", " | ".join(f'"{number}"' for number in range(1, sources + 1)))
        .replace("{abbreviations}", " | ".join(f'"{word}"' for word in _ABBREVIATIONS.split()))
    )
