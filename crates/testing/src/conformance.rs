//! The rules that every function over text keeps, whatever it computes.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, StringArray, new_empty_array};
use arrow::compute::{cast, concat};
use arrow::datatypes::{DataType, Field};
use datafusion_common::ScalarValue;
use datafusion_common::config::ConfigOptions;
use datafusion_expr::{ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF};
use tronie_common::{QueryScope, TronieOptions};

/// Texts that have broken text functions: empty, blank, invisible, long, right to left, combining, joined, markup.
pub fn texts() -> Vec<Option<String>> {
    let long = "good 好 ".repeat(20_000);
    let texts = [
        "good food",
        "这家餐厅很棒！",
        "",
        "   ",
        "\t\r\n",
        "\u{200b}\u{feff}",
        "\u{0}\u{1}\u{7f}",
        "🤬🤬",
        "👨‍👩‍👧",
        "e\u{301}\u{302}\u{303}",
        "مرحبا بالعالم",
        "<p>good</p>",
        "a<b",
        "&amp;&#x0;&#xD800;",
        "good food",
        "\u{fffd}\u{10ffff}",
        &long,
    ];
    let mut texts: Vec<Option<String>> = texts.into_iter().map(|text| Some(text.to_owned())).collect();
    texts.insert(1, None);
    texts.push(None);
    texts
}

/// A session's options with `model` as the default model.
pub fn options(model: &str) -> ConfigOptions {
    let mut tronie = TronieOptions::default();
    model.clone_into(&mut tronie.model);
    let mut options = ConfigOptions::new();
    options.extensions.insert(tronie);
    options.extensions.insert(QueryScope::default());
    options
}

/// Calls `udf(text)` with every layout of a text column and checks that the rows do not notice: string types,
/// dictionaries, slices, splits into batches, constants, no rows, only NULLs.
///
/// # Panics
/// When a rule is broken; this is the test.
pub fn text_function(udf: &ScalarUDF, options: &ConfigOptions) {
    let udf = udf.inner().with_updated_config(options).unwrap_or_else(|| udf.clone());
    let name = udf.name();
    let call = |column: ColumnarValue, rows: usize| call(&udf, column, rows, options);
    let of_rows = |column: ArrayRef| {
        let rows = column.len();
        let result = call(ColumnarValue::Array(column), rows)
            .into_array(rows)
            .expect("an array");
        assert_eq!(result.len(), rows, "{name}: one result a row");
        result
    };

    let texts: ArrayRef = Arc::new(StringArray::from(texts()));
    let expected = of_rows(Arc::clone(&texts));
    for row in (0..texts.len()).filter(|&row| texts.is_null(row)) {
        assert!(expected.is_null(row), "{name}: NULL in, NULL out");
    }

    let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    for layout in [DataType::LargeUtf8, DataType::Utf8View, dictionary.clone()] {
        let column = cast(&texts, &layout).expect("castable");
        assert_eq!(&of_rows(column), &expected, "{name}: the same for {layout}");
    }

    let no_values = cast(&(Arc::new(StringArray::new_null(2)) as ArrayRef), &dictionary).expect("castable");
    assert_eq!(
        of_rows(no_values).null_count(),
        2,
        "{name}: a dictionary without values"
    );

    let padded = concat(&[texts.as_ref(), texts.as_ref()]).expect("concatenated");
    let sliced = padded.slice(3, texts.len());
    let turned = concat(&[
        expected.slice(3, texts.len() - 3).as_ref(),
        expected.slice(0, 3).as_ref(),
    ])
    .expect("turned");
    assert_eq!(&of_rows(sliced), &turned, "{name}: the same for a slice");

    for row in 0..texts.len() {
        let one = of_rows(texts.slice(row, 1));
        assert_eq!(
            one.as_ref(),
            expected.slice(row, 1).as_ref(),
            "{name}: the same in a batch of its own"
        );
        let constant = ScalarValue::try_from_array(&texts, row).expect("a constant");
        match call(ColumnarValue::Scalar(constant), 5) {
            ColumnarValue::Scalar(result) => {
                assert_eq!(
                    result,
                    ScalarValue::try_from_array(&expected, row).expect("a constant"),
                    "{name}: constants"
                );
            }
            ColumnarValue::Array(_) => panic!("{name}: a constant in, a constant out"),
        }
    }

    assert_eq!(of_rows(new_empty_array(&DataType::Utf8)).len(), 0, "{name}: no rows");
    assert_eq!(
        of_rows(Arc::new(StringArray::new_null(3))).null_count(),
        3,
        "{name}: only NULLs"
    );
}

fn call(udf: &ScalarUDF, column: ColumnarValue, rows: usize, options: &ConfigOptions) -> ColumnarValue {
    let name = udf.name();
    let types = udf
        .coerce_types(&[column.data_type()])
        .unwrap_or_else(|e| panic!("{name}: {e}"));
    assert_eq!(types, [column.data_type()], "{name}: text is read in the type it has");
    let arg_fields = vec![Arc::new(Field::new("text", types[0].clone(), true))];
    let constant = match &column {
        ColumnarValue::Scalar(value) => Some(value.clone()),
        ColumnarValue::Array(_) => None,
    };
    let scalar_arguments = [constant.as_ref()];
    let planned = ReturnFieldArgs {
        arg_fields: &arg_fields,
        scalar_arguments: &scalar_arguments,
    };
    let return_field = udf
        .return_field_from_args(planned)
        .unwrap_or_else(|e| panic!("{name}: {e}"));
    let declared = return_field.data_type().clone();
    let args = vec![column];
    let config_options = Arc::new(options.clone());
    let args = ScalarFunctionArgs {
        args,
        arg_fields,
        number_rows: rows,
        return_field,
        config_options,
    };
    let result = udf.invoke_with_args(args).unwrap_or_else(|e| panic!("{name}: {e}"));
    assert_eq!(result.data_type(), declared, "{name}: the type that was planned");
    result
}
