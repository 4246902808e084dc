//! `ai_analyze_sentiment(text [, model])`: the label alone, under the name that Databricks users know.

use std::sync::{Arc, LazyLock};

use arrow::array::StringArray;
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion_common::Result;
use datafusion_common::config::ConfigOptions;
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion_expr::{
    ColumnarValue, Documentation, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
};
use tronie_udf_kit::{ALSO, Function, MODEL, Parameters, TextModel, UdfEnv, scalar_or_array};

use crate::polarity::{Reader, sentiments};

const PARAMETERS: Parameters = Parameters {
    function: "ai_analyze_sentiment",
    required: &["text"],
    options: &[MODEL, ALSO],
};

/// Makes the function.
pub(crate) fn function(env: &UdfEnv) -> Function {
    Function::scalar(AiAnalyzeSentiment::new(TextModel::new(env, PARAMETERS, "sentiment"))).asking(
        &PARAMETERS,
        "sentiment",
        &[0],
    )
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "The label of `ai_sentiment` alone: `positive`, `neutral` or `negative`.",
        "ai_analyze_sentiment(text [, model => 'name or folder'])",
    )
    .with_argument("text", "The text, in Chinese or English for the default model.")
    .with_argument("model", "As for `ai_sentiment`.")
    .with_sql_example(
        "```sql
select ai_analyze_sentiment('这个服务很糟糕！') as sentiment;
```
```text
+-----------+
| sentiment |
+-----------+
| negative  |
+-----------+
```",
    )
    .with_related_udf("ai_sentiment")
    .build()
});

#[derive(Debug, PartialEq, Eq, Hash)]
struct AiAnalyzeSentiment {
    signature: Signature,
    model: TextModel,
}

impl AiAnalyzeSentiment {
    fn new(model: TextModel) -> Self {
        Self {
            signature: PARAMETERS.signature(),
            model,
        }
    }
}

impl ScalarUDFImpl for AiAnalyzeSentiment {
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
        Ok(DataType::Utf8)
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        self.model.plan(&args, |_, output| Reader::new(output).map(drop))?;
        Ok(Arc::new(Field::new(PARAMETERS.function, DataType::Utf8, true)))
    }

    fn with_updated_config(&self, config: &ConfigOptions) -> Option<ScalarUDF> {
        Some(ScalarUDF::from(Self::new(self.model.with_config(config))))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let sentiments = sentiments(&self.model.ask(&args)?)?;
        let labels: StringArray = sentiments.iter().map(|s| s.map(|s| s.polarity.label())).collect();
        scalar_or_array(&args.args[0], Arc::new(labels))
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}
