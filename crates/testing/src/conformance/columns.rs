//! The rules that every aggregate over columns of any type keeps, whatever it computes.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, Float64Array, UInt64Array};
use arrow::compute::{cast, concat, filter, take};
use arrow::datatypes::{DataType, Field, FieldRef, Float64Type, Schema};
use datafusion_common::ScalarValue;
use datafusion_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion_expr::{Accumulator, AggregateUDF, EmitTo, GroupsAccumulator};
use datafusion_physical_expr::PhysicalExpr;
use datafusion_physical_expr::expressions::{Column, Literal};

use super::Random;

/// A call of an aggregate: columns, and constants for its options.
#[derive(Debug, Clone)]
pub struct Columns {
    /// Columns without NULL, of one length; enough rows that a fifth of them still has a result.
    pub columns: Vec<ArrayRef>,
    /// Constants for the options, in order.
    pub options: Vec<ScalarValue>,
}

/// Checks that neither the layout of texts, nor slices, nor batches, nor rows with a NULL, nor the way in which rows are
/// split into partial states or gathered into groups, changes an aggregate's result. Results of floating point may differ
/// by 1e-11.
///
/// # Panics
/// When a rule is broken; this is the test.
pub fn column_aggregate(udf: &AggregateUDF, of: &Columns) {
    let columns = &of.columns;
    let planned = Planned::new(udf, of);
    let rows = columns[0].len();
    let whole = planned.aggregate(std::slice::from_ref(columns));
    let name = udf.name();
    assert!(!whole.is_null(), "{name}: rows have a result");
    let same = |got: &ScalarValue, when: &str| check(name, got, &whole, when);
    let slice = |start: usize, count: usize| slices(columns, start, count);

    let padded: Vec<ArrayRef> = columns
        .iter()
        .map(|column| concat(&[column.slice(0, 3).as_ref(), column, column]).expect("of one type"))
        .collect();
    same(&planned.aggregate(&[slices(&padded, 3, rows)]), "for a slice");
    let ones: Vec<_> = (0..rows).map(|row| slice(row, 1)).collect();
    same(&planned.aggregate(&ones), "in batches of one row");
    same(
        &planned.aggregate(&[slice(0, 0), slice(0, rows), slice(0, 0)]),
        "beside empty batches",
    );
    assert!(planned.aggregate(&[]).is_null(), "{name}: NULL for no rows");
    assert!(
        planned.aggregate(&[slice(0, 0)]).is_null(),
        "{name}: NULL for an empty batch"
    );

    layouts(udf, of, &whole);
    nulls(&planned, columns, &whole);
    for seed in 1..=8 {
        merges(&planned, columns, &whole, seed);
    }
    for seed in 1..=4 {
        groups(&planned, columns, seed);
    }
    window(&planned, columns);
}

/// Whatever the layout of texts, and the type of whole numbers.
fn layouts(udf: &AggregateUDF, of: &Columns, whole: &ScalarValue) {
    let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let texts = [DataType::LargeUtf8, DataType::Utf8View, dictionary];
    let numbers = [DataType::Int8, DataType::Int32, DataType::UInt64, DataType::Float64];
    let given: Vec<DataType> = of.columns.iter().map(|column| column.data_type().clone()).collect();
    for (place, from) in given.iter().enumerate() {
        let others: &[DataType] = match from {
            DataType::Utf8 => &texts,
            DataType::Int64 => &numbers,
            _ => &[],
        };
        for other in others {
            let mut of = of.clone();
            of.columns[place] = cast(&of.columns[place], other).expect("castable");
            let got = Planned::new(udf, &of).aggregate(std::slice::from_ref(&of.columns));
            check(udf.name(), &got, whole, &format!("with {other} as argument {place}"));
        }
    }
}

/// Rows with a NULL do not count.
fn nulls(planned: &Planned<'_>, columns: &[ArrayRef], whole: &ScalarValue) {
    let name = planned.udf.name();
    let mut random = Random(5);
    let rows = columns[0].len();
    let holed = |place: usize, hole: usize, column: &ArrayRef| {
        if place == hole {
            arrow::array::new_null_array(column.data_type(), 1)
        } else {
            column.slice(0, 1)
        }
    };
    let mut batches = vec![Vec::new(); columns.len()];
    for row in 0..rows {
        let hole = random.below(columns.len());
        for (place, (batch, column)) in batches.iter_mut().zip(columns).enumerate() {
            batch.push(column.slice(row, 1));
            batch.push(holed(place, hole, column));
        }
    }
    let joined = |parts: &Vec<ArrayRef>| {
        let parts: Vec<&dyn Array> = parts.iter().map(AsRef::as_ref).collect();
        concat(&parts).expect("of one type")
    };
    let all: Vec<ArrayRef> = batches.iter().map(joined).collect();
    check(name, &planned.aggregate(&[all]), whole, "beside rows with a NULL");
    let only: Vec<ArrayRef> = columns
        .iter()
        .map(|column| arrow::array::new_null_array(column.data_type(), 3))
        .collect();
    assert!(planned.aggregate(&[only]).is_null(), "{name}: NULL for only NULLs");
}

