//! Aggregates over how often which label was predicted for which.

use std::fmt::Debug;
use std::hash::Hash;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, ListArray, ListBuilder, StringArray, StringBuilder, UInt64Builder,
};
use arrow::datatypes::{DataType, Field, FieldRef, UInt64Type};
use datafusion_common::{Result, ScalarValue};
use datafusion_expr::function::{AccumulatorArgs, AggregateFunctionSimplification, StateFieldsArgs};
use datafusion_expr::utils::{AggregateOrderSensitivity, format_state_name};
use datafusion_expr::{Accumulator, AggregateUDFImpl, Documentation, EmitTo, GroupsAccumulator, Signature};
use tronie_learn::labels::Labels;
use tronie_learn::metrics::confusion::Cells;
use tronie_udf_kit::{Options, Parameters};

use crate::calls::{asked, checking, option_types, with_planned};
use crate::labels::{LabelReader, NONE, label_types};
use crate::positive::POSITIVE;

/// What such an aggregate is: all that its file has to say.
pub(crate) trait ConfusionFunction: Debug + Clone + PartialEq + Eq + Hash + Send + Sync + 'static {
    /// What its options say.
    type Settings: Debug + Clone + Send + Sync + 'static;

    const PARAMETERS: Parameters;

    fn return_type() -> DataType;

    fn settings(options: &Options<'_>) -> Result<Self::Settings>;

    /// The result of some counts.
    fn finish(settings: &Self::Settings, labels: &Labels, cells: &Cells) -> Result<ScalarValue>;

    fn documentation() -> &'static Documentation;
}

/// The aggregate that a [`ConfusionFunction`] makes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ConfusionAggregate<F> {
    function: F,
    signature: Signature,
}

impl<F: ConfusionFunction> ConfusionAggregate<F> {
    pub(crate) fn new(function: F) -> Self {
        Self {
            function,
            signature: F::PARAMETERS.signature(),
        }
    }
}

impl<F: ConfusionFunction> AggregateUDFImpl for ConfusionAggregate<F> {
    fn name(&self) -> &str {
        F::PARAMETERS.function
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        F::PARAMETERS.check_count(types.len())?;
        let names = ["actual", "predicted"];
        let mut read = label_types(F::PARAMETERS.function, names, [&types[0], &types[1]])?.to_vec();
        read.extend(option_types(&F::PARAMETERS, types, &[POSITIVE]));
        Ok(read)
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(F::return_type())
    }

    fn simplify(&self) -> Option<AggregateFunctionSimplification> {
        checking(F::PARAMETERS, |options| F::settings(options).map(|_| ()))
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(One::<F> {
            settings: with_planned(&F::PARAMETERS, &args, F::settings)?,
            rows: Coded::new(F::PARAMETERS.function),
            cells: Cells::default(),
        }))
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(Groups::<F> {
            settings: with_planned(&F::PARAMETERS, &args, F::settings)?,
            rows: Coded::new(F::PARAMETERS.function),
            cells: Vec::new(),
            held: 0,
        }))
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let field = |name, of| {
            let list = DataType::List(Arc::new(Field::new_list_field(of, true)));
            Arc::new(Field::new(format_state_name(args.name, name), list, true))
        };
        Ok(vec![field("labels", DataType::Utf8), field("counts", DataType::UInt64)])
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(F::documentation())
    }
}

/// Rows as codes of one dictionary.
#[derive(Debug)]
struct Coded {
    labels: Labels,
    reader: LabelReader,
}

impl Coded {
    fn new(function: &'static str) -> Self {
        Self {
            labels: Labels::default(),
            reader: LabelReader::new(function),
        }
    }

    /// The codes of both columns; [`NONE`] where there is no label.
    fn read(&mut self, values: &[ArrayRef]) -> Result<[Vec<u32>; 2]> {
        let actual = self.reader.codes(&mut self.labels, values[0].as_ref())?;
        let predicted = self.reader.codes(&mut self.labels, values[1].as_ref())?;
        Ok([actual, predicted])
    }

    fn size(&self) -> usize {
        self.labels.size() + self.reader.size()
    }
}

/// Pairs in which both labels are there.
fn complete([actual, predicted]: &[Vec<u32>; 2]) -> impl Iterator<Item = (usize, u32, u32)> {
    let rows = actual.iter().zip(predicted).enumerate();
    let row = |(row, (actual, predicted)): (usize, (&u32, &u32))| (row, *actual, *predicted);
    rows.map(row)
        .filter(|(_, actual, predicted)| *actual != NONE && *predicted != NONE)
}

/// State columns that are being written: the labels of a state, and three numbers a cell: the places of both labels among
/// them, and the count.
#[derive(Debug, Default)]
struct Written {
    labels: ListBuilder<StringBuilder>,
    counts: ListBuilder<UInt64Builder>,
}

impl Written {
    fn push(&mut self, labels: &Labels, cells: &Cells) {
        let mut cells: Vec<_> = cells.cells().collect();
        cells.sort_unstable();
        let mut own = Labels::default();
        let mut place = |code: u32| u64::from(own.code(labels.text(code).unwrap_or_default()));
        for (actual, predicted, rows) in cells {
            let cell = [place(actual), place(predicted), rows];
            self.counts.values().append_slice(&cell);
        }
        self.counts.append(true);
        own.texts().for_each(|label| self.labels.values().append_value(label));
        self.labels.append(true);
    }

