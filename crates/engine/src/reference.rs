//! The reference, generated from what is registered.

use std::fmt::Write;
use std::sync::Arc;

use datafusion::common::config::ExtensionOptions;
use tronie_common::TronieOptions;
use tronie_model::{Backend, Models, ModelsConfig, Registry};
use tronie_udf_kit::UdfEnv;

use crate::functions::FUNCTION_SETS;

/// All functions as Markdown. `backend` is never asked: no model is loaded.
pub fn functions_markdown(backend: Arc<dyn Backend>) -> String {
    let env = UdfEnv::new(Arc::new(Models::new(ModelsConfig::new(Registry::default(), backend))));
    let mut page = String::from("# SQL functions\n\nBeside all functions of DataFusion. ");
    page.push_str("Examples are executed and compared by the tests.\n");
    for set in FUNCTION_SETS {
        let _ = write!(page, "\n## {}\n", set.title);
        for make in set.functions {
            let function = make(&env);
            let Some(doc) = function.documentation() else { continue };
            let _ = write!(
                page,
                "\n### {}\n\n{}\n\n```sql\n{}\n```\n",
                function.name(),
                doc.description,
                doc.syntax_example
            );
            for (name, description) in doc.arguments.iter().flatten() {
                let _ = write!(page, "\n- `{name}`: {description}");
            }
            let example = doc.sql_example.as_deref().unwrap_or_default();
            let _ = write!(page, "\n\n{}\n", example.trim());
            if let Some(related) = &doc.related_udfs {
                let _ = write!(page, "\nSee also: `{}`\n", related.join("`, `"));
            }
        }
    }
    page
}

/// The `tronie.*` options as Markdown.
pub fn options_markdown() -> String {
    let mut page =
        String::from("# Options\n\nSet by `SET tronie.x = ...`, in `tronie.toml` under `[options]`, or listed by ");
    page.push_str("`SHOW ALL`; DataFusion's own options (`datafusion.*`) work as well.\n\n");
    page.push_str("| option | default | meaning |\n| --- | --- | --- |\n");
    for entry in TronieOptions::default().entries() {
        let default = entry.value.unwrap_or_default();
        let _ = writeln!(page, "| `{}` | `{default}` | {} |", entry.key, entry.description);
    }
    page
}

/// One entry of the function list: name, description and example, as the reference shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionEntry {
    /// The name in SQL.
    pub name: String,
    /// What it does, in sentences.
    pub description: String,
    /// A block of SQL and a block with its result, in Markdown.
    pub example: String,
}

/// Tronie's own functions, in the order of the reference. `backend` is never asked.
pub fn own_functions(backend: Arc<dyn Backend>) -> Vec<FunctionEntry> {
    let env = UdfEnv::new(Arc::new(Models::new(ModelsConfig::new(Registry::default(), backend))));
    let functions = FUNCTION_SETS
        .iter()
        .flat_map(|set| set.functions)
        .map(|make| make(&env));
    let entry = |function: tronie_udf_kit::Function| {
        let doc = function.documentation();
        FunctionEntry {
            name: function.name().to_owned(),
            description: doc.map(|doc| doc.description.clone()).unwrap_or_default(),
            example: doc.and_then(|doc| doc.sql_example.clone()).unwrap_or_default(),
        }
    };
    functions.map(entry).collect()
}
