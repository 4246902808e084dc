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

/// Places of the ONNX Runtime library, the best first: `ORT_DYLIB_PATH`, the one that set-up keeps in the data folder,
/// the one beside the command, the system's.
pub(crate) fn onnxruntime() -> Vec<PathBuf> {
    let mut places: Vec<PathBuf> = env::var_os("ORT_DYLIB_PATH").map(PathBuf::from).into_iter().collect();
    if let Some(folder) = data_folder() {
        let mut versions: Vec<PathBuf> = entries(&folder.join("onnxruntime"));
        versions.sort();
        places.extend(
            versions
                .into_iter()
                .rev()
                .flat_map(|version| entries(&version))
                .filter(|path| is_library(path)),
        );
    }
    let beside = executable_folder()
        .map(|folder| folder.join(LIBRARY))
        .filter(|path| path.is_file());
    places.extend(beside);
    places.extend(
        ["/usr/local/lib", "/usr/lib", "/usr/lib64", "/opt/homebrew/lib"].map(|folder| Path::new(folder).join(LIBRARY)),
    );
    places.push(
        Path::new("/usr/lib")
            .join(format!("{}-linux-gnu", env::consts::ARCH))
            .join(LIBRARY),
    );
    places
}

#[cfg(target_os = "windows")]
const LIBRARY: &str = "onnxruntime.dll";
#[cfg(target_os = "macos")]
const LIBRARY: &str = "libonnxruntime.dylib";
#[cfg(not(any(target_os = "windows", target_os = "macos")))]
const LIBRARY: &str = "libonnxruntime.so";

/// The library itself or one with a version behind its name.
fn is_library(path: &Path) -> bool {
    path.file_name()
        .and_then(|name| name.to_str())
        .is_some_and(|name| name.contains("onnxruntime") && !name.contains("providers"))
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
