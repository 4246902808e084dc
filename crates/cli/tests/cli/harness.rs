//! An empty folder, and `tronie` run in it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;
use tronie_testing::{fixtures, onnxruntime};

/// A working folder in which the fixture `tiny-multi` is the default model.
pub struct Workplace {
    folder: TempDir,
}

/// What a run of the command gave.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Workplace {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(
            folder.path().join("tronie.toml"),
            "[options]\n\"tronie.model\" = \"tiny-multi\"\n",
        )
        .expect("written");
        Self { folder }
    }

    /// A workplace for tests that run models; `None`, loudly, where there is no ONNX Runtime.
    pub fn with_models() -> Option<Self> {
        onnxruntime().map(|_| Self::new())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, bytes).expect("written");
    }

    /// The files of the folder that a user did not put there: half-written ones would be among them.
    pub fn leftovers(&self) -> Vec<String> {
        let names = fs::read_dir(self.folder.path())
            .expect("the folder")
            .flatten()
            .map(|entry| entry.file_name());
        let mut names: Vec<String> = names.filter_map(|name| name.into_string().ok()).collect();
        names.retain(|name| name.starts_with(".tronie-") || name.contains('#'));
        names
    }

    /// The command with nothing of the caller's surroundings but the ONNX Runtime.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tronie"));
        for (name, _) in std::env::vars() {
            if ["TRONIE_", "AWS_", "AZURE_", "GOOGLE_"]
                .iter()
                .any(|prefix| name.starts_with(prefix))
            {
                command.env_remove(name);
            }
        }
        command.args(args).current_dir(self.folder.path());
        command
            .env("TRONIE_DATA_DIR", self.path("data"))
            .env("TRONIE_MODELS", fixtures());
        command
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        ran(self.command(args).output().expect("it runs"))
    }

    /// `tronie sql -c SQL` with csv output.
    pub fn csv(&self, sql: &str) -> Ran {
        self.run(&["sql", "--format", "csv", "-c", sql])
    }

    pub fn run_with_input(&self, args: &[&str], input: &str) -> Ran {
        let mut command = self.command(args);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        child
            .stdin
            .take()
            .expect("its input")
            .write_all(input.as_bytes())
            .expect("written");
        ran(child.wait_with_output().expect("it runs"))
    }
}

pub fn ran(output: Output) -> Ran {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

impl Ran {
    /// The output of a run that succeeded and complained of nothing.
    pub fn ok(self) -> String {
        assert_eq!(
            (self.code, self.err.as_str()),
            (0, ""),
            "it succeeds; it printed {}",
            self.out
        );
        self.out
    }

    /// The message of a run that failed with `code`, printed nothing else and spoke to people.
    pub fn fails(self, code: i32) -> String {
        assert_eq!(self.code, code, "exit code of: {}{}", self.out, self.err);
        assert_eq!(self.out, "", "nothing on standard output");
        for debug in ["panicked", "Error {", "Some(", "Err(", "RUST_BACKTRACE", "DataFusion"] {
            assert!(!self.err.contains(debug), "no {debug} in: {}", self.err);
        }
        self.err
    }
}

/// Compresses by a command that every machine has.
pub fn gzip(path: &Path) {
    assert!(
        Command::new("gzip")
            .arg("-k")
            .arg(path)
            .status()
            .expect("gzip is there")
            .success()
    );
}
