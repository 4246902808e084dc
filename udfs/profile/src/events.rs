//! The times of events by group, and what they say of sessions. Times are ticks since 1970, in any unit.

use datafusion_common::{Result, exec_err};

use crate::times::DAY;

/// The events of all groups, in the order in which they came: to append costs less than to visit as many groups.
#[derive(Debug, Default)]
pub(crate) struct Events {
    total: usize,
    groups: Vec<u32>,
    times: Vec<i64>,
}

impl Events {
    pub(crate) fn grow(&mut self, total: usize) {
        self.total = self.total.max(total);
    }

    /// Adds events with their groups.
    ///
    /// # Errors
    /// For more groups than 32 bits count.
    pub(crate) fn extend(&mut self, events: impl Iterator<Item = (usize, i64)>) -> Result<()> {
        if u32::try_from(self.total).is_err() {
            return exec_err!("session_stats: too many groups, {} of them", self.total);
        }
        for (group, time) in events {
            self.groups.push(group as u32);
            self.times.push(time);
        }
        Ok(())
    }

    /// The times of the first `count` groups, group after group, and where each group ends.
    pub(crate) fn by_group(&self, count: usize) -> (Vec<i64>, Vec<usize>) {
        let mut places = vec![0_usize; count + 1];
        for &group in &self.groups {
            if let Some(rows) = places.get_mut(group as usize + 1) {
                *rows += 1;
            }
        }
        for group in 0..count {
            places[group + 1] += places[group];
        }
        let mut sorted = vec![0; places[count]];
        for (&group, &time) in self.groups.iter().zip(&self.times) {
            if (group as usize) < count {
                let place = &mut places[group as usize];
                sorted[*place] = time;
                *place += 1;
            }
        }
        // Each place has moved on to the end of its group.
        places.truncate(count);
        (sorted, places)
    }

    pub(crate) fn forget(&mut self, count: usize) {
        self.total = self.total.saturating_sub(count);
        if self.total == 0 {
            *self = Self::default();
            return;
        }
        let mut kept = 0;
        for row in 0..self.groups.len() {
            if let Some(group) = self.groups[row].checked_sub(count as u32) {
                self.groups[kept] = group;
                self.times[kept] = self.times[row];
                kept += 1;
            }
        }
        self.groups.truncate(kept);
        self.times.truncate(kept);
    }

    pub(crate) fn groups(&self) -> usize {
        self.total
    }

    pub(crate) fn size(&self) -> usize {
        self.groups.capacity() * size_of::<u32>() + self.times.capacity() * size_of::<i64>()
    }
}

/// What times say of sessions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Summary {
    pub(crate) sessions: i64,
    pub(crate) events: i64,
    /// Local days with events.
    pub(crate) active_days: i64,
    pub(crate) first: i64,
    pub(crate) last: i64,
    pub(crate) mean_seconds: f64,
    pub(crate) longest_seconds: f64,
    /// From the end of a session to the start of the next; `None` with one session.
    pub(crate) days_between: Option<f64>,
}

/// The summary of sorted times; `None` for none. A pause of more than `gap` ticks ends a session; a second has `ticks`;
/// `local` turns seconds into local ones.
pub(crate) fn summary(times: &[i64], gap: i64, ticks: i64, mut local: impl FnMut(i64) -> i64) -> Option<Summary> {
    let (&first, &last) = (times.first()?, times.last()?);
    let (mut sessions, mut longest, mut pauses) = (1, 0, 0_i128);
    let mut start = first;
    let mut before = first;
    let mut active_days = 0;
    // Before this tick the local day is known: offsets and midnights are at full quarters of an hour.
    let (mut day, mut checked_until) = (None, i64::MIN);
    for &time in times {
        if time.saturating_sub(before) > gap {
            longest = longest.max(before.saturating_sub(start));
            pauses += i128::from(time) - i128::from(before);
            start = time;
            sessions += 1;
        }
        before = time;
        if time >= checked_until {
            let seconds = time.div_euclid(ticks);
            let own = local(seconds).div_euclid(DAY);
            if day != Some(own) {
                active_days += 1;
                day = Some(own);
            }
            checked_until = (seconds.div_euclid(900) + 1).saturating_mul(900).saturating_mul(ticks);
        }
    }
    longest = longest.max(last.saturating_sub(start));
    let seconds = |span: i128| span as f64 / ticks as f64;
    let inside = i128::from(last) - i128::from(first) - pauses;
    Some(Summary {
        sessions,
        events: times.len() as i64,
        active_days,
        first,
        last,
        mean_seconds: seconds(inside) / sessions as f64,
        longest_seconds: seconds(i128::from(longest)),
        days_between: (sessions > 1).then(|| seconds(pauses) / (sessions - 1) as f64 / DAY as f64),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_end_with_pauses() {
        assert_eq!(summary(&[], 10, 1, |s| s), None);
        let of = summary(&[0, 10, 20, 31, DAY - 1, DAY], 10, 1, |s| s).expect("times");
        assert_eq!((of.sessions, of.events, of.active_days), (3, 6, 2));
        assert_eq!((of.first, of.last, of.longest_seconds), (0, DAY, 20.0));
        assert_eq!(of.mean_seconds, 7.0);
        let between = (11 + DAY - 32) as f64 / 2.0 / DAY as f64;
        assert_eq!(of.days_between, Some(between));
        // An hour ahead, the first event of all is the only one on its day's other side.
        let ahead = summary(&[DAY - 3_601, DAY - 3_600], 10, 1, |s| s + 3_600).expect("times");
        assert_eq!(ahead.active_days, 2);
        assert!(summary(&[i64::MIN, i64::MAX], i64::MAX, 1_000_000_000, |s| s).is_some());
    }

    #[test]
    fn groups_leave_in_order() {
        let mut events = Events::default();
        events.grow(3);
        events
            .extend([(2, 5), (0, 7), (2, 3), (0, 1)].into_iter())
            .expect("few groups");
        assert_eq!(events.by_group(3), (vec![7, 1, 5, 3], vec![2, 2, 4]));
        assert_eq!(events.by_group(1), (vec![7, 1], vec![2]));
        events.forget(1);
        assert_eq!((events.groups(), events.by_group(2)), (2, (vec![5, 3], vec![0, 2])));
        events.forget(2);
        assert_eq!((events.groups(), events.by_group(0)), (0, (vec![], vec![])));
    }
}
