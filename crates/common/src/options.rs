//! The options that a query can set: `SET tronie.on_error = 'fail'`.

use std::any::Any;
use std::fmt::{self, Display};
use std::str::FromStr;

use datafusion_common::config::{ConfigEntry, ConfigExtension, ConfigField, ExtensionOptions, Visit};
use datafusion_common::{DataFusionError, Result, config_namespace};

config_namespace! {
    /// Options with the prefix `tronie.`, set by `SET` and listed by `SHOW ALL`.
    pub struct TronieOptions {
        /// What a text function does with a text that its model cannot process: 'null' gives NULL, 'fail' ends the query.
        pub on_error: OnError, default = OnError::Null
        /// The model of the text functions that are called without `model =>`: a name in the registry, a folder, or the URL of one.
        pub model: String, default = "default".to_string()
        /// How many tokens, padding included, a batch of texts may have. Small batches suit CPUs: they stay in the cache.
        pub batch_tokens: BatchTokens, default = BatchTokens::default()
        /// Whether answers of models are kept in the warehouse, from run to run: 'off', 'read' (uses what is there, writes nothing) or 'on'. Hashes of the texts are kept with the answers, the texts are not.
        pub model_cache: ModelCache, default = ModelCache::Off
        /// The most bytes that kept answers may take in the warehouse, all models together; the oldest go first. In memory they take no more than this either.
        pub model_cache_bytes: u64, default = 1 << 30
        /// The share of texts, such as 0.98, whose answer must be the model's own while a small linear model answers those that it is sure of: several times as fast. 0 asks the model about every text. Only for models that come with such a cascade.
        pub cascade: Rate, default = Rate::default()
        /// Whether queries are planned so that models are asked about as few texts as possible: after cheap predicates, joins, sorts and limits. The rows are the same either way.
        pub model_planning: bool, default = true
    }
}

impl ConfigExtension for TronieOptions {
    const PREFIX: &'static str = "tronie";
}

// Not by DataFusion's `extensions_options!`, whose entries lack the prefix: `SHOW tronie.model` would find nothing.
impl ExtensionOptions for TronieOptions {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }

    fn cloned(&self) -> Box<dyn ExtensionOptions> {
        Box::new(self.clone())
    }

    fn set(&mut self, key: &str, value: &str) -> Result<()> {
        ConfigField::set(self, key, value)
    }

    fn entries(&self) -> Vec<ConfigEntry> {
        let mut entries = Entries(Vec::new());
        self.visit(&mut entries, Self::PREFIX, "");
        entries.0
    }
}

/// The options with their full names.
struct Entries(Vec<ConfigEntry>);

impl Entries {
    fn push(&mut self, key: &str, value: Option<String>, description: &'static str) {
        let key = key.to_owned();
        self.0.push(ConfigEntry {
            key,
            value,
            description,
        });
    }
}

impl Visit for Entries {
    fn some<V: Display>(&mut self, key: &str, value: V, description: &'static str) {
        self.push(key, Some(value.to_string()), description);
    }

    fn none(&mut self, key: &str, description: &'static str) {
        self.push(key, None, description);
    }
}

/// What becomes of a text that a model cannot process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum OnError {
    /// The row's result is NULL.
    #[default]
    Null,
    /// The query fails and names the text.
    Fail,
}

impl fmt::Display for OnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "null",
            Self::Fail => "fail",
        })
    }
}

impl FromStr for OnError {
    type Err = String;

    fn from_str(value: &str) -> Result<Self, Self::Err> {
        match value.to_ascii_lowercase().as_str() {
            "null" => Ok(Self::Null),
            "fail" => Ok(Self::Fail),
            _ => Err(format!("tronie.on_error is 'null' or 'fail', got '{value}'")),
        }
    }
}

/// Whether answers of models are kept in the warehouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ModelCache {
    /// Kept answers are neither read nor written.
    #[default]
    Off,
    /// Kept answers are used, new ones are not kept.
    Read,
    /// Kept answers are used, new ones are kept.
    On,
}

impl fmt::Display for ModelCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Off => "off",
            Self::Read => "read",
            Self::On => "on",
        })
    }
}

impl FromStr for ModelCache {
    type Err = String;

