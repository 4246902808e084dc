//! What a run is set up with: flags over environment over `tronie.toml`.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use tracing_subscriber::EnvFilter;
use tronie_engine::EngineSettings;

use crate::args::{EngineArgs, parse_size};
use crate::failure::Failure;
use crate::places;

/// `tronie.toml`. Paths in it are relative to its folder.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConfigFile {
    warehouse: Option<String>,
    threads: Option<std::num::NonZeroU16>,
    memory_limit: Option<String>,
    #[serde(default)]
    models: Vec<PathBuf>,
    #[serde(default)]
    tables: BTreeMap<String, String>,
    #[serde(default)]
    options: BTreeMap<String, toml::Value>,
}

/// Variables of the environment that say how to reach object stores.
const STORE_PREFIXES: [&str; 3] = ["AWS_", "AZURE_", "GOOGLE_"];

/// The option that says whether answers of models are kept from run to run.
const MODEL_CACHE: &str = "tronie.model_cache";

/// Keeps answers of models in the warehouse unless the settings say otherwise: a nightly run asks about few new texts and
/// many old ones.
pub(crate) fn keep_answers(settings: &mut EngineSettings) {
    let cache = settings.options.entry(MODEL_CACHE.to_owned());
    cache.or_insert_with(|| "on".to_owned());
}

/// The engine's settings from all sources.
pub(crate) fn load(args: EngineArgs) -> Result<EngineSettings, Failure> {
    let (file, folder) = read_config(args.config.as_deref())?;
    let beside = |path: String| {
        if is_relative(&path) {
            folder.join(&path).display().to_string()
        } else {
            path
        }
    };
    let mut tables: BTreeMap<String, String> = file
        .tables
        .into_iter()
        .map(|(name, path)| (name, beside(path)))
        .collect();
    tables.extend(args.table);
    let memory_limit = match (args.memory_limit, file.memory_limit) {
        (Some(limit), _) => Some(limit),
        (None, Some(text)) => {
            Some(parse_size(&text).map_err(|e| Failure::Usage(format!("tronie.toml: memory_limit: {e}")))?)
        }
        (None, None) => None,
    };
    let mut model_folders = args.models;
    model_folders.extend(file.models.into_iter().map(|path| folder.join(path)));
    model_folders.extend(places::model_folders());
    let text = |value: toml::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Ok(EngineSettings {
        threads: args.threads.or(file.threads.map(u16::from)).map(usize::from),
        memory_limit,
        model_folders,
        cache_folder: places::data_folder().map(|folder| folder.join("cache")),
        warehouse: args.warehouse.or_else(|| file.warehouse.map(beside)),
        tables,
        options: file
            .options
            .into_iter()
            .map(|(name, value)| (name, text(value)))
            .collect(),
        store_environment: env::vars()
            .filter(|(name, _)| STORE_PREFIXES.iter().any(|p| name.starts_with(p)))
            .collect(),
    })
}

fn read_config(named: Option<&Path>) -> Result<(ConfigFile, PathBuf), Failure> {
    let path = named.unwrap_or(Path::new("tronie.toml"));
    let wrong =
        |reason: &dyn std::fmt::Display| Failure::Usage(format!("the configuration `{}`: {reason}", path.display()));
    if named.is_none() && !path.is_file() {
        return Ok((ConfigFile::default(), PathBuf::new()));
    }
    let text = fs::read_to_string(path).map_err(|e| wrong(&e))?;
    let file = toml::from_str(&text).map_err(|e| wrong(&e.to_string().trim_end()))?;
    Ok((file, path.parent().unwrap_or(Path::new("")).to_path_buf()))
}

fn is_relative(path: &str) -> bool {
    !path.contains("://") && Path::new(path).is_relative()
}

/// Logs go to standard error, as much as `TRONIE_LOG` asks for (such as `info` or `tronie_model=debug`); nothing by
/// default.
pub(crate) fn start_logging() {
    let filter = EnvFilter::try_from_env("TRONIE_LOG").unwrap_or_else(|_| EnvFilter::new("off"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}
