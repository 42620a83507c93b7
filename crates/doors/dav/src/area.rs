//! What a path means: which space, and which names below its root.

use abri_model::SpaceId;
use abri_proto_dav::{DavPath, path};

/// Which space a path speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// The asker's own.
    Own,
    /// The one of the account with this name: only the asker's own is shown.
    Named(String),
    /// A shared one.
    Shared(SpaceId),
}

/// The collection that a space's root is served as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    /// The space.
    pub which: Which,
    /// How many segments of the path lead to the root.
    pub segments: usize,
}

/// What a path means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Area {
    /// A node of a tree, by the names after [`Base::segments`].
    Files(Base),
    /// What has been deleted.
    Trash {
        /// Whose.
        user: String,
        /// Where in the trash.
        at: TrashPlace,
    },
    /// Former contents.
    Versions {
        /// Whose.
        user: String,
        /// Where among them.
        at: VersionPlace,
    },
    /// A collection that only leads to others.
    Hall(Hall),
    /// Nothing.
    Nowhere,
}

/// A place in the trash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrashPlace {
    /// `/trashbin/{user}`.
    Home,
    /// `/trashbin/{user}/trash`.
    Items,
    /// `/trashbin/{user}/trash/{item}[/names…]`: how many segments lead to the item.
    Item,
    /// `/trashbin/{user}/restore[/name]`.
    Restore,
}

/// A place among former contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VersionPlace {
    /// `/versions/{user}`.
    Home,
    /// `/versions/{user}/versions/{file}`.
    Of(i64),
    /// `/versions/{user}/versions/{file}/{number}`.
    One(i64, i64),
    /// `/versions/{user}/restore[/name]`.
    Restore,
}

/// A collection that only leads to others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hall {
    /// `/remote.php/dav`.
    Root,
    /// `/remote.php/dav/files`.
    Files,
    /// `/remote.php/dav/spaces`.
    Spaces,
    /// `/remote.php/dav/principals`.
    Principals,
    /// `/remote.php/dav/principals/users`.
    Users,
    /// `/remote.php/dav/principals/users/{user}`.
    User(String),
    /// `/remote.php/dav/trashbin` or `/remote.php/dav/versions`.
    Empty,
}

impl Area {
    /// Reads a path.
    pub fn of(path: &DavPath) -> Area {
        let names: Vec<&str> = path.segments.iter().map(String::as_str).collect();
        let files = |which, segments| Area::Files(Base { which, segments });
        let space = |hex: &str, segments| match SpaceId::from_hex(hex) {
            Some(id) => files(Which::Shared(id), segments),
            None => Area::Nowhere,
        };
        match names[..] {
            ["remote.php", "webdav", ..] => files(Which::Own, 2),
            ["remote.php", "dav"] => Area::Hall(Hall::Root),
            ["remote.php", "dav", "files"] => Area::Hall(Hall::Files),
            ["remote.php", "dav", "files", user, ..] => files(Which::Named(user.to_owned()), 4),
            ["remote.php", "dav", "spaces"] => Area::Hall(Hall::Spaces),
            ["remote.php", "dav", "spaces", id, ..] => space(id, 4),
            ["remote.php", "dav", "principals"] => Area::Hall(Hall::Principals),
            ["remote.php", "dav", "principals", "users"] => Area::Hall(Hall::Users),
            ["remote.php", "dav", "principals", "users", user] => Area::Hall(Hall::User(user.to_owned())),
            ["remote.php", "dav", "trashbin" | "versions"] => Area::Hall(Hall::Empty),
            ["remote.php", "dav", "trashbin", user, ref rest @ ..] => trash(user, rest),
            ["remote.php", "dav", "versions", user, ref rest @ ..] => versions(user, rest),
            ["remote.php", ..] => Area::Nowhere,
            // A folder of one's own may be called `spaces`; what follows it then is not sixteen digits.
            ["dav", "spaces", id, ..] if SpaceId::from_hex(id).is_some() => space(id, 3),
            ["dav", ..] => files(Which::Own, 1),
            _ => Area::Nowhere,
        }
    }
}

fn trash(user: &str, rest: &[&str]) -> Area {
    let at = match rest {
        [] => TrashPlace::Home,
        ["trash"] => TrashPlace::Items,
        ["trash", ..] => TrashPlace::Item,
        ["restore", ..] => TrashPlace::Restore,
        _ => return Area::Nowhere,
    };
    Area::Trash { user: user.to_owned(), at }
}

fn versions(user: &str, rest: &[&str]) -> Area {
    let at = match rest {
        [] | ["versions"] => VersionPlace::Home,
        ["versions", file] => match file.parse() {
            Ok(file) => VersionPlace::Of(file),
            Err(_) => return Area::Nowhere,
        },
        ["versions", file, number] => match (file.parse(), number.parse()) {
            (Ok(file), Ok(number)) => VersionPlace::One(file, number),
            _ => return Area::Nowhere,
        },
        ["restore", ..] => VersionPlace::Restore,
        _ => return Area::Nowhere,
    };
    Area::Versions { user: user.to_owned(), at }
}

impl Base {
    /// The href of the root, without the slash at its end, as the path spells it.
    pub fn href(&self, path: &DavPath) -> String {
        let mut href = String::with_capacity(64);
        for segment in path.segments.iter().take(self.segments) {
            href.push('/');
            path::push_segment(&mut href, segment);
        }
        href
    }

    /// The names below the root.
    pub fn names<'p>(&self, path: &'p DavPath) -> &'p [String] {
        path.segments.get(self.segments..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_mean_places() {
        let check =
            |raw: &str, expected: Area| assert_eq!(Area::of(&DavPath::parse(raw).expect("a path")), expected, "{raw}");
        let files = |which, segments| Area::Files(Base { which, segments });
        let id = SpaceId(0x1234);
        check("/remote.php/webdav/a", files(Which::Own, 2));
        check("/remote.php/dav/files/ada/a/b", files(Which::Named("ada".into()), 4));
        check("/dav", files(Which::Own, 1));
        check("/dav/spaces/mine", files(Which::Own, 1));
        check("/dav/spaces/0000000000001234/x", files(Which::Shared(id), 3));
        check("/remote.php/dav/spaces/0000000000001234", files(Which::Shared(id), 4));
        check("/remote.php/dav/spaces/zzz", Area::Nowhere);
        check("/remote.php/dav/", Area::Hall(Hall::Root));
        check("/remote.php/dav/trashbin/ada/trash/x.d1-2", Area::Trash { user: "ada".into(), at: TrashPlace::Item });
        check(
            "/remote.php/dav/versions/ada/versions/12/34",
            Area::Versions { user: "ada".into(), at: VersionPlace::One(12, 34) },
        );
        check("/remote.php/dav/calendars/ada", Area::Nowhere);
        check("/elsewhere", Area::Nowhere);
    }

    #[test]
    fn hrefs_are_spelled_as_asked() {
        let path = DavPath::parse("/remote.php/dav/files/ada%20l/%C3%A9").expect("a path");
        let Area::Files(base) = Area::of(&path) else { panic!("files") };
        assert_eq!(base.href(&path), "/remote.php/dav/files/ada%20l");
        assert_eq!(base.names(&path), ["é"]);
    }
}
