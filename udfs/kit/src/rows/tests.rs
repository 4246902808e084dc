//! Rows of numbers on their way into a state.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, BooleanArray, FixedSizeListArray, Float64Array, ListArray};
use arrow::datatypes::{DataType, Field, Float64Type, IntervalUnit};
use datafusion_common::{Result, ScalarValue};
use datafusion_expr::{Accumulator, Documentation, EmitTo, GroupsAccumulator};

use super::accumulate::{Growing, Sliding};
use super::arguments::{coerced, is_spread, numbers};
use super::groups::Groups;
use super::read::Reader;
use super::{RowFunction, RowState};
use crate::parameters::{Options, Parameters};

/// Remembers its rows: as a sum that says where each number stood.
#[derive(Debug, Clone, Default, PartialEq)]
struct Sum {
    sum: f64,
    rows: u64,
    skipped: u64,
}

impl RowState for Sum {
    fn update(&mut self, rows: &[f64], width: usize) -> Result<()> {
        for row in rows.chunks_exact(width) {
            self.rows += 1;
            self.sum += row.iter().zip(1..).map(|(x, place)| x * f64::from(place)).sum::<f64>();
        }
        Ok(())
    }

    fn skip(&mut self, rows: u64) {
        self.skipped += rows;
    }

    fn merge(&mut self, written: &[u8]) -> Result<()> {
        self.sum += f64::from_le_bytes(written.try_into().expect("a state"));
        Ok(())
    }

    fn write(&self) -> Vec<u8> {
        self.sum.to_le_bytes().to_vec()
    }

    fn finish(&self) -> Result<ScalarValue> {
        Ok(ScalarValue::from(self.sum))
    }