/// Partial states, merged in any order, some of them into one that is merged itself.
fn merges(planned: &Planned<'_>, columns: &[ArrayRef], whole: &ScalarValue, seed: u64) {
    let mut random = Random(seed);
    let mut parts: Vec<Vec<u64>> = vec![Vec::new(); 1 + random.below(6)];
    for row in 0..columns[0].len() as u64 {
        let part = random.below(parts.len());
        parts[part].push(row);
    }
    let partial = |rows: Vec<u64>| {
        let mut partial = planned.accumulator();
        planned.update(&mut partial, &rows_at(columns, rows));
        planned.state(partial)
    };
    let mut states: Vec<Vec<ArrayRef>> = parts.into_iter().map(partial).collect();
    states.push(planned.state(planned.accumulator()));
    while states.len() > 1 {
        let (one, two) = (states.swap_remove(random.below(states.len())), states.remove(0));
        let both: Vec<ArrayRef> = one
            .iter()
            .zip(&two)
            .map(|(one, two)| concat(&[one.as_ref(), two.as_ref()]).expect("of one type"))
            .collect();
        let mut merged = planned.accumulator();
        planned.merge(&mut merged, &both);
        states.push(planned.state(merged));
    }
    let mut last = planned.accumulator();
    let first: Vec<ArrayRef> = states[0]
        .iter()
        .map(|column| arrow::array::new_null_array(column.data_type(), 1))
        .collect();
    planned.merge(&mut last, &first);
    planned.merge(&mut last, &states[0]);
    let name = planned.udf.name();
    let got = planned.result(last);
    check(name, &got, whole, &format!("however the rows are split (seed {seed})"));
}

/// Groups have the results of their rows alone: with a filter, merged, emitted in parts, and row by row as states.
fn groups(planned: &Planned<'_>, columns: &[ArrayRef], seed: u64) {
    let name = planned.udf.name();
    if !planned.udf.groups_accumulator_supported(planned.args()) {
        return;
    }
    let mut random = Random(seed);
    let rows = columns[0].len();
    let groups: Vec<usize> = (0..rows).map(|_| random.below(3)).collect();
    let passes: BooleanArray = (0..rows)
        .map(|_| [Some(true), Some(true), Some(false), None][random.below(4)])
        .collect();
    let alone = |group: usize| {
        let is_in = |row: usize| groups[row] == group && passes.is_valid(row) && passes.value(row);
        let rows: BooleanArray = (0..rows).map(|row| Some(is_in(row))).collect();
        let part = columns.iter().map(|column| filter(column, &rows).expect("rows"));
        planned.aggregate(&[part.collect::<Vec<_>>()])
    };
    let expected: Vec<ScalarValue> = (0..3).map(alone).chain([planned.aggregate(&[])]).collect();
    let check_all = |mut of: Box<dyn GroupsAccumulator>, when: &str| {
        assert!(of.size() > 0, "{name}: groups have a size");
        let emit =
            |of: &mut Box<dyn GroupsAccumulator>, emit| of.evaluate(emit).unwrap_or_else(|e| panic!("{name}: {e}"));
        let (first, last) = (emit(&mut of, EmitTo::First(2)), emit(&mut of, EmitTo::All));
        let all = concat(&[first.as_ref(), last.as_ref()]).expect("of one type");
        assert_eq!(all.len(), expected.len(), "{name}: a result a group");
        for (group, expected) in expected.iter().enumerate() {
            let got = ScalarValue::try_from_array(&all, group).expect("a value");
            check(name, &got, expected, &format!("{when}, group {group} (seed {seed})"));
        }
    };
    let values = planned.values(columns);
    let update = |of: &mut Box<dyn GroupsAccumulator>, start: usize, count: usize| {
        let part = slices(&values, start, count);
        of.update_batch(
            &part,
            &groups[start..start + count],
            Some(&passes.slice(start, count)),
            4,
        )
        .unwrap_or_else(|e| panic!("{name}: {e}"));
    };
    let half = rows / 2;
    let mut one = planned.groups();
    update(&mut one, 0, half);
    update(&mut one, half, rows - half);
    check_all(one, "in groups");

    let mut merged = planned.groups();
    for (start, count) in [(0, half), (half, rows - half)] {
        let mut part = planned.groups();
        update(&mut part, start, count);
        for (emit, ids) in [(EmitTo::First(1), vec![0]), (EmitTo::All, vec![1, 2, 3])] {
            let state = part.state(emit).unwrap_or_else(|e| panic!("{name}: {e}"));
            merged
                .merge_batch(&state, &ids, 4)
                .unwrap_or_else(|e| panic!("{name}: {e}"));
        }
    }
    check_all(merged, "in merged groups");

    let mut single = planned.groups();
    let states = single
        .convert_to_state(&values, Some(&passes))
        .unwrap_or_else(|e| panic!("{name}: {e}"));
    single
        .merge_batch(&states, &groups, 4)
        .unwrap_or_else(|e| panic!("{name}: {e}"));
    check_all(single, "in groups of states of one row");
}

