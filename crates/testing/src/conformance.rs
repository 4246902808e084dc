//! The rules that every function over text keeps, whatever it computes; [`numbers`], [`columns`] and [`windows`] have those for
//! others.

pub mod columns;
pub mod numbers;
pub mod windows;

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, StringArray, UInt64Array, new_empty_array};
use arrow::compute::{cast, concat, take};
use arrow::datatypes::{DataType, Field, FieldRef, Schema};
use datafusion_common::ScalarValue;
use datafusion_common::config::ConfigOptions;
use datafusion_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion_expr::{Accumulator, AggregateUDF, ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF};
use datafusion_physical_expr::PhysicalExpr;
use datafusion_physical_expr::expressions::{Column, Literal};
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

/// Calls `udf(text, samples..)` with every layout of a text column and checks that the rows do not notice: string types,
/// dictionaries, slices, splits into batches, constants, no rows, only NULLs.
///
/// # Panics
/// When a rule is broken; this is the test.
pub fn text_function(udf: &ScalarUDF, samples: &[ScalarValue], options: &ConfigOptions) {
    let udf = udf.inner().with_updated_config(options).unwrap_or_else(|| udf.clone());
    let name = udf.name();
    let call = |column: ColumnarValue, rows: usize| call(&udf, column, samples, rows, options);
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

/// The result of `udf(column, samples..)`, called as the engine calls it.
pub(crate) fn call(
    udf: &ScalarUDF,
    column: ColumnarValue,
    samples: &[ScalarValue],
    rows: usize,
    options: &ConfigOptions,
) -> ColumnarValue {
    let name = udf.name();
    let text = column.data_type();
    let samples = samples.iter().cloned().map(ColumnarValue::Scalar);
    let args: Vec<ColumnarValue> = std::iter::once(column).chain(samples).collect();
    let given: Vec<DataType> = args.iter().map(ColumnarValue::data_type).collect();
    let types = udf.coerce_types(&given).unwrap_or_else(|e| panic!("{name}: {e}"));
    assert_eq!(types[0], text, "{name}: text is read in the type it has");
    let args: Vec<ColumnarValue> = args
        .into_iter()
        .zip(&types)
        .map(|(arg, to)| arg.cast_to(to, None).unwrap_or_else(|e| panic!("{name}: {e}")))
        .collect();
    let arg_fields = types
        .iter()
        .map(|to| Arc::new(Field::new("argument", to.clone(), true)))
        .collect::<Vec<_>>();
    let constants: Vec<Option<&ScalarValue>> = args
        .iter()
        .map(|arg| match arg {
            ColumnarValue::Scalar(value) => Some(value),
            ColumnarValue::Array(_) => None,
        })
        .collect();
    let planned = ReturnFieldArgs {
        arg_fields: &arg_fields,
        scalar_arguments: &constants,
    };
    let return_field = udf
        .return_field_from_args(planned)
        .unwrap_or_else(|e| panic!("{name}: {e}"));
    let declared = return_field.data_type().clone();
    let args = ScalarFunctionArgs {
        args,
        arg_fields,
        number_rows: rows,
        return_field,
        config_options: Arc::new(options.clone()),
    };
    let result = udf.invoke_with_args(args).unwrap_or_else(|e| panic!("{name}: {e}"));
    assert_eq!(result.data_type(), declared, "{name}: the type that was planned");
    result
}

/// Aggregates texts with `udf(text, samples..)` and checks that neither the layout of the column, nor the batches, nor the
/// way in which the rows are split into partial states that are merged, changes the result.
///
/// # Panics
/// When a rule is broken; this is the test.
pub fn text_aggregate(udf: &AggregateUDF, samples: &[ScalarValue]) {
    let name = udf.name();
    // Three of each, and the long one once: enough for groups in which words meet again.
    let is_short = |text: &Option<String>| text.as_ref().is_none_or(|text| text.len() < 1000);
    let again: Vec<Option<String>> = texts().into_iter().filter(is_short).collect();
    let texts: ArrayRef = Arc::new(StringArray::from([texts(), again.clone(), again].concat()));
    let utf8 = Call::new(udf, samples, &DataType::Utf8);
    let whole = utf8.aggregate(&[Arc::clone(&texts)]);
    assert!(!whole.is_null(), "{name}: texts have a result");

    let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    for layout in [DataType::LargeUtf8, DataType::Utf8View, dictionary] {
        let column = cast(&texts, &layout).expect("castable");
        let call = Call::new(udf, samples, &layout);
        assert_eq!(call.aggregate(&[column]), whole, "{name}: the same for {layout}");
        let nothing = new_empty_array(&layout);
        assert!(
            call.aggregate(&[nothing]).is_null(),
            "{name}: NULL for no rows of {layout}"
        );
    }

    assert!(utf8.aggregate(&[]).is_null(), "{name}: NULL for no rows");
    let nulls: ArrayRef = Arc::new(StringArray::new_null(3));
    assert!(utf8.aggregate(&[nulls]).is_null(), "{name}: NULL for only NULLs");

    let rows: Vec<ArrayRef> = (0..texts.len()).map(|row| texts.slice(row, 1)).collect();
    assert_eq!(utf8.aggregate(&rows), whole, "{name}: the same in batches of one row");

    for seed in 1..=8 {
        let mut random = Random(seed);
        let mut parts: Vec<Vec<u64>> = vec![Vec::new(); 1 + random.below(6)];
        for row in 0..texts.len() {
            let part = random.below(parts.len());
            parts[part].push(row as u64);
        }
        let states = parts.into_iter().map(|rows| {
            let part = take(&texts, &UInt64Array::from(rows), None).expect("rows");
            let mut partial = utf8.accumulator();
            partial.update_batch(&[part]).unwrap_or_else(|e| panic!("{name}: {e}"));
            utf8.state(partial)
        });
        let mut states: Vec<Vec<ArrayRef>> = states.collect();
        // States are merged in any order, and some of them twice: into one that is merged itself.
        while states.len() > 1 {
            let (one, two) = (states.swap_remove(random.below(states.len())), states.remove(0));
            let both: Vec<ArrayRef> = one
                .iter()
                .zip(&two)
                .map(|(one, two)| concat(&[one.as_ref(), two.as_ref()]).expect("of one type"))
                .collect();
            let mut merged = utf8.accumulator();
            merged.merge_batch(&both).unwrap_or_else(|e| panic!("{name}: {e}"));
            states.push(utf8.state(merged));
        }
        let mut last = utf8.accumulator();
        last.merge_batch(&states[0]).unwrap_or_else(|e| panic!("{name}: {e}"));
        let result = last.evaluate().unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(
            result, whole,
            "{name}: the same however the rows are split (seed {seed})"
        );
    }

    let mut full = utf8.accumulator();
    let empty = full.size();
    full.update_batch(&[texts]).unwrap_or_else(|e| panic!("{name}: {e}"));
    assert!(
        full.size() > empty,
        "{name}: a state that holds texts says how large it is"
    );
}

/// A planned call of an aggregate.
pub(crate) struct Call<'a> {
    udf: &'a AggregateUDF,
    schema: Schema,
    exprs: Vec<Arc<dyn PhysicalExpr>>,
    fields: Vec<FieldRef>,
    return_field: FieldRef,
}

