"""Another system that knows subscribers, as a stand-in: it does what its fields say and remembers what was asked."""

from dataclasses import dataclass, field
from typing import Any

from headend.kernel.errors import NotFound
from headend.subscribers.errors import ExternalFailed
from headend.subscribers.ports import ExternalRegistration, ExternalSignIn
from headend.subscribers.rules import AccountDetails, Refused, SignInRefusal, SignInRequest

NAME = f"{__name__}.ELSEWHERE"
DETAILS = AccountDetails(
    number=7001,
    customer_id=12,
    customer_external_id="C-12",
    first_name="Ada",
    last_name="Rossi",
    contract_number="D-1",
    currency="EUR",
    status_reason="ACTIVE",
    days_left=None,
    parent_code="",
    last_channel_id=None,
    template="",
    uses_timeshift=False,
    timeshift_minutes=0,
    needs_settings_reset=False,
    data_centre_id=None,
    data_centres=[{"id": 1, "name": "North", "location": "Genova"}],
    meta={},
)


@dataclass
class Elsewhere:
    """`refusal` is what a sign-in is refused with; when it `is_down` every call fails; `knows`: it has accounts."""

    operator_id: int = 0  # whose subscribers it knows
    refusal: SignInRefusal | None = None
    is_down: bool = False
    knows: bool = True
    asked: list[Any] = field(default_factory=list)

    def sign_in(self, request: SignInRequest) -> ExternalSignIn | Refused:
        self._note(request)
        if self.refusal or request.operator_id != self.operator_id:
            return Refused(self.refusal or SignInRefusal.NO_ACCOUNT)
        return ExternalSignIn("token-of-elsewhere", 501, request.device_uid, DETAILS)

    def register(self, wish: ExternalRegistration) -> tuple[int, str]:
        self._note(wish)
        return 7002, "secret-7002"

    def export(self, operator_id: int, number: int, service: str, login: str, password: str) -> None:
        self._note((operator_id, number, service, login, password))
        if not self.knows:
            raise NotFound("no such account there")

    def _note(self, what: Any) -> None:
        self.asked.append(what)
        if self.is_down:
            raise ExternalFailed("it does not answer")


ELSEWHERE = Elsewhere()
