//! A pipeline's folder: `pipeline.toml`, and a file of SQL for each step.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use tronie_engine::{Statement, split};

use crate::config::Config;
use crate::error::Error;

/// The folders of steps, in the order in which they are shown.
const FOLDERS: [(&str, Part); 4] = [
    ("staging", Part::Staging),
    ("features", Part::Features),
    ("models", Part::Models),
    ("profile", Part::Profile),
];

/// The folder beside the pipelines whose steps all of them may use.
const SHARED: &str = "shared";

/// A pipeline as it was read.
#[derive(Debug, Clone)]
pub struct Pipeline {
    /// The name of its folder.
    pub name: String,
    /// What `pipeline.toml` says.
    pub config: Config,
    /// Its steps, each after those that it reads.
    pub steps: Vec<Step>,
    /// Its files in `checks/`.
    pub checks: Vec<Step>,
    /// Its folder, then those that it extends.
    pub(crate) folders: Vec<PathBuf>,
}

/// Which folder a step is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What all pipelines may use.
    Shared,
    /// Sources, cleaned.
    Staging,
    /// What is known about a customer, theme by theme.
    Features,
    /// Models that are trained.
    Models,
    /// What is published.
    Profile,
    /// What must find no rows.
    Checks,
}

impl Part {
    /// The folder's name.
    pub fn name(self) -> &'static str {
        let found = FOLDERS.iter().find(|(_, part)| *part == self);
        match (found, self) {
            (Some((name, _)), _) => name,
            (None, Self::Shared) => SHARED,
            (None, _) => "checks",
        }
    }
}

/// A file with one statement: a query whose rows are the table of the file's name, or a `CREATE MODEL` of that name.
#[derive(Debug, Clone)]
pub struct Step {
    /// The file's name without its end: the name of the table or model.
    pub name: String,
    /// The folder it is in.
    pub part: Part,
    /// Its text.
    pub sql: String,
    /// The statement.
    pub statement: Statement,
    /// The steps that it needs.
    pub steps: BTreeSet<String>,
    /// The sources that it reads.
    pub sources: BTreeSet<String>,
}

impl Step {
    /// The file, from the pipeline's folder.
    pub fn file(&self) -> String {
        format!("{}/{}.sql", self.part.name(), self.name)
    }

    /// Whether it makes a model, not a table.
    pub fn is_model(&self) -> bool {
        self.statement.makes_model().is_some()
    }
}

impl Pipeline {
    /// Reads the pipeline in a folder.
    ///
    /// # Errors
    /// When a file is missing, or is not what it should be; when steps need each other in a circle.
    pub fn load(folder: &Path) -> Result<Self, Error> {
        let Files {
            config,
            mut steps,
            mut checks,
            folders,
        } = Files::read(folder, &mut Vec::new())?;
        let name = folders
            .first()
            .and_then(|folder| folder.file_name())
            .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let mut shared: Vec<Step> = Vec::new();
        for beside in folders.iter().filter_map(|folder| folder.parent()) {
            shared.extend(read_steps(&beside.join(SHARED), Part::Shared)?);
        }
        shared.sort_by(|a, b| a.name.cmp(&b.name));
        shared.dedup_by(|a, b| a.name == b.name);
        let own: BTreeSet<&str> = steps.iter().map(|step: &Step| step.name.as_str()).collect();
        shared.retain(|step| !own.contains(step.name.as_str()));
        // Of what all may use, only what is used.
        let mut wanted: BTreeSet<String> = BTreeSet::new();
        for step in steps.iter().chain(&checks) {
            wanted.extend(names(step)?);
        }
        loop {
            let (used, rest): (Vec<Step>, Vec<Step>) = shared.into_iter().partition(|step| wanted.contains(&step.name));
            shared = rest;
            if used.is_empty() {
                break;
            }
            for step in &used {
                wanted.extend(names(step)?);
            }
            steps.extend(used);
        }
        connect(&mut steps, &config)?;
        let known = steps.clone();
        connect_checks(&mut checks, &known, &config)?;
        let steps = ordered(steps)?;
        let pipeline = Self {
            name,
            config,
            steps,
            checks,
            folders,
        };
        pipeline.check()?;
        Ok(pipeline)
    }

