//! The Gregorian calendar for days counted from 1970-01-01.

/// What the calendar says about a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Day {
    /// Days since 1970-01-01.
    pub(crate) number: i64,
    /// 1 for Monday to 7 for Sunday.
    pub(crate) of_week: i32,
    /// The week of ISO 8601: week 1 has the year's first Thursday.
    pub(crate) iso_week: i32,
    /// 1 to 12.
    pub(crate) month: i32,
}

/// The days of 400 years, after which the calendar repeats, weekdays included.
const ERA: i64 = 146_097;

impl Day {
    /// The day of a number.
    pub(crate) fn of(number: i64) -> Self {
        // 1970-01-01 was a Thursday.
        let of_week = (number.rem_euclid(7) + 3) % 7 + 1;
        let (_, month, _) = date(number);
        // A week belongs to the year of its Thursday, and is counted by the Thursdays before.
        let thursday = number.rem_euclid(ERA) + 4 - of_week;
        let (_, _, of_year) = date(thursday);
        Self {
            number,
            of_week: of_week as i32,
            iso_week: (of_year / 7 + 1) as i32,
            month: month as i32,
        }
    }
}

/// The year within its 400, the month, and the day of the year from 0. Years are counted from March, so that the leap day
/// is the last one, after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (2013).
fn date(number: i64) -> (i64, i64, i64) {
    // From 0000-03-01; only the place among the 400 years matters.
    let in_era = (number.rem_euclid(ERA) + 719_468).rem_euclid(ERA);
    let year = (in_era - in_era / 1_460 + in_era / 36_524 - in_era / 146_096) / 365;
    let from_march = in_era - (365 * year + year / 4 - year / 100);
    let month = (5 * from_march + 2) / 153;
    let is_before_march = month >= 10;
    let month = if is_before_march { month - 9 } else { month + 3 };
    let of_year = if is_before_march {
        from_march - 306
    } else {
        let is_leap = year % 4 == 0 && (year % 100 != 0 || year == 0);
        from_march + 59 + i64::from(is_leap)
    };
    (year, month, of_year)
}

#[cfg(test)]
mod tests {
    use chrono::{Datelike, NaiveDate};

    use super::*;

    #[test]
    fn days_are_those_of_chrono() {
        let start = NaiveDate::from_ymd_opt(1970, 1, 1).expect("a day");
        for number in (-800_000..800_000).step_by(1) {
            let Some(day) = start.checked_add_signed(chrono::TimeDelta::days(number)) else {
                continue;
            };
            let expected = Day {
                number,
                of_week: day.weekday().number_from_monday() as i32,
                iso_week: day.iso_week().week() as i32,
                month: day.month() as i32,
            };
            assert_eq!(Day::of(number), expected, "{day}");
        }
        // Far from any year that people write.
        assert!((1..=53).contains(&Day::of(i64::MAX).iso_week) && (1..=12).contains(&Day::of(i64::MIN).month));
    }
}
