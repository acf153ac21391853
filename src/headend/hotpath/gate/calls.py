"""All calls that the gate answers, as they are declared: for the reference and for the tests."""

from headend.hotpath.gate.accounts import AccountCalls
from headend.hotpath.gate.categories import CategoryCalls
from headend.hotpath.gate.channels import ChannelCalls
from headend.hotpath.gate.finds import FindCalls
from headend.hotpath.gate.interests import InterestCalls
from headend.hotpath.gate.open_calls import OpenCalls
from headend.hotpath.gate.portal import ClientCalls, PortalCalls
from headend.hotpath.gate.programmes import ProgrammeCalls
from headend.hotpath.gate.routes import Declared, declared_by
from headend.hotpath.gate.streams import StreamCalls
from headend.hotpath.gate.token_checks import TokenChecks

GROUPS = (
    AccountCalls,
    PortalCalls,
    ChannelCalls,
    CategoryCalls,
    OpenCalls,
    ClientCalls,
    InterestCalls,
    FindCalls,
    ProgrammeCalls,
    StreamCalls,
    TokenChecks,
)


def declared_calls() -> dict[str, Declared]:
    """The calls by their documented name."""
    return {declared.name: declared for group in GROUPS for declared in declared_by(group)}
