use std::sync::Arc;

use arrow::array::{Float64Array, StringArray, StructArray};
use arrow::compute::{cast, concat, take};

use super::*;

/// 300 rows of three classes and two features, a few of them incomplete.
fn columns() -> Vec<ArrayRef> {
    let row = |n: u64| (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) % 1000;
    let label = |n: u64| (n % 17 != 5).then(|| (row(n) + n) % 3);
    let one = |n: u64| (n % 23 != 7).then(|| label(n).unwrap_or_default() as f64 + row(n + 1000) as f64 / 300.0);
    let two = |n: u64| if n % 41 == 9 { f64::NAN } else { row(n + 2000) as f64 };
    vec![
        Arc::new(
            (0..300)
                .map(|n| label(n).map(|label| label as f64))
                .collect::<Float64Array>(),
        ),
        Arc::new((0..300).map(one).collect::<Float64Array>()),
        Arc::new((0..300).map(|n| Some(two(n))).collect::<Float64Array>()),
    ]
}

fn gather(label: &DataType) -> Gather {
    Gather::new(0.5, false, 2, label)
}

fn finished(mut gather: Gather) -> StructArray {
    match gather.evaluate().expect("a fit") {
        ScalarValue::Struct(fit) => fit.as_ref().clone(),
        other => panic!("{other}"),
    }
}

fn of_columns(columns: &[ArrayRef]) -> StructArray {
    let mut gather = gather(columns[0].data_type());
    gather.update_batch(columns).expect("rows");
    finished(gather)
}

/// Texts and counts are equal, numbers within 1e-8.
fn assert_same(got: &StructArray, expected: &StructArray) {
    for name in ["classes", "n", "skipped", "rank", "separated"] {
        assert_eq!(got.column_by_name(name), expected.column_by_name(name), "{name}");
    }
    let numbers = |of: &StructArray| {
        let lists = of
            .column_by_name("coefficients")
            .expect("a field")
            .as_list::<i32>()
            .value(0);
        lists
            .as_list::<i32>()
            .values()
            .as_primitive::<Float64Type>()
            .values()
            .to_vec()
    };
    let (got, expected) = (numbers(got), numbers(expected));
    assert!(
        got.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-8),
        "{got:?} {expected:?}"
    );
}

#[test]
fn any_split_comes_to_the_same() {
    let columns = columns();
    let whole = of_columns(&columns);
    for parts in 1..6 {
        let mut merged = gather(&DataType::Float64);
        for part in 0..parts {
            let rows: arrow::array::UInt64Array = (0..300_u64).rev().filter(|row| row * 7 % parts == part).collect();
            let some = columns.iter().map(|column| take(column, &rows, None).expect("rows"));
            let mut one = gather(&DataType::Float64);
            one.update_batch(&some.collect::<Vec<_>>()).expect("rows");
            let state = one.state().expect("a state");
            let state: Vec<ArrayRef> = state.iter().map(|value| value.to_array().expect("a column")).collect();
            merged.merge_batch(&state).expect("merged");
        }
        assert_same(&finished(merged), &whole);
    }
}

#[test]
fn labels_of_any_type_are_the_same_classes() {
    let columns = columns();
    let whole = of_columns(&columns);
    let whole_numbers = cast(&columns[0], &DataType::Int64).expect("castable");
    let texts = cast(&whole_numbers, &DataType::Utf8).expect("castable");
    let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    for of in [DataType::Utf8, DataType::Utf8View, DataType::LargeUtf8, dictionary] {
        let labels = cast(&texts, &of).expect("castable");
        assert_same(
            &of_columns(&[labels, Arc::clone(&columns[1]), Arc::clone(&columns[2])]),
            &whole,
        );
    }
    assert_same(
        &of_columns(&[whole_numbers, Arc::clone(&columns[1]), Arc::clone(&columns[2])]),
        &whole,
    );
}

#[test]
fn batches_and_slices_make_no_difference() {
    let columns = columns();
    let whole = of_columns(&columns);
    let mut gather = gather(&DataType::Float64);
    let empty = gather.size();
    for row in 0..300 {
        let slices: Vec<ArrayRef> = columns.iter().map(|column| column.slice(row, 1)).collect();
        gather.update_batch(&slices).expect("rows");
    }
    assert!(gather.size() > empty + 300 * 20);
    assert_same(&finished(gather), &whole);
    let double: Vec<ArrayRef> = columns.iter().map(|c| concat(&[c, c]).expect("one type")).collect();
    let slices: Vec<ArrayRef> = double.iter().map(|column| column.slice(150, 300)).collect();
    assert_same(&of_columns(&slices), &whole);
}

#[test]
fn no_rows_and_one_class_have_no_fit() {
    let is_null = |columns: &[ArrayRef]| of_columns(columns).is_null(0);
    let columns = columns();
    let none: Vec<ArrayRef> = columns.iter().map(|column| column.slice(0, 0)).collect();
    assert!(is_null(&none));
    let same: ArrayRef = Arc::new(StringArray::from(vec!["a"; 300]));
    assert!(is_null(&[same, Arc::clone(&columns[1]), Arc::clone(&columns[2])]));
    let nulls: ArrayRef = Arc::new(StringArray::new_null(300));
    assert!(is_null(&[nulls, Arc::clone(&columns[1]), Arc::clone(&columns[2])]));
}
