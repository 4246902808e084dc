//! `ai_intent(text [, model])`: what the writer of a message wants.

use std::sync::{Arc, LazyLock};

use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion_common::Result;
use datafusion_common::config::ConfigOptions;
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion_expr::{
    ColumnarValue, Documentation, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
};
use tronie_model::{Output, OutputKind, Row};
use tronie_udf_kit::{ALSO, Function, MODEL, Parameters, TextModel, UdfEnv, scalar_or_array};

use crate::labelled::{best, fields, structs};

const PARAMETERS: Parameters = Parameters {
    function: "ai_intent",
    required: &["text"],
    options: &[MODEL, ALSO],
};

/// Makes the function.
pub(crate) fn function(env: &UdfEnv) -> Function {
    Function::scalar(AiIntent::new(TextModel::new(env, PARAMETERS, "intent"))).asking(&PARAMETERS, "intent", &[0])
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "What the writer of a message wants: `STRUCT{label, confidence}`. The default model's labels are `purchase`, \
         `inquiry`, `order_tracking`, `refund_return`, `cancellation`, `complaint`, `praise`, `payment_billing`, \
         `account`, `technical_support`, `human_agent` and `other`; `confidence` is the probability of the label. NULL \
         for NULL, for blank text, and for a text that the model cannot process (see the option `tronie.on_error`).",
        "ai_intent(text [, model => 'name or folder'])",
    )
    .with_argument("text", "The message, in Chinese or English for the default model.")
    .with_argument(
        "model",
        "A model in the registry, or the path or URL of a model folder; one with other labels gives those. Default: \
         the option `tronie.model`.",
    )
    .with_sql_example(
        "```sql
select message, ai_intent(message)['label'] as intent
from (values ('我的快递怎么还没到？'), ('I want my money back')) as tickets(message);
```
```text
+----------------------+----------------+
| message              | intent         |
+----------------------+----------------+
| 我的快递怎么还没到？ | order_tracking |
| I want my money back | refund_return  |
+----------------------+----------------+
```",
    )
    .with_related_udf("ai_classify")
    .build()
});

#[derive(Debug, PartialEq, Eq, Hash)]
struct AiIntent {
    signature: Signature,
    model: TextModel,
}

impl AiIntent {
    fn new(model: TextModel) -> Self {
        Self {
            signature: PARAMETERS.signature(),
            model,
        }
    }
}

fn has_labels(output: &Output) -> Result<(), String> {
    match output.kind {
        OutputKind::Logits => Ok(()),
        _ => Err(format!("its output `{}` has no labels", output.name)),
    }
}

impl ScalarUDFImpl for AiIntent {
    fn name(&self) -> &str {
        PARAMETERS.function
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        PARAMETERS.text_and_options(types)
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Struct(fields()))
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        self.model.plan(&args, |_, output| has_labels(output))?;
        Ok(Arc::new(Field::new(
            PARAMETERS.function,
            DataType::Struct(fields()),
            true,
        )))
    }

    fn with_updated_config(&self, config: &ConfigOptions) -> Option<ScalarUDF> {
        Some(ScalarUDF::from(Self::new(self.model.with_config(config))))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let asked = self.model.ask(&args)?;
        let labels = &asked.output.labels;
        let intent = |logits: &Row| best(labels, &asked.output.probabilities(logits));
        let intents: Vec<Option<(&str, f64)>> = asked.rows.iter().map(|row| row.as_ref().and_then(intent)).collect();
        scalar_or_array(&args.args[0], Arc::new(structs(&intents)?))
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}
