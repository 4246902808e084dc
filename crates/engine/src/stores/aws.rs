//! S3 and what speaks like it.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use aws_config::BehaviorVersion;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey, AwsCredential};
use object_store::{CredentialProvider, ObjectStore};
use tokio::sync::OnceCell;
use url::Url;

use super::{client, retry, settings};

/// Credentials that the S3 client takes from the environment by itself; without any of them the profiles of the AWS tools
/// are asked, and after them the role of the instance.
const OWN_CREDENTIALS: [&str; 5] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SKIP_SIGNATURE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];

pub(super) fn build(url: &Url, environment: &BTreeMap<String, String>) -> object_store::Result<Arc<dyn ObjectStore>> {
    // Who names an endpoint without TLS means it.
    let plain = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"]
        .iter()
        .find_map(|name| environment.get(*name))
        .is_some_and(|endpoint| endpoint.starts_with("http://"));
    let mut builder = AmazonS3Builder::new().with_retry(retry()).with_client_options(client());
    for (key, value) in settings::<AmazonS3ConfigKey>(environment, "AWS_") {
        builder = builder.with_config(key, value);
    }
    if plain {
        builder = builder.with_allow_http(true);
    }
    if !OWN_CREDENTIALS.iter().any(|name| environment.contains_key(*name)) {
        let profile = environment.get("AWS_PROFILE").cloned();
        builder = builder.with_credentials(Arc::new(ProfileCredentials {
            profile,
            chain: OnceCell::new(),
        }));
    }
    Ok(Arc::new(builder.with_url(url.as_str()).build()?))
}

/// The credential chain of the AWS tools: profile files, SSO, a process, the role of the container or instance.
#[derive(Debug)]
struct ProfileCredentials {
    profile: Option<String>,
    chain: OnceCell<SharedCredentialsProvider>,
}

impl ProfileCredentials {
    async fn chain(&self) -> Result<&SharedCredentialsProvider, String> {
        let load = || async {
            let mut loader = aws_config::defaults(BehaviorVersion::latest());
            if let Some(profile) = &self.profile {
                loader = loader.profile_name(profile);
            }
            loader
                .load()
                .await
                .credentials_provider()
                .ok_or_else(|| "there is no credential provider".to_owned())
        };
        self.chain.get_or_try_init(load).await
    }
}

#[async_trait]
impl CredentialProvider for ProfileCredentials {
    type Credential = AwsCredential;

    async fn get_credential(&self) -> object_store::Result<Arc<AwsCredential>> {
        let refused = |source: Box<dyn std::error::Error + Send + Sync>| object_store::Error::Unauthenticated {
            path: "s3".to_owned(),
            source,
        };
        let chain = self.chain().await.map_err(|e| refused(e.into()))?;
        // The provider caches and renews by itself.
        let found = chain.provide_credentials().await.map_err(|e| refused(Box::new(e)))?;
        Ok(Arc::new(AwsCredential {
            key_id: found.access_key_id().to_owned(),
            secret_key: found.secret_access_key().to_owned(),
            token: found.session_token().map(str::to_owned),
        }))
    }
}
