//! A planned call of an aggregate over numbers.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BinaryArray, ListArray, RecordBatch, RecordBatchOptions};
use arrow::buffer::OffsetBuffer;
use arrow::compute::{cast, concat, interleave};
use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use datafusion_common::{DFSchema, DataFusionError, ScalarValue, exec_err};
use datafusion_expr::execution_props::ExecutionProps;
use datafusion_expr::expr::{AggregateFunction, AggregateFunctionParams};
use datafusion_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion_expr::simplify::SimplifyContext;
use datafusion_expr::{
    Accumulator, AggregateUDF, ColumnarValue, Expr, ExprSchemable, GroupsAccumulator, ScalarUDF, Volatility, col,
    create_udf, lit,
};
use datafusion_physical_expr::{PhysicalExpr, create_physical_expr};

use super::Numbers;

/// How the list is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A column of lists.
    List,
    /// A column of lists with long offsets.
    LargeList,
    /// Written out, and rewritten by the planner.
    Spread,
}

pub(super) struct Planned<'a> {
    udf: &'a AggregateUDF,
    numbers: &'a Numbers,
    form: Form,
    /// The columns that the test has, each of its own, or with the list in one.
    schema: SchemaRef,
    exprs: Vec<Arc<dyn PhysicalExpr>>,
    fields: Vec<FieldRef>,
    return_field: FieldRef,
}

impl<'a> Planned<'a> {
    /// A call over columns of one type.
    pub(super) fn new(udf: &'a AggregateUDF, numbers: &'a Numbers, of: &DataType, form: Form) -> Self {
        let name = udf.name();
        let is_spread = form == Form::Spread || numbers.list.is_empty();
        let field = |place: usize| Field::new(format!("c{place}"), of.clone(), true);
        let mut columns: Vec<Field> = (0..numbers.columns.len()).map(field).collect();
        let listed = numbers.columns.len()..numbers.columns.len() + numbers.list.len();
        if is_spread {
            columns.extend(listed.clone().map(field));
        } else {
            columns.push(Field::new("list", list_type(of, form), true));
        }
        let schema = Arc::new(Schema::new(columns));
        let df_schema = Arc::new(DFSchema::try_from(schema.as_ref().clone()).expect("a schema"));
        let mut args: Vec<Expr> = (0..numbers.columns.len())
            .map(|place| col(format!("c{place}")))
            .collect();
        if !numbers.list.is_empty() {
            args.push(match is_spread {
                true => make_list(of, listed.len()).call(listed.map(|place| col(format!("c{place}"))).collect()),
                false => col("list"),
            });
        }
        args.extend(numbers.options.iter().map(|option| lit(option.clone())));

        // As the planner does: to the types in which the function reads, then the function's own rewriting.
        let type_of = |arg: &Expr| arg.get_type(df_schema.as_ref()).expect("a type");
        let given: Vec<DataType> = args.iter().map(type_of).collect();
        let types = udf.coerce_types(&given).unwrap_or_else(|e| panic!("{name}: {e}"));
        let cast_to = |(arg, to): (Expr, &DataType)| arg.cast_to(to, df_schema.as_ref()).expect("castable");
        let mut args: Vec<Expr> = args.into_iter().zip(&types).map(cast_to).collect();
        if let Some(simplify) = udf.simplify() {
            let context = SimplifyContext::builder().with_schema(Arc::clone(&df_schema)).build();
            let call = AggregateFunction {
                func: Arc::new(udf.clone()),
                params: AggregateFunctionParams {
                    args,
                    distinct: false,
                    filter: None,
                    order_by: Vec::new(),
                    null_treatment: None,
                },
            };
            let simplified = simplify(call, &context).unwrap_or_else(|e| panic!("{name}: {e}"));
            let Expr::AggregateFunction(call) = simplified else {
                panic!("{name}: planned as something else")
            };
            args = call.params.args;
        }
        let types: Vec<DataType> = args.iter().map(type_of).collect();
        assert_eq!(
            udf.coerce_types(&types).unwrap_or_else(|e| panic!("{name}: {e}")),
            types,
            "{name}: a planned call is not changed again"
        );
        let (props, context) = (ExecutionProps::new(), PhysicalPlanningContext::default());
        let exprs = args
            .iter()
            .map(|arg| create_physical_expr(arg, &df_schema, &props, &context).expect("an expression"));
        let exprs = exprs.collect();
        let fields: Vec<FieldRef> = types
            .into_iter()
            .map(|of| Arc::new(Field::new("argument", of, true)))
            .collect();
        let return_field = udf.return_field(&fields).unwrap_or_else(|e| panic!("{name}: {e}"));
        Self {
            udf,
            numbers,
            form,
            schema,
            exprs,
            fields,
            return_field,
        }
    }