    fn size(&self) -> usize {
        size_of::<Self>()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Weighted;

impl RowFunction for Weighted {
    type State = Sum;

    const PARAMETERS: Parameters = Parameters {
        function: "weighted",
        required: &["y", "features"],
        options: &["power"],
    };

    fn return_type(&self) -> DataType {
        DataType::Float64
    }

    fn state(&self, _: &Options<'_>) -> Result<Sum> {
        Ok(Sum::default())
    }

    fn documentation(&self) -> &Documentation {
        unreachable!("it is not registered")
    }
}

const SPREAD: Reader = Reader {
    function: "weighted",
    numbers: 3,
    has_list: false,
};

const LISTED: Reader = Reader {
    function: "weighted",
    numbers: 2,
    has_list: true,
};

fn column(numbers: &[Option<f64>]) -> ArrayRef {
    Arc::new(Float64Array::from(numbers.to_vec()))
}

/// Four rows: complete, a NULL, complete, not finite.
fn spread() -> Vec<ArrayRef> {
    vec![
        column(&[Some(1.0), Some(2.0), Some(3.0), Some(4.0)]),
        column(&[Some(10.0), None, Some(30.0), Some(40.0)]),
        column(&[Some(100.0), Some(200.0), Some(300.0), Some(f64::NAN)]),
    ]
}

fn lists(rows: Vec<Option<Vec<Option<f64>>>>) -> ArrayRef {
    Arc::new(ListArray::from_iter_primitive::<Float64Type, _, _>(rows))
}

const FIRST: f64 = 1.0 + 2.0 * 10.0 + 3.0 * 100.0;
const THIRD: f64 = 3.0 + 2.0 * 30.0 + 3.0 * 300.0;

#[test]
fn incomplete_rows_are_skipped() {
    let mut state = Sum::default();
    SPREAD.add_to(&mut state, &spread()).expect("read");
    let expected = Sum {
        sum: FIRST + THIRD,
        rows: 2,
        skipped: 2,
    };
    assert_eq!(state, expected);
    let listed = lists(vec![
        Some(vec![Some(10.0), Some(100.0)]),
        None,
        Some(vec![Some(30.0), Some(300.0)]),
        Some(vec![Some(40.0), None]),
    ]);
    let mut state = Sum::default();
    LISTED
        .add_to(&mut state, &[Arc::clone(&spread()[0]), Arc::clone(&listed)])
        .expect("read");
    assert_eq!(state, expected);
    // A slice whose lists start elsewhere, and only lists that are NULL.
    let mut state = Sum::default();
    LISTED
        .add_to(&mut state, &[spread()[0].slice(1, 2), listed.slice(1, 2)])
        .expect("read");
    assert_eq!((state.sum, state.rows, state.skipped), (THIRD, 1, 1));
    let mut state = Sum::default();
    LISTED
        .add_to(&mut state, &[spread()[0].slice(1, 1), listed.slice(1, 1)])
        .expect("read");
    assert_eq!((state.rows, state.skipped), (0, 1));
}

#[test]
fn lists_have_one_length() {
    let read = |rows| LISTED.add_to(&mut Sum::default(), &[spread()[0].slice(0, 2), lists(rows)]);
    let message = |rows| read(rows).expect_err("refused").strip_backtrace();
    let other = message(vec![Some(vec![Some(1.0)]), Some(vec![Some(1.0), Some(2.0)])]);
    assert!(other.contains("the same length, got 1 and 2"), "{other}");
    let empty = message(vec![Some(vec![]), Some(vec![])]);
    assert!(empty.contains("a list is empty"), "{empty}");
}

#[test]
fn a_window_forgets_in_the_order_of_its_rows() {
    let mut sliding = Sliding::new(SPREAD, Sum::default());
    let slice = |start, count| -> Vec<ArrayRef> { spread().iter().map(|of| of.slice(start, count)).collect() };
    let result = |sliding: &mut Sliding<Sum>| sliding.evaluate().expect("a result");
    sliding.update_batch(&slice(0, 3)).expect("read");
    assert_eq!(result(&mut sliding), ScalarValue::from(FIRST + THIRD));
    sliding.retract_batch(&slice(0, 1)).expect("forgotten");
    assert_eq!(result(&mut sliding), ScalarValue::from(THIRD));
    sliding.update_batch(&slice(3, 1)).expect("read");
    sliding.retract_batch(&slice(1, 2)).expect("forgotten");
    assert_eq!(result(&mut sliding), ScalarValue::from(0.0));
    assert!(sliding.state().is_err());
}

#[test]
fn groups_get_their_own_rows() {
    let mut groups = Groups::new(SPREAD, Sum::default(), DataType::Float64);
    let passes = BooleanArray::from(vec![Some(true), Some(true), None, Some(true)]);
    groups
        .update_batch(&spread(), &[2, 0, 1, 0], Some(&passes), 3)
        .expect("read");
    groups.update_batch(&spread(), &[1, 1, 0, 0], None, 3).expect("read");
    let first = groups.evaluate(EmitTo::First(1)).expect("results");
    assert_eq!(first.as_primitive::<Float64Type>().values().as_ref(), [THIRD]);
    // The groups that are left are counted from 0 again.
    groups.update_batch(&spread(), &[0, 0, 1, 1], None, 2).expect("read");
    let left = groups.evaluate(EmitTo::All).expect("results");
    assert_eq!(
        left.as_primitive::<Float64Type>().values().as_ref(),
        [2.0 * FIRST, FIRST + THIRD]
    );
    assert!(groups.evaluate(EmitTo::All).expect("results").is_empty());
}

#[test]
fn many_rows_do_not_wait_for_ever() {
    let count = 400_000;
    let ones: ArrayRef = Arc::new(Float64Array::from(vec![1.0; count]));
    let rows = vec![ones; 3];
    let of: Vec<usize> = (0..count).map(|row| row % 7).collect();
    let mut groups = Groups::new(SPREAD, Sum::default(), DataType::Float64);
    for _ in 0..3 {
        groups.update_batch(&rows, &of, None, 7).expect("read");
    }
    let results = groups.evaluate(EmitTo::All).expect("results");
    let sum: f64 = results.as_primitive::<Float64Type>().values().iter().sum();
    assert!((sum - 3.0 * 6.0 * count as f64).abs() < 1e-6, "{sum}");
}

#[test]
fn states_are_merged() {
    let mut one = Growing::new(SPREAD, Sum::default());
    one.update_batch(&spread()).expect("read");
    let state = one.state().expect("a state")[0].to_array_of_size(2).expect("a column");
    let mut two = Growing::new(SPREAD, Sum::default());
    two.merge_batch(&[state]).expect("merged");
    assert_eq!(
        two.evaluate().expect("a result"),
        ScalarValue::from(2.0 * (FIRST + THIRD))
    );
}

#[test]
fn numbers_of_any_type_are_read() {
    let list = |of: DataType| DataType::List(Arc::new(Field::new_list_field(of, true)));
    let fixed = FixedSizeListArray::from_iter_primitive::<Float64Type, _, _>([Some(vec![Some(1.0)])], 1);
    let types = |y: DataType, of: DataType| coerced::<Weighted>(&[y, of]);
    let expected = vec![DataType::Float64, list(DataType::Float64)];
    for y in [
        DataType::Boolean,
        DataType::UInt8,
        DataType::Decimal128(9, 2),
        DataType::Null,
    ] {
        assert_eq!(types(y.clone(), list(y)).expect("numbers"), expected);
    }
    assert_eq!(
        types(DataType::Int8, arrow::array::Array::data_type(&fixed).clone()).expect("numbers"),
        expected
    );
    for (y, of) in [
        (DataType::Utf8, list(DataType::Int8)),
        (DataType::Int8, list(DataType::Utf8)),
        (DataType::Int8, DataType::Int8),
        (DataType::Date32, list(DataType::Int8)),
    ] {
        assert!(types(y.clone(), of.clone()).is_err(), "{y} {of}");
    }
    // What the planner has spread is not read again.
    let spread = [
        DataType::Float64,
        DataType::Float64,
        DataType::Null,
        DataType::Interval(IntervalUnit::YearMonth),
    ];
    assert!(is_spread(&spread));
    assert_eq!(coerced::<Weighted>(&spread).expect("as it is"), spread);
    assert_eq!(numbers(&Weighted::PARAMETERS, spread.len(), true), 2);
}
