"""When people are not to be disturbed: wall-clock times of a site, over midnight and changes of the clock. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `begins` until `ends` (exclusive) on the clock of `zone`; the same time twice means never."""

    begins: time
    ends: time
    zone: ZoneInfo

    def holds_at(self, moment: datetime) -> bool:
        """Whether it is quiet then."""
        return self.covers(moment.astimezone(self.zone).time())

    def covers(self, wall: time) -> bool:
        """Whether it is quiet when a clock on the wall shows this."""
        if self.begins < self.ends:
            return self.begins <= wall < self.ends
        return self.begins != self.ends and (wall >= self.begins or wall < self.ends)

    def over_at(self, moment: datetime) -> datetime:
        """The first instant from `moment` on at which it is not quiet; in UTC."""
        moment = moment.astimezone(UTC)
        while self.holds_at(moment):
            local = moment.astimezone(self.zone)
            day = local.date() if local.time() < self.ends else local.date() + timedelta(days=1)
            moment = at_wall(datetime.combine(day, self.ends), self.zone)
        return moment

    def last_after(self, wall: time, now: datetime) -> datetime:
        """The latest instant, not after `now`, at which the clock had shown `wall` and it was no longer quiet."""
        today = now.astimezone(self.zone).date()
        for back in range(3):
            day = today - timedelta(days=back)
            moment = self.over_at(at_wall(datetime.combine(day, wall), self.zone))
            if moment <= now:
                return moment
        raise AssertionError("it was quiet for two days")


def at_wall(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, at which a clock shows this: of two the later, of none the first after the gap."""
    return max(wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
