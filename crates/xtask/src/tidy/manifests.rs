//! Every crate takes its lints and the versions of its dependencies from the workspace.

use toml::Table;

use super::{TextFile, Violation};

/// Checks one crate's Cargo.toml.
pub fn check(file: &TextFile) -> Vec<Violation> {
    let manifest: Table = match file.text.parse() {
        Ok(manifest) => manifest,
        Err(error) => {
            return vec![Violation::new(
                &file.path,
                1,
                format!("not valid TOML: {}", error.message()),
            )];
        }
    };
    if !manifest.contains_key("package") {
        return Vec::new();
    }
    let mut violations = Vec::new();
    let inherits = |value: Option<&toml::Value>| {
        let flag = value
            .and_then(|value| value.get("workspace"))
            .and_then(toml::Value::as_bool);
        flag == Some(true)
    };
    if !inherits(manifest.get("lints")) {
        violations.push(Violation::new(
            &file.path,
            1,
            "the crate has its own lints; write `[lints]` and `workspace = true`",
        ));
    }
    for (name, value) in dependencies(&manifest) {
        if !inherits(Some(value)) {
            let line = file
                .text
                .lines()
                .position(|line| line.starts_with(name))
                .map_or(1, |index| index + 1);
            let message = format!(
                "`{name}` has its own version; write `{name}.workspace = true` and keep the version in the root Cargo.toml"
            );
            violations.push(Violation::new(&file.path, line, message));
        }
    }
    violations
}

/// The dependencies of every kind and platform.
fn dependencies(manifest: &Table) -> Vec<(&str, &toml::Value)> {
    let platforms = manifest.get("target").and_then(toml::Value::as_table);
    let platforms = platforms
        .into_iter()
        .flat_map(Table::values)
        .filter_map(toml::Value::as_table);
    let mut found = Vec::new();
    for table in std::iter::once(manifest).chain(platforms) {
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let kind = table.get(kind).and_then(toml::Value::as_table);
            found.extend(kind.into_iter().flatten().map(|(name, value)| (name.as_str(), value)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(text: &str) -> Vec<(usize, String)> {
        let file = TextFile {
            path: "crates/a/Cargo.toml".to_owned(),
            text: text.to_owned(),
        };
        check(&file)
            .into_iter()
            .map(|violation| (violation.line, violation.message))
            .collect()
    }

    #[test]
    fn a_manifest_that_inherits_is_fine() {
        let text = "[package]\nname = 'a'\n[lints]\nworkspace = true\n[dependencies]\nurl.workspace = true\n\
                    clap = { workspace = true, optional = true }\n";
        assert!(messages(text).is_empty());
        assert!(messages("[workspace]\nmembers = []\n").is_empty());
    }

    #[test]
    fn own_versions_and_missing_lints_are_found() {
        let text =
            "[package]\nname = 'a'\n[dev-dependencies]\nurl = '2'\n[target.'cfg(unix)'.dependencies]\nnix = '1'\n";
        let lines: Vec<usize> = messages(text).iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [1, 4, 6]);
    }

    #[test]
    fn a_broken_manifest_is_named() {
        assert!(messages("[package\n")[0].1.starts_with("not valid TOML: "));
    }
}
