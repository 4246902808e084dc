//! Keeps the files of kept answers few and within their bytes.

use std::collections::HashSet;

use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
use tronie_model::{Entries, StoredFile};

use super::{Listed, SUFFIX, fetch, file, files_of, list, millis, new_name};
use crate::error::Error;

/// The most small files that lie on a shelf.
pub(super) const SMALL_FILES: usize = 16;

/// Files are put together until they are this long, so that they go one by one when room is needed, and fit into memory.
const LONGEST_SMALL: u64 = 16 << 20;

/// Removes the oldest files below `root`, of whatever model, until there is room for `bytes` more.
///
/// # Errors
/// When `bytes` alone are more than `most_bytes`, or files cannot be listed or removed.
pub(super) async fn make_room(store: &dyn ObjectStore, root: &Path, bytes: u64, most_bytes: u64) -> Result<(), Error> {
    if bytes > most_bytes {
        let message = format!("{bytes} bytes are more than tronie.model_cache_bytes = {most_bytes}");
        return Err(Error::new(tronie_common::Kind::Exhausted, message));
    }
    for path in too_old(&list(store, root).await?, bytes, most_bytes) {
        remove(store, path).await?;
    }
    Ok(())
}

/// Which files have to go, given the newest first.
fn too_old(files: &[Listed], bytes: u64, most_bytes: u64) -> impl Iterator<Item = &Path> {
    let mut sum = bytes;
    files.iter().filter_map(move |file| {
        sum = sum.saturating_add(file.bytes);
        (sum > most_bytes).then_some(&file.path)
    })
}

/// Makes one file of many small ones, if there are many in `folder`. The small ones go when the new one is there: another
/// process may do the same at the same time, and both leave a file with all their content.
pub(super) async fn merge_small(store: &dyn ObjectStore, folder: &Path, most_bytes: u64) -> Result<(), Error> {
    let files = files_of(&list(store, folder).await?, folder);
    let parts = mergeable(&files, most_bytes);
    let Some(newest) = parts.first() else {
        return Ok(());
    };
    // Newer answers go first, as newer files do.
    let (mut merged, mut seen, mut read) = (Entries::default(), HashSet::new(), Vec::new());
    for part in &parts {
        let path = folder.clone().join(part.name.as_str());
        let Some(content) = fetch(store, &path).await? else {
            continue;
        };
        match file::decode(content) {
            Ok(entries) => entries
                .iter()
                .filter(|(key, _)| seen.insert(**key))
                .for_each(|(key, row)| merged.push(*key, row)),
            // It is of no use to anybody.
            Err(error) => tracing::warn!(file = %path, %error, "a broken file of kept answers is removed"),
        }
        read.push(path);
    }
    if !merged.is_empty() {
        // It is as old as the newest of them.
        let name = new_name(millis(&newest.name).unwrap_or_else(super::now));
        debug_assert!(name.ends_with(SUFFIX));
        store
            .put(&folder.clone().join(name), PutPayload::from(file::encode(&merged)?))
            .await?;
    }
    for path in &read {
        remove(store, path).await?;
    }
    Ok(())
}

/// Which files to put together, the newest first: if there are too many small ones, the smallest of them up to a limit.
fn mergeable(files: &[StoredFile], most_bytes: u64) -> Vec<StoredFile> {
    let long = LONGEST_SMALL.min(most_bytes / 64);
    let mut small: Vec<&StoredFile> = files.iter().filter(|file| file.bytes < long).collect();
    if small.len() <= SMALL_FILES {
        return Vec::new();
    }
    // The small ones are the new ones, and the longer a file has become the less often it is written again.
    small.sort_by_key(|file| file.bytes);
    let mut sum = 0;
    let mut parts: Vec<StoredFile> = (small.into_iter())
        .take_while(|file| {
            sum += file.bytes;
            sum <= 2 * long
        })
        .cloned()
        .collect();
    parts.sort_by(|a, b| b.name.cmp(&a.name));
    parts
}

/// Removes a file that others may remove as well.
async fn remove(store: &dyn ObjectStore, path: &Path) -> Result<(), Error> {
    match store.delete(path).await {
        Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(sizes: &[u64]) -> Vec<StoredFile> {
        let file = |(n, &bytes): (usize, &u64)| StoredFile {
            name: format!("{:013}-x{SUFFIX}", 1_000 - n),
            bytes,
        };
        sizes.iter().enumerate().map(file).collect()
    }

    #[test]
    fn the_oldest_files_go_first() {
        let listed: Vec<Listed> = (files(&[10, 10, 10]).into_iter())
            .map(|file| Listed {
                path: Path::from(file.name),
                bytes: file.bytes,
            })
            .collect();
        let gone = |bytes, most| too_old(&listed, bytes, most).map(Path::to_string).collect::<Vec<_>>();
        assert!(gone(10, 40).is_empty());
        assert_eq!(gone(11, 40), [listed[2].path.to_string()]);
        assert_eq!(gone(40, 40).len(), 3);
    }

    #[test]
    fn few_files_and_long_files_are_left_alone() {
        let most = 64 << 20;
        assert!(mergeable(&files(&[10; SMALL_FILES]), most).is_empty());
        assert!(mergeable(&files(&[2 << 20; 3 * SMALL_FILES]), most).is_empty());
    }

    #[test]
    fn many_small_files_become_one_of_limited_length() {
        let most = 64 << 20;
        assert_eq!(mergeable(&files(&[10; SMALL_FILES + 1]), most).len(), SMALL_FILES + 1);
        let long = [vec![1 << 19; SMALL_FILES], vec![10]].concat();
        let parts = mergeable(&files(&long), most);
        assert_eq!(
            parts.len(),
            4,
            "the small one, and as many others as make 2 MiB: {parts:?}"
        );
        assert!(parts.is_sorted_by(|a, b| a.name >= b.name), "the newest first");
    }
}
