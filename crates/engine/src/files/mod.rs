//! Files as tables: a path, folder, glob or URL in quotes, and what lies in the warehouse by its name.

mod csv;
mod delta;
mod estimate;
mod format;
mod listing;
mod location;
mod sample;
mod table;
mod warehouse;

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Weak};

use async_trait::async_trait;
use datafusion::catalog::{DynamicFileCatalog, Session, TableProvider, UrlTableFactory};
use datafusion::common::TableReference;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::SessionState;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::prelude::SessionContext;
use parking_lot::{Mutex, RwLock};

pub(crate) use self::estimate::estimate_rows;
pub use self::listing::InputFile;
pub(crate) use self::listing::listed;
use self::location::Version;
pub(crate) use self::location::{Location, OWN_FOLDER};
use crate::error::Error;

/// Makes files readable by name in a session: `FROM 'reviews/*.csv'`, and `FROM orders` where the warehouse has `orders`.
#[derive(Default)]
pub(crate) struct FileTables {
    /// The session's state, known once it is built. The session has these tables, so they must not keep it alive.
    session: Mutex<Weak<RwLock<SessionState>>>,
    warehouse: Option<String>,
}

impl FileTables {
    /// A session with file tables over `state`.
    pub(crate) fn install(state: SessionState, warehouse: Option<String>) -> (SessionContext, Arc<Self>) {
        let files = Arc::new(Self {
            session: Mutex::default(),
            warehouse,
        });
        let catalogs = Arc::clone(state.catalog_list());
        let catalog = DynamicFileCatalog::new(catalogs, Arc::clone(&files) as Arc<dyn UrlTableFactory>);
        let state = SessionStateBuilder::new_from_existing(state)
            .with_catalog_list(Arc::new(catalog))
            .build();
        let context = SessionContext::new_with_state(state);
        *files.session.lock() = context.state_weak_ref();
        (context, files)
    }

    /// Registers `location` under `name`.
    pub(crate) async fn register(&self, context: &SessionContext, name: &str, location: &str) -> Result<(), Error> {
        let table = table::open(&context.state(), &Location::parse(location)?).await?;
        // Names without quotes are read in lower case.
        let folded = name.to_lowercase();
        if folded != name {
            context.register_table(TableReference::bare(folded), Arc::clone(&table))?;
        }
        context.register_table(TableReference::bare(name), table)?;
        Ok(())
    }

    async fn find(&self, state: &dyn Session, name: &str) -> Result<Option<Arc<dyn TableProvider>>, Error> {
        if Location::is_meant(name) {
            return table::open(state, &Location::parse(name)?).await.map(Some);
        }
        // A plain name is the warehouse's before it is a folder's that happens to be in the working folder.
        let (plain, version) = versioned(name);
        if let Some(warehouse) = &self.warehouse
            && let Some(location) = warehouse::find(state, warehouse, plain).await?
        {
            return table::open(state, &location.at(version)).await.map(Some);
        }
        if Path::new(name).is_dir() {
            return table::open(state, &Location::parse(name)?).await.map(Some);
        }
        Ok(None)
    }
}

/// The name of a table, and the version that stands behind it: `profiles@3`, `profiles@all`.
fn versioned(name: &str) -> (&str, Version) {
    let found = name.rsplit_once('@');
    let found = found.and_then(|(plain, version)| match version {
        "all" => Some((plain, Version::All)),
        number => Some((plain, Version::Number(number.parse().ok()?))),
    });
    found.unwrap_or((name, Version::Newest))
}

#[async_trait]
impl UrlTableFactory for FileTables {
    async fn try_new(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        let session = self.session.lock().upgrade();
        let state = session.map(|session| session.read().clone());
        match state {
            Some(state) => self
                .find(&state, name)
                .await
                .map_err(|e| DataFusionError::External(Box::new(e))),
            None => Ok(None),
        }
    }
}

impl fmt::Debug for FileTables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileTables")
            .field("warehouse", &self.warehouse)
            .finish_non_exhaustive()
    }
}
