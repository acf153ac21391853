"""What the demonstration's households may do by themselves: register, be sent texts, choose profiles and a look."""

from typing import NamedTuple

from headend.kernel.actor import system
from headend.operators.actions import save
from headend.operators.models import Operator
from headend.subscribers.actions import name_profile
from headend.subscribers.models import (
    Account,
    PortalTemplate,
    Profile,
    RegistrationRules,
    TextGateway,
    TextGatewayKind,
)
from headend.subscribers.ports import Medium

ACTOR = system("demo")


class _Profile(NamedTuple):
    name: str
    russian: str
    italian: str
    description: str
    is_default: bool = False
    shows_adult_content: bool = False


_PROFILES = (
    _Profile("Family", "Семья", "Famiglia", "What everybody may see", is_default=True),
    _Profile("Children", "Дети", "Bambini", "Up to twelve years"),
    _Profile("Adults", "Взрослые", "Adulti", "Everything, after the parental code", shows_adult_content=True),
)
_TEMPLATES = (("Day", "day"), ("Night", "night"), ("Large letters", "large"))


def add_self_service(operator: Operator, account: Account) -> None:
    """Open registration with a trial, write texts into a file, and let an account name a profile."""
    rules = RegistrationRules(operator=operator, is_enabled=True, confirms_phone=True, trial_days=7)
    save(actor=ACTOR, obj=rules)
    for medium, sender in ((Medium.SMS, "DemoTV"), (Medium.EMAIL, "service@demo.example")):
        gateway = TextGateway(operator=operator, medium=medium.value, kind=TextGatewayKind.OUTBOX, sender=sender)
        save(actor=ACTOR, obj=gateway)
    for name, system_name in _TEMPLATES:
        save(actor=ACTOR, obj=PortalTemplate(operator=operator, name=name, system_name=system_name))
    profiles = [_profile(operator, place, words) for place, words in enumerate(_PROFILES, 1)]
    name_profile(actor=ACTOR, account=account, profile=profiles[1], name="Luca and Mia")


def _profile(operator: Operator, place: int, words: _Profile) -> Profile:
    profile = Profile(
        operator=operator,
        name=words.name,
        name_lang1=words.russian,
        name_lang2=words.italian,
        description=words.description,
        is_default=words.is_default,
        shows_adult_content=words.shows_adult_content,
        sort=place,
    )
    save(actor=ACTOR, obj=profile)
    return profile
