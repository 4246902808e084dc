//! `ai_sentiment(text [, model])`: label, score and confidence.

use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, Float64Array, StringArray, StructArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Field, FieldRef, Fields};
use datafusion_common::Result;
use datafusion_common::config::ConfigOptions;
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion_expr::{
    ColumnarValue, Documentation, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
};
use tronie_udf_kit::{ALSO, Function, MODEL, Parameters, TextModel, UdfEnv, scalar_or_array};

use crate::polarity::{Reader, sentiments};

const PARAMETERS: Parameters = Parameters {
    function: "ai_sentiment",
    required: &["text"],
    options: &[MODEL, ALSO],
};

/// Makes the function.
pub(crate) fn function(env: &UdfEnv) -> Function {
    Function::scalar(AiSentiment::new(TextModel::new(env, PARAMETERS, "sentiment"))).asking(
        &PARAMETERS,
        "sentiment",
        &[0],
    )
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "How the writer of a text feels: `STRUCT{label, score, confidence}`. `label` is `positive`, `neutral` or \
         `negative`; `score` is the probability of positive less that of negative, from -1 to 1; `confidence` is the \
         probability of the label. NULL for NULL, for blank text, and for a text that the model cannot process (see the \
         option `tronie.on_error`).",
        "ai_sentiment(text [, model => 'name or folder'])",
    )
    .with_argument("text", "The text, in Chinese or English for the default model.")
    .with_argument(
        "model",
        "A model in the registry, or the path or URL of a model folder: Tronie's own layout or a Hugging Face \
         text-classification export. Default: the option `tronie.model`.",
    )
    .with_sql_example(
        "```sql
select comment, ai_sentiment(comment)['label'] as sentiment
from (values ('这家餐厅很棒！'), ('The parcel arrived broken.')) as reviews(comment);
```
```text
+----------------------------+-----------+
| comment                    | sentiment |
+----------------------------+-----------+
| 这家餐厅很棒！             | positive  |
| The parcel arrived broken. | negative  |
+----------------------------+-----------+
```",
    )
    .with_related_udf("ai_analyze_sentiment")
    .build()
});

#[derive(Debug, PartialEq, Eq, Hash)]
struct AiSentiment {
    signature: Signature,
    model: TextModel,
}

impl AiSentiment {
    fn new(model: TextModel) -> Self {
        Self {
            signature: PARAMETERS.signature(),
            model,
        }
    }
}

/// `label`, `score`, `confidence`: each NULL where the struct is.
fn fields() -> Fields {
    Fields::from(vec![
        Field::new("label", DataType::Utf8, true),
        Field::new("score", DataType::Float64, true),
        Field::new("confidence", DataType::Float64, true),
    ])
}

impl ScalarUDFImpl for AiSentiment {
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
        self.model.plan(&args, |_, output| Reader::new(output).map(drop))?;
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
        let sentiments = sentiments(&self.model.ask(&args)?)?;
        let labels: StringArray = sentiments.iter().map(|s| s.map(|s| s.polarity.label())).collect();
        let scores: Float64Array = sentiments.iter().map(|s| s.map(|s| s.score)).collect();
        let confidences: Float64Array = sentiments.iter().map(|s| s.map(|s| s.confidence)).collect();
        let nulls = NullBuffer::from_iter(sentiments.iter().map(Option::is_some));
        let columns: Vec<ArrayRef> = vec![Arc::new(labels), Arc::new(scores), Arc::new(confidences)];
        let result = StructArray::try_new(fields(), columns, Some(nulls))?;
        scalar_or_array(&args.args[0], Arc::new(result))
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}
