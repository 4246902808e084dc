//! A function takes two files: its own, and one entry in the list of its crate's lib.rs.

use super::rust::Source;
use super::{TextFile, Violation};

/// Checks that every file of every function crate is a module, and every function an entry of the list.
pub fn check(files: &[TextFile]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for library in files
        .iter()
        .filter(|file| file.path.starts_with("udfs/") && file.path.ends_with("/src/lib.rs"))
    {
        let folder = library.path.trim_end_matches("lib.rs");
        let code = Source::read(&library.text).code;
        let list = list(&code);
        for file in files {
            let Some(stem) = file.path.strip_prefix(folder).and_then(|name| name.strip_suffix(".rs")) else {
                continue;
            };
            // Folders hold the parts of a module, such as its tests.
            if stem == "lib" || stem.contains('/') {
                continue;
            }
            if !has_word(&code, &format!("mod {stem};")) {
                let message = format!("not a module yet; add `mod {stem};` to {}", library.path);
                violations.push(Violation::new(&file.path, 1, message));
            }
            if is_function(&file.text) && !has_word(list, &format!("{stem}::function")) {
                let message = format!(
                    "not in the list; add `{stem}::function` to FUNCTIONS in {}",
                    library.path
                );
                violations.push(Violation::new(&file.path, 1, message));
            }
        }
    }
    violations
}

/// Whether a file of a function crate holds a SQL function: it makes one for the list.
pub fn is_function(text: &str) -> bool {
    let code = Source::read(text).code;
    ["pub fn function(", "pub(crate) fn function("]
        .iter()
        .any(|start| code.contains(start))
}

/// The value of `const FUNCTIONS`.
fn list(code: &str) -> &str {
    let value = code
        .split_once("const FUNCTIONS")
        .and_then(|(_, rest)| rest.split_once('='));
    value
        .and_then(|(_, value)| value.split_once(';'))
        .map_or("", |(list, _)| list)
}

/// Whether the words stand in the code by themselves, not as the end of a longer name.
fn has_word(code: &str, words: &str) -> bool {
    code.match_indices(words).any(|(offset, _)| {
        let is_name = |c: char| c.is_alphanumeric() || c == '_';
        let before = code[..offset].chars().next_back().unwrap_or(' ');
        let after = code[offset + words.len()..].chars().next().unwrap_or(' ');
        !is_name(before) && !is_name(after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(library: &str, files: &[(&str, &str)]) -> Vec<String> {
        let file = |path: &str, text: &str| TextFile {
            path: format!("udfs/text/src/{path}"),
            text: text.to_owned(),
        };
        let mut all = vec![file("lib.rs", library)];
        all.extend(files.iter().map(|(path, text)| file(path, text)));
        check(&all)
            .into_iter()
            .map(|violation| format!("{}: {}", violation.file, violation.message))
            .collect()
    }

    const LIBRARY: &str = "mod ai_a;\nmod words;\npub const FUNCTIONS: FunctionSet = FunctionSet {\n    title: \"Text\",\n    \
                           functions: &[ai_a::function],\n};\n";
    const FUNCTION: &str = "pub(crate) fn function(env: &UdfEnv) -> Function {}";

    #[test]
    fn listed_functions_and_their_helpers_are_fine() {
        let files = [
            ("ai_a.rs", FUNCTION),
            ("words.rs", "pub fn words() {}"),
            ("ai_a/tests.rs", ""),
        ];
        assert!(messages(LIBRARY, &files).is_empty());
    }

    #[test]
    fn a_function_that_was_forgotten_is_found() {
        let expected = [
            "udfs/text/src/a.rs: not a module yet; add `mod a;` to udfs/text/src/lib.rs",
            "udfs/text/src/a.rs: not in the list; add `a::function` to FUNCTIONS in udfs/text/src/lib.rs",
        ];
        assert_eq!(messages(LIBRARY, &[("a.rs", FUNCTION)]), expected);
    }

    #[test]
    fn a_comment_is_no_entry() {
        let library = "mod ai_a; // mod b;\nconst FUNCTIONS: &[F] = &[/* ai_a::function */];";
        assert_eq!(messages(library, &[("ai_a.rs", FUNCTION), ("b.rs", "")]).len(), 2);
    }
}
