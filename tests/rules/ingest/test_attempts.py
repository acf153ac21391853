"""When a step that failed is tried again."""

from datetime import timedelta

from headend.ingest.rules.attempts import LONGEST_PAUSE, MOST_WITHOUT_VERDICT, pause_after


def test_pauses_grow_up_to_an_hour() -> None:
    pauses = [pause_after(failures) for failures in range(1, 40_000)]
    assert [pause.seconds for pause in pauses[:4]] == [10, 20, 40, 80]
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE


def test_what_gets_no_verdict_is_given_up_within_half_an_hour() -> None:
    waited = sum((pause_after(failures) for failures in range(1, MOST_WITHOUT_VERDICT)), timedelta())
    assert timedelta(minutes=20) < waited < timedelta(minutes=30)