    fn finish(mut self) -> [ListArray; 2] {
        [self.labels.finish(), self.counts.finish()]
    }
}

/// Reads state columns, and calls `add` with the row, the codes in `labels`, and the count of each cell.
fn merge(states: &[ArrayRef], labels: &mut Labels, mut add: impl FnMut(usize, u32, u32, u64)) {
    let (written, counts) = (states[0].as_list::<i32>(), states[1].as_list::<i32>());
    for row in (0..written.len()).filter(|&row| written.is_valid(row) && counts.is_valid(row)) {
        let texts = written.value(row);
        let texts: &StringArray = texts.as_string();
        let codes = labels.merge(texts.iter().map(Option::unwrap_or_default));
        let code = |place: u64| usize::try_from(place).ok().and_then(|place| codes.get(place).copied());
        let counts = counts.value(row);
        for cell in counts.as_primitive::<UInt64Type>().values().chunks_exact(3) {
            if let (Some(actual), Some(predicted)) = (code(cell[0]), code(cell[1])) {
                add(row, actual, predicted, cell[2]);
            }
        }
    }
}

/// One group, or a window.
#[derive(Debug)]
struct One<F: ConfusionFunction> {
    settings: F::Settings,
    rows: Coded,
    cells: Cells,
}

impl<F: ConfusionFunction> Accumulator for One<F> {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let codes = self.rows.read(values)?;
        for (_, actual, predicted) in complete(&codes) {
            self.cells.add(actual, predicted, 1);
        }
        Ok(())
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let codes = self.rows.read(values)?;
        for (_, actual, predicted) in complete(&codes) {
            self.cells.remove(actual, predicted);
        }
        Ok(())
    }

    fn supports_retract_batch(&self) -> bool {
        true
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let cells = &mut self.cells;
        merge(states, &mut self.rows.labels, |_, actual, predicted, rows| {
            cells.add(actual, predicted, rows);
        });
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let mut written = Written::default();
        written.push(&self.rows.labels, &self.cells);
        let lists = written.finish().map(|list| ScalarValue::List(Arc::new(list)));
        Ok(lists.into())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        F::finish(&self.settings, &self.rows.labels, &self.cells)
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.rows.size() + self.cells.size()
    }
}

/// Many groups, with one dictionary for all of them.
#[derive(Debug)]
struct Groups<F: ConfusionFunction> {
    settings: F::Settings,
    rows: Coded,
    cells: Vec<Cells>,
    /// The bytes that the cells hold.
    held: usize,
}

impl<F: ConfusionFunction> Groups<F> {
    fn emit(&mut self, emit_to: EmitTo) -> Vec<Cells> {
        let emitted = emit_to.take_needed(&mut self.cells);
        let held: usize = emitted.iter().map(Cells::size).sum();
        self.held = self.held.saturating_sub(held);
        emitted
    }
}

/// Counts rows, and the bytes that come with them.
fn add(cells: &mut Cells, held: &mut usize, (actual, predicted): (u32, u32), rows: u64) {
    let before = cells.size();
    cells.add(actual, predicted, rows);
    // A full matrix that becomes a sparse one may be smaller then.
    *held = (*held + cells.size()).saturating_sub(before);
}

impl<F: ConfusionFunction> GroupsAccumulator for Groups<F> {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        self.cells.resize_with(total.max(self.cells.len()), Cells::default);
        let codes = self.rows.read(&asked(values, filter)?)?;
        for (row, actual, predicted) in complete(&codes) {
            add(&mut self.cells[groups[row]], &mut self.held, (actual, predicted), 1);
        }
        Ok(())
    }

    fn merge_batch(&mut self, values: &[ArrayRef], groups: &[usize], total: usize) -> Result<()> {
        self.cells.resize_with(total.max(self.cells.len()), Cells::default);
        let (cells, held) = (&mut self.cells, &mut self.held);
        merge(values, &mut self.rows.labels, |row, actual, predicted, rows| {
            add(&mut cells[groups[row]], held, (actual, predicted), rows);
        });
        Ok(())
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let emitted = self.emit(emit_to);
        let finish = |cells: &Cells| F::finish(&self.settings, &self.rows.labels, cells);
        let results = emitted.iter().map(finish).collect::<Result<Vec<_>>>()?;
        if results.is_empty() {
            return Ok(arrow::array::new_empty_array(&F::return_type()));
        }
        ScalarValue::iter_to_array(results)
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        let mut written = Written::default();
        for cells in self.emit(emit_to) {
            written.push(&self.rows.labels, &cells);
        }
        Ok(written.finish().map(|list| Arc::new(list) as ArrayRef).into())
    }

    fn convert_to_state(&self, values: &[ArrayRef], filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        let mut rows = Coded::new(F::PARAMETERS.function);
        let codes = rows.read(&asked(values, filter)?)?;
        let mut written = Written::default();
        let mut next = 0;
        let empty = Cells::default();
        for (row, actual, predicted) in complete(&codes) {
            (next..row).for_each(|_| written.push(&rows.labels, &empty));
            let mut cells = Cells::default();
            cells.add(actual, predicted, 1);
            written.push(&rows.labels, &cells);
            next = row + 1;
        }
        (next..values[0].len()).for_each(|_| written.push(&rows.labels, &empty));
        Ok(written.finish().map(|list| Arc::new(list) as ArrayRef).into())
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.rows.size() + self.cells.capacity() * size_of::<Cells>() + self.held
    }
}
