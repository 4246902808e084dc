//! A real S3 server on this machine: SeaweedFS, started and stopped by the test.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::skip::skipped;

/// A running server with one user and one bucket; it ends when this is dropped.
#[derive(Debug)]
pub struct Weed {
    server: Child,
    _folder: TempDir,
    /// The address of the S3 interface.
    pub endpoint: String,
    /// The bucket's files on the same server, for plain HTTP.
    pub files: String,
}

/// The bucket that is there from the start.
pub const BUCKET: &str = "lake";
/// The access key that the server knows.
pub const ACCESS_KEY: &str = "tester";
/// Its secret.
pub const SECRET_KEY: &str = "tester-secret";

const PATIENCE: Duration = Duration::from_secs(60);

impl Weed {
    /// Starts the server that `cargo xtask test` names in `TRONIE_TEST_WEED`. Where there is none, says so loudly and
    /// returns `None`: the test is then skipped.
    ///
    /// # Panics
    /// When the server is there but does not start.
    pub fn start() -> Option<Self> {
        let Some(weed) = std::env::var_os("TRONIE_TEST_WEED")
            .map(PathBuf::from)
            .filter(|path| path.is_file())
        else {
            skipped("there is no S3 server for this test; `cargo xtask test` sets one up");
            return None;
        };
        let folder = tempfile::tempdir().expect("a temporary folder");
        let users = format!(
            r#"{{"identities":[{{"name":"tester","credentials":[{{"accessKey":"{ACCESS_KEY}","secretKey":"{SECRET_KEY}"}}],"actions":["Admin","Read","Write","List"]}}]}}"#
        );
        let s3_config = folder.path().join("s3.json");
        fs::write(&s3_config, users).expect("the users are written");
        let [master, master_grpc, volume, volume_grpc, filer, filer_grpc, s3, s3_grpc] = free_ports();
        let server = Command::new(&weed)
            .arg("server")
            .arg(format!("-dir={}", folder.path().display()))
            .args(["-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3", "-filer", "-volume.max=20"])
            .args(["-master.volumeSizeLimitMB=64", "-master.telemetry=false"])
            // These have fixed ports, on which a second server would fail.
            .args(["-s3.port.iceberg=0", "-s3.port.lance=0"])
            .arg(format!("-master.port={master}"))
            .arg(format!("-master.port.grpc={master_grpc}"))
            .arg(format!("-volume.port={volume}"))
            .arg(format!("-volume.port.grpc={volume_grpc}"))
            .arg(format!("-filer.port={filer}"))
            .arg(format!("-filer.port.grpc={filer_grpc}"))
            .arg(format!("-s3.port={s3}"))
            .arg(format!("-s3.port.grpc={s3_grpc}"))
            .arg(format!("-s3.config={}", s3_config.display()))
            .stdout(Stdio::null())
            .stderr(fs::File::create(folder.path().join("log")).expect("a log"))
            .spawn()
            .expect("the server starts");
        let weed_server = Self {
            server,
            _folder: folder,
            endpoint: format!("http://127.0.0.1:{s3}"),
            files: format!("http://127.0.0.1:{filer}/buckets/{BUCKET}"),
        };
        await_port(s3);
        make_bucket(&weed, master, master_grpc, filer, filer_grpc);
        Some(weed_server)
    }

    /// Uploads the files that lie in `folder` under the key `key`.
    ///
    /// # Panics
    /// When the server does not take them.
    pub fn put_folder(&self, key: &str, folder: &Path) {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            let content = fs::read(entry.path()).expect("a file");
            self.put(&format!("{key}/{}", entry.file_name().to_string_lossy()), &content);
        }
    }

    /// Uploads one object.
    ///
    /// # Panics
    /// When the server does not take it.
    pub fn put(&self, key: &str, content: &[u8]) {
        self.ask("PUT", key, content);
    }

    /// Removes one object.
    ///
    /// # Panics
    /// When the server refuses.
    pub fn remove(&self, key: &str) {
        self.ask("DELETE", key, b"");
    }

    /// One request to the server's plain HTTP interface, which asks for no key.
    fn ask(&self, method: &str, key: &str, content: &[u8]) {
        let (host, path) = self.files["http://".len()..].split_once('/').expect("a path");
        let mut stream = TcpStream::connect(host).expect("the server answers");
        let length = content.len();
        let head = format!(
            "{method} /{path}/{key} HTTP/1.1\r\nhost: {host}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).expect("sent");
        stream.write_all(content).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 2"), "{method} {key}: {answer}");
    }

    /// The environment in which clients reach this server.
    pub fn environment(&self) -> [(&'static str, &str); 4] {
        [
            ("AWS_ENDPOINT_URL", self.endpoint.as_str()),
            ("AWS_ACCESS_KEY_ID", ACCESS_KEY),
            ("AWS_SECRET_ACCESS_KEY", SECRET_KEY),
            ("AWS_REGION", "us-east-1"),
        ]
    }
}

impl Drop for Weed {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn free_ports() -> [u16; 8] {
    // All are held until all are known, so that they differ.
    let held: Vec<TcpListener> = (0..8)
        .map(|_| TcpListener::bind("127.0.0.1:0").expect("a free port"))
        .collect();
    std::array::from_fn(|n| held[n].local_addr().expect("an address").port())
}

fn await_port(port: u16) {
    let start = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(
            start.elapsed() < PATIENCE,
            "the S3 server does not answer on port {port}"
        );
        sleep(Duration::from_millis(100));
    }
}

fn make_bucket(weed: &std::path::Path, master: u16, master_grpc: u16, filer: u16, filer_grpc: u16) {
    let start = Instant::now();
    loop {
        let mut shell = Command::new(weed)
            .arg("shell")
            .arg(format!("-master=127.0.0.1:{master}.{master_grpc}"))
            .arg(format!("-filer=127.0.0.1:{filer}.{filer_grpc}"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the shell starts");
        let mut input = shell.stdin.take().expect("its input");
        writeln!(input, "s3.bucket.create -name {BUCKET}\ns3.bucket.list").expect("commands");
        drop(input);
        // Without a server the shell waits for ever.
        while shell.try_wait().expect("its state").is_none() && start.elapsed() < PATIENCE {
            sleep(Duration::from_millis(50));
        }
        let _ = shell.kill();
        let output = shell.wait_with_output().expect("its output");
        let listing = String::from_utf8_lossy(&output.stdout);
        if listing.lines().any(|line| line.trim().starts_with(BUCKET)) {
            return;
        }
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(
            start.elapsed() < PATIENCE,
            "the bucket cannot be made: {listing}{errors}"
        );
        sleep(Duration::from_millis(500));
    }
}
