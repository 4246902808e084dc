//! A model in memory: checked files, tokenizer, and the sessions that run it.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use memchr::memmem;
use parking_lot::Mutex;
use sha2::{Digest, Sha256};

use tronie_common::Kind;

use crate::backend::{Backend, BackendError, Graph, GraphOutput, Session};
use crate::cascade::Cascade;
use crate::error::ModelError;
use crate::manifest::{Batching, FileEntry, Manifest, Output};
use crate::memory::{Held, Memory};
use crate::remote::LocalFolder;
use crate::tokens::TextTokenizer;

/// A loaded model. It lives as long as the process, or as long as somebody uses it.
pub struct Model {
    manifest: Manifest,
    folder: LocalFolder,
    digest: String,
    batching: Batching,
    pub(crate) tokenizer: TextTokenizer,
    pub(crate) cascade: Option<Cascade>,
    graph: Arc<dyn Graph>,
    idle: Mutex<Vec<Lease>>,
    memory: Arc<dyn Memory>,
    session_bytes: usize,
}

/// A session and the memory that its weights take.
pub(crate) struct Lease {
    pub(crate) session: Box<dyn Session>,
    _memory: Held,
}

/// Memory of a session for each byte of the file: the graph itself and what the library packs for its kernels.
const MEMORY_PER_FILE_BYTE: usize = 2;

impl Model {
    /// Reads, checks and opens the model in `place`, whose path is `folder`, and keeps it there.
    pub(crate) fn load(
        folder: &Path,
        place: &LocalFolder,
        backend: &dyn Backend,
        memory: &Arc<dyn Memory>,
    ) -> Result<Self, ModelError> {
        let manifest = Manifest::read(folder)?;
        let in_backend = |source| ModelError::Backend {
            model: manifest.name.clone(),
            source,
        };
        let graph_file = FileScan::checked(folder, &manifest, &manifest.files.model)?;
        let tokenizer_file = FileScan::checked(folder, &manifest, &manifest.files.tokenizer)?;
        let session_bytes = graph_file.bytes.saturating_mul(MEMORY_PER_FILE_BYTE);
        let held = Held::take(memory, session_bytes).map_err(|reason| ModelError::Memory {
            model: manifest.name.clone(),
            reason,
        })?;
        let tokenizer =
            TextTokenizer::read(&tokenizer_file.path, &manifest.prefix, manifest.max_length).map_err(|e| {
                ModelError::Folder {
                    folder: folder.to_path_buf(),
                    reason: format!("`{}` is not a tokenizer: {e}", manifest.files.tokenizer.path.display()),
                }
            })?;
        let cascade = cascade(folder, &manifest)?;
        let graph = backend.load(&graph_file.path).map_err(in_backend)?;
        fits(&manifest, graph.outputs()).map_err(|reason| ModelError::Folder {
            folder: folder.to_path_buf(),
            reason,
        })?;
        // The first session shows, while the query is planned, whether the graph runs at all.
        let first = graph.session().map_err(in_backend)?;
        let mut digest = Sha256::new();
        for part in [
            &graph_file.sha256,
            &tokenizer_file.sha256,
            &manifest.prefix,
            &manifest.max_length.to_string(),
        ] {
            digest.update(part.as_bytes());
            digest.update([0]);
        }
        // Such a graph takes one scale for all texts of a batch, so a text's answer would depend on its neighbours.
        let batching = if graph_file.batch_scaled {
            Batching::Single
        } else {
            manifest.batching
        };
        Ok(Self {
            // New sessions read the files again.
            folder: place.clone(),
            digest: hex(&digest.finalize()),
            batching,
            tokenizer,
            cascade,
            graph,
            idle: Mutex::new(vec![Lease {
                session: first,
                _memory: held,
            }]),
            memory: Arc::clone(memory),
            session_bytes,
            manifest,
        })
    }

    /// The model's name.
    pub fn name(&self) -> &str {
        &self.manifest.name
    }

    /// What the model says of itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Where it was loaded from.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A digest of everything that the answers depend on: graph, tokenizer, prefix and length.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The output that answers `task`.
    ///
    /// # Errors
    /// [`ModelError::Task`] with the tasks that the model does answer.
    pub fn output(&self, task: &str) -> Result<&Output, ModelError> {
        self.manifest.output(task).ok_or_else(|| {
            let tasks: Vec<&str> = self
                .manifest
                .outputs
                .iter()
                .filter_map(|output| output.task.as_deref())
                .collect();
            let reason = format!("it answers `{}`; name another model by `model =>`", tasks.join("`, `"));
            ModelError::Task {
                model: self.name().to_owned(),
                task: task.to_owned(),
                reason,
            }
        })
    }

