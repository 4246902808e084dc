//! The `tronie` command as a user runs it: files in, output and exit code out.

mod datagen;
mod errors;
mod explain;
mod files;
mod harness;
mod interrupt;
mod output;
mod pipelines;
mod prompt;
mod s3;