    /// The step of a name.
    pub fn step(&self, name: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.name == name)
    }

    fn check(&self) -> Result<(), Error> {
        if self.steps.is_empty() {
            let next = "put one SELECT a file into staging/, features/ or profile/";
            return Err(Error::Definition(format!(
                "the pipeline `{}` has no steps; {next}",
                self.name
            )));
        }
        for (name, output) in &self.config.outputs {
            let step = self.step(name).filter(|step| !step.is_model());
            if step.is_none() {
                let names: Vec<&str> = self.steps.iter().map(|step| step.name.as_str()).collect();
                return Err(Error::Definition(format!(
                    "pipeline.toml: the output `{name}` is no step (steps there: `{}`)",
                    names.join("`, `")
                )));
            }
            if output.publish == crate::config::Publish::Merge && output.key.is_empty() {
                return Err(Error::Definition(format!(
                    "pipeline.toml: the output `{name}` is merged by its key; say key = [..]"
                )));
            }
        }
        for name in self.config.checks.keys() {
            if !self.checks.iter().any(|check| check.name == *name) {
                return Err(Error::Definition(format!(
                    "pipeline.toml: there is no file checks/{name}.sql"
                )));
            }
        }
        for step in self.steps.iter().chain(&self.checks) {
            let unknown = step.statement.parameters();
            if let Some(name) = unknown.iter().find(|name| !self.config.parameters.contains_key(*name)) {
                return Err(Error::Definition(format!(
                    "{}: the parameter `${name}` is not declared; add [parameters.{name}] to pipeline.toml",
                    step.file()
                )));
            }
        }
        Ok(())
    }
}

/// What a folder says, over what the one says that it extends.
struct Files {
    config: Config,
    steps: Vec<Step>,
    checks: Vec<Step>,
    /// The folder, then those that it extends.
    folders: Vec<PathBuf>,
}

impl Files {
    fn read(folder: &Path, seen: &mut Vec<PathBuf>) -> Result<Self, Error> {
        let toml = folder.join("pipeline.toml");
        let text = fs::read_to_string(&toml).map_err(|e| {
            let next = "name the folder of a pipeline, such as sql/retail";
            Error::Definition(format!("`{}` cannot be read: {e}; {next}", toml.display()))
        })?;
        let absolute = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
        if seen.contains(&absolute) {
            let circle = format!("`{}` extends itself, by way of others; take one out", folder.display());
            return Err(Error::Definition(circle));
        }
        seen.push(absolute.clone());
        let mut files = Self {
            config: Config::parse(&text)?,
            steps: Vec::new(),
            checks: read_steps(&folder.join("checks"), Part::Checks)?,
            folders: vec![absolute],
        };
        for (name, part) in FOLDERS {
            files.steps.extend(read_steps(&folder.join(name), part)?);
        }
        match files.config.extends.clone() {
            Some(base) => Ok(files.over(Self::read(&folder.join(base), seen)?)),
            None => Ok(files),
        }
    }

    fn over(mut self, mut base: Self) -> Self {
        let has = |own: &[Step], name: &str| own.iter().any(|step| step.name == name);
        // A step of this name takes the place of a source.
        base.config.sources.retain(|name, _| !has(&self.steps, name));
        base.steps
            .retain(|step| !has(&self.steps, &step.name) && !self.config.sources.contains_key(&step.name));
        base.checks.retain(|check| !has(&self.checks, &check.name));
        self.steps.append(&mut base.steps);
        self.checks.append(&mut base.checks);
        self.folders.append(&mut base.folders);
        self.config = self.config.over(base.config);
        self
    }
}