impl<'a> Call<'a> {
    pub(crate) fn new(udf: &'a AggregateUDF, samples: &[ScalarValue], layout: &DataType) -> Self {
        let name = udf.name();
        let given = std::iter::once(layout.clone()).chain(samples.iter().map(ScalarValue::data_type));
        let types = udf
            .coerce_types(&given.collect::<Vec<_>>())
            .unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(&types[0], layout, "{name}: text is read in the type it has");
        let mut exprs: Vec<Arc<dyn PhysicalExpr>> = vec![Arc::new(Column::new("text", 0))];
        for (sample, to) in samples.iter().zip(&types[1..]) {
            exprs.push(Arc::new(Literal::new(sample.cast_to(to).expect("castable"))));
        }
        let fields: Vec<FieldRef> = types
            .iter()
            .map(|of| Arc::new(Field::new("argument", of.clone(), true)))
            .collect();
        let return_field = udf.return_field(&fields).unwrap_or_else(|e| panic!("{name}: {e}"));
        Self {
            udf,
            schema: Schema::new(vec![Field::new("text", layout.clone(), true)]),
            exprs,
            fields,
            return_field,
        }
    }

    fn accumulator(&self) -> Box<dyn Accumulator> {
        let args = AccumulatorArgs {
            return_field: Arc::clone(&self.return_field),
            schema: &self.schema,
            ignore_nulls: false,
            order_bys: &[],
            is_reversed: false,
            name: self.udf.name(),
            is_distinct: false,
            exprs: &self.exprs,
            expr_fields: &self.fields,
        };
        self.udf
            .accumulator(args)
            .unwrap_or_else(|e| panic!("{}: {e}", self.udf.name()))
    }

    /// The result over batches of texts.
    pub(crate) fn aggregate(&self, batches: &[ArrayRef]) -> ScalarValue {
        let name = self.udf.name();
        let mut accumulator = self.accumulator();
        for batch in batches {
            accumulator
                .update_batch(&[Arc::clone(batch)])
                .unwrap_or_else(|e| panic!("{name}: {e}"));
        }
        let result = accumulator.evaluate().unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(
            &result.data_type(),
            self.return_field.data_type(),
            "{name}: the type that was planned"
        );
        result
    }

    /// The result over a partial state for each batch of texts, merged.
    pub(crate) fn merge(&self, batches: &[ArrayRef]) -> ScalarValue {
        let name = self.udf.name();
        let mut merged = self.accumulator();
        for batch in batches {
            let mut partial = self.accumulator();
            partial
                .update_batch(&[Arc::clone(batch)])
                .unwrap_or_else(|e| panic!("{name}: {e}"));
            merged
                .merge_batch(&self.state(partial))
                .unwrap_or_else(|e| panic!("{name}: {e}"));
        }
        merged.evaluate().unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    /// The columns of a partial state, of the types that were planned.
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

/// Numbers without a pattern, the same in every run: splitmix64.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }
}
