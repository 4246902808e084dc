//! The repository speaks of itself alone: no path of one machine, no host of a package registry.

use super::{TextFile, Violation};

/// What no file may name. Each is written in two parts, or this file would name it too.
const FORBIDDEN: &[(&str, &str)] = &[
    (
        concat!("/wo", "rk/"),
        "a path of one machine; write it relative to the repository",
    ),
    (
        concat!("pypi", ".org"),
        "a registry's host; name the package and its registry instead",
    ),
    (
        concat!("pythonhosted", ".org"),
        "a registry's host; name the package and its registry instead",
    ),
    (
        concat!("registry.npm", "js.org"),
        "a registry's host; name the package and its registry instead",
    ),
    (
        concat!("static.crates", ".io"),
        "a registry's host; name the package and its registry instead",
    ),
    (
        concat!("index.crates", ".io"),
        "a registry's host; name the package and its registry instead",
    ),
];

/// Checks one file, unless a tool wrote it.
pub fn check(file: &TextFile) -> Vec<Violation> {
    let mut violations = Vec::new();
    if file.path.ends_with(".lock") || file.path.ends_with("tokenizer.json") {
        return violations;
    }
    for (index, line) in file.text.lines().enumerate() {
        for (what, why) in FORBIDDEN {
            if line
                .match_indices(what)
                .any(|(offset, _)| starts_here(line, what, offset))
            {
                violations.push(Violation::new(&file.path, index + 1, format!("`{what}` is {why}")));
            }
        }
    }
    violations
}

/// Whether a path starts here, rather than a longer one going on; a host counts anywhere.
fn starts_here(line: &str, what: &str, offset: usize) -> bool {
    let before = line[..offset].chars().next_back().unwrap_or(' ');
    !what.starts_with('/') || !(before.is_alphanumeric() || "_-.}".contains(before))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str, text: &str) -> usize {
        check(&TextFile {
            path: path.to_owned(),
            text: text.to_owned(),
        })
        .len()
    }

    #[test]
    fn paths_of_a_machine_and_registry_hosts_are_found() {
        let path = FORBIDDEN[0].0;
        assert_eq!(count("a.md", &format!("cd {path}main")), 1);
        assert_eq!(count("a.md", &format!("target{path}x and ..{path}x")), 0);
        assert_eq!(count("a.md", &format!("https://files.{}/x", FORBIDDEN[2].0)), 1);
        assert_eq!(count("Cargo.lock", FORBIDDEN[5].0), 0);
    }
}