fn read_steps(folder: &Path, part: Part) -> Result<Vec<Step>, Error> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let unreadable =
        |path: &Path, e: std::io::Error| Error::Definition(format!("`{}` cannot be read: {e}", path.display()));
    let entries = fs::read_dir(folder).map_err(|e| unreadable(folder, e))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|end| end == "sql"));
    files.sort();
    let mut steps = Vec::new();
    for path in files {
        let name = path
            .file_stem()
            .map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
        let sql = fs::read_to_string(&path).map_err(|e| unreadable(&path, e))?;
        let file = format!("{}/{name}.sql", part.name());
        let refused = |reason: String| Error::Definition(format!("{file}: {reason}"));
        let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if !name.chars().all(is_name) || !name.starts_with(|c: char| c.is_ascii_lowercase()) {
            return Err(refused(
                "a file is called like its table: lower case letters, digits and `_`".to_owned(),
            ));
        }
        let mut statements = split(&sql).map_err(|e| refused(e.to_string()))?;
        let count = statements.len();
        let statement = match statements.pop() {
            Some(statement) if count == 1 => statement,
            _ => return Err(refused(format!("expected one statement, got {count}"))),
        };
        match statement.makes_model() {
            Some(model) if part == Part::Models && model == name => {}
            Some(model) if part == Part::Models => {
                return Err(refused(format!("it makes the model `{model}`; give both one name")));
            }
            Some(_) => return Err(refused("a CREATE MODEL belongs into models/".to_owned())),
            None if statement.is_query() && part != Part::Models => {}
            None if part == Part::Models => return Err(refused("expected a CREATE OR REPLACE MODEL".to_owned())),
            None => return Err(refused("expected a SELECT".to_owned())),
        }
        steps.push(Step {
            name,
            part,
            sql,
            statement,
            steps: BTreeSet::new(),
            sources: BTreeSet::new(),
        });
    }
    Ok(steps)
}

/// All names that may be those of tables or models.
fn names(step: &Step) -> Result<BTreeSet<String>, Error> {
    let mut names = step
        .statement
        .tables()
        .map_err(|e| Error::Definition(format!("{}: {e}", step.file())))?;
    let version = |text: String| text.split('@').next().map(str::to_owned).unwrap_or_default();
    names.extend(step.statement.texts().into_iter().map(version));
    Ok(names)
}

/// Finds out what each step needs.
fn connect(steps: &mut [Step], config: &Config) -> Result<(), Error> {
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for step in steps.iter() {
        if let Some(other) = files.insert(step.name.clone(), step.file()) {
            return Err(Error::Definition(format!("{other} and {} have one name", step.file())));
        }
        if config.sources.contains_key(&step.name) {
            return Err(Error::Definition(format!(
                "{} has the name of a source of pipeline.toml; rename one",
                step.file()
            )));
        }
    }
    let kinds: BTreeMap<String, bool> = steps.iter().map(|step| (step.name.clone(), step.is_model())).collect();
    for step in steps.iter_mut() {
        needs(step, &kinds, config)?;
    }
    Ok(())
}

fn connect_checks(checks: &mut [Step], steps: &[Step], config: &Config) -> Result<(), Error> {
    let kinds: BTreeMap<String, bool> = steps.iter().map(|step| (step.name.clone(), step.is_model())).collect();
    checks.iter_mut().try_for_each(|check| needs(check, &kinds, config))
}

fn needs(step: &mut Step, kinds: &BTreeMap<String, bool>, config: &Config) -> Result<(), Error> {
    let tables = step
        .statement
        .tables()
        .map_err(|e| Error::Definition(format!("{}: {e}", step.file())))?;
    step.sources = tables
        .iter()
        .filter(|name| config.sources.contains_key(*name))
        .cloned()
        .collect();
    let is_table = |name: &&String| kinds.get(*name) == Some(&false);
    let is_model = |name: &&String| kinds.get(*name) == Some(&true);
    let named: BTreeSet<String> = names(step)?;
    step.steps = tables.iter().filter(is_table).cloned().collect();
    step.steps.extend(named.iter().filter(is_model).cloned());
    step.steps.remove(&step.name);
    if tables.contains(&step.name) {
        return Err(Error::Definition(format!("{} reads itself", step.file())));
    }
    Ok(())
}

/// The steps, each after those that it needs, and otherwise in the order of their folders and names.
fn ordered(mut steps: Vec<Step>) -> Result<Vec<Step>, Error> {
    let mut done: BTreeSet<String> = BTreeSet::new();
    let mut ordered = Vec::with_capacity(steps.len());
    while !steps.is_empty() {
        let Some(at) = steps.iter().position(|step| step.steps.is_subset(&done)) else {
            let names: Vec<String> = steps.iter().map(Step::file).collect();
            return Err(Error::Definition(format!(
                "these steps need each other in a circle: {}",
                names.join(", ")
            )));
        };
        let step = steps.remove(at);
        done.insert(step.name.clone());
        ordered.push(step);
    }
    Ok(ordered)
}
