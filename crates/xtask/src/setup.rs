//! `cargo xtask setup`: makes a fresh machine ready.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::Result;

use crate::tools::{TAPLO, TYPOS, Tool, WEED};
use crate::{onnxruntime, shell, workspace};

/// The environment variable that tells the tests where the S3 server is.
const WEED_SETTING: &str = "TRONIE_TEST_WEED";

/// What is there after the set-up.
pub struct Ready {
    pub onnxruntime: PathBuf,
    pub weed: Option<PathBuf>,
    pub typos: Option<PathBuf>,
    pub taplo: Option<PathBuf>,
}

impl Ready {
    /// Tells a child process what was set up.
    pub fn tell<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env(onnxruntime::SETTING, &self.onnxruntime);
        if let Some(weed) = &self.weed {
            command.env(WEED_SETTING, weed);
        }
        command
    }
}

/// Sets up what `tronie` needs, and with `test` what the tests use as well.
pub fn run(test: bool) -> Result<Ready> {
    let start = Instant::now();
    let data = workspace::data_dir()?;
    let found = onnxruntime::ready(&data)?;
    println!("ONNX Runtime: {} ({})", found.path.display(), found.how);
    let mut ready = Ready {
        onnxruntime: found.path,
        weed: None,
        typos: None,
        taplo: None,
    };
    if test {
        ready.weed = match workspace::set(WEED_SETTING) {
            Some(path) => Some(path.into()),
            None => wanted(&WEED, &data),
        };
        ready.typos = wanted(&TYPOS, &data);
        ready.taplo = wanted(&TAPLO, &data);
    }
    println!("set up in {}", shell::elapsed(start.elapsed()));
    Ok(ready)
}

/// A tool that the tests can do without, if they must.
fn wanted(tool: &Tool, data: &Path) -> Option<PathBuf> {
    match tool.ready(data) {
        Ok(path) => {
            println!("{} {}: {}", tool.name, tool.version(), path.display());
            Some(path)
        }
        Err(error) => {
            println!(
                "WARNING: `{}` could not be set up, so {} will be SKIPPED: {error:#}",
                tool.name, tool.without
            );
            None
        }
    }
}
