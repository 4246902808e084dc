//! `tokenize(text)`: the words of a text.

use std::sync::{Arc, LazyLock};

use arrow::array::StringBuilder;
use arrow::datatypes::DataType;
use datafusion_common::Result;
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion_expr::{ColumnarValue, Documentation, ScalarFunctionArgs, ScalarUDFImpl, Signature};
use tronie_udf_kit::{Function, Parameters, UdfEnv, scalar_or_array, text_rows};

use crate::lists::{Lists, check_size, list_type};
use crate::words::{each_word, is_blank};

const PARAMETERS: Parameters = Parameters {
    function: "tokenize",
    required: &["text"],
    options: &[],
};

/// Makes the function.
pub(crate) fn function(_: &UdfEnv) -> Function {
    Function::scalar(Tokenize {
        signature: PARAMETERS.signature(),
    })
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "The words of a text in their order and as they are written: `LIST<VARCHAR>`. Chinese is segmented by jieba, with \
         its own dictionary and some words of customers; everything else by the word boundaries of Unicode (UAX 29). \
         Punctuation, symbols and emoji are left out. NULL for NULL and for blank text.",
        "tokenize(text)",
    )
    .with_argument("text", "The text; languages may be mixed.")
    .with_sql_example(
        "```sql
select tokenize('物流很快，iPhone doesn''t overheat!') as words;
```
```text
+-----------------------------------------+
| words                                   |
+-----------------------------------------+
| [物流, 很快, iPhone, doesn't, overheat] |
+-----------------------------------------+
```",
    )
    .with_related_udf("pos_tag")
    .build()
});

#[derive(Debug, PartialEq, Eq, Hash)]
struct Tokenize {
    signature: Signature,
}

impl ScalarUDFImpl for Tokenize {
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
        Ok(list_type(DataType::Utf8))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let texts = match &args.args[0] {
            ColumnarValue::Array(array) => Arc::clone(array),
            ColumnarValue::Scalar(text) => text.to_array()?,
        };
        let rows = text_rows(texts.as_ref())?;
        check_size(PARAMETERS.function, &rows)?;
        let mut words = StringBuilder::new();
        let mut lists = Lists::with_capacity(rows.len());
        for row in rows {
            match row.filter(|text| !is_blank(text)) {
                Some(text) => {
                    let mut count = 0;
                    each_word(text, |word| {
                        words.append_value(word.text);
                        count += 1;
                    });
                    lists.push(count);
                }
                None => lists.push_null(),
            }
        }
        let result = lists.finish(Arc::new(words.finish()))?;
        scalar_or_array(&args.args[0], Arc::new(result))
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}
