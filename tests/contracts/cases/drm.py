"""EZDRM, whose 404 is HTTP's own and proved elsewhere, and licences of Clear Key."""

from tests.contracts.house import Answer, House
from tests.contracts.scenarios import good, never, refused
from tests.factories.keys import kid_of, make_key
from tests.factories.vod import make_title

from headend.ingest.models import TitleKey


@good("EzdrmContentAccess")
def _(house: House) -> Answer:
    answer = house.ask("EzdrmContentAccess", content_type="channel", content_id=house.channels[0].pk)
    assert answer.body == b"Play=True"
    return answer


never(
    "EzdrmContentAccess",
    {404: "it is HTTP's own status, with a text as its body: proved in tests/interfaces/device_api/test_drm.py"},
)


def encrypted_title(house: House) -> TitleKey:
    title = make_title(operator=house.operator)
    title.tariffs.set([house.tariff])
    return make_key(title)


@good("ClearKeyLicence")
def _(house: House) -> Answer:
    key = encrypted_title(house)
    answer = house.ask("ClearKeyLicence", body={"kids": [kid_of(key.key_id)], "type": "temporary"})
    assert answer["keys"] == [{"kty": "oct", "kid": "ABEiM0RVZneImaq7zN3u_w", "k": "Dw8PDw8PDw8PDw8PDw8PDw"}]
    return answer


@refused("ClearKeyLicence", 1)
def _(house: House) -> Answer:
    return house.ask("ClearKeyLicence", body={"kids": ["tooshort"]})


@good("ClearKeyKey")
def _(house: House) -> Answer:
    answer = house.ask("ClearKeyKey", key_id=encrypted_title(house).key_id)
    assert answer.body == bytes.fromhex("0f" * 16)
    return answer


@refused("ClearKeyKey", 1)
def _(house: House) -> Answer:
    return house.ask("ClearKeyKey", key_id="../../etc")
