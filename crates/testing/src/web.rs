//! A tiny web server on this machine that counts what it is asked.

use std::collections::BTreeMap;
use std::collections::hash_map::DefaultHasher;
use std::fmt::Write as _;
use std::hash::{Hash, Hasher};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// A server of files in memory, without ranges. It ends with the process.
#[derive(Debug, Clone)]
pub struct Web {
    /// Its address, without a slash at the end.
    pub url: String,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    files: Mutex<BTreeMap<String, Vec<u8>>>,
    asked: Mutex<Vec<String>>,
    without_tags: AtomicBool,
    pause: Mutex<Duration>,
}

impl Web {
    /// Starts a server without files.
    ///
    /// # Panics
    /// When no port is free.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                // Who goes away in the middle is no fault.
                thread::spawn(move || drop(answer(&state, &stream)));
            }
        });
        Self { url, state }
    }

    /// Puts a file at `path`, which has no slash at its start.
    pub fn put(&self, path: &str, content: impl Into<Vec<u8>>) {
        lock(&self.state.files).insert(format!("/{path}"), content.into());
    }

    /// Puts the files that lie in `folder` under `path`.
    ///
    /// # Panics
    /// When they cannot be read.
    pub fn put_folder(&self, path: &str, folder: &Path) {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let content = std::fs::read(entry.path()).expect("a file");
            self.put(&format!("{path}/{}", entry.file_name().to_string_lossy()), content);
        }
    }

    /// Takes the file at `path` away.
    pub fn remove(&self, path: &str) {
        lock(&self.state.files).remove(&format!("/{path}"));
    }

    /// Leaves e-tags out from now on.
    pub fn without_tags(&self) {
        self.state.without_tags.store(true, Ordering::Relaxed);
    }

    /// Waits so long before each answer from now on.
    pub fn slowly(&self, pause: Duration) {
        *lock(&self.state.pause) = pause;
    }

    /// The requests since the last call, as `GET /path`.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *lock(&self.state.asked))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn answer(state: &State, mut stream: &TcpStream) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let asked = request.trim_end_matches(" HTTP/1.1").to_owned();
    let path = asked.split(' ').nth(1).unwrap_or_default().to_owned();
    let is_head = asked.starts_with("HEAD");
    lock(&state.asked).push(asked);
    thread::sleep(*lock(&state.pause));
    let found = lock(&state.files).get(&path).cloned();
    let mut head = match &found {
        Some(content) => format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n", content.len()),
        None => "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n".to_owned(),
    };
    let content = found.unwrap_or_default();
    if !state.without_tags.load(Ordering::Relaxed) {
        let mut hasher = DefaultHasher::new();
        content.hash(&mut hasher);
        let _ = write!(head, "etag: \"{:016x}\"\r\n", hasher.finish());
    }
    head.push_str("connection: close\r\n\r\n");
    stream.write_all(head.as_bytes())?;
    if !is_head {
        stream.write_all(&content)?;
    }
    stream.flush()
}