    /// How many arguments the planned call has.
    pub(super) fn arguments(&self) -> usize {
        self.exprs.len()
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

    fn fail<T>(&self, e: DataFusionError) -> T {
        panic!("{}: {e}", self.udf.name())
    }

    fn accumulator(&self) -> Box<dyn Accumulator> {
        self.udf.accumulator(self.args()).unwrap_or_else(|e| self.fail(e))
    }

    /// What a window that moves uses.
    pub(super) fn sliding(&self) -> Box<dyn Accumulator> {
        self.udf
            .create_sliding_accumulator(self.args())
            .unwrap_or_else(|e| self.fail(e))
    }

    /// What `GROUP BY` uses.
    pub(super) fn groups(&self) -> Box<dyn GroupsAccumulator> {
        let name = self.udf.name();
        assert!(
            self.udf.groups_accumulator_supported(self.args()),
            "{name}: it has an accumulator for groups"
        );
        self.udf
            .create_groups_accumulator(self.args())
            .unwrap_or_else(|e| self.fail(e))
    }

    /// The values of the arguments for a batch of the test's columns.
    pub(super) fn values(&self, columns: &[ArrayRef]) -> Vec<ArrayRef> {
        let rows = columns[0].len();
        let mut given = columns[..self.numbers.columns.len()].to_vec();
        let listed = &columns[self.numbers.columns.len()..];
        if self.form == Form::Spread || listed.is_empty() {
            given.extend(listed.iter().cloned());
        } else {
            let list = lists(listed, rows);
            given.push(cast(&list, &list_type(listed[0].data_type(), self.form)).expect("castable"));
        }
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let batch = RecordBatch::try_new_with_options(Arc::clone(&self.schema), given, &options).expect("a batch");
        let value = |expr: &Arc<dyn PhysicalExpr>| {
            let value = expr.evaluate(&batch).unwrap_or_else(|e| self.fail(e));
            value.into_array(rows).unwrap_or_else(|e| self.fail(e))
        };
        self.exprs.iter().map(value).collect()
    }

    /// The result over batches of columns.
    pub(super) fn aggregate(&self, batches: &[Vec<ArrayRef>]) -> ScalarValue {
        let mut accumulator = self.accumulator();
        for batch in batches {
            accumulator
                .update_batch(&self.values(batch))
                .unwrap_or_else(|e| self.fail(e));
        }
        self.result(accumulator)
    }

    fn result(&self, mut accumulator: Box<dyn Accumulator>) -> ScalarValue {
        let name = self.udf.name();
        let result = accumulator.evaluate().unwrap_or_else(|e| self.fail(e));
        assert_eq!(
            &result.data_type(),
            self.return_field.data_type(),
            "{name}: the type that was planned"
        );
        let again = accumulator.evaluate().unwrap_or_else(|e| self.fail(e));
        assert_eq!(again, result, "{name}: a result does not change the state");
        result
    }

    fn state(&self, mut accumulator: Box<dyn Accumulator>) -> ArrayRef {
        let name = self.udf.name();
        let args = StateFieldsArgs {
            name,
            input_fields: &self.fields,
            return_field: Arc::clone(&self.return_field),
            ordering_fields: &[],
            is_distinct: false,
        };
        let planned = self.udf.state_fields(args).unwrap_or_else(|e| self.fail(e));
        let state = accumulator.state().unwrap_or_else(|e| self.fail(e));
        let [planned] = planned.as_slice() else {
            panic!("{name}: one field of a state")
        };
        assert_eq!(state[0].data_type(), *planned.data_type(), "{name}: the planned state");
        state[0].to_array().expect("a column")
    }

    /// The partial state of rows; of no rows for no columns.
    pub(super) fn partial(&self, columns: &[ArrayRef]) -> ArrayRef {
        let mut accumulator = self.accumulator();
        if !columns.is_empty() {
            accumulator
                .update_batch(&self.values(columns))
                .unwrap_or_else(|e| self.fail(e));
        }
        self.state(accumulator)
    }

    fn merging(&self, states: &[ArrayRef]) -> Box<dyn Accumulator> {
        let mut accumulator = self.accumulator();
        let states: Vec<&dyn Array> = states.iter().map(AsRef::as_ref).collect();
        let column = concat(&states).expect("of one type");
        // A state that is NULL has no rows.
        let nothing: ArrayRef = Arc::new(BinaryArray::new_null(1));
        accumulator.merge_batch(&[nothing]).unwrap_or_else(|e| self.fail(e));
        accumulator.merge_batch(&[column]).unwrap_or_else(|e| self.fail(e));
        accumulator
    }

    /// The state that others merge to.
    pub(super) fn merged_state(&self, states: &[ArrayRef]) -> ArrayRef {
        self.state(self.merging(states))
    }

    /// The result of partial states.
    pub(super) fn merged(&self, states: &[ArrayRef]) -> ScalarValue {
        self.result(self.merging(states))
    }
}

fn list_type(of: &DataType, form: Form) -> DataType {
    let item = Arc::new(Field::new_list_field(of.clone(), true));
    match form {
        Form::LargeList => DataType::LargeList(item),
        _ => DataType::List(item),
    }
}

/// Columns as one column of lists.
fn lists(columns: &[ArrayRef], rows: usize) -> ArrayRef {
    let arrays: Vec<&dyn Array> = columns.iter().map(AsRef::as_ref).collect();
    let places: Vec<(usize, usize)> = (0..rows)
        .flat_map(|row| (0..columns.len()).map(move |column| (column, row)))
        .collect();
    let items = interleave(&arrays, &places).expect("of one type");
    let item = Arc::new(Field::new_list_field(items.data_type().clone(), true));
    let lengths = OffsetBuffer::from_lengths(std::iter::repeat_n(columns.len(), rows));
    Arc::new(ListArray::new(item, lengths, items, None))
}

/// The function that SQL's `[x1, x2]` calls, in name and type.
fn make_list(of: &DataType, width: usize) -> ScalarUDF {
    let never = |_: &[ColumnarValue]| exec_err!("the list is never made");
    create_udf(
        "make_array",
        vec![of.clone(); width],
        list_type(of, Form::List),
        Volatility::Immutable,
        Arc::new(never),
    )
}
