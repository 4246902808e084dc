//! The rules that every aggregate over rows of numbers keeps, whatever it computes.

mod planned;
mod same;

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, Float64Array, UInt64Array};
use arrow::compute::{cast, concat, filter, take};
use arrow::datatypes::DataType;
use datafusion_common::ScalarValue;
use datafusion_expr::{AggregateUDF, EmitTo, GroupsAccumulator};

use super::Random;
use planned::{Form, Planned};
use same::{Same, skipped};

/// What an aggregate is called with in the test.
///
/// All numbers have to be whole and from 0 to 100, so that every type of number can hold them; a column of 0 and 1 only is
/// tried as booleans as well. Enough rows that a fifth of them still has a result: 200 are.
#[derive(Debug, Clone)]
pub struct Numbers {
    /// The required arguments that are numbers, one column each.
    pub columns: Vec<Vec<f64>>,
    /// The columns of the list; empty for an aggregate without one.
    pub list: Vec<Vec<f64>>,
    /// Constants for the options, in order.
    pub options: Vec<ScalarValue>,
    /// By how much two results may differ that ought to be the same: `|a - b| <= tolerance * (1 + max(|a|, |b|))`. Whole
    /// numbers and texts have to be equal.
    pub tolerance: f64,
}

impl Numbers {
    /// `rows` rows of `y` and `width` columns of a list, which explain most of `y`.
    pub fn regression(rows: usize, width: usize, tolerance: f64) -> Self {
        let mut random = Random(7);
        let list: Vec<Vec<f64>> = (0..width)
            .map(|_| (0..rows).map(|_| random.below(41) as f64).collect())
            .collect();
        let y = (0..rows).map(|row| {
            let sum: f64 = list.iter().map(|column| column[row]).sum();
            (sum / width.max(1) as f64).round() + random.below(5) as f64
        });
        Self {
            columns: vec![y.collect()],
            list,
            options: Vec::new(),
            tolerance,
        }
    }

    /// `rows` rows of a label from 0 to `classes - 1` and `width` columns of a list, which tell the classes apart, though
    /// not in every row.
    pub fn classes(rows: usize, classes: usize, width: usize, tolerance: f64) -> Self {
        let mut random = Random(11);
        let labels: Vec<usize> = (0..rows).map(|_| random.below(classes)).collect();
        let list = (0..width).map(|column| {
            let value = |label: &usize| (label * (column + 1) * 3 % 20 + random.below(12)) as f64;
            labels.iter().map(value).collect()
        });
        Self {
            list: list.collect(),
            columns: vec![labels.iter().map(|label| *label as f64).collect()],
            options: Vec::new(),
            tolerance,
        }
    }

    /// `rows` rows of an actual and a predicted label from 0 to `classes - 1`, equal in two rows of three.
    pub fn predicted(rows: usize, classes: usize, tolerance: f64) -> Self {
        let mut random = Random(13);
        let actual: Vec<usize> = (0..rows).map(|_| random.below(classes)).collect();
        let mut guess = |actual: &usize| match random.below(3) {
            0 => random.below(classes) as f64,
            _ => *actual as f64,
        };
        let predicted = actual.iter().map(&mut guess).collect();
        Self {
            columns: vec![actual.iter().map(|actual| *actual as f64).collect(), predicted],
            list: Vec::new(),
            options: Vec::new(),
            tolerance,
        }
    }

    /// The same, called with these options.
    #[must_use]
    pub fn with_options(self, options: Vec<ScalarValue>) -> Self {
        Self { options, ..self }
    }

    /// All columns, those of the list last.
    fn arrays(&self) -> Vec<ArrayRef> {
        let array = |column: &Vec<f64>| Arc::new(Float64Array::from(column.clone())) as ArrayRef;
        self.columns.iter().chain(&self.list).map(array).collect()
    }
}

