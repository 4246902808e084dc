//! The only place that makes a session.

use std::num::NonZeroUsize;
use std::sync::Arc;

use datafusion::catalog::TableProvider;
use datafusion::execution::disk_manager::DiskManagerBuilder;
use datafusion::execution::memory_pool::{FairSpillPool, MemoryPool, TrackConsumersPool, UnboundedMemoryPool};
use datafusion::execution::object_store::ObjectStoreRegistry;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::prelude::SessionConfig;
use tronie_common::{Kind, QueryScope, TronieOptions};
use tronie_lake::Place;
use tronie_model::{Backend, Models, ModelsConfig, Registry};
use tronie_udf_kit::UdfEnv;

use crate::error::Error;
use crate::files::{FileTables, InputFile, Location};
use crate::functions;
use crate::local::LocalBackend;
use crate::memory::PooledMemory;
use crate::ml::{ModelRelations, TrainedRegistry};
use crate::model_cache::WarehouseAnswers;
use crate::model_stats;
use crate::remote_models::RemoteModels;
use crate::rules;
use crate::settings::EngineSettings;
use crate::stores::Stores;

/// How many consumers of memory an error names.
const CONSUMERS_NAMED: NonZeroUsize = NonZeroUsize::MIN.saturating_add(2);

/// Makes sessions that share one set of models, one memory pool and one set of object stores.
#[derive(Debug)]
pub struct SessionBuilder {
    settings: EngineSettings,
    runtime: Arc<RuntimeEnv>,
    env: UdfEnv,
    remote: Arc<RemoteModels>,
    trained: Arc<TrainedRegistry>,
    tables: Vec<(&'static str, Arc<dyn TableProvider>)>,
}

impl SessionBuilder {
    /// Sets the process up; `backend` runs the models.
    ///
    /// # Errors
    /// When the settings make no sense.
    pub fn new(settings: EngineSettings, backend: Arc<dyn Backend>) -> Result<Self, Error> {
        let pool: Arc<dyn MemoryPool> = match settings.memory_limit {
            Some(limit) => Arc::new(TrackConsumersPool::new(FairSpillPool::new(limit), CONSUMERS_NAMED)),
            None => Arc::new(UnboundedMemoryPool::default()),
        };
        let stores = Arc::new(Stores::new(settings.store_environment.clone()));
        let runtime = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::clone(&pool))
            .with_disk_manager_builder(DiskManagerBuilder::default())
            .with_object_store_registry(Arc::clone(&stores) as Arc<dyn ObjectStoreRegistry>)
            .build_arc()?;
        let remote = Arc::new(RemoteModels::new(
            Arc::clone(&stores),
            settings.cache_folder.clone(),
            settings.memory_limit,
        ));
        let registry = Registry::new(settings.model_folders.clone()).with_remote(Arc::clone(&remote) as _);
        let mut models = ModelsConfig::new(registry, Arc::clone(&backend));
        models.memory = Arc::new(PooledMemory::new(&pool, settings.memory_limit));
        models.threads = settings.threads.unwrap_or(models.threads);
        // Remembered answers are no reservation, so they stay a small part of a limit.
        models.cache_bytes = settings
            .memory_limit
            .map_or(models.cache_bytes, |limit| models.cache_bytes.min(limit as u64 / 8));
        // Kept answers are one, and stay as long as the process: most of a limit is for queries.
        models.store_memory_bytes = settings.memory_limit.map_or(u64::MAX, |limit| limit as u64 / 4);
        let trained = Arc::new(TrainedRegistry::new(
            Arc::clone(&stores),
            settings.warehouse.clone(),
            backend,
        ));
        if let Some(warehouse) = &settings.warehouse {
            models.store = Some(Arc::new(WarehouseAnswers::new(stores, warehouse.clone())));
        }
        Ok(Self {
            settings,
            runtime,
            env: functions::environment(Arc::new(Models::new(models))).with_trained(Arc::clone(&trained) as _),
            remote,
            trained,
            tables: Vec::new(),
        })
    }

    /// With a table that all sessions have.
    #[must_use]
    pub fn with_table(mut self, name: &'static str, table: Arc<dyn TableProvider>) -> Self {
        self.tables.push((name, table));
        self
    }

    /// A folder or URL as a place where tables are published and files kept. A folder of this machine is made if it is not
    /// there yet.
    ///
    /// # Errors
    /// When it is no place, or cannot be made.
    pub fn place(&self, folder: &str) -> Result<Place, Error> {
        if !folder.contains("://") {
            let cannot = |e: std::io::Error| {
                let next = "name a folder that can be written to";
                Error::new(Kind::Denied, format!("`{folder}` cannot be made: {e}; {next}"))
            };
            std::fs::create_dir_all(folder).map_err(cannot)?;
        }
        let location = Location::parse(&format!("{}/", folder.trim_end_matches('/')))?;
        let store = self.runtime.object_store(&location.url)?;
        let url: &url::Url = location.url.as_ref();
        Ok(Place::new(store, location.url.prefix().clone(), url.clone()))
    }

    /// The files that a path, glob or URL means, in alphabetical order; `name` of a table of the warehouse stands for its
    /// folder.
    ///
    /// # Errors
    /// When there is nothing, or it cannot be listed.
    pub async fn files(&self, path: &str) -> Result<Vec<InputFile>, Error> {
        crate::files::listed(&self.runtime, self.settings.warehouse.as_deref(), path).await
    }

    /// A new session with all functions, the configured tables, and files and the warehouse as tables.
    ///
    /// # Errors
    /// When an option is unknown, or a configured table cannot be read.
    pub async fn session(&self) -> Result<LocalBackend, Error> {
        let mut config = SessionConfig::new().with_information_schema(true);
        if let Some(threads) = self.settings.threads {
            config = config.with_target_partitions(threads);
        }
        let options = config.options_mut();
        // A quoted field may hold line breaks. Cutting files at line breaks without looking at quotes, which is the
        // default, breaks such rows, and reading is never what takes the time here.
        options.catalog.newlines_in_values = true;
        // A folder is everything below it: leaving out what lies deeper would be a silent loss.
        options.execution.listing_table_ignore_subdirectory = false;
        options.extensions.insert(TronieOptions::default());
        options.extensions.insert(QueryScope::default());
        for (key, value) in &self.settings.options {
            options.set(key, value)?;
        }
        let builder = SessionStateBuilder::new()
            .with_config(config)
            .with_runtime_env(Arc::clone(&self.runtime))
            .with_default_features();
        let mut state = rules::install(builder, &functions::askers(&self.env)).build();
        state.register_relation_planner(Arc::new(ModelRelations::new(Arc::clone(&self.trained))))?;
        let options = Arc::clone(state.config_options());
        let parameters = functions::register(&mut state, &self.env, &options)?;
        let (context, files) = FileTables::install(state, self.settings.warehouse.clone());
        for (name, location) in &self.settings.tables {
            files.register(&context, name, location).await?;
        }
        for (name, table) in &self.tables {
            context.register_table(*name, Arc::clone(table))?;
        }
        model_stats::register(&context, &self.env);
        Ok(LocalBackend::new(
            context,
            parameters,
            self.env.clone(),
            Arc::clone(&self.remote),
            Arc::clone(&self.trained),
        ))
    }
}
