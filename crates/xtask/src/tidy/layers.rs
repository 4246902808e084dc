//! Which way dependencies point, inside the workspace and out of it.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use super::{TextFile, Violation, line_at};

/// Who may depend on whom. `udf-*` is every function crate but the kit.
const EDGES: &[(&str, &[&str])] = &[
    ("common", &[]),
    ("lake", &[]),
    ("learn", &[]),
    ("datagen", &[]),
    ("report", &[]),
    ("model", &["common"]),
    ("ort", &["common", "model"]),
    ("udf-kit", &["common", "learn", "model"]),
    ("udf-*", &["common", "learn", "model", "udf-kit"]),
    ("engine", &["common", "lake", "learn", "model", "udf-kit", "udf-*"]),
    ("pipeline", &["common", "engine", "lake"]),
    ("flight", &["common", "engine"]),
    ("cluster", &["common", "model", "engine"]),
    ("testing", &["common", "model", "udf-kit", "engine"]),
    (
        "cli",
        &[
            "common", "model", "ort", "datagen", "report", "engine", "lake", "pipeline", "flight", "cluster",
        ],
    ),
    ("xtask", &[]),
    ("tests", &["common", "model", "ort", "udf-kit", "engine", "testing"]),
];

/// What every crate may use in its tests.
const FOR_TESTS: &str = "testing";

/// Crates from outside that only some of ours may name, and why.
const OUTSIDE: &[(&str, &[&str], &str)] = &[
    ("ort", &["ort"], "go through the backend of `tronie-model`"),
    ("ballista*", &["cluster"], "go through `QueryBackend`"),
    ("arrow-flight", &["flight"], "go through `QueryBackend`"),
    ("deltalake", &["lake"], "go through `tronie-lake`"),
    (
        "datafusion",
        &["engine", "lake", "pipeline", "flight", "cluster", "cli", "testing"],
        "use `datafusion-expr` and `datafusion-common`: what is below the engine never sees a session",
    ),
    (
        "sqlparser",
        &[],
        "use `datafusion::sql::sqlparser`, so that there is one",
    ),
];

/// A package of the workspace.
pub struct Package {
    /// Without the `tronie-` in front.
    name: String,
    /// Its Cargo.toml, from the root.
    manifest: String,
    dependencies: Vec<Dependency>,
}

struct Dependency {
    name: String,
    for_tests: bool,
}

/// The packages in the output of `cargo metadata`.
pub fn packages(metadata: &Value, root: &Path) -> Result<Vec<Package>> {
    let text = |value: &Value, key: &str| {
        let text = value[key]
            .as_str()
            .with_context(|| format!("`cargo metadata` gives a package no `{key}`"))?;
        Ok::<_, anyhow::Error>(text.to_owned())
    };
    let mut packages = Vec::new();
    for package in metadata["packages"]
        .as_array()
        .context("`cargo metadata` lists no packages")?
    {
        let manifest = text(package, "manifest_path")?;
        let relative = Path::new(&manifest).strip_prefix(root).unwrap_or(Path::new(&manifest));
        let mut dependencies = Vec::new();
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let for_tests = dependency["kind"].as_str() == Some("dev");
            dependencies.push(Dependency {
                name: text(dependency, "name")?,
                for_tests,
            });
        }
        packages.push(Package {
            name: short(&text(package, "name")?).to_owned(),
            manifest: relative.to_string_lossy().replace('\\', "/"),
            dependencies,
        });
    }
    Ok(packages)
}

/// Checks each dependency of each package against the two tables.
pub fn check(packages: &[Package], files: &[TextFile]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for package in packages {
        let text = files
            .iter()
            .find(|file| file.path == package.manifest)
            .map_or("", |file| &file.text);
        let mut refuse = |name: &str, message: String| {
            violations.push(Violation::new(&package.manifest, line_of(text, name), message));
        };
        let Some((_, allowed)) = EDGES.iter().find(|(name, _)| matches(name, &package.name)) else {
            refuse(
                "name",
                format!(
                    "`{}` is not in the table of layers in crates/xtask/src/tidy/layers.rs",
                    package.name
                ),
            );
            continue;
        };
        for dependency in &package.dependencies {
            let name = &dependency.name;
            let ours = packages
                .iter()
                .find(|other| other.name == short(name) && name.starts_with("tronie-"));
            if let Some(other) = ours {
                let is_test_help = dependency.for_tests && other.name == FOR_TESTS;
                if !is_test_help && !allowed.iter().any(|pattern| matches(pattern, &other.name)) {
                    let allowed = if allowed.is_empty() {
                        "none of ours".to_owned()
                    } else {
                        allowed.join(", ")
                    };
                    refuse(
                        name,
                        format!(
                            "`{}` must not depend on `{}` (allowed: {allowed})",
                            package.name, other.name
                        ),
                    );
                }
            }
            for (pattern, users, instead) in OUTSIDE {
                let is_session_in_test = *pattern == "datafusion" && dependency.for_tests;
                let is_allowed = users.contains(&package.name.as_str()) || is_session_in_test;
                if matches(pattern, name) && !is_allowed {
                    refuse(name, format!("`{}` must not name `{name}`; {instead}", package.name));
                }
            }
        }
    }
    violations
}

