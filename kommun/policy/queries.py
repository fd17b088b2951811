"""Which versions somebody may see. What has been adopted is public; a draft is for those who prepare it."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from kommun.models import PolicyVersion
from kommun.models.policy import PolicyVersionQuerySet

Reader = AbstractBaseUser | AnonymousUser


def may_see_drafts(reader: Reader) -> bool:
    """Return whether the reader sees drafts and is reminded of the review. Appointments give the permission."""
    has_perm = getattr(reader, "has_perm", None)
    return bool(has_perm and has_perm("kommun.view_policyversion"))


def visible_to(reader: Reader) -> PolicyVersionQuerySet:
    """Return the versions that the reader may see, newest first, without their long texts."""
    versions = PolicyVersion.objects.defer("content", "original")
    return versions if may_see_drafts(reader) else versions.exclude(status=PolicyVersion.Status.DRAFT)


def predecessor(version: PolicyVersion) -> PolicyVersion | None:
    """Return the version that a version is compared with: for a draft the latest adopted, else the one it followed."""
    adopted = PolicyVersion.objects.exclude(status=PolicyVersion.Status.DRAFT).defer("content", "original")
    if version.status == PolicyVersion.Status.DRAFT:
        return adopted.order_by("-adopted_at").first()
    return adopted.filter(adopted_at__lt=version.adopted_at).order_by("-adopted_at").first()
