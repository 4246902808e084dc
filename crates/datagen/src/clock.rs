//! Days, hours and habits.

use chrono::{DateTime, Datelike, Days, NaiveDate};

use crate::random::Random;

/// Microseconds since 1970.
pub(crate) type Time = i64;
/// Days since 1970.
pub(crate) type Day = i32;

pub(crate) const SECOND: Time = 1_000_000;
pub(crate) const MINUTE: Time = 60 * SECOND;
pub(crate) const HOUR: Time = 60 * MINUTE;
pub(crate) const DAY: Time = 24 * HOUR;
/// Nothing true is older than so many days.
pub(crate) const HISTORY: i64 = 730;

pub(crate) fn day_of(time: Time) -> Day {
    time.div_euclid(DAY) as Day
}

pub(crate) fn midnight(day: Day) -> Time {
    Time::from(day) * DAY
}

/// The date of a day.
pub(crate) fn date(day: Day) -> NaiveDate {
    DateTime::from_timestamp_micros(midnight(day)).map_or(NaiveDate::default(), |time| time.date_naive())
}

pub(crate) fn day_number(date: NaiveDate) -> Day {
    date.signed_duration_since(NaiveDate::default()).num_days() as Day
}

/// The last day of each month that ended in the days from `first` to before `end`.
pub(crate) fn month_ends(first: Day, end: Day) -> impl Iterator<Item = Day> {
    (first..end).filter(|day| {
        date(*day)
            .checked_add_days(Days::new(1))
            .is_some_and(|next| next.day() == 1)
    })
}

/// When a customer is active: around an hour of the day, and more or less at weekends.
#[derive(Debug, Clone)]
pub(crate) struct Rhythm {
    /// The middle of the active hours, 0 to below 24.
    pub(crate) hour: f64,
    /// Activity on a Saturday or Sunday, as a share of that of the busiest days.
    weekend: f64,
    /// And on a working day.
    week: f64,
}

impl Rhythm {
    pub(crate) fn new(dice: &mut Random) -> Self {
        // Most people shop in the evening, some at noon, a few in the morning.
        let centre = dice.pick(&[20.5, 20.5, 20.5, 21.5, 12.5, 12.5, 9.5, 15.5]);
        let hour = dice.normal(centre, 1.0).rem_euclid(24.0);
        let (weekend, week) = dice.pick(&[(1.0, 0.35), (1.0, 0.75), (1.0, 1.0), (0.45, 1.0)]);
        Self { hour, weekend, week }
    }

    /// A time of the day.
    pub(crate) fn time(&self, dice: &mut Random) -> Time {
        let hour = if dice.chance(0.85) {
            dice.normal(self.hour, 1.8).rem_euclid(24.0)
        } else {
            dice.between(7.5, 23.8)
        };
        ((hour * HOUR as f64) as Time).min(DAY - SECOND) / SECOND * SECOND + dice.below(SECOND as u64) as Time
    }

    /// Whether the customer is active on a day that would be as good as any other but for the weekday.
    pub(crate) fn allows(&self, day: Day, dice: &mut Random) -> bool {
        // The first of January 1970 was a Thursday.
        let is_weekend = (day + 3).rem_euclid(7) >= 5;
        dice.chance(if is_weekend { self.weekend } else { self.week })
    }

    /// A time near the given one, at the hours and on the weekdays that suit; on the same day or up to three days before.
    pub(crate) fn near(&self, time: Time, dice: &mut Random) -> Time {
        let mut day = day_of(time);
        for _ in 0..3 {
            if self.allows(day, dice) {
                break;
            }
            day -= 1;
        }
        midnight(day) + self.time(dice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_dates() {
        let day = day_number(NaiveDate::from_ymd_opt(2026, 11, 1).unwrap());
        assert_eq!(date(day).to_string(), "2026-11-01");
        assert_eq!(day_of(midnight(day) - 1), day - 1);
        let ends: Vec<String> = month_ends(day - 95, day).map(|day| date(day).to_string()).collect();
        assert_eq!(ends, ["2026-07-31", "2026-08-31", "2026-09-30", "2026-10-31"]);
    }
}
