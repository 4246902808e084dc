//! `time_features(ts)`: what a time says about a habit.

use std::sync::{Arc, LazyLock};

use arrow::array::{Array, ArrayRef, BooleanArray, BooleanBufferBuilder, Int32Array, StringArray, StructArray};
use arrow::buffer::{Buffer, OffsetBuffer};
use arrow::datatypes::{DataType, Field, Fields};
use datafusion_common::{Result, exec_err};
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion_expr::{ColumnarValue, Documentation, ScalarFunctionArgs, ScalarUDFImpl, Signature};
use tronie_udf_kit::{Function, Parameters, UdfEnv, scalar_or_array};

use crate::calendar::Day;
use crate::times::{DAY, Zone, as_ticks, ticks, time_type};

const PARAMETERS: Parameters = Parameters {
    function: "time_features",
    required: &["ts"],
    options: &[],
};

/// Makes the function.
pub(crate) fn function(_: &UdfEnv) -> Function {
    Function::scalar(TimeFeatures {
        signature: PARAMETERS.signature(),
    })
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "What a time says about habits: `STRUCT{hour INT, day_of_week INT, is_weekend BOOLEAN, day_part VARCHAR, week INT, \
         month INT, quarter INT}`. `hour` is 0 to 23; `day_of_week` 1 for Monday to 7 for Sunday; `is_weekend` Saturday or \
         Sunday; `day_part` night (0 to 5 h), morning (6 to 11), afternoon (12 to 17) or evening (18 to 23); `week` the week \
         of ISO 8601, 1 to 53. A timestamp with a time zone is read in the local time of that zone; one without is read as \
         it is. A date is its midnight. NULL for NULL.",
        "time_features(ts)",
    )
    .with_argument("ts", "A timestamp of any unit, with or without a time zone, or a date.")
    .with_sql_example(
        "```sql
select f['hour'] as hour, f['day_of_week'] as day, f['is_weekend'] as weekend, f['day_part'] as part, f['week'] as week
from (select time_features(ts) as f
      from (values (timestamp '2026-01-04 21:30:00'), (timestamp '2026-11-24 09:05:00')) as t(ts));
```
```text
+------+-----+---------+---------+------+
| hour | day | weekend | part    | week |
+------+-----+---------+---------+------+
| 21   | 7   | true    | evening | 1    |
| 9    | 2   | false   | morning | 48   |
+------+-----+---------+---------+------+
```",
    )
    .with_related_udf("shares")
    .build()
});

#[derive(Debug, PartialEq, Eq, Hash)]
struct TimeFeatures {
    signature: Signature,
}

/// The parts of a day, six hours each.
const DAY_PARTS: [&str; 4] = ["night", "morning", "afternoon", "evening"];

fn fields() -> Fields {
    let whole = |name: &str| Field::new(name, DataType::Int32, true);
    Fields::from(vec![
        whole("hour"),
        whole("day_of_week"),
        Field::new("is_weekend", DataType::Boolean, true),
        Field::new("day_part", DataType::Utf8, true),
        whole("week"),
        whole("month"),
        whole("quarter"),
    ])
}

/// The features of each row. A field of a NULL is NULL itself, since fields are read without what is around them.
fn features(times: &ArrayRef) -> Result<StructArray> {
    let mut zone = Zone::of(times.data_type())?;
    let ticks = ticks(times.data_type());
    let times = as_ticks(times)?;
    let rows = times.len();
    let whole = || Vec::with_capacity(rows);
    let [mut hours, mut days, mut weeks, mut months, mut quarters] = [whole(), whole(), whole(), whole(), whole()];
    let mut weekends = BooleanBufferBuilder::new(rows);
    let mut parts: Vec<u8> = Vec::with_capacity(rows * 9);
    let mut ends: Vec<i32> = Vec::with_capacity(rows + 1);
    ends.push(0);
    // Rows often come in the order of time, so the day is often the one before.
    let mut last = Day::of(0);
    for &time in times.values() {
        let local = zone.local(time.div_euclid(ticks));
        let number = local.div_euclid(DAY);
        if number != last.number {
            last = Day::of(number);
        }
        let hour = (local - number * DAY) / 3_600;
        hours.push(hour as i32);
        days.push(last.of_week);
        weekends.append(last.of_week > 5);
        parts.extend_from_slice(DAY_PARTS[(hour / 6) as usize % 4].as_bytes());
        ends.push(i32::try_from(parts.len()).unwrap_or(i32::MAX));
        weeks.push(last.iso_week);
        months.push(last.month);
        quarters.push((last.month + 2) / 3);
    }
    if i32::try_from(parts.len()).is_err() {
        return exec_err!("time_features: a batch of {rows} rows is too large");
    }
    let nulls = || times.nulls().cloned();
    let numbers = |numbers: Vec<i32>| Arc::new(Int32Array::new(numbers.into(), nulls())) as ArrayRef;
    let parts = StringArray::try_new(OffsetBuffer::new(ends.into()), Buffer::from_vec(parts), nulls())?;
    let columns: Vec<ArrayRef> = vec![
        numbers(hours),
        numbers(days),
        Arc::new(BooleanArray::new(weekends.finish(), nulls())),
        Arc::new(parts),
        numbers(weeks),
        numbers(months),
        numbers(quarters),
    ];
    Ok(StructArray::try_new(fields(), columns, nulls())?)
}

impl ScalarUDFImpl for TimeFeatures {
    fn name(&self) -> &str {
        PARAMETERS.function
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        PARAMETERS.check_count(types.len())?;
        Ok(vec![time_type(PARAMETERS.function, "ts", &types[0])?])
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Struct(fields()))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let times = match &args.args[0] {
            ColumnarValue::Array(times) => Arc::clone(times),
            ColumnarValue::Scalar(time) => time.to_array()?,
        };
        scalar_or_array(&args.args[0], Arc::new(features(&times)?))
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}
