//! The arrows of ARCHITECTURE.md: which crate may name which, read from the manifests.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Crate (by folder below `crates/`) → what it may name, in the same words. `proto/*` stands for all of a kind.
const ARROWS: [(&str, &[&str]); 11] = [
    ("proto/*", &[]),
    ("model", &[]),
    ("store", &["model"]),
    ("store-sqlite", &["model", "store"]),
    ("store-cluster", &["model", "store"]),
    ("space", &["model", "store"]),
    ("data", &["model", "space"]),
    ("identity", &["model", "data"]),
    ("rooms/*", &["model", "data", "proto/*"]),
    ("doors/*", &["model", "data", "identity", "rooms/*", "proto/*"]),
    ("apps", &["model", "data", "identity"]),
];
/// The binary, which may name everything.
const BINARY: &str = "abri";
/// What tests of a crate may name beyond that: suites that run the upper rings on a real or memory engine.
const FOR_TESTS: [&str; 3] = ["store", "store-sqlite", "space"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in the checkout").to_path_buf()
}

/// Folder below `crates/` → manifest, of every crate there is.
fn manifests() -> BTreeMap<String, toml::Table> {
    fn walk(dir: &Path, base: &Path, found: &mut BTreeMap<String, toml::Table>) {
        let file = dir.join("Cargo.toml");
        if let Ok(text) = std::fs::read_to_string(&file) {
            let folder = dir.strip_prefix(base).expect("below crates/").to_string_lossy().into_owned();
            found.insert(folder, text.parse().unwrap_or_else(|cause| panic!("{}: {cause}", file.display())));
            return;
        }
        for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
            if entry.path().is_dir() {
                walk(&entry.path(), base, found);
            }
        }
    }
    let base = root().join("crates");
    let mut found = BTreeMap::new();
    walk(&base, &base, &mut found);
    found
}

fn rule(folder: &str) -> Option<&'static [&'static str]> {
    ARROWS.iter().find(|(pattern, _)| matches(pattern, folder)).map(|(_, may)| *may)
}

fn matches(pattern: &str, folder: &str) -> bool {
    match pattern.strip_suffix("/*") {
        Some(kind) => folder.split_once('/').is_some_and(|(given, _)| given == kind),
        None => pattern == folder,
    }
}

/// Package names of a dependency table, renames undone.
fn named(table: Option<&toml::Value>) -> Vec<String> {
    let Some(table) = table.and_then(toml::Value::as_table) else {
        return Vec::new();
    };
    table
        .iter()
        .map(|(key, value)| value.get("package").and_then(toml::Value::as_str).unwrap_or(key).to_string())
        .collect()
}

/// Every dependency table of a manifest, those of targets included, of this section.
fn section(manifest: &toml::Table, name: &str) -> Vec<String> {
    let mut all = named(manifest.get(name));
    for target in manifest.get("target").and_then(toml::Value::as_table).into_iter().flat_map(|table| table.values()) {
        all.extend(named(target.get(name)));
    }
    all
}

#[test]
fn crates_name_only_what_they_may() {
    let manifests = manifests();
    assert!(manifests.len() >= 10, "the crates are where this test looks: {:?}", manifests.keys());
    let folders: BTreeMap<String, String> = manifests
        .iter()
        .map(|(folder, manifest)| {
            let name = manifest["package"]["name"].as_str().expect("a package has a name").to_string();
            (name, folder.clone())
        })
        .collect();
    let mut wrongs = Vec::new();
    for (folder, manifest) in &manifests {
        if folder == BINARY {
            continue;
        }
        let Some(may) = rule(folder) else {
            wrongs.push(format!("crates/{folder} is not in the table of ARCHITECTURE.md: say what it may name"));
            continue;
        };
        for (kind, extra) in
            [("dependencies", &[][..]), ("build-dependencies", &[][..]), ("dev-dependencies", &FOR_TESTS[..])]
        {
            for name in section(manifest, kind) {
                let Some(target) = folders.get(&name) else {
                    continue;
                };
                let allowed = may.iter().chain(extra).any(|pattern| matches(pattern, target));
                // A door never names a door, nor a room a room, not even in tests.
                let sideways = target != folder
                    && folder.split_once('/').map(|(kind, _)| kind) == target.split_once('/').map(|(kind, _)| kind)
                    && folder.contains('/');
                if target != folder && (!allowed || sideways) {
                    wrongs.push(format!("crates/{folder} names crates/{target} in [{kind}]"));
                }
            }
        }
    }
    assert!(wrongs.is_empty(), "arrows that ARCHITECTURE.md does not have:\n{}", wrongs.join("\n"));
}

/// `proto` does no I/O, `model` knows no storage: not through strangers' crates either.
#[test]
fn pure_crates_name_no_runtime() {
    let runtime = [
        "tokio",
        "hyper",
        "axum",
        "rusqlite",
        "tokio-postgres",
        "reqwest",
        "async-stream",
        "socket2",
        "nix",
        "libc",
        "rustls",
    ];
    let mut wrongs = Vec::new();
    for (folder, manifest) in manifests() {
        if folder != "model" && !folder.starts_with("proto/") {
            continue;
        }
        for name in section(&manifest, "dependencies").iter().filter(|name| runtime.contains(&name.as_str())) {
            wrongs.push(format!("crates/{folder} names {name}"));
        }
    }
    assert!(wrongs.is_empty(), "{}", wrongs.join("\n"));
}

/// HTTP stays in doors, SQL in the engines.
#[test]
fn protocols_and_engines_stay_where_they_are() {
    let mut wrongs = Vec::new();
    for (folder, manifest) in manifests() {
        for name in section(&manifest, "dependencies") {
            let at_home = match name.as_str() {
                "axum" | "hyper" => folder.starts_with("doors/") || folder == BINARY,
                "rusqlite" => folder == "store-sqlite",
                "tokio-postgres" | "deadpool-postgres" => folder == "store-cluster",
                _ => true,
            };
            if !at_home {
                wrongs.push(format!("crates/{folder} names {name}"));
            }
        }
    }
    assert!(wrongs.is_empty(), "{}", wrongs.join("\n"));
}

/// This crate is a stranger itself.
#[test]
fn the_house_tests_name_nothing_of_ours() {
    let text = std::fs::read_to_string(root().join("tests/Cargo.toml")).expect("our own manifest");
    let manifest: toml::Table = text.parse().expect("TOML");
    let ours: Vec<String> =
        section(&manifest, "dependencies").into_iter().filter(|name| name.starts_with("abri")).collect();
    assert_eq!(ours, Vec::<String>::new());
}
