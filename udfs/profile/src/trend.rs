//! `trend(ts, y)`: by how much a number changes in a day.

use std::sync::{Arc, LazyLock};

use arrow::array::{Array, ArrayRef, AsArray, Float64Array};
use arrow::datatypes::{DataType, Float64Type};
use datafusion_common::{Result, exec_err, plan_err};
use datafusion_expr::Documentation;
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use tronie_udf_kit::{Function, Parameters, UdfEnv};

use crate::constants::Constants;
use crate::grouped::{Gather, Grouped, GroupedFunction};
use crate::numbers::number_type;
use crate::times::{DAY, as_ticks, ticks, time_type};

const PARAMETERS: Parameters = Parameters {
    function: "trend",
    required: &["ts", "y"],
    options: &[],
};

/// Makes the function.
pub(crate) fn function(_: &UdfEnv) -> Function {
    Function::aggregate(Grouped::new(Trend))
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "An aggregate: the slope of the line through (time, y) by least squares, in units of y per day: 0.5 says that y grows by \
         a half every 24 hours. Sums are kept around their means, so that times far from 1970 lose nothing. Rows with a NULL, \
         or a y that is NaN or infinite, do not count; NULL for fewer than two different times.",
        "trend(ts, y)",
    )
    .with_argument("ts", "When: a timestamp of any unit, with or without a time zone, or a date.")
    .with_argument("y", "What: a number of any type; true is 1, false 0.")
    .with_sql_example(
        "```sql
select customer, trend(day, spent) as per_day
from (values ('ann', date '2026-11-01', 10.0), ('ann', date '2026-11-02', 12.0), ('ann', date '2026-11-03', 14.0),
             ('bob', date '2026-11-01', 5.0)) as t(customer, day, spent)
group by customer order by customer;
```
```text
+----------+---------+
| customer | per_day |
+----------+---------+
| ann      | 2.0     |
| bob      |         |
+----------+---------+
```",
    )
    .with_related_udf("linear_regression")
    .build()
});

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Trend;

/// Rows so far: their number, means, and sums of products of what differs from the means (Chan, Golub and LeVeque 1979).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Line {
    n: f64,
    x: f64,
    y: f64,
    xx: f64,
    xy: f64,
}

impl Line {
    fn add(&mut self, x: f64, y: f64) {
        self.merge(&Self {
            n: 1.0,
            x,
            y,
            ..Self::default()
        });
    }

    fn merge(&mut self, other: &Self) {
        let n = self.n + other.n;
        if n == 0.0 {
            return;
        }
        let (dx, dy) = (other.x - self.x, other.y - self.y);
        let share = other.n / n;
        self.xx += other.xx + dx * dx * self.n * share;
        self.xy += other.xy + dx * dy * self.n * share;
        self.x += dx * share;
        self.y += dy * share;
        self.n = n;
    }

    fn slope(&self) -> Option<f64> {
        let slope = self.xy / self.xx;
        (self.xx > 0.0 && slope.is_finite()).then_some(slope)
    }

    fn numbers(&self) -> [f64; 5] {
        [self.n, self.x, self.y, self.xx, self.xy]
    }
}

/// The lines of all groups.
#[derive(Debug)]
struct Lines {
    /// The ticks of a day.
    day: f64,
    lines: Vec<Line>,
}

impl GroupedFunction for Trend {
    type Gather = Lines;

    const PARAMETERS: Parameters = PARAMETERS;

    fn types(types: &[DataType]) -> Result<Vec<DataType>> {
        let time = time_type(PARAMETERS.function, "ts", &types[0])?;
        Ok(vec![time, number_type(PARAMETERS.function, "y", &types[1])?])
    }

    fn return_type(_: &[DataType]) -> DataType {
        DataType::Float64
    }

    fn state_types(_: &[DataType]) -> Vec<(&'static str, DataType)> {
        ["n", "x", "y", "xx", "xy"]
            .map(|name| (name, DataType::Float64))
            .to_vec()
    }

    fn check(_: &Constants) -> Result<()> {
        Ok(())
    }

    fn gather(types: &[DataType], _: &Constants) -> Result<Lines> {
        let Some(time) = types.first() else {
            return plan_err!("trend is called as trend(ts, y)");
        };
        Ok(Lines {
            day: DAY as f64 * ticks(time) as f64,
            lines: Vec::new(),
        })
    }

    fn documentation() -> &'static Documentation {
        &DOCUMENTATION
    }
}

impl Gather for Lines {
    fn empty(&self) -> Self {
        Self {
            day: self.day,
            lines: Vec::new(),
        }
    }

    fn grow(&mut self, total: usize) {
        self.lines.resize(total.max(self.lines.len()), Line::default());
    }

    fn update(&mut self, values: &[ArrayRef], groups: &[usize]) -> Result<()> {
        let times = as_ticks(&values[0])?;
        let numbers = values[1].as_primitive::<Float64Type>();
        for (row, &group) in groups.iter().enumerate() {
            let y = numbers.value(row);
            if times.is_valid(row) && numbers.is_valid(row) && y.is_finite() {
                self.lines[group].add(times.value(row) as f64 / self.day, y);
            }
        }
        Ok(())
    }

    fn merge(&mut self, states: &[ArrayRef], groups: &[usize]) -> Result<()> {
        let columns: Vec<&Float64Array> = states
            .iter()
            .map(|column| column.as_primitive::<Float64Type>())
            .collect();
        let [n, x, y, xx, xy] = columns[..] else {
            return exec_err!("a state of trend has {} columns, not 5", columns.len());
        };
        for (row, &group) in groups.iter().enumerate() {
            if n.is_valid(row) {
                self.lines[group].merge(&Line {
                    n: n.value(row),
                    x: x.value(row),
                    y: y.value(row),
                    xx: xx.value(row),
                    xy: xy.value(row),
                });
            }
        }
        Ok(())
    }

    fn results(&mut self, count: usize) -> Result<ArrayRef> {
        let slopes = self.lines.iter().take(count).map(Line::slope);
        Ok(Arc::new(slopes.collect::<Float64Array>()))
    }

    fn states(&mut self, count: usize) -> Result<Vec<ArrayRef>> {
        let column = |place: usize| {
            let numbers = self.lines.iter().take(count).map(|line| line.numbers()[place]);
            Arc::new(Float64Array::from_iter_values(numbers)) as ArrayRef
        };
        Ok((0..5).map(column).collect())
    }

    fn forget(&mut self, count: usize) {
        self.lines.drain(..count.min(self.lines.len()));
    }

    fn groups(&self) -> usize {
        self.lines.len()
    }

    fn size(&self) -> usize {
        self.lines.capacity() * size_of::<Line>()
    }
}
