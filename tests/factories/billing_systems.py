"""Another billing system for tests: by its address it answers as it is told, and remembers what it was asked."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

from headend.billing.errors import BillingLacks, BillingRefused, BillingSilent
from headend.billing.ports import BillingSystemConfig, Facts, Hook
from headend.kernel.errors import Invalid


@dataclass
class ScriptedBilling:
    """`answers` are what it says to hooks, {} to others; an answer may be an error to raise."""

    every: ClassVar[dict[str, "ScriptedBilling"]] = {}
    answers: dict[Hook, Facts | Exception] = field(default_factory=dict)
    asked: list[tuple[Hook, Facts]] = field(default_factory=list)
    then: Callable[[Hook], object] = lambda hook: None

    def ask(self, hook: Hook, about: Facts) -> Facts:
        self.asked.append((hook, about))
        self.then(hook)
        answer = self.answers.get(hook, {})
        if isinstance(answer, Exception):
            raise answer
        return answer


def billing_at(url: str) -> ScriptedBilling:
    return ScriptedBilling.every.setdefault(url, ScriptedBilling())


def scripted(config: BillingSystemConfig) -> ScriptedBilling:
    if "broken" in config.url:
        raise Invalid("this address cannot be asked", "url")
    return billing_at(config.url)


SILENT, LACKS = BillingSilent("it is silent"), BillingLacks("it cannot be asked this")
POOR, OTHER = BillingRefused("not_enough_balance"), BillingRefused("moon phase", "The moon is wrong.")
