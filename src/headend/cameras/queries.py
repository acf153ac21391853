"""Reading cameras as an account sees them."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from headend.cameras.errors import UnknownCamera
from headend.cameras.models import AccountCamera, Camera, City
from headend.catalog.models import Category
from headend.subscribers.models import Account


def cameras_seen_by(account: Account) -> QuerySet[Camera]:
    """The cameras that an account is told of: bound to it, or sold by a tariff that is neither hidden nor archived,
    or that it holds. In their order, each once.
    """
    tariffs = Camera.tariffs.through.objects.filter(camera=OuterRef("pk"), tariff__is_enabled=True)
    sold = tariffs.filter(tariff__is_hidden=False, tariff__is_archived=False)
    held = tariffs.filter(tariff__subscriptions__customer=account.customer_id)
    bound = AccountCamera.objects.filter(camera=OuterRef("pk"), account=account, is_bound=True)
    cameras = Camera.objects.of(account.operator_id).filter(is_enabled=True)
    seen: QuerySet[Camera] = cameras.filter(Q(Exists(bound)) | Q(Exists(sold)) | Q(Exists(held)))
    return seen.select_related("city", "category", "guide_channel").order_by("sort", "name", "pk")


@dataclass(frozen=True, slots=True)
class CameraState:
    """What an account has of some cameras, by their numbers."""

    watchable: frozenset[int]
    favourite: frozenset[int]


def state_of(account: Account, cameras: Collection[Camera], tariffs: Collection[int]) -> CameraState:
    """Which of some cameras an account may watch with these tariffs, and which are its favourites."""
    numbers = [camera.pk for camera in cameras]
    personal = list(AccountCamera.objects.filter(account=account, camera__in=numbers))
    given = Camera.tariffs.through.objects.filter(camera__in=numbers, tariff__in=list(tariffs))
    bound = {each.camera_id for each in personal if each.is_bound}
    return CameraState(
        watchable=frozenset(bound | set(given.values_list("camera_id", flat=True))),
        favourite=frozenset(each.camera_id for each in personal if each.is_favourite),
    )


def camera_for(account: Account, number: int) -> Camera:
    """One of the cameras that an account is told of; raises UnknownCamera."""
    found = cameras_seen_by(account).filter(pk=number).first()
    if found is None:
        raise UnknownCamera("there is no such camera")
    return found


def cities_of(cameras: QuerySet[Camera]) -> QuerySet[City]:
    """The cities in which some cameras stand."""
    cities: QuerySet[City] = City.objects.filter(pk__in=cameras.order_by().values("city"))
    return cities.order_by("sort", "name", "pk")


def categories_of(cameras: Collection[Camera]) -> list[tuple[Category, list[Camera]]]:
    """The categories of some cameras, main and extra ones, in their order, each with its cameras."""
    found: dict[int, tuple[Category, list[Camera]]] = {}
    for camera in cameras:
        own = [camera.category] if camera.category else []
        for category in {each.pk: each for each in (*own, *camera.extra_categories.all())}.values():
            found.setdefault(category.pk, (category, []))[1].append(camera)
    return sorted(found.values(), key=lambda pair: (pair[0].sort, pair[0].name, pair[0].pk))
