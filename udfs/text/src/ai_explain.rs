//! `ai_explain(text [, task, model])`: what each word did to a model's answer.

use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, Float64Array, ListArray, StringArray, StructArray};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::datatypes::{DataType, Field, FieldRef, Fields};
use datafusion_common::config::ConfigOptions;
use datafusion_common::{Result, ScalarValue};
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion_expr::{
    ColumnarValue, Documentation, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
};
use tronie_model::OutputKind;
use tronie_udf_kit::{
    ALSO, Asked, Function, MODEL, Options, Parameters, TextModel, UdfEnv, scalar_or_array, text_rows,
};

use crate::attribution::Parts;
use crate::polarity::{Reader, sentiments};
use crate::words::is_blank;

const TASK: &str = "task";
const TASKS: [&str; 2] = ["sentiment", "intent"];

const PARAMETERS: Parameters = Parameters {
    function: "ai_explain",
    required: &["text"],
    options: &[TASK, MODEL, ALSO],
};

/// The most variants of texts that are asked about at once, and the most bytes of them: a text's variants take more than a
/// hundred times its own bytes.
const VARIANTS: usize = 8192;
const VARIANT_BYTES: usize = 64 << 20;

/// The words of a text and what they do.
type Attributions<'a> = Vec<(&'a str, f64)>;

