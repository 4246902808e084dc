//! How long a file may be, and what it may be called.

use super::{TextFile, Violation, functions};

/// The most lines of one SQL function's file, of any other source file, and of a file of tests.
const FUNCTION: usize = 300;
const SOURCE: usize = 500;
const TESTS: usize = 800;

/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &["util", "utils", "manager", "misc"];

/// Checks one file's length and name.
pub fn check(file: &TextFile) -> Option<Violation> {
    let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    if !matches!(extension, "rs" | "py" | "sh") {
        return None;
    }
    if EMPTY_NAMES
        .iter()
        .any(|empty| stem == *empty || stem.ends_with(&format!("_{empty}")))
    {
        let message = format!("`{name}` says nothing about what is inside; name the file after its one purpose");
        return Some(Violation::new(&file.path, 1, message));
    }
    let is_tests = stem == "tests" || folder.split('/').any(|part| part == "tests");
    let is_function = file.path.starts_with("udfs/") && functions::is_function(&file.text);
    let (most, kind) = match (is_tests, is_function) {
        (true, _) => (TESTS, "a file of tests"),
        (_, true) => (FUNCTION, "the file of a function"),
        _ => (SOURCE, "a source file"),
    };
    let lines = file.text.lines().count();
    (lines > most).then(|| {
        let message = format!("{lines} lines, expected at most {most} for {kind}; split it by purpose");
        Violation::new(&file.path, lines, message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_fine(path: &str, lines: usize, first: &str) -> bool {
        check(&TextFile {
            path: path.to_owned(),
            text: format!("{first}{}", "\n".repeat(lines)),
        })
        .is_none()
    }

    #[test]
    fn files_have_a_length_by_kind() {
        assert!(is_fine("crates/model/src/lib.rs", 500, ""));
        assert!(!is_fine("crates/model/src/lib.rs", 501, ""));
        assert!(is_fine("udfs/text/src/ai_x.rs", 300, "pub fn function(env: &UdfEnv) {"));
        assert!(!is_fine(
            "udfs/text/src/ai_x.rs",
            301,
            "pub fn function(env: &UdfEnv) {"
        ));
        assert!(is_fine("crates/model/src/plan/tests.rs", 800, ""));
        assert!(is_fine("crates/cli/tests/sql.rs", 800, ""));
        assert!(!is_fine("crates/cli/tests/sql.rs", 801, ""));
        assert!(is_fine("docs/long.md", 5000, ""));
    }

    #[test]
    fn names_say_something() {
        assert!(!is_fine("crates/model/src/utils.rs", 1, ""));
        assert!(!is_fine("crates/model/src/session_manager.rs", 1, ""));
        assert!(is_fine("crates/model/src/utilities_of_war.rs", 1, ""));
    }
}
