//! The rules that every window over whole partitions keeps, whatever it computes.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, UInt64Array, new_null_array};
use arrow::compute::{cast, concat, take};
use arrow::datatypes::{DataType, Field, FieldRef, Float64Type};
use datafusion_common::ScalarValue;
use datafusion_expr::WindowUDF;
use datafusion_expr::function::{PartitionEvaluatorArgs, WindowUDFFieldArgs};
use datafusion_physical_expr::PhysicalExpr;
use datafusion_physical_expr::expressions::{Column, Literal};

use super::Random;

/// Checks that neither the type of the column among `types`, nor slices, nor the order of the rows changes what a row of a
/// partition gets (floating point by 1e-12 at most), and that NULLs get NULL and change nothing for others.
///
/// # Panics
/// When a rule is broken; this is the test.
pub fn partition_window(udf: &WindowUDF, column: &ArrayRef, options: &[ScalarValue], types: &[DataType]) {
    let name = udf.name();
    let rows = column.len();
    let of_rows = |column: &ArrayRef| evaluate(udf, column, options);
    let expected = of_rows(column);
    assert_eq!(expected.null_count(), 0, "{name}: a result a row");

    for of in types {
        let column = cast(column, of).expect("castable");
        check(name, &of_rows(&column), &expected, &format!("as {of}"));
    }
    let padded = concat(&[column.slice(0, 2).as_ref(), column]).expect("of one type");
    check(name, &of_rows(&padded.slice(2, rows)), &expected, "for a slice");

    let nothing = new_null_array(column.data_type(), 3);
    assert_eq!(of_rows(&nothing).null_count(), 3, "{name}: NULL in, NULL out");
    assert_eq!(of_rows(&column.slice(0, 0)).len(), 0, "{name}: no rows");
    let one = of_rows(&column.slice(0, 1));
    assert_eq!(one.null_count(), 0, "{name}: a partition of one row");

    let with_nulls = concat(&[nothing.as_ref(), column, nothing.as_ref()]).expect("of one type");
    let got = of_rows(&with_nulls);
    assert_eq!(got.null_count(), 6, "{name}: NULL in, NULL out");
    check(name, &got.slice(3, rows), &expected, "beside NULLs");

    let mut random = Random(23);
    let mut order: Vec<u64> = (0..rows as u64).collect();
    for row in (1..rows).rev() {
        order.swap(row, random.below(row + 1));
    }
    let order = UInt64Array::from(order);
    let turned = take(column, &order, None).expect("rows");
    let expected = take(&expected, &order, None).expect("rows");
    check(name, &of_rows(&turned), &expected, "in another order");
}

fn evaluate(udf: &WindowUDF, column: &ArrayRef, options: &[ScalarValue]) -> ArrayRef {
    let name = udf.name();
    let given = std::iter::once(column.data_type().clone()).chain(options.iter().map(ScalarValue::data_type));
    let types = udf
        .coerce_types(&given.collect::<Vec<_>>())
        .unwrap_or_else(|e| panic!("{name}: {e}"));
    let again = udf.coerce_types(&types).unwrap_or_else(|e| panic!("{name}: {e}"));
    assert_eq!(again, types, "{name}: a planned call is not changed again");
    let rows = column.len();
    let mut exprs: Vec<Arc<dyn PhysicalExpr>> = vec![Arc::new(Column::new("x", 0))];
    let mut values = vec![cast(column, &types[0]).expect("castable")];
    for (option, to) in options.iter().zip(&types[1..]) {
        let option = option.cast_to(to).expect("castable");
        values.push(option.to_array_of_size(rows).expect("a column"));
        exprs.push(Arc::new(Literal::new(option)));
    }
    let fields: Vec<FieldRef> = types
        .iter()
        .map(|of| Arc::new(Field::new("argument", of.clone(), true)))
        .collect();
    let field = udf
        .field(WindowUDFFieldArgs::new(&fields, "result"))
        .unwrap_or_else(|e| panic!("{name}: {e}"));
    let mut evaluator = udf
        .partition_evaluator_factory(PartitionEvaluatorArgs::new(&exprs, &fields, false, false))
        .unwrap_or_else(|e| panic!("{name}: {e}"));
    let result = evaluator
        .evaluate_all(&values, rows)
        .unwrap_or_else(|e| panic!("{name}: {e}"));
    assert_eq!(result.len(), rows, "{name}: one result a row");
    assert_eq!(
        result.data_type(),
        field.data_type(),
        "{name}: the type that was planned"
    );
    result
}

fn check(name: &str, got: &ArrayRef, expected: &ArrayRef, when: &str) {
    if *got.data_type() != DataType::Float64 {
        assert_eq!(got, expected, "{name}: {when}");
        return;
    }
    let (got, expected) = (
        got.as_primitive::<Float64Type>(),
        expected.as_primitive::<Float64Type>(),
    );
    for (row, (got, expected)) in got.iter().zip(expected).enumerate() {
        let close = match (got, expected) {
            (Some(got), Some(expected)) => (got - expected).abs() <= 1e-12 * (1.0 + expected.abs()),
            (got, expected) => got == expected,
        };
        assert!(close, "{name}: {got:?} is not {expected:?} in row {row} {when}");
    }
}
