//! `keywords(text [, top_k])`: the words that are typical of a group of texts.

pub(crate) mod background;
pub(crate) mod candidates;
pub(crate) mod columns;
pub(crate) mod embedding;
pub(crate) mod rank;
mod typical;

use std::sync::{Arc, LazyLock};

use arrow::array::{Array, ArrayRef, AsArray, ListArray, RecordBatch, StringArray, UInt64Array};
use arrow::datatypes::{DataType, Field, FieldRef, Schema, UInt64Type};
use datafusion_common::{Result, ScalarValue, plan_err};
use datafusion_expr::expr::AggregateFunction;
use datafusion_expr::function::{AccumulatorArgs, AggregateFunctionSimplification, StateFieldsArgs};
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion_expr::utils::format_state_name;
use datafusion_expr::{Accumulator, AggregateUDFImpl, ColumnarValue, Documentation, Expr, ReturnFieldArgs, Signature};
use tronie_udf_kit::{Function, Options, Parameters, UdfEnv, text_rows};

use crate::lists::{Lists, list_type};
use crate::words::is_blank;
use columns::{Keywords, keywords_type};
use typical::{State, Texts};

const PARAMETERS: Parameters = Parameters {
    function: "keywords",
    required: &["text"],
    options: &["top_k"],
};

