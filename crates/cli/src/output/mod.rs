//! Results in the formats that people and programs read, on standard output or in a file.

mod file;
mod writers;

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, SchemaRef};

pub(crate) use self::file::PendingFile;
use self::writers::Writer;
use crate::args::Format;
use crate::failure::Failure;

/// Where results go and in which format.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    format: Format,
    file: Option<PathBuf>,
}

impl Target {
    /// The target that the flags name; a file's name tells the format if no flag does.
    pub(crate) fn new(format: Option<Format>, file: Option<PathBuf>) -> Result<Self, Failure> {
        let by_name = file
            .as_ref()
            .and_then(|file| file.extension()?.to_str())
            .and_then(|extension| match extension {
                "csv" => Some(Format::Csv),
                "json" => Some(Format::Json),
                "ndjson" | "jsonl" => Some(Format::Ndjson),
                "parquet" => Some(Format::Parquet),
                _ => None,
            });
        let format = format.or(by_name).unwrap_or(Format::Table);
        if let Some(file) = file.as_ref().filter(|file| file.to_string_lossy().contains("://")) {
            let url = file.display();
            return Err(Failure::Usage(format!(
                "--output writes a local file; for a URL use: copy (..) to '{url}'"
            )));
        }
        if format == Format::Parquet && file.is_none() && io::stdout().is_terminal() {
            let message = "parquet is not for a terminal; name a file by --output, or redirect standard output";
            return Err(Failure::Usage(message.to_owned()));
        }
        Ok(Self { format, file })
    }

    pub(crate) fn format(&self) -> Format {
        self.format
    }

    /// Whether results go to a file, so that nothing has been seen of them before they are complete.
    pub(crate) fn is_file(&self) -> bool {
        self.file.is_some()
    }

    /// Whether a second result would have no place.
    pub(crate) fn takes_one_result(&self) -> bool {
        self.file.is_some() || self.format == Format::Parquet
    }

    /// For messages.
    fn name(&self) -> String {
        self.file
            .as_ref()
            .map_or_else(|| "standard output".to_owned(), |file| format!("`{}`", file.display()))
    }
}

/// One result being written.
pub(crate) struct Output {
    name: String,
    reader_gone: Arc<AtomicBool>,
    writer: Writer<Box<dyn Sink>>,
}

/// Where bytes go until they are complete.
pub(crate) trait Sink: Write + Send {
    /// All has been written.
    fn complete(self: Box<Self>) -> io::Result<()>;
}

/// Standard output, buffered. It notes when nobody reads any more, since some writers turn that error into a text.
struct Stdout {
    buffer: io::BufWriter<io::Stdout>,
    reader_gone: Arc<AtomicBool>,
}

impl Stdout {
    fn noted<T>(&self, result: io::Result<T>) -> io::Result<T> {
        if result.as_ref().is_err_and(|e| e.kind() == io::ErrorKind::BrokenPipe) {
            self.reader_gone.store(true, Ordering::Relaxed);
        }
        result
    }
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.buffer.write(bytes);
        self.noted(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.buffer.flush();
        self.noted(flushed)
    }
}

impl Sink for Stdout {
    fn complete(mut self: Box<Self>) -> io::Result<()> {
        self.flush()
    }
}

impl Output {
    pub(crate) fn open(target: &Target, schema: &SchemaRef) -> Result<Self, Failure> {
        if target.format == Format::Csv
            && let Some(field) = schema.fields().iter().find(|field| is_nested(field.data_type()))
        {
            let (name, kind) = (field.name(), kind_of(field.data_type()));
            let next = "select its fields, as in x['label'], or use --format json";
            return Err(Failure::Query(format!(
                "the column `{name}` is a {kind}, which csv has no form for; {next}"
            )));
        }
        let name = target.name();
        let reader_gone = Arc::new(AtomicBool::new(false));
        let sink: Box<dyn Sink> = match &target.file {
            Some(file) => Box::new(PendingFile::create(file).map_err(|e| Failure::writing(&name, &e))?),
            None => Box::new(Stdout {
                buffer: io::BufWriter::new(io::stdout()),
                reader_gone: Arc::clone(&reader_gone),
            }),
        };
        let writer = Writer::new(target.format, sink, schema).map_err(|e| Failure::writing(&name, &e))?;
        Ok(Self {
            name,
            reader_gone,
            writer,
        })
    }

    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<(), Failure> {
        self.writer
            .write(batch)
            .map_err(|e| failure(&self.name, &self.reader_gone, &e))
    }

    /// Ends the result; a table shows at most `limit` rows and says if there are more.
    pub(crate) fn finish(self, limit: Option<usize>) -> Result<(), Failure> {
        let Self {
            name,
            reader_gone,
            writer,
        } = self;
        let completed = writer.finish(limit).and_then(|sink| sink.complete());
        completed.map_err(|e| failure(&name, &reader_gone, &e))
    }
}

fn failure(name: &str, reader_gone: &AtomicBool, error: &io::Error) -> Failure {
    if reader_gone.load(Ordering::Relaxed) {
        Failure::NobodyReads
    } else {
        Failure::writing(name, error)
    }
}

/// Prints a text to standard output.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    print_to(io::stdout(), text)
}

/// Prints a text with colours, which are left out where standard output is no terminal that shows them.
pub(crate) fn print_styled(text: &str) -> Result<(), Failure> {
    print_to(anstream::stdout(), text)
}

/// Writes a file that appears when it is complete.
pub(crate) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let write = || -> io::Result<()> {
        let mut file = Box::new(PendingFile::create(path)?);
        file.write_all(bytes)?;
        file.complete()
    };
    write().map_err(|e| Failure::writing(&format!("`{}`", path.display()), &e))
}

fn print_to(mut out: impl Write, text: &str) -> Result<(), Failure> {
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(|e| match e.kind() {
        io::ErrorKind::BrokenPipe => Failure::NobodyReads,
        _ => Failure::writing("standard output", &e),
    })
}

fn is_nested(kind: &DataType) -> bool {
    kind.is_nested() || matches!(kind, DataType::Dictionary(_, value) if value.is_nested())
}

fn kind_of(kind: &DataType) -> &'static str {
    match kind {
        DataType::Struct(_) => "struct",
        DataType::Map(_, _) => "map",
        _ => "list",
    }
}
