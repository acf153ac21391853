"""What viewers' ratings make of a title."""

from django.db import transaction

from headend.vod.models import Title
from headend.vod.rules import average


@transaction.atomic
def count_rating(*, title: Title, total: int, number: int) -> float:
    """Write down the sum and number of a title's ratings; gives their average. A habit of viewers, not audited."""
    rating = average(total, number)
    Title.objects.filter(pk=title.pk).update(viewer_rating=rating, viewer_ratings=number)
    return rating