    fn from_str(value: &str) -> Result<Self, Self::Err> {
        match value.to_ascii_lowercase().as_str() {
            "off" => Ok(Self::Off),
            "read" => Ok(Self::Read),
            "on" => Ok(Self::On),
            _ => Err(format!("tronie.model_cache is 'off', 'read' or 'on', got '{value}'")),
        }
    }
}

/// A share between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rate(pub f64);

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(value: &str) -> Result<Self, Self::Err> {
        match value.parse() {
            Ok(rate @ 0.0..1.0) => Ok(Self(rate)),
            _ => Err(format!(
                "tronie.cascade is a share such as 0.98, below 1, or 0 for none, got '{value}'"
            )),
        }
    }
}

/// A number of tokens between 1 and 65,536.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BatchTokens(pub usize);

impl Default for BatchTokens {
    fn default() -> Self {
        Self(512)
    }
}

impl fmt::Display for BatchTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for BatchTokens {
    type Err = String;

    fn from_str(value: &str) -> Result<Self, Self::Err> {
        match value.parse() {
            Ok(tokens @ 1..=65_536) => Ok(Self(tokens)),
            _ => Err(format!(
                "tronie.batch_tokens is a number from 1 to 65536, got '{value}'"
            )),
        }
    }
}

/// A scalar option whose text form is given by `Display` and `FromStr`.
macro_rules! text_option {
    ($type:ty) => {
        impl ConfigField for $type {
            fn visit<V: Visit>(&self, v: &mut V, key: &str, description: &'static str) {
                v.some(key, self, description);
            }

            fn set(&mut self, _: &str, value: &str) -> Result<()> {
                *self = value.parse().map_err(DataFusionError::Configuration)?;
                Ok(())
            }
        }
    };
}

text_option!(OnError);
text_option!(BatchTokens);
text_option!(ModelCache);
text_option!(Rate);

#[cfg(test)]
mod tests {
    use datafusion_common::config::ConfigOptions;

    use super::*;

    fn options() -> ConfigOptions {
        let mut options = ConfigOptions::new();
        options.extensions.insert(TronieOptions::default());
        options
    }

    #[test]
    fn set_changes_the_option() {
        let mut options = options();
        options.set("tronie.on_error", "FAIL").expect("valid");
        options.set("tronie.batch_tokens", "1024").expect("valid");
        let tronie = options.extensions.get::<TronieOptions>().expect("registered");
        assert_eq!(tronie.on_error, OnError::Fail);
        assert_eq!(tronie.batch_tokens.0, 1024);
    }

    #[test]
    fn entries_have_their_full_names() {
        let entries = options().entries();
        let model = entries
            .iter()
            .find(|entry| entry.key == "tronie.model")
            .expect("listed");
        assert_eq!(model.value.as_deref(), Some("default"));
        assert!(model.description.starts_with("The model of the text functions"));
    }

    #[test]
    fn an_option_that_is_not_there_is_refused_by_name() {
        let error = options().set("tronie.colour", "red").expect_err("invalid").to_string();
        assert!(error.contains("colour"), "{error}");
    }

    #[test]
    fn the_cascades_rate_is_a_share_below_one() {
        for right in ["0", "0.98", "0.5"] {
            options().set("tronie.cascade", right).expect("valid");
        }
        for wrong in ["1", "-0.1", "98", "NaN", "inf", "", "much"] {
            let error = options().set("tronie.cascade", wrong).expect_err("invalid").to_string();
            let got = format!("below 1, or 0 for none, got '{wrong}'");
            assert!(error.contains(&got), "{error}");
        }
    }

    #[test]
    fn a_wrong_value_is_refused_with_the_values_that_exist() {
        let error = options()
            .set("tronie.on_error", "ignore")
            .expect_err("invalid")
            .to_string();
        assert!(error.contains("'null' or 'fail', got 'ignore'"), "{error}");
        assert!(options().set("tronie.batch_tokens", "0").is_err());
        let error = options()
            .set("tronie.model_cache", "yes")
            .expect_err("invalid")
            .to_string();
        assert!(error.contains("'off', 'read' or 'on', got 'yes'"), "{error}");
    }
}
