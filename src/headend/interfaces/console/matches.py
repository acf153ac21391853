"""Guide matches to look at: confirm, refuse, or choose another guide for a channel."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from headend.catalog.actions.guide_matches import choose_guide, confirm_matches, match_guides, refuse_matches
from headend.catalog.models import Channel, GuideChannel, MatchState
from headend.catalog.queries import guide_candidates, guide_channels_for, matches_to_review
from headend.interfaces.console.reach import reachable, staff_of
from headend.interfaces.console.screens import actor_of
from headend.interfaces.console.words import explain
from headend.kernel.errors import HeadendError
from headend.operators.models import Operator

ON_A_PAGE = 25
STATES = {
    MatchState.BY_NAME: gettext_lazy("Matched by name"),
    MatchState.NONE: gettext_lazy("Without a guide"),
    MatchState.BY_ID: gettext_lazy("Matched by id"),
    MatchState.BY_HAND: gettext_lazy("Confirmed"),
    MatchState.REFUSED: gettext_lazy("Refused"),
}


def guide_matches(request: HttpRequest) -> HttpResponse:
    """List channels by the state of their match (`state`) for one operator (`operator`); POST decides."""
    if not request.user.has_perm("catalog.change_channel"):
        raise PermissionDenied
    operators = list(reachable(Operator, staff_of(request)))
    operator = _chosen(request, operators)
    if request.method == "POST" and operator is not None:
        _decide(request, operator)
        return HttpResponseRedirect(request.get_full_path())
    context = {
        **admin.site.each_context(request),
        "title": _("Guide matches"),
        "operators": operators if len(operators) > 1 else [],
        "operator": operator,
        **(_listed(request, operator) if operator else {}),
    }
    return TemplateResponse(request, "console/matches.html", context)


def _chosen(request: HttpRequest, operators: list[Operator]) -> Operator | None:
    wanted = request.GET.get("operator", "")
    return next((each for each in operators if str(each.pk) == wanted), operators[0] if operators else None)


def _state(request: HttpRequest) -> MatchState:
    wanted = request.GET.get("state", "")
    return MatchState(wanted) if wanted in MatchState.values else MatchState.BY_NAME


def _listed(request: HttpRequest, operator: Operator) -> dict[str, Any]:
    state = _state(request)
    channels = matches_to_review(operator, state).order_by("sort", "lcn", "name", "pk")
    page = Paginator(channels, ON_A_PAGE).get_page(request.GET.get("p"))
    rows = list(page.object_list)
    candidates = guide_candidates(operator, rows)
    numbers = {each: matches_to_review(operator, each).count() for each in STATES}
    return {
        "page": page,
        "state": state,
        "states": [(each, words, numbers[each]) for each, words in STATES.items()],
        "rows": [(channel, candidates.get(channel.pk, [])) for channel in rows],
    }


def _decide(request: HttpRequest, operator: Operator) -> None:
    """One button: `confirm` or `refuse` for the ticked channels or for one, `choose` a guide, `match` all anew."""
    done, actor = request.POST, actor_of(request)
    numbers = [number for number in done.getlist("channel") if number.isdecimal() and len(number) < 19]
    channels = list(reachable(Channel, staff_of(request)).filter(pk__in=numbers, operator=operator))
    if "match" in done:
        report = match_guides(actor=actor, operator=operator)
        _tell(request, report.changed)
    elif "choose" in done:
        _choose(request, operator, done["choose"])
    elif "confirm" in done:
        _tell(request, confirm_matches(actor=actor, channels=channels))
    elif "refuse" in done:
        _tell(request, refuse_matches(actor=actor, channels=channels))


def _choose(request: HttpRequest, operator: Operator, choice: str) -> None:
    """`choice` is "channel:guide channel", both by number."""
    numbers = [number for number in choice.split(":") if number.isdecimal() and len(number) < 19]
    if len(numbers) != 2:
        return
    channel = reachable(Channel, staff_of(request)).filter(pk=numbers[0], operator=operator).first()
    guide: GuideChannel | None = guide_channels_for(operator).filter(pk=numbers[1]).first()
    if channel is None or guide is None:
        messages.error(request, _("There is no such guide channel."))
        return
    try:
        choose_guide(actor=actor_of(request), channel=channel, guide_channel=guide)
        _tell(request, 1)
    except HeadendError as error:
        messages.error(request, explain(error))


def _tell(request: HttpRequest, number: int) -> None:
    words = ngettext("%(number)d channel was changed.", "%(number)d channels were changed.", number)
    messages.success(request, words % {"number": number})
