//! One version of the crates whose types cross from one library to another: a batch of one arrow is no batch of another.

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::{TextFile, Violation};

/// The crates of which the lock file holds one version.
const ONCE: &[&str] = &[
    "arrow",
    "arrow-array",
    "datafusion",
    "datafusion-common",
    "object_store",
    "ort",
    "parquet",
];

/// Checks the lock file.
pub fn check(file: &TextFile) -> Vec<Violation> {
    let mut violations = Vec::new();
    let lock: Table = match file.text.parse() {
        Ok(lock) => lock,
        Err(error) => {
            return vec![Violation::new(
                &file.path,
                1,
                format!("not valid TOML: {}", error.message()),
            )];
        }
    };
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in lock.get("package").and_then(Value::as_array).into_iter().flatten() {
        let text = |key: &str| package.get(key).and_then(Value::as_str).unwrap_or_default();
        versions.entry(text("name")).or_default().push(text("version"));
    }
    for name in ONCE {
        let found = versions.get(name).map_or(&[][..], Vec::as_slice);
        if found.len() > 1 {
            let message = format!(
                "`{name}` is there in versions {}, expected one; choose dependencies that agree on it",
                found.join(" and ")
            );
            violations.push(Violation::new(&file.path, 1, message));
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str) -> usize {
        check(&TextFile {
            path: "Cargo.lock".to_owned(),
            text: text.to_owned(),
        })
        .len()
    }

    #[test]
    fn two_versions_of_arrow_are_found() {
        let one = "[[package]]\nname = 'arrow'\nversion = '1.0.0'\n[[package]]\nname = 'syn'\nversion = '1.0.0'\n";
        assert_eq!(count(one), 0);
        assert_eq!(
            count(&format!("{one}[[package]]\nname = 'syn'\nversion = '2.0.0'\n")),
            0
        );
        assert_eq!(
            count(&format!("{one}[[package]]\nname = 'arrow'\nversion = '2.0.0'\n")),
            1
        );
    }
}
