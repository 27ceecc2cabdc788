from __future__ import annotations

from gemmasearch.retrieval import fusion


def test_a_model_has_less_to_say_in_a_language_it_was_not_trained_on() -> None:
    assert fusion.meaning_weight("all-MiniLM-L6-v2-q8_0") == 0.5
    assert fusion.meaning_weight("all-MiniLM-L6-v2-q8_0", "zh") == 0.15
    assert fusion.meaning_weight("embeddinggemma-300m", "zh") == fusion.meaning_weight("embeddinggemma-300m")
    assert fusion.meaning_weight("static", "de") == 0.15
    assert fusion.meaning_weight("static", "en") == 0.5
