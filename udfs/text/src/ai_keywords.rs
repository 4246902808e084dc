//! `ai_keywords(text [, top_k, method, model])`: the words that a text is about.

use std::sync::{Arc, LazyLock};

use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion_common::config::ConfigOptions;
use datafusion_common::{Result, ScalarValue, plan_err};
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion_expr::{
    ColumnarValue, Documentation, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
};
use tronie_udf_kit::{ALSO, Function, MODEL, Options, Parameters, TextModel, UdfEnv, scalar_or_array, text_rows};

use crate::keywords::candidates::candidates;
use crate::keywords::columns::{Keywords, keywords_type};
use crate::keywords::embedding::{MOST, TASK, keywords};
use crate::keywords::rank::{text_rank, tf_idf};
use crate::lists::check_size;
use crate::words::is_blank;

const PARAMETERS: Parameters = Parameters {
    function: "ai_keywords",
    required: &["text"],
    options: &["top_k", "method", MODEL, ALSO],
};

/// Makes the function.
pub(crate) fn function(env: &UdfEnv) -> Function {
    Function::scalar(AiKeywords::new(TextModel::new(env, PARAMETERS, TASK)))
        .asking(&PARAMETERS, TASK, &[0])
        .only_when(&PARAMETERS, "method", "embedding")
        .with_more_samples(vec![ScalarValue::Null, ScalarValue::from("textrank")])
        .with_more_samples(vec![ScalarValue::from(3_i64), ScalarValue::from("embedding")])
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "The words that a text is about: `LIST<STRUCT{keyword, weight}>`, the heaviest first, of equals the one that comes \
         first. Candidates are nouns, verbs and adjectives that are no stop words; Chinese ones have two characters or more, \
         others are in lower case. NULL for NULL and for blank text; an empty list where nothing is a candidate.",
        "ai_keywords(text [, top_k => 5] [, method => 'auto'] [, model => 'name or folder'])",
    )
    .with_argument("text", "The text, in Chinese or English or both.")
    .with_argument("top_k", "How many keywords at most: 1 to 1000. Default: 5.")
    .with_argument(
        "method",
        "'tfidf': the word's share of the candidates times its inverse document frequency, which is counted in newspapers \
         for Chinese and in customer texts for English; verbs and adjectives count 0.6. 'textrank': the rank of the word in \
         the graph of words that stand near each other, 0.6 for verbs and adjectives; the heaviest has weight 1. 'auto', \
         the default: TextRank for texts of more than 100 candidates, else tf-idf. 'embedding': by meaning, the \
         candidates whose token vectors are closest to the text's, and not all alike; at most 20.",
    )
    .with_sql_example(
        "```sql
select k['keyword'] as keyword, round(k['weight'], 2) as weight
from (select unnest(ai_keywords('手机屏幕有划痕，客服说屏幕不保修', top_k => 3)) as k);
```
```text
+---------+--------+
| keyword | weight |
+---------+--------+
| 屏幕    | 2.94   |
| 划痕    | 1.84   |
| 客服    | 1.44   |
+---------+--------+
```",
    )
    .with_argument("model", "For 'embedding': a model with token vectors. Default: the option `tronie.model`.")
    .with_related_udf("keywords")
    .build()
});

/// How keywords are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Method {
    Auto,
    TfIdf,
    TextRank,
    Embedding,
}

/// The names of the methods in SQL.
const METHODS: [&str; 4] = ["auto", "tfidf", "textrank", "embedding"];

/// A text with more candidates than this is ranked by TextRank, where each of them has met others often enough.
const LONG: usize = 100;

/// What a call asks for.
#[derive(Debug, Clone, Copy)]
struct Asked {
    top_k: usize,
    method: Method,
}

impl Asked {
    fn read(options: &Options<'_>) -> Result<Self> {
        let top_k = options.count("top_k", 1..=1000)?.unwrap_or(5);
        let method = match options.choice("method", &METHODS)? {
            None | Some(0) => Method::Auto,
            Some(1) => Method::TfIdf,
            Some(2) => Method::TextRank,
            Some(_) => Method::Embedding,
        };
        let top_k = usize::try_from(top_k).unwrap_or(usize::MAX);
        if method == Method::Embedding {
            if top_k > MOST {
                return plan_err!(
                    "ai_keywords: `method => 'embedding'` finds at most {MOST} keywords, got top_k => {top_k}"
                );
            }
        } else if let Some(model) = options.text(MODEL)? {
            return plan_err!(
                "ai_keywords: `model => '{model}'` is for `method => 'embedding'`; leave it out for the other methods"
            );
        }
        Ok(Self { top_k, method })
    }
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct AiKeywords {
    signature: Signature,
    model: TextModel,
}

impl AiKeywords {
    fn new(model: TextModel) -> Self {
        Self {
            signature: PARAMETERS.signature(),
            model,
        }
    }

    /// The keywords that the model finds.
    fn by_model(&self, args: &ScalarFunctionArgs, rows: &[Option<&str>], top_k: usize) -> Result<Keywords> {
        let answers = self.model.ask_rows(args, rows)?;
        let mut found = Keywords::with_capacity(rows.len());
        for (text, row) in rows.iter().zip(&answers.rows) {
            match text.zip(row.as_ref()) {
                Some((text, row)) => found.push(&keywords(text, row, top_k)),
                None => found.push_null(),
            }
        }
        Ok(found)
    }
}

impl ScalarUDFImpl for AiKeywords {
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
        Ok(keywords_type())
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        if Asked::read(&Options::planned(&PARAMETERS, &args))?.method == Method::Embedding {
            self.model.plan(&args, |_, _| Ok(()))?;
        }
        Ok(Arc::new(Field::new(PARAMETERS.function, keywords_type(), true)))
    }

    fn with_updated_config(&self, config: &ConfigOptions) -> Option<ScalarUDF> {
        Some(ScalarUDF::from(Self::new(self.model.with_config(config))))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let asked = Asked::read(&Options::called(&PARAMETERS, &args))?;
        let texts = match &args.args[0] {
            ColumnarValue::Array(array) => Arc::clone(array),
            ColumnarValue::Scalar(text) => text.to_array()?,
        };
        let rows = text_rows(texts.as_ref())?;
        check_size(PARAMETERS.function, &rows)?;
        if asked.method == Method::Embedding {
            let found = self.by_model(&args, &rows, asked.top_k)?;
            return scalar_or_array(&args.args[0], Arc::new(found.finish()?));
        }
        let mut found_all = Keywords::with_capacity(rows.len());
        for row in rows {
            let Some(text) = row.filter(|text| !is_blank(text)) else {
                found_all.push_null();
                continue;
            };
            let candidates = candidates(text);
            let is_long = || candidates.iter().flatten().count() > LONG;
            let found = match asked.method {
                Method::TextRank => text_rank(&candidates, asked.top_k),
                Method::Auto if is_long() => text_rank(&candidates, asked.top_k),
                Method::Auto | Method::TfIdf | Method::Embedding => tf_idf(&candidates, asked.top_k),
            };
            found_all.push(&found);
        }
        scalar_or_array(&args.args[0], Arc::new(found_all.finish()?))
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}

#[cfg(test)]
mod tests;
