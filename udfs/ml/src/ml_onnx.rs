//! `ml_onnx(model, columns..)`: what a model from an ONNX file answers for a row.

mod answers;
mod columns;

use std::sync::{Arc, LazyLock};

use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion_common::{Result, ScalarValue, exec_err, plan_err};
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion_expr::{
    ColumnarValue, Documentation, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};
use tronie_common::{OnError, QueryScope, TronieOptions};
use tronie_learn::trained::{OnnxModel, Trained};
use tronie_model::{ModelError, TabularGraph};
use tronie_udf_kit::{Function, UdfEnv, model_error};

pub(crate) use answers::Answers;
pub(crate) use columns::{Columns, read_type};

const FUNCTION: &str = "ml_onnx";

/// The most rows that a graph is given at once.
const MOST_ROWS: usize = 8192;

/// Makes the function.
pub(crate) fn function(env: &UdfEnv) -> Function {
    Function::scalar(MlOnnx {
        signature: Signature::user_defined(Volatility::Immutable),
        env: env.clone(),
    })
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "What a model from an ONNX file answers for a row, as a STRUCT with a field for each answer; `ml_predict` calls it and \
         makes columns of them. A class or a single number is `prediction`; with it come, for models that tell classes apart, \
         `probability DOUBLE` (of that class) and `probabilities LIST<STRUCT{label, probability}>`. Outputs of other kinds keep \
         their names: a value, or a LIST where there are several a row. NULL in a column that the file reads as `float` or \
         `double` becomes NaN, which XGBoost, LightGBM and HistGradientBoosting take for a missing value; a row with NULL in a \
         column of words or whole numbers has no answer, which is NULL. So is an answer that is not a number, with the class \
         that belongs to it, and the answer for a row that the graph refuses (an error after SET tronie.on_error = 'fail').",
        "ml_onnx(model, column, ..)",
    )
    .with_argument("model", "The model, as `risk` or `risk@2`; a constant.")
    .with_argument(
        "column",
        "The columns that the model reads, in the order in which DESCRIBE MODEL lists them.",
    )
    .with_sql_example(
        "```sql
create or replace model iris options (model_type = 'onnx', path = 'fixtures/onnx/iris.onnx');
select round(width, 1) as width, ml_onnx('iris', 6.0, 3.0, 4.8, width)['prediction'] as species
from (values (0.2), (1.5), (2.4)) as t(width);
```
```text
+-------+------------+
| width | species    |
+-------+------------+
| 0.2   | versicolor |
| 1.5   | versicolor |
| 2.4   | virginica  |
+-------+------------+
```",
    )
    .build()
});

#[derive(Debug, PartialEq, Eq, Hash)]
struct MlOnnx {
    signature: Signature,
    env: UdfEnv,
}

/// A model from an ONNX file.
#[derive(Debug)]
pub(crate) struct File {
    name: String,
    trained: Arc<Trained>,
    graph: Arc<dyn TabularGraph>,
}

impl File {
    /// The model that a call of `function` names.
    ///
    /// # Errors
    /// When there is no such model, or it is not from an ONNX file.
    pub(crate) fn find(function: &str, env: &UdfEnv, name: Option<&ScalarValue>, scope: &QueryScope) -> Result<Self> {
        let Some(name) = name.and_then(|name| name.try_as_str().flatten()) else {
            return plan_err!(
                "{function} needs the name of a model as its first argument, a constant such as 'risk@2'"
            );
        };
        let Some(trained) = env.trained(name, scope)? else {
            return plan_err!("model `{name}` is not in the registry (SHOW MODELS lists it); make it by CREATE MODEL");
        };
        if !matches!(trained.as_ref(), Trained::Onnx(_)) {
            return plan_err!("model `{name}` is from no ONNX file; ask it by ml_predict('{name}', (SELECT ..))");
        }
        let Some(graph) = env.graph(name, scope)? else {
            return plan_err!("model `{name}` has no ONNX file");
        };
        Ok(Self {
            name: name.to_owned(),
            trained,
            graph,
        })
    }

    /// What the file reads and answers.
    ///
    /// # Errors
    /// Never for one that was found.
    pub(crate) fn model(&self) -> Result<&OnnxModel> {
        match self.trained.as_ref() {
            Trained::Onnx(model) => Ok(model),
            _ => plan_err!("model `{}` is from no ONNX file", self.name),
        }
    }

    /// Refuses columns that the model does not read.
    ///
    /// # Errors
    /// For another number of columns, or other types.
    pub(crate) fn check(&self, function: &str, types: &[DataType]) -> Result<()> {
        let model = self.model()?;
        let expected: Vec<_> = model.columns().collect();
        let name = &self.name;
        if expected.len() != types.len() {
            let names: Vec<&str> = expected.iter().map(|(column, _)| *column).collect();
            let (count, got, names) = (expected.len(), types.len(), names.join("`, `"));
            return plan_err!("{function}: model `{name}` reads {count} columns (`{names}`), got {got}");
        }
        for ((column, kind), given) in expected.into_iter().zip(types) {
            if let Err(expected) = columns::fits(kind, given) {
                return plan_err!("model `{name}` reads `{column}` as {expected}, but in the query it is {given}");
            }
        }
        Ok(())
    }

    /// Runs the rows at `places` and gives what comes to `each`: all at once, or if the graph refuses one, in ever smaller
    /// parts, so that the others have their answers.
    fn run(&self, columns: &Columns, places: &[usize], answers: &mut Answers<'_>, how: &How) -> Result<()> {
        if how.scope.is_cancelled() {
            return Err(model_error(ModelError::Cancelled));
        }
        let outputs: Vec<&str> = self
            .model()?
            .answers
            .iter()
            .map(|answer| answer.output.as_str())
            .collect();
        match self.graph.run(places.len(), &columns.rows(places), &outputs) {
            Ok(given) => answers.put(places, &given),
            Err(error) if places.len() == 1 => match how.on_error {
                OnError::Null => Ok(()),
                OnError::Fail => exec_err!(
                    "model `{}` cannot process a row: {}; set tronie.on_error = 'null' to get null instead",
                    self.name,
                    error.message
                ),
            },
            Err(_) => {
                let (first, second) = places.split_at(places.len() / 2);
                self.run(columns, first, answers, how)?;
                self.run(columns, second, answers, how)
            }
        }
    }

    /// What the model answers for all rows.
    pub(crate) fn answers(&self, columns: &Columns, how: &How) -> Result<Answers<'_>> {
        let mut answers = Answers::new(self.model()?, columns.len());
        for places in columns.complete().chunks(MOST_ROWS) {
            self.run(columns, places, &mut answers, how)?;
        }
        Ok(answers)
    }
}

/// How a model is asked.
#[derive(Debug, Default)]
pub(crate) struct How {
    pub(crate) scope: QueryScope,
    pub(crate) on_error: OnError,
}

impl ScalarUDFImpl for MlOnnx {
    fn name(&self) -> &str {
        FUNCTION
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        let [_, columns @ ..] = types else {
            return plan_err!("ml_onnx is called as ml_onnx('model', column, ..), got no arguments");
        };
        let columns = columns.iter().map(|column| read_type(FUNCTION, column));
        std::iter::once(Ok(DataType::Utf8)).chain(columns).collect()
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        plan_err!("ml_onnx answers what its model does, so the model must be a constant")
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs) -> Result<FieldRef> {
        let name = args.scalar_arguments.first().copied().flatten();
        let file = File::find(FUNCTION, &self.env, name, &QueryScope::default())?;
        let types: Vec<DataType> = args
            .arg_fields
            .iter()
            .skip(1)
            .map(|field| field.data_type().clone())
            .collect();
        file.check(FUNCTION, &types)?;
        let fields = answers::fields(file.model()?);
        Ok(Arc::new(Field::new(FUNCTION, DataType::Struct(fields), true)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let extensions = &args.config_options.extensions;
        let how = How {
            scope: extensions.get::<QueryScope>().cloned().unwrap_or_default(),
            on_error: extensions.get::<TronieOptions>().cloned().unwrap_or_default().on_error,
        };
        let name = match &args.args[0] {
            ColumnarValue::Scalar(name) => Some(name),
            ColumnarValue::Array(_) => None,
        };
        let file = File::find(FUNCTION, &self.env, name, &how.scope)?;
        let is_constant = args.args.iter().all(|arg| matches!(arg, ColumnarValue::Scalar(_)));
        let rows = if is_constant { 1 } else { args.number_rows };
        let arrays = args.args[1..].iter().map(|arg| arg.to_array(rows));
        let columns = Columns::read(file.model()?, &arrays.collect::<Result<Vec<_>>>()?, rows)?;
        let result = file.answers(&columns, &how)?.finish()?;
        match is_constant {
            true => Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&result, 0)?)),
            false => Ok(ColumnarValue::Array(result)),
        }
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}