/// Makes the function.
pub(crate) fn function(env: &UdfEnv) -> Function {
    let models = TASKS.map(|task| TextModel::new(env, PARAMETERS, task));
    Function::scalar(AiExplain::new(models))
        .asking(&PARAMETERS, "sentiment", &[])
        .with_more_samples(vec![ScalarValue::from("intent")])
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "What each word of a text did to the model's answer: `LIST<STRUCT{token, attribution}>`, in the order of the \
         text. With `task => 'sentiment'` the answer is `ai_sentiment`'s score, with `'intent'` the probability of \
         `ai_intent`'s label. The attributions are Shapley values over four orders of the words; they add up to the \
         answer for the text less that for a text without words (`…`), but for rounding (1e-6). A text of n words costs \
         up to 4n passes of the model; beyond 64 words neighbours count as one. NULL for NULL, for blank text, and for a \
         text that the model cannot process.",
        "ai_explain(text [, task => 'sentiment'] [, model => 'name or folder'])",
    )
    .with_argument("text", "The text, in Chinese or English for the default model.")
    .with_argument("task", "`'sentiment'` (the default) or `'intent'`.")
    .with_argument("model", "As for `ai_sentiment`.")
    .with_sql_example(
        "```sql
select word['token'] as token, word['attribution'] < -0.3 as spoils_it
from (select unnest(ai_explain('味道很糟糕')) as word);
```
```text
+-------+-----------+
| token | spoils_it |
+-------+-----------+
| 味道  | false     |
| 很    | false     |
| 糟糕  | true      |
+-------+-----------+
```",
    )
    .with_related_udf("ai_sentiment")
    .with_related_udf("ai_intent")
    .build()
});

#[derive(Debug, PartialEq, Eq, Hash)]
struct AiExplain {
    signature: Signature,
    /// One for each of [`TASKS`].
    models: [TextModel; 2],
}

impl AiExplain {
    fn new(models: [TextModel; 2]) -> Self {
        Self {
            signature: PARAMETERS.signature(),
            models,
        }
    }

    /// The model that a call asks, and whether about labels rather than the sentiment.
    fn model(&self, options: &Options<'_>) -> Result<(&TextModel, bool)> {
        let task = options.choice(TASK, &TASKS)?.unwrap_or(0);
        Ok((&self.models[task], TASKS[task] == "intent"))
    }

    /// The attributions of texts whose variants are few enough to be asked about together.
    fn explain<'a>(
        (model, of_labels): (&TextModel, bool),
        args: &ScalarFunctionArgs,
        texts: &[Parts<'a>],
    ) -> Result<Vec<Option<Attributions<'a>>>> {
        let variants: Vec<Option<&str>> = texts
            .iter()
            .flat_map(Parts::texts)
            .map(|text| Some(text.as_str()))
            .collect();
        let asked = model.ask_rows(args, &variants)?;
        let mut first = 0;
        let mut explained = Vec::with_capacity(texts.len());
        for parts in texts {
            let rows = first..first + parts.texts().len();
            first = rows.end;
            let answers = answers(&asked, of_labels, rows.start, parts)?;
            explained.push(answers.map(|answers| parts.attributions(&answers)));
        }
        Ok(explained)
    }
}

/// The numbers to explain for the variants of one text, which start at row `first`; `None` if one has no answer.
fn answers(asked: &Asked, of_labels: bool, first: usize, parts: &Parts<'_>) -> Result<Option<Vec<f64>>> {
    let rows = &asked.rows[first..first + parts.texts().len()];
    if of_labels {
        let probabilities = |row: &Option<_>| {
            row.as_ref()
                .map(|row: &tronie_model::Row| asked.output.probabilities(row))
        };
        let Some(whole) = probabilities(&rows[parts.whole()]) else {
            return Ok(None);
        };
        let best = (0..whole.len())
            .rev()
            .max_by(|&a, &b| whole[a].total_cmp(&whole[b]))
            .unwrap_or_default();
        return Ok(rows.iter().map(|row| probabilities(row).map(|all| all[best])).collect());
    }
    let own = Asked {
        model: Arc::clone(&asked.model),
        output: asked.output.clone(),
        rows: rows.to_vec(),
    };
    Ok(sentiments(&own)?
        .into_iter()
        .map(|sentiment| sentiment.map(|sentiment| sentiment.score))
        .collect())
}

fn fields() -> Fields {
    Fields::from(vec![
        Field::new("token", DataType::Utf8, true),
        Field::new("attribution", DataType::Float64, true),
    ])
}

fn item() -> FieldRef {
    Arc::new(Field::new("item", DataType::Struct(fields()), true))
}

fn lists(rows: &[Option<Attributions<'_>>]) -> Result<ArrayRef> {
    let offsets = OffsetBuffer::from_lengths(rows.iter().map(|row| row.as_ref().map_or(0, Vec::len)));
    let nulls = NullBuffer::from_iter(rows.iter().map(Option::is_some));
    let tokens: StringArray = rows.iter().flatten().flatten().map(|(token, _)| Some(*token)).collect();
    let attributions: Float64Array = rows.iter().flatten().flatten().map(|(_, gain)| Some(*gain)).collect();
    let structs = StructArray::try_new(fields(), vec![Arc::new(tokens), Arc::new(attributions)], None)?;
    Ok(Arc::new(ListArray::try_new(
        item(),
        offsets,
        Arc::new(structs),
        Some(nulls),
    )?))
}

impl ScalarUDFImpl for AiExplain {
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
        Ok(DataType::List(item()))
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        let (model, of_labels) = self.model(&Options::planned(&PARAMETERS, &args))?;
        model.plan(&args, |_, output| {
            if of_labels && output.kind == OutputKind::Logits {
                return Ok(());
            }
            Reader::new(output).map(drop)
        })?;
        Ok(Arc::new(Field::new(PARAMETERS.function, DataType::List(item()), true)))
    }

    fn with_updated_config(&self, config: &ConfigOptions) -> Option<ScalarUDF> {
        Some(ScalarUDF::from(Self::new(
            self.models.clone().map(|model| model.with_config(config)),
        )))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let model = self.model(&Options::called(&PARAMETERS, &args))?;
        let texts = match &args.args[0] {
            ColumnarValue::Array(array) => Arc::clone(array),
            ColumnarValue::Scalar(text) => text.to_array()?,
        };
        let rows = text_rows(texts.as_ref())?;
        let mut explained: Vec<Option<Attributions<'_>>> = Vec::with_capacity(rows.len());
        let mut waiting: Vec<Parts<'_>> = Vec::new();
        // A row's place among those of `waiting`, or none for a row without a text.
        let mut places: Vec<Option<usize>> = Vec::new();
        let (mut variants, mut bytes) = (0, 0);
        for (number, text) in rows.iter().enumerate() {
            places.push(text.filter(|text| !is_blank(text)).map(|text| {
                let parts = Parts::new(text);
                variants += parts.texts().len();
                bytes += parts.texts().iter().map(String::len).sum::<usize>();
                waiting.push(parts);
                waiting.len() - 1
            }));
            if variants >= VARIANTS || bytes >= VARIANT_BYTES || number + 1 == rows.len() {
                let mut done = Self::explain(model, &args, &waiting)?;
                explained.extend(places.drain(..).map(|place| place.and_then(|place| done[place].take())));
                waiting.clear();
                (variants, bytes) = (0, 0);
            }
        }
        scalar_or_array(&args.args[0], lists(&explained)?)
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}
