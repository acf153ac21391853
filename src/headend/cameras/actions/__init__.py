"""What accounts have to do with cameras. Staff's writes on cameras themselves are `operators.actions.save`."""

from django.db import transaction

from headend.cameras.errors import UnknownCamera
from headend.cameras.models import AccountCamera, Camera
from headend.kernel.actor import Actor
from headend.operators.actions import record
from headend.subscribers.errors import OfAnotherOperator
from headend.subscribers.models import Account


@transaction.atomic
def set_favourite(*, account: Account, camera: Camera, is_favourite: bool) -> None:
    """Make a camera a favourite of an account, or none. No audit entry: it is nobody's business but theirs."""
    _note(account, camera, is_favourite=is_favourite)


@transaction.atomic
def bind_camera(*, actor: Actor, account: Account, camera: Camera) -> None:
    """Give an account a camera, whatever its tariffs say; doing it again changes nothing. Raises OfAnotherOperator."""
    if camera.operator_id != account.operator_id:
        raise OfAnotherOperator(f"{camera} is not of this account's operator", "camera")
    if _note(account, camera, is_bound=True):
        record(actor=actor, verb="change", obj=account, changes={"cameras": {"added": [camera.pk]}})


@transaction.atomic
def unbind_camera(*, actor: Actor, account: Account, camera: Camera) -> None:
    """Take a camera from an account again. Raises UnknownCamera when it was not bound."""
    if not AccountCamera.objects.filter(account=account, camera=camera, is_bound=True).exists():
        raise UnknownCamera("the camera is not bound to this account")
    _note(account, camera, is_bound=False)
    record(actor=actor, verb="change", obj=account, changes={"cameras": {"removed": [camera.pk]}})


def _note(account: Account, camera: Camera, **wish: bool) -> bool:
    """Write down what is wished, and nothing that says nothing; says whether that changed anything."""
    Account.objects.select_for_update().get(pk=account.pk)  # two devices of a household may come at once
    entry = AccountCamera.objects.filter(account=account, camera=camera).first()
    entry = entry or AccountCamera(account=account, camera=camera)
    changed = {name: value for name, value in wish.items() if getattr(entry, name) != value}
    for name, value in changed.items():
        setattr(entry, name, value)
    if changed and (entry.is_bound or entry.is_favourite):
        entry.save()
    elif changed:
        entry.delete()
    return bool(changed)
