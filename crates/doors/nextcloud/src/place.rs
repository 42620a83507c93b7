//! Where an upload shall go: the paths under which files are served.

use abri_model::SpaceId;
use abri_proto_dav::DavPath;

/// A place among the files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// The shared space; `None` for the asker's own.
    pub shared: Option<SpaceId>,
    /// The names below its root.
    pub names: Vec<String>,
}

impl Destination {
    /// Reads a path; `None` when it is not among the files that `account` may name.
    pub fn of(path: &DavPath, account: &str) -> Option<Destination> {
        let names: Vec<&str> = path.segments.iter().map(String::as_str).collect();
        let (shared, rest) = match names[..] {
            ["remote.php", "webdav", ref rest @ ..] => (None, rest),
            ["remote.php", "dav", "files", user, ref rest @ ..] if user == account => (None, rest),
            ["remote.php", "dav", "spaces", id, ref rest @ ..] => (Some(SpaceId::from_hex(id)?), rest),
            ["dav", "spaces", id, ref rest @ ..] if SpaceId::from_hex(id).is_some() => (SpaceId::from_hex(id), rest),
            ["dav", ref rest @ ..] => (None, rest),
            _ => return None,
        };
        Some(Destination { shared, names: rest.iter().map(|name| (*name).to_owned()).collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_are_among_the_askers_files() {
        let check = |raw: &str, expected: Option<(Option<i64>, &str)>| {
            let found = Destination::of(&DavPath::parse(raw).expect("a path"), "ada");
            let found = found.map(|found| (found.shared.map(|id| id.0), found.names.join("/")));
            assert_eq!(found, expected.map(|(id, names)| (id, names.to_owned())), "{raw}");
        };
        check("/remote.php/dav/files/ada/a/b.txt", Some((None, "a/b.txt")));
        check("/remote.php/dav/files/bob/a/b.txt", None);
        check("/remote.php/webdav/a", Some((None, "a")));
        check("/dav/a", Some((None, "a")));
        check("/dav/spaces/0000000000000010/a", Some((Some(16), "a")));
        check("/remote.php/dav/uploads/ada/1/.file", None);
    }
}