/// Checks that neither the types of the columns, nor slices, nor batches, nor incomplete rows, nor the way in which rows are
/// split into partial states or gathered into groups, nor the planner's rewriting of the call, changes an aggregate's result.
///
/// # Panics
/// When a rule is broken; this is the test.
pub fn number_aggregate(udf: &AggregateUDF, numbers: &Numbers) {
    let name = udf.name();
    let columns = numbers.arrays();
    let written = Planned::new(udf, numbers, &DataType::Float64, Form::List);
    let whole = written.aggregate(std::slice::from_ref(&columns));
    assert!(!whole.is_null(), "{name}: rows have a result");
    let same = Same {
        name,
        tolerance: numbers.tolerance,
    };

    if !numbers.list.is_empty() {
        let spread = Planned::new(udf, numbers, &DataType::Float64, Form::Spread);
        assert!(
            spread.arguments() > written.arguments(),
            "{name}: the planner spreads a list that is written out"
        );
        same.check(
            &spread.aggregate(std::slice::from_ref(&columns)),
            &whole,
            "when the list is spread",
        );
        let spread = Calls { same, call: spread };
        spread.rules(&columns, &whole);
    }
    types(udf, numbers, &columns, &whole, same);
    Calls { same, call: written }.rules(&columns, &whole);
}

/// Whatever numbers the columns are of.
fn types(udf: &AggregateUDF, numbers: &Numbers, columns: &[ArrayRef], whole: &ScalarValue, same: Same<'_>) {
    use DataType::{Boolean, Decimal128, Float32, Int8, Int16, Int32, Int64, UInt8, UInt32, UInt64};
    let mut types = vec![
        Int8,
        Int16,
        Int32,
        Int64,
        UInt8,
        UInt32,
        UInt64,
        Float32,
        Decimal128(12, 2),
    ];
    let is_boolean = |column: &Vec<f64>| column.iter().all(|number| *number == 0.0 || *number == 1.0);
    if numbers.columns.iter().chain(&numbers.list).all(is_boolean) {
        types.push(Boolean);
    }
    for of in types {
        let cast = |column: &ArrayRef| cast(column, &of).expect("castable");
        let columns: Vec<ArrayRef> = columns.iter().map(cast).collect();
        for form in [Form::List, Form::LargeList, Form::Spread] {
            let got = Planned::new(udf, numbers, &of, form).aggregate(std::slice::from_ref(&columns));
            same.check(&got, whole, &format!("for columns of {of}, {form:?}"));
        }
    }
}

/// The rows at these places.
fn rows_at(columns: &[ArrayRef], rows: &[u64]) -> Vec<ArrayRef> {
    let rows = UInt64Array::from(rows.to_vec());
    columns
        .iter()
        .map(|column| take(column, &rows, None).expect("rows"))
        .collect()
}

/// A planned call whose rules are checked.
struct Calls<'a> {
    same: Same<'a>,
    call: Planned<'a>,
}

