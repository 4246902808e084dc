//! Rows of a table, written column by column, with dirt.

use std::sync::Arc;

use arrow::array::{
    ArrayBuilder, ArrayRef, BooleanBuilder, Date32Builder, Float64Builder, Int64Builder, RecordBatch, StringBuilder,
    TimestampMicrosecondBuilder,
};
use arrow::datatypes::{DataType, Field};

use crate::clock::{DAY, Day, Time};
use crate::dirt;
use crate::ids::Id;
use crate::random::Random;
use crate::schema::{Dirt, Layout};
use crate::world::World;

/// About so many rows make a batch.
pub(crate) const ROWS: usize = 8_192;

enum Column {
    Text(StringBuilder),
    Whole(Int64Builder),
    Number(Float64Builder),
    Truth(BooleanBuilder),
    Time(TimestampMicrosecondBuilder),
    Day(Date32Builder),
}

impl Column {
    fn new(field: &Field) -> Self {
        match field.data_type() {
            DataType::Int64 => Self::Whole(Int64Builder::with_capacity(ROWS)),
            DataType::Float64 => Self::Number(Float64Builder::with_capacity(ROWS)),
            DataType::Boolean => Self::Truth(BooleanBuilder::with_capacity(ROWS)),
            DataType::Timestamp(_, _) => Self::Time(TimestampMicrosecondBuilder::with_capacity(ROWS)),
            DataType::Date32 => Self::Day(Date32Builder::with_capacity(ROWS)),
            _ => Self::Text(StringBuilder::with_capacity(ROWS, 16 * ROWS)),
        }
    }

    fn builder(&mut self) -> &mut dyn ArrayBuilder {
        match self {
            Self::Text(builder) => builder,
            Self::Whole(builder) => builder,
            Self::Number(builder) => builder,
            Self::Truth(builder) => builder,
            Self::Time(builder) => builder,
            Self::Day(builder) => builder,
        }
    }

    fn append_null(&mut self) {
        match self {
            Self::Text(builder) => builder.append_null(),
            Self::Whole(builder) => builder.append_null(),
            Self::Number(builder) => builder.append_null(),
            Self::Truth(builder) => builder.append_null(),
            Self::Time(builder) => builder.append_null(),
            Self::Day(builder) => builder.append_null(),
        }
    }
}

/// The rows of a batch in the making.
pub(crate) struct Sheet {
    layout: Layout,
    world: Arc<World>,
    columns: Vec<Column>,
    rows: usize,
    dice: Random,
}

impl Sheet {
    pub(crate) fn new(layout: Layout, world: Arc<World>) -> Self {
        let columns = layout.schema.fields().iter().map(|field| Column::new(field)).collect();
        let dice = world.random(layout.name, 0);
        Self {
            layout,
            world,
            columns,
            rows: 0,
            dice,
        }
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// From here on come the rows of this customer: dirt is a matter of customer and table alone.
    pub(crate) fn begin(&mut self, customer: u64) {
        self.dice = self.world.random(self.layout.name, customer);
    }

    /// A row. `write` gives its values in the order of the columns, and the same each time it is asked.
    pub(crate) fn row(&mut self, write: impl Fn(&mut Row<'_>)) {
        let stain = if self.world.dirty { self.stain() } else { None };
        let dice = Random::new(self.dice.bits(), "value", 0);
        let times = if matches!(stain, Some((_, Dirt::Twice))) { 2 } else { 1 };
        for _ in 0..times {
            let mut row = Row {
                sheet: self,
                at: 0,
                stain,
                dice: dice.clone(),
            };
            write(&mut row);
            row.end();
        }
    }

    fn stain(&mut self) -> Option<(usize, Dirt)> {
        let number = self.dice.below(1000);
        let (_, column, dirt) = *self.layout.dirt.iter().find(|(share, _, _)| number < *share)?;
        Some((column, dirt))
    }

    /// The rows so far, and an empty sheet.
    pub(crate) fn finish(&mut self) -> RecordBatch {
        self.rows = 0;
        let columns: Vec<ArrayRef> = self
            .columns
            .iter_mut()
            .map(|column| column.builder().finish())
            .collect();
        let batch = RecordBatch::try_new(Arc::clone(&self.layout.schema), columns);
        debug_assert!(batch.is_ok(), "{batch:?}");
        batch.unwrap_or_else(|_| RecordBatch::new_empty(Arc::clone(&self.layout.schema)))
    }
}

/// A row in the making: a value for each column, in their order.
pub(crate) struct Row<'a> {
    sheet: &'a mut Sheet,
    at: usize,
    stain: Option<(usize, Dirt)>,
    dice: Random,
}

/// Appends to the next column if it is of the kind; the name is there for the reader, and is checked by tests.
macro_rules! next {
    ($row:ident, $name:ident, $kind:ident, |$dirt:ident| $value:expr) => {{
        let at = $row.at;
        $row.at += 1;
        debug_assert_eq!(
            $row.sheet
                .layout
                .schema
                .fields()
                .get(at)
                .map(|field| field.name().as_str()),
            Some($name)
        );
        let $dirt = $row.stain.and_then(|(column, dirt)| (column == at).then_some(dirt));
        let value = $value;
        match $row.sheet.columns.get_mut(at) {
            Some(Column::$kind(builder)) => builder.append_option(if $dirt == Some(Dirt::Null) { None } else { value }),
            Some(other) => {
                debug_assert!(false, "`{}` is of another kind", $name);
                other.append_null();
            }
            None => {}
        }
        $row
    }};
}

impl Row<'_> {
    pub(crate) fn id(&mut self, name: &str, value: Id) -> &mut Self {
        self.text(name, value.as_str())
    }

