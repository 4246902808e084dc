//! `pos_tag(text)`: the words of a text with their parts of speech.

use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, StringBuilder, StructArray};
use arrow::datatypes::{DataType, Field, Fields};
use datafusion_common::Result;
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion_expr::{ColumnarValue, Documentation, ScalarFunctionArgs, ScalarUDFImpl, Signature};
use tronie_udf_kit::{Function, Parameters, UdfEnv, scalar_or_array, text_rows};

use crate::lists::{Lists, check_size, list_type};
use crate::parts_of_speech::tagged;
use crate::words::is_blank;

const PARAMETERS: Parameters = Parameters {
    function: "pos_tag",
    required: &["text"],
    options: &[],
};

/// Makes the function.
pub(crate) fn function(_: &UdfEnv) -> Function {
    Function::scalar(PosTag {
        signature: PARAMETERS.signature(),
    })
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "The words and marks of a text with their Universal POS tags: `LIST<STRUCT{token, tag}>`. `tag` is ADJ, ADP, ADV, \
         AUX, CCONJ, DET, INTJ, NOUN, NUM, PART, PRON, PROPN, PUNCT, SCONJ, SYM, VERB or X. Words are those of `tokenize`; \
         a contraction has the tag of its first part, so `don't` is AUX. English is tagged by a perceptron: 95 % of the \
         tags are right on 60 customer sentences that were tagged by hand. Chinese has jieba's tags, mapped: 97 % on 26 \
         sentences, where jieba cuts the words as a person does. Words in other letters are X. NULL for NULL and for blank \
         text.",
        "pos_tag(text)",
    )
    .with_argument("text", "The text, in Chinese or English or both.")
    .with_sql_example(
        "```sql
select t['token'] as token, t['tag'] as tag
from (select unnest(pos_tag('The screen broke, 客服很好')) as t);
```
```text
+--------+-------+
| token  | tag   |
+--------+-------+
| The    | DET   |
| screen | NOUN  |
| broke  | VERB  |
| ,      | PUNCT |
| 客服   | NOUN  |
| 很     | ADV   |
| 好     | ADJ   |
+--------+-------+
```",
    )
    .with_related_udf("tokenize")
    .build()
});

#[derive(Debug, PartialEq, Eq, Hash)]
struct PosTag {
    signature: Signature,
}

fn fields() -> Fields {
    Fields::from(vec![
        Field::new("token", DataType::Utf8, true),
        Field::new("tag", DataType::Utf8, true),
    ])
}

impl ScalarUDFImpl for PosTag {
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
        Ok(list_type(DataType::Struct(fields())))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let texts = match &args.args[0] {
            ColumnarValue::Array(array) => Arc::clone(array),
            ColumnarValue::Scalar(text) => text.to_array()?,
        };
        let rows = text_rows(texts.as_ref())?;
        check_size(PARAMETERS.function, &rows)?;
        let (mut tokens, mut tags) = (StringBuilder::new(), StringBuilder::new());
        let mut lists = Lists::with_capacity(rows.len());
        for row in rows {
            let Some(text) = row.filter(|text| !is_blank(text)) else {
                lists.push_null();
                continue;
            };
            let pieces = tagged(text);
            lists.push(pieces.len());
            for (piece, tag) in pieces {
                tokens.append_value(piece.text);
                tags.append_value(tag.name());
            }
        }
        let columns: Vec<ArrayRef> = vec![Arc::new(tokens.finish()), Arc::new(tags.finish())];
        let result = lists.finish(Arc::new(StructArray::try_new(fields(), columns, None)?))?;
        scalar_or_array(&args.args[0], Arc::new(result))
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}