fn short(name: &str) -> &str {
    name.strip_prefix("tronie-").unwrap_or(name)
}

/// Whether a name is meant by a pattern: itself, or a start with `*` behind. The kit is no function crate.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start) && name != "udf-kit",
        None => pattern == name,
    }
}

/// The line of a manifest that names a dependency.
fn line_of(manifest: &str, name: &str) -> usize {
    let mut offset = 0;
    for line in manifest.split_inclusive('\n') {
        let rest = line.strip_prefix(name);
        if rest.is_some_and(|rest| rest.starts_with([' ', '.', '='])) {
            return line_at(manifest, offset);
        }
        offset += line.len();
    }
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, dependencies: &[&str], for_tests: bool) -> Package {
        let dependencies = dependencies
            .iter()
            .map(|name| Dependency {
                name: (*name).to_owned(),
                for_tests,
            })
            .collect();
        Package {
            name: name.to_owned(),
            manifest: format!("{name}/Cargo.toml"),
            dependencies,
        }
    }

    fn violations(packages: &[Package]) -> Vec<String> {
        check(packages, &[])
            .into_iter()
            .map(|violation| violation.message)
            .collect()
    }

    #[test]
    fn dependencies_point_down() {
        let low = || package("model", &[], false);
        assert!(violations(&[low(), package("udf-text", &["tronie-model"], false)]).is_empty());
        let up = violations(&[
            package("model", &["tronie-engine"], false),
            package("engine", &[], false),
        ]);
        assert_eq!(up, ["`model` must not depend on `engine` (allowed: common)"]);
    }

    #[test]
    fn function_crates_know_the_kit_alone() {
        let packages = |dependency: &str| {
            [
                package("udf-kit", &[], false),
                package("udf-ml", &[], false),
                package("udf-text", &[dependency], false),
            ]
        };
        assert!(violations(&packages("tronie-udf-kit")).is_empty());
        assert_eq!(
            violations(&packages("tronie-udf-ml")),
            ["`udf-text` must not depend on `udf-ml` (allowed: common, learn, model, udf-kit)"]
        );
    }

    #[test]
    fn the_kit_knows_no_function_crate() {
        let packages = [
            package("udf-kit", &["tronie-udf-text"], false),
            package("udf-text", &[], false),
        ];
        assert_eq!(violations(&packages).len(), 1);
    }

    #[test]
    fn tests_may_use_the_testing_crate() {
        let packages = |for_tests| {
            [
                package("common", &["tronie-testing"], for_tests),
                package("testing", &[], false),
            ]
        };
        assert!(violations(&packages(true)).is_empty());
        assert_eq!(violations(&packages(false)).len(), 1);
    }

    #[test]
    fn outside_crates_have_one_home() {
        assert!(violations(&[package("ort", &["ort"], false)]).is_empty());
        assert_eq!(violations(&[package("engine", &["ort"], true)]).len(), 1);
        assert_eq!(violations(&[package("engine", &["ballista-core"], false)]).len(), 1);
        assert_eq!(violations(&[package("udf-text", &["datafusion"], false)]).len(), 1);
        assert!(violations(&[package("udf-text", &["datafusion", "datafusion-expr"], true)]).is_empty());
    }

    #[test]
    fn a_new_crate_needs_a_layer() {
        assert_eq!(violations(&[package("surprise", &[], false)]).len(), 1);
    }

    #[test]
    fn the_line_of_a_dependency_is_found() {
        assert_eq!(line_of("[dependencies]\nort-x = 1\nort.workspace = true\n", "ort"), 3);
        assert_eq!(line_of("", "ort"), 1);
    }
}