impl Calls<'_> {
    fn rules(&self, columns: &[ArrayRef], whole: &ScalarValue) {
        self.batches(columns, whole);
        self.incomplete(columns, whole);
        for seed in 1..=8 {
            self.merges(columns, whole, seed);
        }
        for seed in 1..=4 {
            self.groups(columns, seed);
        }
        self.window(columns);
        self.sizes(columns);
    }

    /// Slices, batches of one row, batches without rows, no rows at all.
    fn batches(&self, columns: &[ArrayRef], whole: &ScalarValue) {
        let rows = columns[0].len();
        let sliced = columns.iter().map(|column| {
            let padded =
                concat(&[column.slice(0, 3).as_ref(), column, column.slice(0, 2).as_ref()]).expect("of one type");
            padded.slice(3, rows)
        });
        let got = self.call.aggregate(&[sliced.collect::<Vec<_>>()]);
        self.same.check(&got, whole, "for a slice");
        let slice = |start: usize, count: usize| columns.iter().map(|column| column.slice(start, count)).collect();
        let ones: Vec<Vec<ArrayRef>> = (0..rows).map(|row| slice(row, 1)).collect();
        self.same
            .check(&self.call.aggregate(&ones), whole, "in batches of one row");
        let with_empty = [slice(0, 0), slice(0, rows), slice(0, 0)];
        self.same
            .check(&self.call.aggregate(&with_empty), whole, "beside batches without rows");
        let nothing = self.call.aggregate(&[]);
        self.same
            .check(&self.call.aggregate(&[slice(0, 0)]), &nothing, "for no rows");
        let none = self.call.merged(&[self.call.partial(&[])]);
        self.same.check(&none, &nothing, "for no rows in a partial state");
    }

    /// Rows with a NULL, or a number that is not finite, do not count, and are counted where the result says how many.
    fn incomplete(&self, columns: &[ArrayRef], whole: &ScalarValue) {
        let name = self.same.name;
        let rows = columns[0].len();
        let mut random = Random(3);
        for value in [None, Some(f64::NAN), Some(f64::INFINITY), Some(f64::NEG_INFINITY)] {
            // Another row beside every fifth, with a hole in one of its columns.
            let mut order: Vec<u64> = Vec::new();
            let mut holes: Vec<Option<usize>> = Vec::new();
            for row in 0..rows as u64 {
                order.push(row);
                holes.push(None);
                if row % 5 == 0 {
                    order.push(row);
                    holes.push(Some(random.below(columns.len())));
                }
            }
            let all = rows_at(columns, &order);
            let holed = all.iter().enumerate().map(|(place, column)| {
                let column = column.as_any().downcast_ref::<Float64Array>().expect("doubles");
                let item = |(number, hole): (Option<f64>, &Option<usize>)| match hole {
                    Some(hole) if *hole == place => value,
                    _ => number,
                };
                Arc::new(column.iter().zip(&holes).map(item).collect::<Float64Array>()) as ArrayRef
            });
            let holed: Vec<ArrayRef> = holed.collect();
            let got = self.call.aggregate(std::slice::from_ref(&holed));
            self.same.check(&got, whole, &format!("beside rows with {value:?}"));
            let expected = holes.iter().flatten().count() as u64;
            if let Some(skipped) = skipped(&got) {
                assert_eq!(skipped, expected, "{name}: rows with {value:?} that were left out");
            }
            let merged = self.call.merged(&[self.call.partial(&holed)]);
            self.same
                .check(&merged, whole, "from a partial state with rows left out");
            assert_eq!(
                skipped(&merged),
                skipped(&got),
                "{name}: rows left out, counted in states"
            );
            // Rows that are all left out are no rows.
            let only: Vec<u64> = (0..holes.len() as u64)
                .filter(|row| holes[*row as usize].is_some())
                .collect();
            let nothing = self.call.aggregate(&[rows_at(&holed, &only)]);
            let no_rows = self.call.aggregate(&[]);
            if nothing.is_null() != no_rows.is_null() {
                assert!(skipped(&nothing).is_some(), "{name}: no complete rows, no result");
            }
        }
    }

    /// Partial states, merged in any order, some of them into one that is merged itself.
    fn merges(&self, columns: &[ArrayRef], whole: &ScalarValue, seed: u64) {
        let mut random = Random(seed);
        let mut parts: Vec<Vec<u64>> = vec![Vec::new(); 1 + random.below(9)];
        for row in 0..columns[0].len() as u64 {
            let part = random.below(parts.len());
            parts[part].push(row);
        }
        let mut states: Vec<ArrayRef> = parts
            .iter()
            .map(|rows| self.call.partial(&rows_at(columns, rows)))
            .collect();
        while states.len() > 1 {
            let (one, two) = (states.swap_remove(random.below(states.len())), states.remove(0));
            states.push(self.call.merged_state(&[one, two]));
        }
        let got = self.call.merged(&states);
        self.same
            .check(&got, whole, &format!("however the rows are split (seed {seed})"));
    }

    /// Each group has the result of its rows alone: with a filter, through partial states, emitted in two parts.
    fn groups(&self, columns: &[ArrayRef], seed: u64) {
        let name = self.same.name;
        let rows = columns[0].len();
        let mut random = Random(seed);
        let groups: Vec<usize> = (0..rows).map(|_| random.below(5)).collect();
        // The last group has no rows that pass the filter; NULL does not pass.
        let passes: BooleanArray = groups
            .iter()
            .map(|group| match random.below(10) {
                _ if *group == 4 => Some(false),
                0 => None,
                1 => Some(false),
                _ => Some(true),
            })
            .collect();
        let of_group = |group: usize, passing: Option<&BooleanArray>| {
            let is_in = |row: usize| passing.is_none_or(|passes| passes.is_valid(row) && passes.value(row));
            let rows: BooleanArray = (0..rows).map(|row| Some(groups[row] == group && is_in(row))).collect();
            let part = columns.iter().map(|column| filter(column, &rows).expect("rows"));
            self.call.aggregate(&[part.collect::<Vec<_>>()])
        };
        for passing in [None, Some(&passes)] {
            let expected: Vec<ScalarValue> = (0..5).map(|group| of_group(group, passing)).collect();
            // In batches, in which groups appear one after the other.
            let add = |to: &mut Box<dyn GroupsAccumulator>, from: usize, until: usize| {
                let batch: Vec<ArrayRef> = columns.iter().map(|column| column.slice(from, until - from)).collect();
                let passing = passing.map(|passes| passes.slice(from, until - from));
                to.update_batch(&self.call.values(&batch), &groups[from..until], passing.as_ref(), 5)
                    .unwrap_or_else(|e| panic!("{name}: {e}"));
            };
            let (third, half) = (rows / 3, rows / 2);
            let mut plain = self.call.groups();
            add(&mut plain, 0, third);
            add(&mut plain, third, rows);
            let first = plain
                .evaluate(EmitTo::First(2))
                .unwrap_or_else(|e| panic!("{name}: {e}"));
            let last = plain.evaluate(EmitTo::All).unwrap_or_else(|e| panic!("{name}: {e}"));
            self.same
                .check_all(&[first, last], &expected, &format!("in groups (seed {seed})"));

            // Two partial states; the second counts its groups from the other end.
            let (mut one, mut two) = (self.call.groups(), self.call.groups());
            add(&mut one, 0, half);
            add(&mut two, half, rows);
            let mut merged = self.call.groups();
            for mut part in [one, two] {
                for (emit, ids) in [(EmitTo::First(3), vec![0, 1, 2]), (EmitTo::All, vec![3, 4])] {
                    let state = part.state(emit).unwrap_or_else(|e| panic!("{name}: {e}"));
                    merged
                        .merge_batch(&state, &ids, 5)
                        .unwrap_or_else(|e| panic!("{name}: {e}"));
                }
            }
            let all = merged.evaluate(EmitTo::All).unwrap_or_else(|e| panic!("{name}: {e}"));
            self.same
                .check_all(&[all], &expected, &format!("in merged groups (seed {seed})"));
        }
    }

    /// A window that moves has the result of the rows in it.
    fn window(&self, columns: &[ArrayRef]) {
        let name = self.same.name;
        let mut sliding = self.call.sliding();
        if !sliding.supports_retract_batch() {
            return;
        }
        let slice = |start: usize, count: usize| -> Vec<ArrayRef> {
            columns.iter().map(|column| column.slice(start, count)).collect()
        };
        let (size, step) = (columns[0].len() / 2, columns[0].len() / 8);
        sliding
            .update_batch(&self.call.values(&slice(0, size)))
            .unwrap_or_else(|e| panic!("{name}: {e}"));
        for start in (0..columns[0].len() - size).step_by(step) {
            let got = sliding.evaluate().unwrap_or_else(|e| panic!("{name}: {e}"));
            let expected = self.call.aggregate(&[slice(start, size)]);
            self.same
                .check(&got, &expected, &format!("over a window from row {start}"));
            let step = step.min(columns[0].len() - size - start);
            sliding
                .update_batch(&self.call.values(&slice(start + size, step)))
                .unwrap_or_else(|e| panic!("{name}: {e}"));
            sliding
                .retract_batch(&self.call.values(&slice(start, step)))
                .unwrap_or_else(|e| panic!("{name}: {e}"));
        }
    }

    /// States say how large they are, and a group without rows is small.
    fn sizes(&self, columns: &[ArrayRef]) {
        let name = self.same.name;
        let mut groups = self.call.groups();
        let empty = groups.size();
        let rows = columns[0].len();
        let ids: Vec<usize> = (0..rows).collect();
        groups
            .update_batch(&self.call.values(columns), &ids, None, rows)
            .unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(
            groups.size() > empty + rows * 8,
            "{name}: groups say how large they are"
        );
        groups.evaluate(EmitTo::All).unwrap_or_else(|e| panic!("{name}: {e}"));
    }
}
