//! `ai_mask(text [, labels])`: `ai_redact` with one mark for everything, under the name that Databricks users know.

use std::sync::LazyLock;

use arrow::datatypes::{DataType, FieldRef};
use datafusion_common::Result;
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion_expr::{ColumnarValue, Documentation, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDFImpl, Signature};
use tronie_udf_kit::{Function, Parameters, UdfEnv};

use crate::redact::Column;

const PARAMETERS: Parameters = Parameters {
    function: "ai_mask",
    required: &["text"],
    options: &["labels"],
};

const COLUMN: Column<'_> = Column {
    parameters: &PARAMETERS,
    mark: |_| "[MASKED]",
};

/// Makes the function.
pub(crate) fn function(_: &UdfEnv) -> Function {
    Function::scalar(AiMask {
        signature: PARAMETERS.signature(),
    })
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "The text with `[MASKED]` in place of what identifies a person: what `ai_redact` replaces, without saying what it \
         was. NULL for NULL and for blank text.",
        "ai_mask(text [, labels => ['name', ...]])",
    )
    .with_argument("text", "As for `ai_redact`.")
    .with_argument("labels", "What to replace: the `categories` of `ai_redact`. Default: all of them.")
    .with_sql_example(
        "```sql
select ai_mask('Mr. Lee paid $120, mail lee@example.com', labels => ['name', 'email']) as masked;
```
```text
+---------------------------------------+
| masked                                |
+---------------------------------------+
| Mr. [MASKED] paid $120, mail [MASKED] |
+---------------------------------------+
```",
    )
    .with_related_udf("ai_redact")
    .build()
});

#[derive(Debug, PartialEq, Eq, Hash)]
struct AiMask {
    signature: Signature,
}

impl ScalarUDFImpl for AiMask {
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
        Ok(DataType::Utf8View)
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        COLUMN.plan(&args)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        COLUMN.invoke(&args)
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}
