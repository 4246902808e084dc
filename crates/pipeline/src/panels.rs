//! What a report of a pipeline shows: the folder `report/`, a query a panel.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use tronie_engine::{Parameter, Statement, split};

use crate::config::Config;
use crate::error::Error;
use crate::load::Pipeline;

/// The folder of panels, and the one in it whose panels are about one customer.
const FOLDER: &str = "report";
const CUSTOMER: &str = "customer";

/// A file with one query over published tables. Comments at its head say how its rows are shown.
#[derive(Debug, Clone)]
pub struct Panel {
    /// The file, from the pipeline's folder.
    pub file: String,
    /// Its text.
    pub sql: String,
    statement: Statement,
}

/// The panels of a pipeline, in the order of their files' names.
#[derive(Debug, Clone, Default)]
pub struct Panels {
    /// Those about all customers.
    pub all: Vec<Panel>,
    /// Those about one, `$customer`.
    pub customer: Vec<Panel>,
}

impl Panels {
    /// Reads the panels of a pipeline: its own, and those of the pipelines that it extends where it has none of the name.
    ///
    /// # Errors
    /// When there are none, or a file is not a query.
    pub fn load(pipeline: &Pipeline) -> Result<Self, Error> {
        let of = |below: &str| {
            let mut panels: Vec<Panel> = Vec::new();
            for folder in &pipeline.folders {
                for panel in read(folder, below)? {
                    if !panels.iter().any(|own| own.file == panel.file) {
                        panels.push(panel);
                    }
                }
            }
            panels.sort_by(|a, b| a.file.cmp(&b.file));
            Ok::<_, Error>(panels)
        };
        let panels = Self {
            all: of(FOLDER)?,
            customer: of(&format!("{FOLDER}/{CUSTOMER}"))?,
        };
        if panels.all.is_empty() {
            let next = "put one SELECT a file into it, over published tables";
            return Err(Error::Definition(format!(
                "the pipeline `{}` has no {FOLDER}/ with panels; {next}",
                pipeline.name
            )));
        }
        Ok(panels)
    }
}

impl Panel {
    /// The statement with its parameters' values: those `recorded` by a run, else the defaults.
    pub(crate) fn statement(
        &self,
        config: &Config,
        recorded: &BTreeMap<String, String>,
        customer: Option<&str>,
    ) -> Result<String, Error> {
        let mut values = BTreeMap::new();
        for name in self.statement.parameters() {
            let value = match (name.as_str(), customer, config.parameters.get(&name)) {
                (CUSTOMER, Some(customer), _) => Parameter::Text(customer.to_owned()),
                (_, _, Some(parameter)) if !parameter.secret => parameter.value(&name, recorded.get(&name))?,
                _ => {
                    return Err(Error::Definition(format!(
                        "{}: a panel has no parameter `${name}`; it has those of pipeline.toml that are no secrets, \
                         and `$customer` in {FOLDER}/{CUSTOMER}",
                        self.file
                    )));
                }
            };
            values.insert(name, value);
        }
        let statement = self.statement.clone().bind(&values);
        statement
            .map(|statement| statement.to_string())
            .map_err(Error::step(self.file.clone()))
    }
}

fn read(folder: &Path, below: &str) -> Result<Vec<Panel>, Error> {
    let place = folder.join(below);
    if !place.is_dir() {
        return Ok(Vec::new());
    }
    let unreadable =
        |path: &Path, e: std::io::Error| Error::Definition(format!("`{}` cannot be read: {e}", path.display()));
    let entries = fs::read_dir(&place).map_err(|e| unreadable(&place, e))?;
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|end| end == "sql"));
    files.sort();
    let panel = |path: &std::path::PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let file = format!("{below}/{name}");
        let sql = fs::read_to_string(path).map_err(|e| unreadable(path, e))?;
        let mut statements = split(&sql).map_err(|e| Error::Definition(format!("{file}: {e}")))?;
        let count = statements.len();
        match statements.pop() {
            Some(statement) if count == 1 && statement.is_query() => Ok(Panel { file, sql, statement }),
            _ => Err(Error::Definition(format!("{file}: expected one SELECT"))),
        }
    };
    files.iter().map(panel).collect()
}
