//! Models that queries name by their URLs: `model => 's3://bucket/models/x'`.
//!
//! Before a statement is planned, the models in it are looked up: the description is read, and the e-tags of the files that
//! it names are asked for. If a copy of just these is in the cache folder, that is the model; otherwise it is made. So
//! planning, which must not wait, finds all models on this machine, and a model that has changed is seen by the next
//! statement.

mod entry;
mod named;
mod source;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use datafusion::execution::SessionState;
use datafusion::logical_expr::LogicalPlan;
use datafusion::sql::parser::Statement;
use parking_lot::Mutex;
use tronie_common::{Kind, QueryScope, TronieOptions};
use tronie_model::{LocalFolder, ModelError, RemoteFolders, is_url};

use self::entry::{Entries, Made};
use self::named::Names;
use self::source::{Place, RemoteFile, Source};
use crate::arguments::ParameterNames;
use crate::error::Error;
use crate::stores::Stores;

/// How often a folder is copied that changes while it is read.
const ATTEMPTS: usize = 3;

/// The models of a process that lie behind URLs.
pub(crate) struct RemoteModels {
    stores: Arc<Stores>,
    cache: Option<PathBuf>,
    memory_limit: Option<usize>,
    /// What became of each URL when it was last looked up.
    known: Mutex<HashMap<String, Result<LocalFolder, ModelError>>>,
}

impl RemoteModels {
    /// Models with copies in `cache`; none takes more than `memory_limit`.
    pub(crate) fn new(stores: Arc<Stores>, cache: Option<PathBuf>, memory_limit: Option<usize>) -> Self {
        Self {
            stores,
            cache,
            memory_limit,
            known: Mutex::default(),
        }
    }

    /// The models of one query, in a session of this state.
    pub(crate) fn of_query<'a>(
        &'a self,
        parameters: &'a ParameterNames,
        state: &SessionState,
        scope: &QueryScope,
    ) -> QueryModels<'a> {
        let options = state.config_options().extensions.get::<TronieOptions>();
        QueryModels {
            models: self,
            names: Names {
                parameters,
                default: options.map(|options| options.model.clone()).unwrap_or_default(),
            },
            scope: scope.clone(),
            seen: HashSet::new(),
        }
    }

    /// Looks one URL up. A failure is not returned but kept: it matters only if a function does ask this model.
    ///
    /// # Errors
    /// When the query is cancelled.
    async fn prepare(&self, url: &str, scope: &QueryScope) -> Result<(), Error> {
        let found = match self.bring(url, scope).await {
            Ok(folder) => Ok(folder),
            Err(error) if error.kind() == Kind::Cancelled => return Err(error),
            Err(error) => Err(ModelError::Remote {
                reason: error.to_string(),
                kind: error.kind(),
            }),
        };
        self.known.lock().insert(url.to_owned(), found);
        Ok(())
    }

    /// The folder on this machine with what lies behind a URL now.
    async fn bring(&self, url: &str, scope: &QueryScope) -> Result<LocalFolder, Error> {
        let source = match Source::parse(url, &self.stores)? {
            Place::Local(folder) => return Ok(LocalFolder::new(folder)),
            Place::Remote(source) => source,
        };
        let Some(cache) = &self.cache else {
            let next = "set TRONIE_DATA_DIR, or name a folder of this machine";
            return Err(source.error(Kind::Input, format!("there is no folder to keep a copy in; {next}")));
        };
        let entries = Entries::of(cache, source.url());
        for _ in 0..ATTEMPTS {
            let files = source.files().await?;
            self.check_size(&source, &files)?;
            match entries.get(&source, &files, scope).await? {
                Made::Folder(folder) => return Ok(folder),
                Made::Changed => tracing::info!(url = source.url(), "the model has changed while it was copied"),
            }
        }
        let next = "try again when its upload is complete";
        Err(source.error(Kind::Fault, format!("it changes while it is copied; {next}")))
    }

    /// Refuses what could not be loaded anyway, before it is copied.
    fn check_size(&self, source: &Source, files: &[RemoteFile]) -> Result<(), Error> {
        let bytes: u64 = files.iter().map(|file| file.bytes).sum();
        match self.memory_limit {
            Some(limit) if bytes > limit as u64 => {
                let (bytes, limit) = (bytes as f64 / 1e6, limit as f64 / 1e6);
                let reason = format!("its files take {bytes:.1} MB, and the memory limit is {limit:.1} MB");
                Err(source.error(Kind::Exhausted, format!("{reason}; raise --memory-limit")))
            }
            _ => Ok(()),
        }
    }
}

impl RemoteFolders for RemoteModels {
    fn folder(&self, url: &str) -> Result<LocalFolder, ModelError> {
        let known = self.known.lock().get(url).cloned();
        known.unwrap_or_else(|| {
            Err(ModelError::Remote {
                reason:
                    "a model's URL was not seen before the query was planned; write it as a text: model => 's3://..'"
                        .to_owned(),
                kind: Kind::Input,
            })
        })
    }
}

impl fmt::Debug for RemoteModels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteModels")
            .field("cache", &self.cache)
            .finish_non_exhaustive()
    }
}

/// The models that one query names by URLs, each looked up once.
pub(crate) struct QueryModels<'a> {
    models: &'a RemoteModels,
    names: Names<'a>,
    scope: QueryScope,
    seen: HashSet<String>,
}

impl QueryModels<'_> {
    /// Looks up what a statement names, so that it can be planned.
    ///
    /// # Errors
    /// When the query is cancelled. Models that cannot be had are refused by the functions that ask them.
    pub(crate) async fn prepare_for_statement(&mut self, statement: &Statement) -> Result<(), Error> {
        self.prepare(self.names.in_statement(statement)).await
    }

    /// Looks up what only the plan shows: the models in views and in prepared statements.
    ///
    /// # Errors
    /// As [`prepare_for_statement`](Self::prepare_for_statement).
    pub(crate) async fn prepare_for_plan(&mut self, plan: &LogicalPlan) -> Result<(), Error> {
        self.prepare(self.names.in_plan(plan)).await
    }

    async fn prepare(&mut self, names: Vec<String>) -> Result<(), Error> {
        for name in names {
            if is_url(&name) && !self.seen.contains(&name) {
                self.models.prepare(&name, &self.scope).await?;
                self.seen.insert(name);
            }
        }
        Ok(())
    }
}
