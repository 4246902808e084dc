//! `ai_embed(text [, model])`: a vector for the meaning of a text.

use std::sync::{Arc, LazyLock};

use arrow::array::{FixedSizeListArray, Float32Array};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion_common::config::ConfigOptions;
use datafusion_common::{Result, plan_err};
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion_expr::{
    ColumnarValue, Documentation, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
};
use tronie_udf_kit::{ALSO, Function, MODEL, Parameters, TextModel, UdfEnv, scalar_or_array};

use crate::embedding::{dimensions, units};

const PARAMETERS: Parameters = Parameters {
    function: "ai_embed",
    required: &["text"],
    options: &[MODEL, ALSO],
};

/// Makes the function.
pub(crate) fn function(env: &UdfEnv) -> Function {
    Function::scalar(AiEmbed::new(TextModel::new(env, PARAMETERS, "embedding"))).asking(&PARAMETERS, "embedding", &[0])
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "A vector of unit length for the meaning of a text, `FixedSizeList<Float32>` (384 numbers with the default \
         model): texts that mean alike have vectors of a small angle, across languages too. NULL for NULL, for blank \
         text, and for a text that the model cannot process (see the option `tronie.on_error`).",
        "ai_embed(text [, model => 'name or folder'])",
    )
    .with_argument("text", "The text, in Chinese or English for the default model.")
    .with_argument(
        "model",
        "A model in the registry, or the path or URL of a model folder, that has an embedding. Default: the \
         option `tronie.model`.",
    )
    .with_sql_example(
        "```sql
select array_length(ai_embed('物流太慢了')) as dimensions;
```
```text
+------------+
| dimensions |
+------------+
| 384        |
+------------+
```",
    )
    .with_related_udf("ai_similarity")
    .build()
});

#[derive(Debug, PartialEq, Eq, Hash)]
struct AiEmbed {
    signature: Signature,
    model: TextModel,
}

impl AiEmbed {
    fn new(model: TextModel) -> Self {
        Self {
            signature: PARAMETERS.signature(),
            model,
        }
    }
}

impl ScalarUDFImpl for AiEmbed {
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
        plan_err!("ai_embed: the width of the result depends on the model")
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        let width = self.model.plan(&args, dimensions)?;
        let vector = DataType::FixedSizeList(item(), width);
        Ok(Arc::new(Field::new(PARAMETERS.function, vector, true)))
    }

    fn with_updated_config(&self, config: &ConfigOptions) -> Option<ScalarUDF> {
        Some(ScalarUDF::from(Self::new(self.model.with_config(config))))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let asked = self.model.ask(&args)?;
        let width =
            dimensions(&asked.model, &asked.output).map_err(|reason| self.model.refused(&asked.model, reason))?;
        let embeddings = units(&asked);
        let mut numbers = Vec::with_capacity(embeddings.len() * asked.model.columns(&asked.output));
        for embedding in &embeddings {
            match embedding {
                Some(embedding) => numbers.extend_from_slice(embedding),
                None => numbers.resize(numbers.len() + asked.model.columns(&asked.output), 0.0),
            }
        }
        let nulls = NullBuffer::from_iter(embeddings.iter().map(Option::is_some));
        let numbers = Arc::new(Float32Array::from(numbers));
        let result = FixedSizeListArray::try_new(item(), width, numbers, Some(nulls))?;
        scalar_or_array(&args.args[0], Arc::new(result))
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}

fn item() -> FieldRef {
    Arc::new(Field::new("item", DataType::Float32, true))
}