/// A window that moves has the result of the rows in it.
fn window(planned: &Planned<'_>, columns: &[ArrayRef]) {
    let name = planned.udf.name();
    let Ok(mut sliding) = planned.udf.create_sliding_accumulator(planned.args()) else {
        return;
    };
    if !sliding.supports_retract_batch() {
        return;
    }
    let rows = columns[0].len();
    let size = rows / 2;
    planned.update(&mut sliding, &slices(columns, 0, size));
    for start in 0..rows - size {
        let got = sliding.evaluate().unwrap_or_else(|e| panic!("{name}: {e}"));
        let expected = planned.aggregate(&[slices(columns, start, size)]);
        check(name, &got, &expected, &format!("in a window from row {start}"));
        planned.update(&mut sliding, &slices(columns, start + size, 1));
        let leaving = planned.values(&slices(columns, start, 1));
        sliding
            .retract_batch(&leaving)
            .unwrap_or_else(|e| panic!("{name}: {e}"));
    }
}

fn slices(columns: &[ArrayRef], start: usize, count: usize) -> Vec<ArrayRef> {
    columns.iter().map(|column| column.slice(start, count)).collect()
}

fn rows_at(columns: &[ArrayRef], rows: Vec<u64>) -> Vec<ArrayRef> {
    let rows = UInt64Array::from(rows);
    let column = |column: &ArrayRef| take(column, &rows, None).expect("rows");
    columns.iter().map(column).collect()
}

fn check(name: &str, got: &ScalarValue, expected: &ScalarValue, when: &str) {
    let close = match (got, expected) {
        (ScalarValue::Float64(Some(got)), ScalarValue::Float64(Some(expected))) => {
            (got - expected).abs() <= 1e-11 * (1.0 + expected.abs())
        }
        _ => got == expected,
    };
    assert!(close, "{name}: {got} is not {expected} {when}");
}

/// A call as the planner has made it.
struct Planned<'a> {
    udf: &'a AggregateUDF,
    schema: Schema,
    types: Vec<DataType>,
    options: Vec<ScalarValue>,
    exprs: Vec<Arc<dyn PhysicalExpr>>,
    fields: Vec<FieldRef>,
    return_field: FieldRef,
}

impl<'a> Planned<'a> {
    fn new(udf: &'a AggregateUDF, of: &Columns) -> Self {
        let name = udf.name();
        let columns = of.columns.iter().map(|column| column.data_type().clone());
        let given = columns.chain(of.options.iter().map(ScalarValue::data_type));
        let types = udf
            .coerce_types(&given.collect::<Vec<_>>())
            .unwrap_or_else(|e| panic!("{name}: {e}"));
        let again = udf.coerce_types(&types).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(again, types, "{name}: a planned call is not changed again");
        let (columns, others) = types.split_at(of.columns.len());
        let field = |of: &DataType| Field::new("argument", of.clone(), true);
        let option = |(option, to): (&ScalarValue, _)| option.cast_to(to).expect("castable");
        let options: Vec<ScalarValue> = of.options.iter().zip(others).map(option).collect();
        let mut exprs: Vec<Arc<dyn PhysicalExpr>> = Vec::new();
        for place in 0..columns.len() {
            exprs.push(Arc::new(Column::new("argument", place)));
        }
        for option in &options {
            exprs.push(Arc::new(Literal::new(option.clone())));
        }
        let fields: Vec<FieldRef> = types.iter().map(|of| Arc::new(field(of))).collect();
        let return_field = udf.return_field(&fields).unwrap_or_else(|e| panic!("{name}: {e}"));
        Self {
            udf,
            schema: Schema::new(columns.iter().map(field).collect::<Vec<_>>()),
            types: columns.to_vec(),
            options,
            exprs,
            fields,
            return_field,
        }
    }