    /// How many numbers an output has for each text, or for each token of it; 0 if that is not known beforehand.
    pub fn columns(&self, output: &Output) -> usize {
        let found = self.graph.outputs().iter().find(|own| own.name == output.name);
        found.and_then(|own| own.columns).unwrap_or_default()
    }

    pub(crate) fn batching(&self) -> Batching {
        self.batching
    }

    pub(crate) fn pad(&self) -> i64 {
        self.tokenizer.pad()
    }

    /// An idle session, or a new one. No more are ever open than threads ask at the same time.
    pub(crate) fn borrow_session(&self) -> Result<Lease, BackendError> {
        if let Some(lease) = self.idle.lock().pop() {
            return Ok(lease);
        }
        let held = Held::take(&self.memory, self.session_bytes).map_err(|message| BackendError {
            message,
            kind: Kind::Exhausted,
        })?;
        Ok(Lease {
            session: self.graph.session()?,
            _memory: held,
        })
    }

    pub(crate) fn return_session(&self, lease: Lease) {
        self.idle.lock().push(lease);
    }
}

/// The model's linear model, if it has one.
fn cascade(folder: &Path, manifest: &Manifest) -> Result<Option<Cascade>, ModelError> {
    let Some(entry) = &manifest.files.cascade else {
        return Ok(None);
    };
    let file = FileScan::checked(folder, manifest, entry)?;
    let broken = |reason: String| ModelError::Folder {
        folder: folder.to_path_buf(),
        reason: format!("`{}` is not a cascade: {reason}", entry.path.display()),
    };
    let bytes = fs::read(&file.path).map_err(|e| broken(e.to_string()))?;
    Cascade::read(&bytes).map(Some).map_err(broken)
}

/// Whether the graph has what the manifest says; if not, why.
fn fits(manifest: &Manifest, outputs: &[GraphOutput]) -> Result<(), String> {
    for wanted in &manifest.outputs {
        let Some(found) = outputs.iter().find(|output| output.name == wanted.name) else {
            let there: Vec<&str> = outputs.iter().map(|output| output.name.as_str()).collect();
            let there = there.join("`, `");
            return Err(format!(
                "the graph has no output `{}` (outputs there: `{there}`)",
                wanted.name
            ));
        };
        found.columns.map_or(Ok(()), |columns| wanted.fits(columns))?;
    }
    Ok(())
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Model")
            .field("name", &self.name())
            .field("digest", &self.digest)
            .finish_non_exhaustive()
    }
}

/// What one reading of a file tells.
struct FileScan {
    path: PathBuf,
    sha256: String,
    bytes: usize,
    batch_scaled: bool,
}

/// The operator that derives the scale of quantisation from all the values it is given.
const BATCH_SCALED: &[u8] = b"DynamicQuantizeLinear";

impl FileScan {
    /// Reads a file of the model and compares its digest with the manifest's.
    fn checked(folder: &Path, manifest: &Manifest, entry: &FileEntry) -> Result<Self, ModelError> {
        let path = folder.join(&entry.path);
        let scan = Self::read(&path).map_err(|e| ModelError::Folder {
            folder: folder.to_path_buf(),
            reason: format!("`{}` cannot be read: {e}", entry.path.display()),
        })?;
        match &entry.sha256 {
            Some(expected) if !expected.eq_ignore_ascii_case(&scan.sha256) => Err(ModelError::Digest {
                model: manifest.name.clone(),
                file: path,
                expected: expected.clone(),
                got: scan.sha256,
            }),
            _ => Ok(scan),
        }
    }

    fn read(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let mut hash = Sha256::new();
        let mut buffer = vec![0; 1 << 20];
        let (mut bytes, mut kept, mut batch_scaled) = (0, 0, false);
        loop {
            // The last few bytes of a block are kept before the next, so that a name across the border is seen.
            let read = file.read(&mut buffer[kept..])?;
            if read == 0 {
                break;
            }
            let filled = kept + read;
            hash.update(&buffer[kept..filled]);
            batch_scaled = batch_scaled || memmem::find(&buffer[..filled], BATCH_SCALED).is_some();
            bytes += read;
            kept = filled.min(BATCH_SCALED.len() - 1);
            buffer.copy_within(filled - kept..filled, 0);
        }
        Ok(Self {
            path: path.to_path_buf(),
            sha256: hex(&hash.finalize()),
            bytes,
            batch_scaled,
        })
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
