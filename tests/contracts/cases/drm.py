"""EZDRM: its 404 is HTTP's own and proved elsewhere."""

from tests.contracts.house import Answer, House
from tests.contracts.scenarios import good, never


@good("EzdrmContentAccess")
def _(house: House) -> Answer:
    answer = house.ask("EzdrmContentAccess", content_type="channel", content_id=house.channels[0].pk)
    assert answer.body == b"Play=True"
    return answer


never(
    "EzdrmContentAccess",
    {404: "it is HTTP's own status, with a text as its body: proved in tests/interfaces/device_api/test_drm.py"},
)
