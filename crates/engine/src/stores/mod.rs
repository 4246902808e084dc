//! Object stores by URL, made when first used and kept: `s3://`, `gs://`, `az://`, `https://` and local files.
//!
//! Credentials, endpoints and regions come from the settings only, under the names that the providers' own tools read from
//! the environment. They stay in this process: nothing of them is in a session's options.

mod aws;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use datafusion::error::{DataFusionError, Result};
use datafusion::execution::object_store::ObjectStoreRegistry;
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::http::HttpBuilder;
use object_store::local::LocalFileSystem;
use object_store::{BackoffConfig, ClientOptions, ObjectStore, RetryConfig};
use parking_lot::Mutex;
use tronie_common::Kind;
use url::Url;

use crate::error::Error;

/// The schemes of URLs that can be read.
pub(crate) const SCHEMES: &[&str] = &[
    "file", "s3", "s3a", "gs", "az", "azure", "abfs", "abfss", "adl", "http", "https",
];

/// The stores of a process.
pub(crate) struct Stores {
    environment: BTreeMap<String, String>,
    made: Mutex<HashMap<String, Arc<dyn ObjectStore>>>,
}

impl Stores {
    pub(crate) fn new(environment: BTreeMap<String, String>) -> Self {
        Self {
            environment,
            made: Mutex::default(),
        }
    }

    fn make(&self, url: &Url) -> Result<Arc<dyn ObjectStore>, Error> {
        let built = match url.scheme() {
            "file" => Ok(Arc::new(LocalFileSystem::new()) as Arc<dyn ObjectStore>),
            "s3" | "s3a" => aws::build(url, &self.environment),
            "gs" => self.google(url),
            "az" | "azure" | "abfs" | "abfss" | "adl" => self.azure(url),
            "http" | "https" => HttpBuilder::new()
                .with_url(origin(url))
                .with_retry(retry())
                .with_client_options(client().with_allow_http(url.scheme() == "http"))
                .build()
                .map(|store| Arc::new(store) as Arc<dyn ObjectStore>),
            scheme => {
                let known = SCHEMES.join(", ");
                return Err(Error::new(
                    Kind::Input,
                    format!("the scheme `{scheme}` of `{url}` is not one of {known}"),
                ));
            }
        };
        built.map_err(Error::from)
    }

    fn google(&self, url: &Url) -> object_store::Result<Arc<dyn ObjectStore>> {
        let builder = GoogleCloudStorageBuilder::new()
            .with_retry(retry())
            .with_client_options(client());
        let builder = settings::<GoogleConfigKey>(&self.environment, "GOOGLE_")
            .fold(builder, |builder, (key, value)| builder.with_config(key, value));
        Ok(Arc::new(builder.with_url(url.as_str()).build()?))
    }

    fn azure(&self, url: &Url) -> object_store::Result<Arc<dyn ObjectStore>> {
        let builder = MicrosoftAzureBuilder::new()
            .with_retry(retry())
            .with_client_options(client());
        let builder = settings::<AzureConfigKey>(&self.environment, "AZURE_")
            .fold(builder, |builder, (key, value)| builder.with_config(key, value));
        Ok(Arc::new(builder.with_url(url.as_str()).build()?))
    }
}

impl ObjectStoreRegistry for Stores {
    fn register_store(&self, url: &Url, store: Arc<dyn ObjectStore>) -> Option<Arc<dyn ObjectStore>> {
        self.made.lock().insert(origin(url), store)
    }

    fn get_store(&self, url: &Url) -> Result<Arc<dyn ObjectStore>> {
        let mut made = self.made.lock();
        if let Some(store) = made.get(&origin(url)) {
            return Ok(Arc::clone(store));
        }
        let store = self.make(url).map_err(|e| DataFusionError::External(Box::new(e)))?;
        made.insert(origin(url), Arc::clone(&store));
        Ok(store)
    }
}

impl fmt::Debug for Stores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stores")
    }
}

/// Scheme, host and port: what a store is for.
fn origin(url: &Url) -> String {
    url[url::Position::BeforeScheme..url::Position::BeforePath].to_owned()
}

/// The settings of one provider: those of the environment that start with `prefix` and that its client knows.
fn settings<'a, K: FromStr>(
    environment: &'a BTreeMap<String, String>,
    prefix: &'static str,
) -> impl Iterator<Item = (K, &'a str)> {
    let named = environment
        .iter()
        .filter(move |(name, value)| name.starts_with(prefix) && !value.is_empty());
    named.filter_map(|(name, value)| Some((name.to_ascii_lowercase().parse().ok()?, value.as_str())))
}

/// A passing fault is tried again for half a minute at most: a person is waiting, and a scheduler tries again itself.
fn retry() -> RetryConfig {
    RetryConfig {
        backoff: BackoffConfig {
            init_backoff: Duration::from_millis(100),
            max_backoff: Duration::from_secs(5),
            base: 2.0,
        },
        max_retries: 6,
        retry_timeout: Duration::from_secs(30),
    }
}

fn client() -> ClientOptions {
    ClientOptions::new().with_connect_timeout(Duration::from_secs(5))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_made_once_for_each_bucket() {
        let stores = Stores::new(BTreeMap::from([
            ("AWS_ACCESS_KEY_ID".to_owned(), "id".to_owned()),
            ("AWS_SECRET_ACCESS_KEY".to_owned(), "secret".to_owned()),
            ("AWS_ENDPOINT_URL".to_owned(), "http://127.0.0.1:1".to_owned()),
        ]));
        let get = |url: &str| stores.get_store(&Url::parse(url).expect("a url")).expect("a store");
        assert!(Arc::ptr_eq(&get("s3://a/x"), &get("s3://a/y/z")));
        assert!(!Arc::ptr_eq(&get("s3://a/x"), &get("s3://b/x")));
        assert!(get("s3://a/x").to_string().contains('a'));
    }

    #[test]
    fn secrets_are_not_shown() {
        let stores = Stores::new(BTreeMap::from([(
            "AWS_SECRET_ACCESS_KEY".to_owned(),
            "hush".to_owned(),
        )]));
        assert!(!format!("{stores:?}").contains("hush"));
    }
}
