"""A source of duties as an app above would have one."""

from accounts.duties import Duty


def two_channels(user, first_day, last_day):
    return [
        Duty(f"Facebook för {user}", url="/kanaler/1/", covered_by="Biblioteksassistent"),
        Duty("Instagram", problem=f"Ingen administratör från {first_day}"),
    ]