    pub(crate) fn text(&mut self, name: &str, value: &str) -> &mut Self {
        self.text_or_null(name, Some(value))
    }

    pub(crate) fn text_or_null(&mut self, name: &str, value: Option<&str>) -> &mut Self {
        next!(self, name, Text, |found| match (found, value) {
            (Some(found), Some(value)) => Some(dirt::text(found, value, self.sheet.world.key, &mut self.dice)),
            (_, value) => value.map(std::borrow::Cow::Borrowed),
        })
    }

    pub(crate) fn whole(&mut self, name: &str, value: i64) -> &mut Self {
        self.whole_or_null(name, Some(value))
    }

    pub(crate) fn whole_or_null(&mut self, name: &str, value: Option<i64>) -> &mut Self {
        next!(self, name, Whole, |found| value.map(|value| match found {
            Some(Dirt::Huge) => value.saturating_mul(1000),
            Some(Dirt::Negative) => -value,
            _ => value,
        }))
    }

    pub(crate) fn number(&mut self, name: &str, value: f64) -> &mut Self {
        self.number_or_null(name, Some(value))
    }

    pub(crate) fn number_or_null(&mut self, name: &str, value: Option<f64>) -> &mut Self {
        next!(self, name, Number, |found| value.map(|value| match found {
            Some(Dirt::Huge) => value * 1000.0,
            Some(Dirt::Negative) => -value,
            _ => value,
        }))
    }

    pub(crate) fn truth(&mut self, name: &str, value: bool) -> &mut Self {
        self.truth_or_null(name, Some(value))
    }

    pub(crate) fn truth_or_null(&mut self, name: &str, value: Option<bool>) -> &mut Self {
        next!(self, name, Truth, |_found| value)
    }

    pub(crate) fn time(&mut self, name: &str, value: Time) -> &mut Self {
        next!(self, name, Time, |found| Some(match found {
            Some(Dirt::Future) => {
                self.sheet.world.as_of + self.dice.whole(1, 399) * DAY + value.rem_euclid(DAY)
            }
            _ => value,
        }))
    }

    pub(crate) fn day(&mut self, name: &str, value: Day) -> &mut Self {
        self.day_or_null(name, Some(value))
    }

    pub(crate) fn day_or_null(&mut self, name: &str, value: Option<Day>) -> &mut Self {
        next!(self, name, Day, |found| value.map(|value| match found {
            Some(Dirt::Future) => self.sheet.world.today() + self.dice.whole(1, 400) as Day,
            _ => value,
        }))
    }

    /// All columns are as long as each other, whatever was written.
    fn end(self) {
        debug_assert_eq!(
            self.at,
            self.sheet.columns.len(),
            "values of a row of `{}`",
            self.sheet.layout.name
        );
        for column in self.sheet.columns.iter_mut().skip(self.at) {
            column.append_null();
        }
        self.sheet.rows += 1;
    }
}
