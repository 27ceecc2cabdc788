"""What was planned and is not so any more: a sentence that says what had been planned is no answer to when it is,
where one behind it in the same passage tells the new day."""

from __future__ import annotations

from collections.abc import Sequence, Set

from gemmasearch import light
from gemmasearch.answering import awaited, words
from gemmasearch.answering.candidates import Candidate
from gemmasearch.answering.question import COUNTED, Question
from gemmasearch.letters import fold

_KINDS = (*COUNTED, "where", "what", "who")
_AMONG = 8  # best candidates among which the new one is
_BEHIND = 3  # sentences
_SHORT = 4  # letters of a stem of which others may be forms
_WAS_PLANNED = light.pattern(  # folded
    r"\b(?:war(?:en)? (?:(?:zuerst|zunachst|eigentlich|ursprunglich) )?(?:\S+ ){0,8}(?:geplant|angesetzt|vorgesehen)"
    r"|ursprunglich|eigentlich war"
    r"|(?:etai(?:t|ent)|avai(?:t|ent) ete) (?:d'abord |initialement )?"
    r"(?:prevue?s?|fixee?s?|programmee?s?|planifiee?s?)"
    r"|initialement"
    r"|estaban? (?:previst|programad|fijad|planead)[oa]s?|era (?:el|la) fecha|originalmente|inicialmente"
    r"|er(?:a|ano) (?:(?:inizialmente|prima) )?(?:previst|fissat|programmat|pianificat)[oaie]|inizialmente|in origine"
    r"|estavam? (?:previst|marcad|agendad|programad|planead)[oa]s?|originalmente"
    r"|(?:stond(?:en)?|was|waren) (?:(?:eerst|oorspronkelijk) )?(?:\S+ )?(?:gepland|voorzien)|oorspronkelijk"
    r"|var (?:forst |ursprungligen )?(?:planera[dt]|bestamd|satt|inbokad)e?|ursprungligen"
    r"|var (?:planlagt|fastsat|satt til)"
    r"|oprindeligt|opprinnelig"
    r"|by[lł](?:[aoy]|i)? (?:\w+ )?(?:zaplanowan|wyznaczon|umowion|przewidzian)\w+|pierwotnie"
    r"|by[l](?:[aoiy])? (?:\w+ )?(?:naplanovan|planovan|stanoven)\w*|puvodne"
    r"|bol[aoi]? naplanovan\w*|era programat\w*"
    r")\b"
    r"|\bбыл[аои]? (?:сначала |изначально |первоначально )?(?:назнач|запланиров|намеч)\w+"
    r"|\b(?:изначально|первоначально|планировал\w+)\b|\bбу[вл]\w* (?:призначен|запланован)\w+"
    r"|\b\w*planlanm[iu]sti\w*|\bilk basta\b|\bonce(?:den)? \w+ (?:idi|di)\b|\b\w+lanm[iu]sti\b"
    r"|\bكان(?:ت)? .*(?:محدد|مقرر|مخطط|مجدول)\w*"
    r"|(?:तय|निर्धारित|नियत) (?:था|थी|थे|हुआ था|किया गया था)|पहले .* (?:था|थी|थे)(?![^\s।])"
    r"|予定でした|予定だった|予定していました|当初|もともと|原定|原计划|原計劃|本来|本來|原先"
    r"|(?:잡혀|예정되어|계획되어) 있었|예정이었|원래"
)
# What says that it is otherwise now.
_MOVED = light.pattern(  # folded
    r"\b(?:verschoben|verlegt|geandert|neue[rns]?|jetzt|nun|stattdessen|findet"
    r"|report\w+|deplac\w+|change\w*|nouve\w+|desormais|maintenant"
    r"|aplaz\w+|pospu\w+|pospon\w+|cambi\w+|traslad\w+|nuev[oa]s?|ahora"
    r"|spostat\w+|rinviat\w+|rimandat\w+|cambiat\w+|nuov[oaie]|ora|adesso"
    r"|adiad[oa]s?|remarcad[oa]s?|mudou|mudad[oa]s?|alterad[oa]s?|transferid[oa]s?|nov[oa]s?|agora"
    r"|verzet|verplaatst|uitgesteld|verschoven|gewijzigd|nieuwe?|nu"
    r"|flytta\w*|skjut\w*|andra[dt]\w*|nya?|nytt|flyttet|rykket|utsatt|udsat|ny"
    r"|przelozon\w+|przesuniet\w+|przeniesion\w+|zmienion\w+|now[yaei]|nowego|teraz"
    r"|presunut\w*|odlozen\w*|prelozen\w*|zmenen\w*|nov[yae]|amanat\w*|mutat\w*|nou[aă]?"
    r"|ertelendi|ertelenmis\w*|degisti\w*|alindi|kaydirildi|yeni|artik)\b"
    r"|\b(?:перенес\w+|перенос\w*|отлож\w+|измен\w+|сдвин\w+|нов\w+|теперь|перенесл\w+|новий|нова|нове)\b"
    r"|\b(?:تاجل\w*|تغير\w*|نقل|اجل|(?:ال)?جديد\w*|الان)\b"
    r"|टल|बदल|(?<!\S)नय[ाेी]|नया|स्थगित|अब(?!\S)"
    r"|変更|延期|新しい|新たな|改期|改到|改为|改為|推迟|推遲|新的|现在|変わ|변경|연기|바뀌|옮겨|미뤄|새(?:로운)? "
)


def first(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """``ranked``, led by what a passage tells behind the plan that its best sentence says there was, without that.

    Nothing changes where the question is about the plan, or where nothing behind it tells as much.
    """
    best = next(iter(ranked), None)
    if best is None or question.kind not in _KINDS or best.is_row or not _was_planned(best.text):
        return list(ranked)
    if _was_planned(question.text):
        return list(ranked)
    new = _behind(question, best, ranked)
    if new is None:
        return list(ranked)
    return [new, *(c for c in ranked if c is not new and c is not best)]


def _behind(question: Question, best: Candidate, ranked: Sequence[Candidate]) -> Candidate | None:
    """The first sentence behind the plan that holds what is asked for, where it or one between says that there was a
    change, and which speaks of the same."""
    following = sorted(
        (c for c in ranked if c.hit.chunk_id == best.hit.chunk_id and c.unit.start >= best.unit.end),
        key=lambda c: c.unit.start,
    )[:_BEHIND]
    topic, moved = awaited.topic(question), False
    for candidate in following:
        moved = moved or _MOVED.search(fold(candidate.text)) is not None
        if not moved or not awaited.has_wanted(question, candidate.text, candidate.language):
            continue
        return candidate if not topic or _of_the_same(topic, candidate) else None
    return None


def _of_the_same(topic: Set[str], candidate: Candidate) -> bool:
    """Whether a sentence holds one of some stems, also in a form that the stemmer does not know."""
    return not topic.isdisjoint(candidate.held) or any(
        words.alike(stem, said)
        for stem in topic
        for said in candidate.stems
        if min(len(stem), len(said)) >= _SHORT
    )


def _was_planned(text: str) -> bool:
    return _WAS_PLANNED.search(fold(text)) is not None
