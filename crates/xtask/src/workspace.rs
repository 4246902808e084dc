//! Where things are: the repository, the build output, the user's data folder.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::shell;

/// The repository's root.
pub fn root() -> Result<PathBuf> {
    // Cargo says at run time where this crate is; the compiled-in value would be wrong after the folder was moved.
    let here = env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned());
    let root = Path::new(&here).ancestors().nth(2).map(Path::to_path_buf);
    match root {
        Some(root) if root.join("Cargo.toml").is_file() => Ok(root),
        _ => bail!("`{here}` is not inside the repository; run this as `cargo xtask` from a checkout"),
    }
}

/// What Cargo knows about the workspace: its packages, their dependencies, its target folder.
pub fn metadata() -> Result<Value> {
    let text = shell::capture(shell::cargo()?.args(["metadata", "--format-version", "1", "--no-deps"]))?;
    serde_json::from_str(&text).context("cannot read the output of `cargo metadata`")
}

/// The built `tronie` of a Cargo profile.
pub fn tronie(profile: &str) -> Result<PathBuf> {
    let metadata = metadata()?;
    let target = metadata["target_directory"]
        .as_str()
        .context("`cargo metadata` names no target directory")?;
    // Cargo puts the `dev` profile under `debug`, every other under its own name.
    let folder = if profile == "dev" { "debug" } else { profile };
    Ok(Path::new(target)
        .join(folder)
        .join(format!("tronie{}", env::consts::EXE_SUFFIX)))
}

/// The user's data folder, which `tronie` searches too: keep the two in step.
pub fn data_dir() -> Result<PathBuf> {
    if let Some(folder) = set("TRONIE_DATA_DIR") {
        return std::path::absolute(&folder).with_context(|| format!("cannot make `{folder}` an absolute path"));
    }
    if let Some(folder) = set("XDG_DATA_HOME") {
        return Ok(Path::new(&folder).join("tronie"));
    }
    let Some(home) = env::home_dir() else {
        bail!("no home folder is known; set TRONIE_DATA_DIR to a folder that can be written");
    };
    let share = if cfg!(target_os = "macos") {
        "Library/Application Support"
    } else {
        ".local/share"
    };
    Ok(home.join(share).join("tronie"))
}

/// An environment variable that is set to something.
pub fn set(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
