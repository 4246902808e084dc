//! `ai_similarity(a, b [, model])`: how alike two texts are in meaning.

use std::sync::{Arc, LazyLock};

use arrow::array::Float64Array;
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion_common::Result;
use datafusion_common::config::ConfigOptions;
use datafusion_common::{ScalarValue, cast::as_float64_array};
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion_expr::{
    ColumnarValue, Documentation, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
};
use tronie_udf_kit::{ALSO, Function, MODEL, Parameters, TextModel, UdfEnv};

use crate::embedding::{cosine, dimensions, units};

const PARAMETERS: Parameters = Parameters {
    function: "ai_similarity",
    required: &["a", "b"],
    options: &[MODEL, ALSO],
};

/// Makes the function.
pub(crate) fn function(env: &UdfEnv) -> Function {
    Function::scalar(AiSimilarity::new(TextModel::new(env, PARAMETERS, "embedding")))
        .asking(&PARAMETERS, "embedding", &[0, 1])
        .with_samples(vec![ScalarValue::from("good food")])
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "How alike two texts are in meaning: the cosine of their embeddings, at most 1. With the default model unrelated \
         texts have about 0.65 to 0.75, texts that mean the same 0.8 and more, so compare similarities with each other \
         rather than with 0. NULL where one of the texts is NULL, blank, or cannot be processed.",
        "ai_similarity(a, b [, model => 'name or folder'])",
    )
    .with_argument("a", "A text, in Chinese or English for the default model.")
    .with_argument("b", "Another one; the languages may differ.")
    .with_argument("model", "As for `ai_embed`.")
    .with_sql_example(
        "```sql
select ai_similarity('物流太慢了', 'The delivery took ages')
     > ai_similarity('物流太慢了', 'The colour is lovely') as understood;
```
```text
+------------+
| understood |
+------------+
| true       |
+------------+
```",
    )
    .with_related_udf("ai_embed")
    .build()
});

#[derive(Debug, PartialEq, Eq, Hash)]
struct AiSimilarity {
    signature: Signature,
    model: TextModel,
}

impl AiSimilarity {
    fn new(model: TextModel) -> Self {
        Self {
            signature: PARAMETERS.signature(),
            model,
        }
    }
}

impl ScalarUDFImpl for AiSimilarity {
    fn name(&self) -> &str {
        PARAMETERS.function
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        let mut coerced = PARAMETERS.text_and_options(types)?;
        coerced[1] = PARAMETERS.text_type("b", &types[1])?;
        Ok(coerced)
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Float64)
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        self.model.plan(&args, dimensions)?;
        Ok(Arc::new(Field::new(PARAMETERS.function, DataType::Float64, true)))
    }

    fn with_updated_config(&self, config: &ConfigOptions) -> Option<ScalarUDF> {
        Some(ScalarUDF::from(Self::new(self.model.with_config(config))))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let first = units(&self.model.ask_about(&args, &args.args[0])?);
        let second = units(&self.model.ask_about(&args, &args.args[1])?);
        let rows = first.len().max(second.len());
        // A constant has one row, which stands for all.
        let row = |of: &[Option<Vec<f32>>], row: usize| if of.len() == 1 { 0 } else { row };
        let similarity = |n: usize| {
            let (a, b) = (&first[row(&first, n)], &second[row(&second, n)]);
            a.as_ref().zip(b.as_ref()).map(|(a, b)| cosine(a, b))
        };
        let constant = args.args[..2].iter().all(|arg| matches!(arg, ColumnarValue::Scalar(_)));
        // With an empty batch beside a constant there is nothing to compare.
        let rows = if constant {
            1
        } else if first.is_empty() || second.is_empty() {
            0
        } else {
            rows
        };
        let result: Float64Array = (0..rows).map(similarity).collect();
        if constant {
            return Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(
                as_float64_array(&result)?,
                0,
            )?));
        }
        Ok(ColumnarValue::Array(Arc::new(result)))
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}
