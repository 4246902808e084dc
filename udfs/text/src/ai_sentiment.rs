//! `ai_sentiment(text [, model])`: label, score and confidence.

use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, Float64Array, StringArray, StructArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Field, FieldRef, Fields};
use datafusion_common::Result;
use datafusion_common::config::ConfigOptions;
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion_expr::{
    ColumnarValue, Documentation, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use tronie_model::ModelError;
use tronie_udf_kit::{Asked, Function, TextModel, UdfEnv, check_count, model_error, scalar_or_array, text_type};

use crate::polarity::{Reader, Sentiment};

const NAME: &str = "ai_sentiment";
const ARGUMENTS: [&str; 2] = ["text", "model"];

/// Makes the function.
pub(crate) fn function(env: &UdfEnv) -> Function {
    Function::Scalar(Arc::new(ScalarUDF::from(AiSentiment::new(TextModel::new(
        env,
        NAME,
        "sentiment",
        1,
    )))))
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
        "A model in the registry, or the path of a model folder: Tronie's own layout or a Hugging Face \
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
            signature: text_and_model(),
            model,
        }
    }
}

/// The signature of functions that take a text and a model by name.
pub(crate) fn text_and_model() -> Signature {
    let mut signature = Signature::user_defined(Volatility::Immutable);
    signature.parameter_names = Some(ARGUMENTS.map(str::to_owned).to_vec());
    signature
}

/// Keeps the text's type as it is and reads the model's name as text.
pub(crate) fn coerce_text_and_model(function: &str, types: &[DataType]) -> Result<Vec<DataType>> {
    check_count(function, &ARGUMENTS, 1, types.len())?;
    let mut coerced = vec![text_type(function, "text", &types[0])?];
    if let Some(model) = types.get(1) {
        text_type(function, "model", model)?;
        coerced.push(DataType::Utf8);
    }
    Ok(coerced)
}

/// The sentiments in a model's answers.
pub(crate) fn sentiments(asked: &Asked) -> Result<Vec<Option<Sentiment>>> {
    let refused = |reason| ModelError::Task {
        model: asked.model.name().to_owned(),
        task: "sentiment".to_owned(),
        reason,
    };
    let reader = Reader::new(&asked.output).map_err(|reason| model_error(refused(reason)))?;
    Ok(asked
        .rows
        .iter()
        .map(|row| row.as_ref().map(|logits| reader.read(logits)))
        .collect())
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
        NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        coerce_text_and_model(NAME, types)
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Struct(fields()))
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        self.model.plan(&args, |output| Reader::new(output).map(drop))?;
        Ok(Arc::new(Field::new(NAME, DataType::Struct(fields()), true)))
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
