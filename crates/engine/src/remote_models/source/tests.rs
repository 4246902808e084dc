//! Which files a folder's model has, and what is read of them, in memory.

use std::collections::BTreeMap;

use object_store::PutPayload;
use object_store::memory::InMemory;

use super::*;

async fn source(files: &[(&str, &[u8])]) -> (Arc<InMemory>, Source) {
    let store = Arc::new(InMemory::new());
    for (path, content) in files {
        put(&store, path, content).await;
    }
    let source = Source::new("s3://b/m".to_owned(), Arc::clone(&store) as _, ObjectPath::from("m"));
    (store, source)
}

async fn put(store: &InMemory, path: &str, content: &[u8]) {
    let path = ObjectPath::from(format!("m/{path}"));
    store.put(&path, PutPayload::from(content.to_vec())).await.expect("put");
}

async fn content(source: &Source, file: &RemoteFile) -> Option<Vec<u8>> {
    let pieces: Vec<Option<Bytes>> = source
        .read(file)
        .await
        .expect("read")
        .try_collect()
        .await
        .expect("pieces");
    let pieces: Option<Vec<Bytes>> = pieces.into_iter().collect();
    pieces.map(|pieces| pieces.concat())
}

#[tokio::test]
async fn a_file_in_parts_is_the_same_file() {
    let graph: Vec<u8> = (0..10_001_u32).map(|n| (n % 251) as u8).collect();
    let (store, mut source) = source(&[
        ("config.json", b"{}"),
        ("onnx/model.onnx", &graph),
        ("tokenizer.json", b"[]"),
        ("README.md", b"not read"),
    ])
    .await;
    let files = source.files().await.expect("files");
    let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["config.json", "onnx/model.onnx", "tokenizer.json"]);
    for part in [1_000, 5_000, 10_001, 1 << 20] {
        source.part = part;
        assert_eq!(
            content(&source, &files[1]).await.as_deref(),
            Some(graph.as_slice()),
            "{part}"
        );
    }
    // Another content under the same name is not taken for it, at whatever place.
    put(&store, "onnx/model.onnx", &graph[1..]).await;
    for part in [1_000, 1 << 20] {
        source.part = part;
        assert_eq!(content(&source, &files[1]).await, None);
    }
    assert_ne!(source.files().await.expect("files"), files);
}

#[tokio::test]
async fn what_is_missing_is_named() {
    for (files, expected) in [
        (&[][..], "there is nothing in that folder"),
        (
            &["model.onnx"][..],
            "neither `manifest.toml` nor a Hugging Face `config.json`",
        ),
        (&["config.json", "tokenizer.json"][..], "it has no `model.onnx`"),
        (&["config.json", "model.onnx"][..], "it has no `tokenizer.json`"),
        (&["manifest.toml"][..], "manifest.toml is not valid: "),
    ] {
        let files: Vec<(&str, &[u8])> = files.iter().map(|file| (*file, &b"x"[..])).collect();
        let (_, source) = source(&files).await;
        let message = source.files().await.expect_err(expected).to_string();
        assert!(
            message.starts_with("model `s3://b/m`: ") && message.contains(expected),
            "{message}"
        );
    }
}

#[test]
fn what_is_no_url_of_a_folder_is_refused_without_its_secrets() {
    let stores = Stores::new(BTreeMap::new());
    for (url, expected) in [
        (
            "ftp://host/m",
            "the scheme `ftp` of the model `ftp://host/m` is not one of file, s3",
        ),
        ("s3:///m", "names no bucket or host; write s3://name/folder"),
        ("https://me:hush@host/m", "must not carry a user or password"),
        ("https://hush@host/m", "must not carry a user or password"),
        (
            "https://host/m?sig=hush",
            "the model URL `https://host/m` has something after a `?`",
        ),
        (
            "https://host/m#hush",
            "the model URL `https://host/m` has something after a `?` or `#`",
        ),
        ("://hush", "cannot be read"),
        ("file:///no/such/folder", "there is no folder `file:///no/such/folder`"),
    ] {
        let Err(error) = Source::parse(url, &stores) else {
            panic!("{url} is refused");
        };
        let message = error.to_string();
        assert!(message.contains(expected) && !message.contains("hush"), "{message}");
    }
}

#[test]
fn folders_are_called_like_the_last_part_of_the_url() {
    assert_eq!(folder_name("s3://b/models/review-int8"), "review-int8");
    assert_eq!(folder_name("s3://b/模型"), "模型");
    assert_eq!(folder_name("s3://b/.."), "__");
    assert_eq!(folder_name(""), "model");
}
