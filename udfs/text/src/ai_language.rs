//! `ai_language(text)`: the language of a text.

mod detect;

use std::sync::{Arc, LazyLock};

use arrow::array::StringArray;
use arrow::datatypes::DataType;
use datafusion_common::Result;
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion_expr::{ColumnarValue, Documentation, ScalarFunctionArgs, ScalarUDFImpl, Signature};
use tronie_udf_kit::{Function, Parameters, UdfEnv, scalar_or_array, text_rows};

use detect::detect;

const PARAMETERS: Parameters = Parameters {
    function: "ai_language",
    required: &["text"],
    options: &[],
};

/// Makes the function.
pub(crate) fn function(_: &UdfEnv) -> Function {
    Function::scalar(AiLanguage {
        signature: PARAMETERS.signature(),
    })
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "The language that most of a text is in, as an ISO 639-1 code such as `zh` or `en`. The script decides where one \
         language stands for it; among those in Latin letters de, en, es, fr, it, nl, pt, sv, tr and vi are told apart, so \
         any other one is taken for one of these. In a mixed text the grammar counts: names and codes do not make a \
         Chinese text English. NULL for NULL, and for text without letters.",
        "ai_language(text)",
    )
    .with_argument("text", "The text; a few words are enough.")
    .with_sql_example(
        "```sql
select comment, ai_language(comment) as language
from (values ('iPhone 15 Pro Max 不错'), ('My 快递 has not arrived'), ('とても良い'), ('Envío rápido')) as t(comment);
```
```text
+-------------------------+----------+
| comment                 | language |
+-------------------------+----------+
| iPhone 15 Pro Max 不错  | zh       |
| My 快递 has not arrived | en       |
| とても良い              | ja       |
| Envío rápido            | es       |
+-------------------------+----------+
```",
    )
    .build()
});

#[derive(Debug, PartialEq, Eq, Hash)]
struct AiLanguage {
    signature: Signature,
}

impl ScalarUDFImpl for AiLanguage {
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

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let texts = match &args.args[0] {
            ColumnarValue::Array(array) => Arc::clone(array),
            ColumnarValue::Scalar(text) => text.to_array()?,
        };
        let rows = text_rows(texts.as_ref())?;
        let languages: StringArray = rows.into_iter().map(|text| text.and_then(detect)).collect();
        scalar_or_array(&args.args[0], Arc::new(languages))
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}
