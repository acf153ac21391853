"""A Stripe that is none, and gateways of every kind that are set up."""

from collections.abc import Iterator

import pytest
from tests.ports.payment_gateways.fake_stripe import KEY, SIGNING_SECRET, FakeStripe, fake_stripe

from headend.adapters.payment_gateways import PAYMENT_GATEWAYS
from headend.adapters.payment_gateways.stripe import StripeGateway
from headend.billing.ports import GatewayConfig, PaymentGateway

CONFIGS = {
    "manual": GatewayConfig(options={"url": "https://tv.example/pay"}),
    "signed": GatewayConfig(options={"page_url": "https://pay.example/", "page_fields": "id: $key"}, secret="s3cret"),
    "stripe": GatewayConfig(
        options={"return_url": "https://tv.example/back"}, secret=KEY, notice_secret=SIGNING_SECRET
    ),
}


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeStripe]:
    with fake_stripe() as fake:
        monkeypatch.setattr(StripeGateway, "api", fake.url)
        yield fake


@pytest.fixture(params=sorted(PAYMENT_GATEWAYS))
def gateway(request: pytest.FixtureRequest, fake: FakeStripe) -> PaymentGateway:
    """Each gateway that the service has; a new one needs its settings above."""
    return PAYMENT_GATEWAYS[request.param](CONFIGS[request.param])


@pytest.fixture
def stripe_gateway(fake: FakeStripe) -> StripeGateway:
    return StripeGateway(CONFIGS["stripe"])