/// Makes the function.
pub(crate) fn function(_: &UdfEnv) -> Function {
    Function::aggregate(KeywordsOfGroup {
        signature: PARAMETERS.signature(),
    })
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "An aggregate: the words that are typical of a group of texts, against what everybody writes: \
         `LIST<STRUCT{keyword, weight}>`, the heaviest first, of equals the one that sorts first. Candidates are those of \
         `ai_keywords`; a word counts once a text, and has to stand in at least two texts of a group of more than three. \
         `weight` is Dunning's log-likelihood ratio (1993) between the texts of the group and a background, from 0 up: how \
         little chance explains that the word is more frequent here. Backgrounds are customer texts, for Chinese newspapers \
         as well, whichever has the word more often. A group remembers 100,000 different words; with more, the rarest are \
         forgotten. NULL for a group without any text.",
        "keywords(text [, top_k => 10])",
    )
    .with_argument("text", "The texts, in Chinese or English or both. NULL and blank ones do not count.")
    .with_argument("top_k", "How many keywords at most: 1 to 1000. Default: 10.")
    .with_sql_example(
        "```sql
select product, k[1]['keyword'] as first, k[2]['keyword'] as second
from (select product, keywords(comment, top_k => 2) as k
      from (values ('phone', 'The screen is scratched'), ('phone', 'screen too dark, battery bad'),
                   ('phone', 'Battery dies'), ('phone', 'great screen'), ('hotel', '房间隔音差'),
                   ('hotel', '早餐好，房间小'), ('hotel', '房间干净'), ('hotel', '早餐种类少')) as t(product, comment)
      group by product)
order by product desc;
```
```text
+---------+--------+---------+
| product | first  | second  |
+---------+--------+---------+
| phone   | screen | battery |
| hotel   | 房间   | 早餐    |
+---------+--------+---------+
```",
    )
    .with_related_udf("ai_keywords")
    .build()
});

#[derive(Debug, PartialEq, Eq, Hash)]
struct KeywordsOfGroup {
    signature: Signature,
}

impl AggregateUDFImpl for KeywordsOfGroup {
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

    /// Changes nothing: it is where the planner shows the values of options.
    fn simplify(&self) -> Option<AggregateFunctionSimplification> {
        Some(Box::new(|call: AggregateFunction, _| {
            check_distinct(call.params.distinct)?;
            let constants = call.params.args.iter().map(|arg| match arg {
                Expr::Literal(value, _) => Some(value),
                _ => None,
            });
            top_k(&constants.collect::<Vec<_>>())?;
            Ok(Expr::AggregateFunction(call))
        }))
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        check_distinct(args.is_distinct)?;
        let no_rows = RecordBatch::new_empty(Arc::new(Schema::empty()));
        let constants = args.exprs.iter().map(|expr| match expr.evaluate(&no_rows) {
            Ok(ColumnarValue::Scalar(value)) => Some(value),
            _ => None,
        });
        let constants: Vec<Option<ScalarValue>> = constants.collect();
        let constants: Vec<Option<&ScalarValue>> = constants.iter().map(Option::as_ref).collect();
        Ok(Box::new(OfGroup {
            state: State::default(),
            top_k: top_k(&constants)?,
        }))
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let field = |name, of| Arc::new(Field::new(format_state_name(args.name, name), list_type(of), true));
        Ok(vec![
            field("texts", DataType::UInt64),
            field("words", DataType::Utf8),
            field("counts", DataType::UInt64),
        ])
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}

fn check_distinct(is_distinct: bool) -> Result<()> {
    if is_distinct {
        return plan_err!("keywords counts every text, `DISTINCT` is not for it; select the distinct texts first");
    }
    Ok(())
}

/// The value of the option, among the constants of a call.
fn top_k(constants: &[Option<&ScalarValue>]) -> Result<usize> {
    let args = ReturnFieldArgs {
        arg_fields: &[],
        scalar_arguments: constants,
    };
    let top_k = Options::planned(&PARAMETERS, &args).count("top_k", 1..=1000)?;
    Ok(top_k.and_then(|top_k| usize::try_from(top_k).ok()).unwrap_or(10))
}

/// Glue between batches and the state.
#[derive(Debug)]
struct OfGroup {
    state: State,
    top_k: usize,
}

impl Accumulator for OfGroup {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let texts = text_rows(values[0].as_ref())?;
        for text in texts.into_iter().flatten().filter(|text| !is_blank(text)) {
            self.state.update(text);
        }
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let (texts, words, counts) = (
            states[0].as_list::<i32>(),
            states[1].as_list::<i32>(),
            states[2].as_list::<i32>(),
        );
        for row in (0..texts.len()).filter(|&row| texts.is_valid(row)) {
            let (texts, words, counts) = (texts.value(row), words.value(row), counts.value(row));
            let [all, chinese, other] = *texts.as_primitive::<UInt64Type>().values().as_ref() else {
                continue;
            };
            let words = words.as_string::<i32>().iter().flatten();
            let counts = counts.as_primitive::<UInt64Type>().values().iter().copied();
            self.state.merge(Texts { all, chinese, other }, words.zip(counts));
        }
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let Texts { all, chinese, other } = self.state.texts;
        let counts = self.state.counts();
        let words: StringArray = counts.iter().map(|(word, _)| Some(*word)).collect();
        let counts: UInt64Array = counts.iter().map(|(_, count)| *count).collect();
        let texts = UInt64Array::from(vec![all, chinese, other]);
        let list = |items: ArrayRef| one_list(items).map(|list| ScalarValue::List(Arc::new(list)));
        Ok(vec![
            list(Arc::new(texts))?,
            list(Arc::new(words))?,
            list(Arc::new(counts))?,
        ])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let mut keywords = Keywords::with_capacity(1);
        match self.state.finish(self.top_k) {
            Some(typical) => keywords.push(&typical),
            None => keywords.push_null(),
        }
        Ok(ScalarValue::List(Arc::new(keywords.finish()?)))
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.state.size()
    }
}

fn one_list(items: ArrayRef) -> Result<ListArray> {
    let mut list = Lists::with_capacity(1);
    list.push(items.len());
    list.finish(items)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_checked() {
        let count = |value: i64| top_k(&[None, Some(&ScalarValue::from(value))]);
        assert_eq!(count(3).ok(), Some(3));
        assert_eq!(top_k(&[None]).ok(), Some(10));
        let message = count(0).expect_err("refused").strip_backtrace();
        assert!(
            message.contains("`top_k =>` must be a whole number from 1 to 1000, got 0"),
            "{message}"
        );
        let message = top_k(&[None, None]).expect_err("refused").strip_backtrace();
        assert!(message.contains("must be a constant"), "{message}");
        assert!(check_distinct(true).is_err() && check_distinct(false).is_ok());
    }
}