    fn args(&self) -> AccumulatorArgs<'_> {
        AccumulatorArgs {
            return_field: Arc::clone(&self.return_field),
            schema: &self.schema,
            ignore_nulls: false,
            order_bys: &[],
            is_reversed: false,
            name: self.udf.name(),
            is_distinct: false,
            exprs: &self.exprs,
            expr_fields: &self.fields,
        }
    }

    fn accumulator(&self) -> Box<dyn Accumulator> {
        let name = self.udf.name();
        self.udf
            .accumulator(self.args())
            .unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    fn groups(&self) -> Box<dyn GroupsAccumulator> {
        let name = self.udf.name();
        let groups = self.udf.create_groups_accumulator(self.args());
        groups.unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    /// The arguments for some rows, in the types in which they are read.
    fn values(&self, columns: &[ArrayRef]) -> Vec<ArrayRef> {
        let rows = columns[0].len();
        let read = |(column, to): (&ArrayRef, &DataType)| cast(column, to).expect("castable");
        let options = self
            .options
            .iter()
            .map(|option| option.to_array_of_size(rows).expect("a column"));
        columns.iter().zip(&self.types).map(read).chain(options).collect()
    }

    fn update(&self, accumulator: &mut Box<dyn Accumulator>, columns: &[ArrayRef]) {
        let name = self.udf.name();
        let updated = accumulator.update_batch(&self.values(columns));
        updated.unwrap_or_else(|e| panic!("{name}: {e}"));
    }

    fn merge(&self, accumulator: &mut Box<dyn Accumulator>, states: &[ArrayRef]) {
        let name = self.udf.name();
        accumulator
            .merge_batch(states)
            .unwrap_or_else(|e| panic!("{name}: {e}"));
    }

    fn aggregate(&self, batches: &[Vec<ArrayRef>]) -> ScalarValue {
        let mut accumulator = self.accumulator();
        batches.iter().for_each(|batch| self.update(&mut accumulator, batch));
        self.result(accumulator)
    }

    fn result(&self, mut accumulator: Box<dyn Accumulator>) -> ScalarValue {
        let name = self.udf.name();
        let result = accumulator.evaluate().unwrap_or_else(|e| panic!("{name}: {e}"));
        let planned = self.return_field.data_type();
        assert_eq!(&result.data_type(), planned, "{name}: the type that was planned");
        let again = accumulator.evaluate().unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(again, result, "{name}: a result does not change the state");
        result
    }

    fn state(&self, mut partial: Box<dyn Accumulator>) -> Vec<ArrayRef> {
        let name = self.udf.name();
        let args = StateFieldsArgs {
            name,
            input_fields: &self.fields,
            return_field: Arc::clone(&self.return_field),
            ordering_fields: &[],
            is_distinct: false,
        };
        let planned = self.udf.state_fields(args).unwrap_or_else(|e| panic!("{name}: {e}"));
        let state = partial.state().unwrap_or_else(|e| panic!("{name}: {e}"));
        let types: Vec<DataType> = state.iter().map(ScalarValue::data_type).collect();
        let planned: Vec<DataType> = planned.iter().map(|field| field.data_type().clone()).collect();
        assert_eq!(types, planned, "{name}: the state that was planned");
        state.iter().map(|value| value.to_array().expect("a column")).collect()
    }
}

/// `rows` labels from 0 to below `classes`, and predictions that are right in about two rows of three.
pub fn labels_and_predictions(rows: usize, classes: usize) -> [ArrayRef; 2] {
    let mut random = Random(17);
    let actual: Vec<f64> = (0..rows).map(|_| random.below(classes) as f64).collect();
    let predicted = actual.iter().map(|label| match random.below(3) {
        0 => random.below(classes) as f64,
        _ => *label,
    });
    let predicted: Vec<f64> = predicted.collect();
    let whole = |numbers: Vec<f64>| {
        let numbers: ArrayRef = Arc::new(Float64Array::from(numbers));
        cast(&numbers, &DataType::Int64).expect("castable")
    };
    [whole(actual), whole(predicted)]
}

/// Labels of 0 and 1 beside probabilities with ties, higher for 1 as a rule.
pub fn labels_and_probabilities(rows: usize) -> [ArrayRef; 2] {
    let mut random = Random(19);
    let [labels, _] = labels_and_predictions(rows, 2);
    let numbers = cast(&labels, &DataType::Float64).expect("castable");
    let numbers = arrow::array::AsArray::as_primitive::<Float64Type>(numbers.as_ref());
    let probability = |label: &f64| (label * 30.0 + random.below(70) as f64) / 100.0;
    let probabilities: Vec<f64> = numbers.values().iter().map(probability).collect();
    [labels, Arc::new(Float64Array::from(probabilities))]
}
