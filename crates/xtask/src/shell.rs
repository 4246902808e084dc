//! Running other programs: shown to the user as they would type them, and with errors that say what went wrong.

use std::env;
use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::workspace;

/// `cargo`, in the repository's root.
pub fn cargo() -> Result<Command> {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(workspace::root()?);
    // What `cargo run` tells this program about itself is no business of its children: build scripts that look at these
    // variables (ring's does) would run again, and everything above them, DataFusion included, would be built again.
    for (name, _) in env::vars_os() {
        if name
            .to_str()
            .is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_"))
        {
            command.env_remove(name);
        }
    }
    Ok(command)
}

/// Builds the `tronie` binary. The whole workspace is named so that Cargo picks the same features as every other build
/// does: building the one package alone could pick fewer, and then DataFusion is built twice.
pub fn build_tronie(profile: &str) -> Result<()> {
    let mut command = cargo()?;
    command.args(["build", "--workspace", "--bin", "tronie", "--profile", profile]);
    run(&mut command)
}

/// Shows the command, runs it with its output on the terminal, and fails when it fails.
pub fn run(command: &mut Command) -> Result<()> {
    println!("$ {}", show(command));
    let status = command.status().with_context(|| cannot_start(command))?;
    if !status.success() {
        bail!("`{}` failed ({status})", show(command));
    }
    Ok(())
}

/// Runs the command quietly and returns what it wrote to standard output; the error carries its last words.
pub fn capture(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| cannot_start(command))?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        bail!("`{}` failed: {}", show(command), last_words(&errors));
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{}` wrote something that is not UTF-8", show(command)))
}

/// Whether the command can be started and ends well.
pub fn works(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// The command as a user would type it, with paths under the current folder made short.
pub fn show(command: &Command) -> String {
    let here = env::current_dir().unwrap_or_default();
    let word = |word: &OsStr| {
        let short = Path::new(word)
            .strip_prefix(&here)
            .map_or(word, Path::as_os_str)
            .to_string_lossy();
        // Cargo's own path is of no use to a reader.
        let short = if short.ends_with("/bin/cargo") {
            "cargo".into()
        } else {
            short
        };
        if short.is_empty() || short.contains(|c: char| c.is_whitespace() || "'\"()[]<>;*$&|".contains(c)) {
            format!("\"{}\"", short.replace('"', "\\\""))
        } else {
            short.into_owned()
        }
    };
    let words: Vec<String> = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(word)
        .collect();
    words.join(" ")
}

/// A duration for people: `0.4 s`, `12 s`, `3 min 05 s`.
pub fn elapsed(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", time.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        _ => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

fn cannot_start(command: &Command) -> String {
    format!("cannot start `{}`", command.get_program().to_string_lossy())
}

/// The lines that say why: the first that speak of an error, or else the last one.
fn last_words(errors: &str) -> String {
    let lines = || errors.lines().map(str::trim).filter(|line| !line.is_empty());
    let is_telling = |line: &&str| line.to_lowercase().starts_with("error") || line.starts_with("npm error");
    let mut telling: Vec<&str> = lines().filter(is_telling).take(4).collect();
    // pip warns that it cannot connect, and then complains that it found no such version.
    if errors.contains("connection broken") {
        telling.insert(0, "the registry cannot be reached");
    }
    if telling.is_empty() {
        telling.extend(lines().next_back());
    }
    if telling.is_empty() {
        "no message".to_owned()
    } else {
        telling.join("; ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_it_would_be_typed() {
        let mut command = Command::new("tronie");
        command.args(["sql", "-c", "SELECT 1 AS \"x\""]);
        assert_eq!(show(&command), r#"tronie sql -c "SELECT 1 AS \"x\"""#);
    }

    #[test]
    fn durations_read_well() {
        assert_eq!(elapsed(Duration::from_millis(420)), "0.4 s");
        assert_eq!(elapsed(Duration::from_secs(12)), "12 s");
        assert_eq!(elapsed(Duration::from_secs(185)), "3 min 05 s");
    }

    #[test]
    fn the_telling_lines_of_an_error_are_found() {
        assert_eq!(
            last_words("a\nERROR: no such\nERROR: package\nb"),
            "ERROR: no such; ERROR: package"
        );
        assert_eq!(
            last_words("after connection broken by x\nERROR: y"),
            "the registry cannot be reached; ERROR: y"
        );
        assert_eq!(last_words("a\nb\n"), "b");
        assert_eq!(last_words(""), "no message");
    }
}
