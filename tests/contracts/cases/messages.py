"""Messages: listed, opened, deleted."""

from tests.contracts.house import Answer, House
from tests.contracts.scenarios import good, refused
from tests.factories.messaging import make_message

from headend.messaging.models import Message


@good("MessageList")
def _(house: House) -> Answer:
    make_message(account=house.account, subject="First", is_urgent=False)
    make_message(account=house.account, subject="Second")
    answer = house.ask("MessageList")
    assert answer.body.index(b"Second") < answer.body.index(b"First")
    return answer


@good("MessageDetail")
def _(house: House) -> Answer:
    message = make_message(account=house.account, text="<p>Tonight<script>alert(1)</script></p>")
    answer = house.ask("MessageDetail", uuid=message.uuid)
    if not answer.is_xml:
        assert (answer["text"], answer["was_read"]) == ("<p>Tonight</p>", 0)
        assert answer["created_at"] == int(message.created_at.timestamp())
        assert house.ask("MessageList")["messages"][0]["was_read"] == 1
    return house.ask("MessageDetail", uuid=message.uuid)


@refused("MessageDetail", 1)
def _(house: House) -> Answer:
    message = make_message(account=house.account, delete_after_reading=True)
    assert house.ask("MessageDetail", uuid=message.uuid).error == 0
    assert not Message.objects.exists()
    assert house.ask("MessageDetail", uuid="no number").error == 1
    return house.ask("MessageDetail", uuid=message.uuid)


@good("MessageDelete")
def _(house: House) -> Answer:
    message = make_message(account=house.account)
    answer = house.ask("MessageDelete", uuid=message.uuid)
    assert not Message.objects.exists()
    return answer


@refused("MessageDelete", 1)
def _(house: House) -> Answer:
    theirs = make_message(account=House().account)
    answer = house.ask("MessageDelete", uuid=theirs.uuid)
    assert Message.objects.filter(pk=theirs.pk).exists()
    return answer
