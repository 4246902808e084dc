//! Where things are on this machine: the data folder, ONNX Runtime, models.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

/// The folder in which set-up and users keep what Tronie uses: `TRONIE_DATA_DIR`, or the platform's usual place.
pub(crate) fn data_folder() -> Option<PathBuf> {
    if let Some(folder) = env::var_os("TRONIE_DATA_DIR").filter(|folder| !folder.is_empty()) {
        return Some(PathBuf::from(folder));
    }
    if cfg!(target_os = "macos") {
        return etcetera::home_dir()
            .ok()
            .map(|home| home.join("Library/Application Support/tronie"));
    }
    etcetera::choose_base_strategy()
        .ok()
        .map(|base| base.data_dir().join("tronie"))
}

/// Places of the ONNX Runtime library, the best first: the one that set-up keeps in the data folder, the one beside the
/// command, the system's. `ORT_DYLIB_PATH` names the only one.
pub(crate) fn onnxruntime() -> Vec<PathBuf> {
    if let Some(named) = env::var_os("ORT_DYLIB_PATH").filter(|path| !path.is_empty()) {
        return vec![PathBuf::from(named)];
    }
    let mut places = Vec::new();
    if let Some(folder) = data_folder() {
        let mut versions = entries(&folder.join("onnxruntime"));
        versions.sort_by_key(|folder| version(folder));
        places.extend(
            versions
                .into_iter()
                .rev()
                .flat_map(|version| entries(&version))
                .filter(|path| is_library(path)),
        );
    }
    places.extend(executable_folder().map(|folder| folder.join(LIBRARY)));
    let multiarch = format!("/usr/lib/{}-linux-gnu", env::consts::ARCH);
    let system = [
        "/usr/local/lib",
        "/usr/lib",
        "/usr/lib64",
        "/opt/homebrew/lib",
        multiarch.as_str(),
    ];
    places.extend(system.map(|folder| Path::new(folder).join(LIBRARY)));
    places
}

/// The numbers in a folder's name, so that 1.32 comes after 1.9.
fn version(folder: &Path) -> Vec<u32> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    name.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

#[cfg(target_os = "windows")]
const LIBRARY: &str = "onnxruntime.dll";
#[cfg(target_os = "macos")]
const LIBRARY: &str = "libonnxruntime.dylib";
#[cfg(not(any(target_os = "windows", target_os = "macos")))]
const LIBRARY: &str = "libonnxruntime.so";

/// The library itself or one with a version behind its name.
fn is_library(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with(LIBRARY) || (name.starts_with("libonnxruntime.") && name.ends_with(".dylib"))
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect()
}

/// Folders of models that come with Tronie: the user's, those installed beside the command, those of the source tree in
/// which the command was built.
pub(crate) fn model_folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = data_folder().map(|folder| folder.join("models")).into_iter().collect();
    if let Some(executable) = executable_folder() {
        folders.push(executable.join("models"));
        folders.push(executable.join("../share/tronie/models"));
        folders.extend(
            executable
                .ancestors()
                .take(4)
                .map(|above| above.join("models"))
                .filter(|path| path.join("default").is_dir()),
        );
    }
    folders
}

/// Where the prompt keeps its history.
pub(crate) fn history_file() -> Option<PathBuf> {
    let folder = data_folder()?;
    fs::create_dir_all(&folder).ok()?;
    Some(folder.join("history"))
}

fn executable_folder() -> Option<PathBuf> {
    let executable = env::current_exe().ok()?.canonicalize().ok()?;
    executable.parent().map(Path::to_path_buf)
}
