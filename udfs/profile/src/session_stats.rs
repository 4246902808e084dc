//! `session_stats(ts [, gap])`: figures about the sessions of a group of events, without an order.

use std::sync::{Arc, LazyLock};

use arrow::array::{Array, ArrayRef, AsArray, Float64Builder, Int64Array, Int64Builder, ListArray, StructArray};
use arrow::buffer::{NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow::datatypes::{DataType, Field, FieldRef, Fields, Int64Type};
use datafusion_common::{Result, exec_err};
use datafusion_expr::Documentation;
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use tronie_udf_kit::{Function, Parameters, UdfEnv};

use crate::constants::{Constants, option_types};
use crate::events::{Events, summary};
use crate::gap::{GAP, GAP_DOCUMENTATION, gap};
use crate::grouped::{Gather, Grouped, GroupedFunction};
use crate::times::{Zone, as_ticks, of_ticks, ticks, time_type};

const PARAMETERS: Parameters = Parameters {
    function: "session_stats",
    required: &["ts"],
    options: &[GAP],
};

/// Makes the function.
pub(crate) fn function(_: &UdfEnv) -> Function {
    Function::aggregate(Grouped::new(SessionStats))
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "An aggregate: what the times of a group's events say of its sessions, in one pass and in any order: \
         `STRUCT{sessions BIGINT, events BIGINT, active_days BIGINT, first, last, mean_seconds DOUBLE, longest_seconds DOUBLE, \
         days_between DOUBLE}`. Sessions are those of `sessionize`; one lasts from its first to its last event, so one with a \
         single event 0 seconds. `active_days` counts days with events, in the time zone of the timestamps if they have one. \
         `first` and `last` are timestamps of the given type. `days_between` is the mean time from the end of a session to \
         the start of the next, in days; NULL with one session. An event costs 12 bytes of memory, 8 more while results are \
         made. NULLs do not count; NULL for a group without any time.",
        "session_stats(ts [, gap => interval '30 minutes'])",
    )
    .with_argument("ts", "When each event was: a timestamp of any unit, with or without a time zone, or a date.")
    .with_argument(GAP, GAP_DOCUMENTATION)
    .with_sql_example(
        "```sql
select customer, s['sessions'] as sessions, s['events'] as events, s['longest_seconds'] as longest,
       s['days_between'] as between
from (select customer, session_stats(ts) as s
      from (values ('ann', timestamp '2026-11-01 09:20:00'), ('ann', timestamp '2026-11-01 09:00:00'),
                   ('ann', timestamp '2026-11-03 09:20:00'), ('bob', timestamp '2026-11-01 09:10:00')) as t(customer, ts)
      group by customer)
order by customer;
```
```text
+----------+----------+--------+---------+---------+
| customer | sessions | events | longest | between |
+----------+----------+--------+---------+---------+
| ann      | 2        | 3      | 1200.0  | 2.0     |
| bob      | 1        | 1      | 0.0     |         |
+----------+----------+--------+---------+---------+
```",
    )
    .with_related_udf("sessionize")
    .build()
});

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct SessionStats;

/// The times of all groups.
#[derive(Debug)]
struct Times {
    of: DataType,
    /// In ticks.
    gap: i64,
    events: Events,
}

fn fields(time: &DataType) -> Fields {
    let whole = |name: &str| Field::new(name, DataType::Int64, true);
    let number = |name: &str| Field::new(name, DataType::Float64, true);
    Fields::from(vec![
        whole("sessions"),
        whole("events"),
        whole("active_days"),
        Field::new("first", time.clone(), true),
        Field::new("last", time.clone(), true),
        number("mean_seconds"),
        number("longest_seconds"),
        number("days_between"),
    ])
}

fn item() -> FieldRef {
    Arc::new(Field::new_list_field(DataType::Int64, true))
}

impl GroupedFunction for SessionStats {
    type Gather = Times;

    const PARAMETERS: Parameters = PARAMETERS;

    fn types(types: &[DataType]) -> Result<Vec<DataType>> {
        let mut read = vec![time_type(PARAMETERS.function, "ts", &types[0])?];
        read.extend(option_types(&PARAMETERS, types));
        Ok(read)
    }

    fn return_type(types: &[DataType]) -> DataType {
        DataType::Struct(fields(&types[0]))
    }

    fn state_types(_: &[DataType]) -> Vec<(&'static str, DataType)> {
        vec![("times", DataType::List(item()))]
    }

    fn check(constants: &Constants) -> Result<()> {
        gap(&PARAMETERS, constants, 1).map(|_| ())
    }

    fn gather(types: &[DataType], constants: &Constants) -> Result<Times> {
        Ok(Times {
            of: types[0].clone(),
            gap: gap(&PARAMETERS, constants, ticks(&types[0]))?,
            events: Events::default(),
        })
    }

    fn documentation() -> &'static Documentation {
        &DOCUMENTATION
    }
}

impl Gather for Times {
    fn empty(&self) -> Self {
        Self {
            of: self.of.clone(),
            gap: self.gap,
            events: Events::default(),
        }
    }

    fn grow(&mut self, total: usize) {
        self.events.grow(total);
    }

    fn update(&mut self, values: &[ArrayRef], groups: &[usize]) -> Result<()> {
        let times = as_ticks(&values[0])?;
        match times.nulls() {
            Some(nulls) if nulls.null_count() > 0 => {
                let rows = times.values().iter().zip(groups).zip(nulls.iter());
                let known = rows.filter(|(_, is_known)| *is_known);
                self.events.extend(known.map(|((&time, &group), _)| (group, time)))
            }
            _ => self
                .events
                .extend(groups.iter().copied().zip(times.values().iter().copied())),
        }
    }

    fn each(&self, values: &[ArrayRef]) -> Result<Vec<ArrayRef>> {
        let times = as_ticks(&values[0])?;
        let rows = times.len();
        // A NULL is the NULL state, whatever is in its list.
        let offsets = OffsetBuffer::<i32>::from_repeated_length(1, rows);
        let nulls = times.nulls().cloned();
        let items = Int64Array::new(times.values().clone(), None);
        Ok(vec![Arc::new(ListArray::try_new(
            item(),
            offsets,
            Arc::new(items),
            nulls,
        )?)])
    }

    fn merge(&mut self, states: &[ArrayRef], groups: &[usize]) -> Result<()> {
        let Some(lists) = states[0].as_list_opt::<i32>() else {
            return exec_err!("a state of session_stats is {}, no list", states[0].data_type());
        };
        let times = lists.values().as_primitive::<Int64Type>().values();
        let offsets = lists.value_offsets();
        for (row, &group) in groups.iter().enumerate() {
            if lists.is_valid(row) {
                let own = &times[offsets[row] as usize..offsets[row + 1] as usize];
                self.events.extend(own.iter().map(|&time| (group, time)))?;
            }
        }
        Ok(())
    }

    fn results(&mut self, count: usize) -> Result<ArrayRef> {
        let ticks = ticks(&self.of);
        let mut zone = Zone::of(&self.of)?;
        let whole = || Int64Builder::with_capacity(count);
        let number = || Float64Builder::with_capacity(count);
        let (mut sessions, mut events, mut days, mut first, mut last) = (whole(), whole(), whole(), whole(), whole());
        let (mut mean, mut longest, mut between) = (number(), number(), number());
        let mut has_rows = Vec::with_capacity(count);
        let (mut sorted, ends) = self.events.by_group(count);
        let mut start = 0;
        for end in ends {
            let own = &mut sorted[start..end];
            start = end;
            own.sort_unstable();
            let of = summary(own, self.gap, ticks, |seconds| zone.local(seconds));
            has_rows.push(of.is_some());
            sessions.append_option(of.map(|of| of.sessions));
            events.append_option(of.map(|of| of.events));
            days.append_option(of.map(|of| of.active_days));
            first.append_option(of.map(|of| of.first));
            last.append_option(of.map(|of| of.last));
            mean.append_option(of.map(|of| of.mean_seconds));
            longest.append_option(of.map(|of| of.longest_seconds));
            between.append_option(of.and_then(|of| of.days_between));
        }
        let columns: Vec<ArrayRef> = vec![
            Arc::new(sessions.finish()),
            Arc::new(events.finish()),
            Arc::new(days.finish()),
            of_ticks(first.finish(), &self.of)?,
            of_ticks(last.finish(), &self.of)?,
            Arc::new(mean.finish()),
            Arc::new(longest.finish()),
            Arc::new(between.finish()),
        ];
        let nulls = has_rows.contains(&false).then(|| NullBuffer::from(has_rows));
        Ok(Arc::new(StructArray::try_new(fields(&self.of), columns, nulls)?))
    }

    fn states(&mut self, count: usize) -> Result<Vec<ArrayRef>> {
        let (sorted, ends) = self.events.by_group(count);
        let mut offsets: Vec<i32> = Vec::with_capacity(count + 1);
        offsets.push(0);
        for end in ends {
            match i32::try_from(end) {
                Ok(end) => offsets.push(end),
                Err(_) => return exec_err!("session_stats: too many events in one state; use more partitions"),
            }
        }
        let items = Int64Array::new(ScalarBuffer::from(sorted), None);
        let offsets = OffsetBuffer::new(offsets.into());
        Ok(vec![Arc::new(ListArray::try_new(
            item(),
            offsets,
            Arc::new(items),
            None,
        )?)])
    }

    fn forget(&mut self, count: usize) {
        self.events.forget(count);
    }

    fn groups(&self) -> usize {
        self.events.groups()
    }

    fn size(&self) -> usize {
        self.events.size()
    }
}
