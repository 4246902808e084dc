//! `ai_classify(text, labels [, descriptions, multi_label, model])`: labels of the caller's own.

use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, ListArray};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion_common::config::ConfigOptions;
use datafusion_common::{Result, ScalarValue, plan_err};
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion_expr::{
    ColumnarValue, Documentation, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
};
use tronie_common::QueryScope;
use tronie_udf_kit::{ALSO, Function, MODEL, Options, Parameters, TextModel, UdfEnv, scalar_or_array};

use crate::embedding::{dimensions, units};
use crate::head::Head;
use crate::labelled::{best, fields, structs};
use crate::zero_shot::{Labels, anchors, any_of, one_of};

const LABELS: &str = "labels";
const DESCRIPTIONS: &str = "descriptions";
const MULTI_LABEL: &str = "multi_label";

const PARAMETERS: Parameters = Parameters {
    function: "ai_classify",
    required: &["text"],
    options: &[LABELS, DESCRIPTIONS, MULTI_LABEL, MODEL, ALSO],
};

/// Makes the function.
pub(crate) fn function(env: &UdfEnv) -> Function {
    let labels =
        ScalarValue::new_list_nullable(&[ScalarValue::from("food"), ScalarValue::from("book")], &DataType::Utf8);
    Function::scalar(AiClassify::new(TextModel::new(env, PARAMETERS, "embedding")))
        .asking(&PARAMETERS, "embedding", &[0])
        .with_samples(vec![ScalarValue::List(Arc::clone(&labels))])
        .with_more_samples(vec![
            ScalarValue::List(labels),
            ScalarValue::Null,
            ScalarValue::from(true),
        ])
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "Which of your own labels a text belongs to, without any training: `STRUCT{label, confidence}`, the label whose \
         meaning is closest to the text's; with `multi_label => true` a list of all labels that apply, the surest first. \
         The labels' meaning is that of their words, so take words that say what you mean (`delivery`, not `cat_3`), or \
         give descriptions. Where 200 labelled \
         texts are at hand, train on them: `CREATE MODEL tickets OPTIONS (model_type = 'text_classifier', ..)`, and call \
         `ai_classify(text, model => 'tickets')`, without labels. NULL for NULL, for blank text, and for a text that the model cannot process.",
        "ai_classify(text, labels [, descriptions => [..]] [, multi_label => true] [, model => 'name or folder'])",
    )
    .with_argument("text", "The text, in Chinese or English for the default model.")
    .with_argument("labels", "A constant list of two or more labels, in either language; none for a trained model.")
    .with_argument("descriptions", "A constant list of as many descriptions, which are compared in the labels' stead.")
    .with_argument("multi_label", "Whether any number of labels may apply, none included. Default: false.")
    .with_argument("model", "As for `ai_embed`; without labels, a text_classifier made by CREATE MODEL.")
    .with_sql_example(
        "```sql
select comment, ai_classify(comment, ['delivery', 'quality', 'price'])['label'] as topic
from (values ('快递三天才到'), ('Too expensive for what it is')) as reviews(comment);
```
```text
+------------------------------+----------+
| comment                      | topic    |
+------------------------------+----------+
| 快递三天才到                 | delivery |
| Too expensive for what it is | price    |
+------------------------------+----------+
```",
    )
    .with_related_udf("ai_intent")
    .build()
});

#[derive(Debug, PartialEq, Eq, Hash)]
struct AiClassify {
    signature: Signature,
    model: TextModel,
}

impl AiClassify {
    fn new(model: TextModel) -> Self {
        Self {
            signature: PARAMETERS.signature(),
            model,
        }
    }

    /// The trained classifier that a call without labels names.
    fn head(&self, options: &Options<'_>, scope: &QueryScope) -> Result<Option<Head>> {
        match options.text(MODEL)? {
            Some(name) if !options.has(LABELS) => Head::find(self.model.env(), &name, scope),
            _ => Ok(None),
        }
    }
}

/// What a call asks for.
struct Choice {
    labels: Vec<String>,
    /// What is compared with the text: descriptions, or the labels themselves.
    meanings: Vec<String>,
    multi_label: bool,
}

impl Choice {
    /// Reads the options; `None` while the labels are not known yet.
    fn read(options: &Options<'_>) -> Result<Option<Self>> {
        if !options.has(LABELS) {
            return plan_err!(
                "ai_classify needs labels: ai_classify(text, ['delivery', 'quality']), or a text_classifier that was \
                 trained: ai_classify(text, model => 'tickets')"
            );
        }
        let multi_label = options.flag(MULTI_LABEL)?.unwrap_or(false);
        let descriptions = options.texts(DESCRIPTIONS)?;
        let Some(labels) = options.texts(LABELS)? else {
            return Ok(None);
        };
        let mut sorted: Vec<&String> = labels.iter().collect();
        sorted.sort();
        if let Some(twice) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
            return plan_err!("ai_classify: the label `{}` is given twice", twice[0]);
        }
        if let Some(blank) = labels.iter().position(|label| label.trim().is_empty()) {
            return plan_err!("ai_classify: label {} is blank; give it a word", blank + 1);
        }
        if labels.len() < usize::from(!multi_label) + 1 {
            return plan_err!(
                "ai_classify needs two or more labels to choose from, got {}",
                labels.len()
            );
        }
        match &descriptions {
            Some(descriptions) if descriptions.len() != labels.len() => plan_err!(
                "ai_classify: {} labels have {} descriptions; give each label one",
                labels.len(),
                descriptions.len()
            ),
            _ => Ok(Some(Self {
                meanings: descriptions.unwrap_or_else(|| labels.clone()),
                labels,
                multi_label,
            })),
        }
    }
}

fn item() -> FieldRef {
    Arc::new(Field::new("item", DataType::Struct(fields()), true))
}

/// The most probable label of each text.
fn closest(choice: &Choice, rows: &[Option<Vec<f64>>]) -> Result<ArrayRef> {
    let closest = |close: &Vec<f64>| best(&choice.labels, &one_of(close));
    let rows: Vec<Option<(&str, f64)>> = rows.iter().map(|close| close.as_ref().and_then(closest)).collect();
    Ok(Arc::new(structs(&rows)?))
}

/// All labels of each text that are more likely right than wrong, the surest first.
fn applying(choice: &Choice, rows: &[Option<Vec<f64>>]) -> Result<ArrayRef> {
    let applying = |close: &Vec<f64>| {
        let sure = choice
            .labels
            .iter()
            .zip(close)
            .map(|(label, &close)| (label.as_str(), any_of(close)));
        let mut sure: Vec<(&str, f64)> = sure.filter(|(_, sure)| *sure >= 0.5).collect();
        sure.sort_by(|a, b| b.1.total_cmp(&a.1));
        sure
    };
    let lists: Vec<Option<Vec<(&str, f64)>>> = rows.iter().map(|close| close.as_ref().map(applying)).collect();
    let lengths = lists.iter().map(|list| list.as_ref().map_or(0, Vec::len));
    let offsets = OffsetBuffer::from_lengths(lengths);
    let nulls = NullBuffer::from_iter(lists.iter().map(Option::is_some));
    let items: Vec<Option<(&str, f64)>> = lists.into_iter().flatten().flatten().map(Some).collect();
    Ok(Arc::new(ListArray::try_new(
        item(),
        offsets,
        Arc::new(structs(&items)?),
        Some(nulls),
    )?))
}

impl ScalarUDFImpl for AiClassify {
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
        plan_err!("ai_classify: the type of the result depends on the options")
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        let options = Options::planned(&PARAMETERS, &args);
        if let Some(head) = self.head(&options, &QueryScope::default())? {
            self.model.of(&head.encoder).plan(&args, |model, _| head.fits(model))?;
            return Ok(Arc::new(Field::new(
                PARAMETERS.function,
                DataType::Struct(fields()),
                true,
            )));
        }
        Choice::read(&options)?;
        self.model.plan(&args, dimensions)?;
        let result = if options.flag(MULTI_LABEL)?.unwrap_or(false) {
            DataType::List(item())
        } else {
            DataType::Struct(fields())
        };
        Ok(Arc::new(Field::new(PARAMETERS.function, result, true)))
    }

    fn with_updated_config(&self, config: &ConfigOptions) -> Option<ScalarUDF> {
        Some(ScalarUDF::from(Self::new(self.model.with_config(config))))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let options = Options::called(&PARAMETERS, &args);
        let scope = args
            .config_options
            .extensions
            .get::<QueryScope>()
            .cloned()
            .unwrap_or_default();
        if let Some(head) = self.head(&options, &scope)? {
            let texts = units(&self.model.of(&head.encoder).ask(&args)?);
            return scalar_or_array(&args.args[0], head.classes_of(&texts)?);
        }
        let Some(choice) = Choice::read(&options)? else {
            return plan_err!("ai_classify needs a constant list of labels");
        };
        let embed = |texts: Vec<&str>| -> Result<Vec<Vec<f32>>> {
            let texts: Vec<Option<&str>> = texts.into_iter().map(Some).collect();
            let asked = self.model.ask_rows(&args, &texts)?;
            let vectors: Vec<Vec<f32>> = units(&asked).into_iter().flatten().collect();
            if vectors.len() < texts.len() {
                return plan_err!("ai_classify: the model cannot process every label; give labels of plain words");
            }
            Ok(vectors)
        };
        let labels = embed(choice.meanings.iter().map(String::as_str).collect())?;
        let labels = Labels::new(&labels, &embed(anchors().collect())?);
        let texts = units(&self.model.ask(&args)?);
        let rows: Vec<Option<Vec<f64>>> = texts
            .iter()
            .map(|text| text.as_ref().map(|text| labels.closeness(text)))
            .collect();
        let result = if choice.multi_label {
            applying(&choice, &rows)?
        } else {
            closest(&choice, &rows)?
        };
        scalar_or_array(&args.args[0], result)
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}
