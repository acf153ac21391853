"""Settings saved in one call."""

import json

from django.conf import settings
from tests.contracts.house import Answer, House
from tests.contracts.scenarios import good, refused
from tests.factories import make_channel, make_data_centre

from headend.kernel.sealing import unseal
from headend.subscribers.models import AccountChannel


@good("SettingsSave")
def _(house: House) -> Answer:
    news, sport = house.channels
    centre = make_data_centre(operator=house.operator)
    order = [{"id": sport.pk, "is_hidden": 1}, {"id": news.pk, "is_parent_control": 1, "is_favorited": 0}]
    answer = house.ask(
        "SettingsSave",
        parent_code="4711",
        favorite_channel=sport.pk,
        parent_unlock_channel=news.pk,
        use_timeshift=1,
        preferred_timeshift_offset=2,
        data_center_id=centre.pk,
        channels_sort=json.dumps(order),
    )
    house.account.refresh_from_db()
    account = house.account
    assert unseal(account.sealed_parent_code, settings.ENCRYPTION_KEY) == "4711"
    assert (account.use_timeshift, account.timeshift_minutes, account.data_centre) == (True, 120, centre)
    entries = AccountChannel.objects.order_by("sort").values_list(
        "channel", "is_favourite", "is_hidden", "needs_parent_code"
    )
    assert list(entries) == [(sport.pk, True, True, False), (news.pk, False, False, False)]
    assert house.ask("SettingsSave", unfavorite_channel=sport.pk, parent_lock_channel=news.pk).error == 0
    assert not AccountChannel.objects.filter(is_favourite=True).exists()
    return answer


@refused("SettingsSave", 1)
def _(house: House) -> Answer:
    answer = house.ask("SettingsSave", favorite_channel=make_channel().pk, use_timeshift=1)
    house.account.refresh_from_db()
    assert not house.account.use_timeshift
    return answer
