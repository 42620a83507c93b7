//! The table of keys: the only place where a setting is named, explained and given its default.

use super::value::{Value, read_size, write_size};
use super::{Config, LogFormat, StoreChoice};

/// How a value is written in TOML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `"text"`.
    Text,
    /// `12`.
    Number,
    /// `true`.
    Bool,
    /// `["a", "b"]`.
    List,
}

/// A setting.
#[derive(Debug)]
pub struct Key {
    /// Its name in the file, with the table before the dot.
    pub name: &'static str,
    /// How it is written.
    pub shape: Shape,
    /// What it is when nobody sets it, as text.
    pub default: &'static str,
    /// A value worth showing when the default is empty.
    pub example: &'static str,
    /// What it means, in sentences.
    pub meaning: &'static str,
    /// Reads a text into the configuration.
    pub set: fn(&mut Config, &str) -> Result<(), String>,
    /// Writes what the configuration holds; secrets are hidden.
    pub get: fn(&Config) -> String,
}

impl Key {
    /// Its name in the environment: `tls.listen` is `ABRI_TLS_LISTEN`.
    pub fn env(&self) -> String {
        format!("ABRI_{}", self.name.replace('.', "_").to_uppercase())
    }

    /// The key of this name.
    pub fn named(name: &str) -> Option<&'static Key> {
        KEYS.iter().find(|key| key.name == name)
    }
}

macro_rules! key {
    ($name:literal, $shape:ident, $default:literal, $example:literal, $($field:ident).+, $meaning:literal) => {
        Key {
            name: $name,
            shape: Shape::$shape,
            default: $default,
            example: $example,
            meaning: $meaning,
            set: |config, text| {
                config.$($field).+ = Value::read(text)?;
                Ok(())
            },
            get: |config| config.$($field).+.write(),
        }
    };
}

/// Every key, in the order in which they are explained.
pub static KEYS: &[Key] = &[
    key!(
        "data",
        Text,
        "abri-data",
        "/var/lib/abri",
        data,
        "The data directory: everything is in it. It is made when it is missing; only its owner may read it."
    ),
    key!(
        "listen",
        List,
        "127.0.0.1:8080",
        "0.0.0.0:80",
        listen,
        "Addresses and ports for plain HTTP. Beyond this machine, use HTTPS (`tls.listen`) or a proxy. Port 0 takes a free one."
    ),
    Key {
        name: "url",
        shape: Shape::Text,
        default: "",
        example: "https://cloud.example",
        meaning: "The address that people write in their browser. Used in links that are printed or sent; when it is empty, the address they came by.",
        set: |config, text| {
            config.url = read_url(text)?;
            Ok(())
        },
        get: |config| config.url.write(),
    },
    Key {
        name: "store",
        shape: Shape::Text,
        default: "sqlite",
        example: "postgres://abri@localhost/abri",
        meaning: "Where rows are kept: `sqlite` (a file for each space in the data directory), or the address of a PostgreSQL database. Contents of files are in the data directory either way.",
        set: |config, text| {
            config.store = match text {
                "sqlite" => StoreChoice::Sqlite,
                "memory" => StoreChoice::Memory,
                url if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                    StoreChoice::Postgres(url.to_owned())
                }
                other => return Err(format!("{other:?} is neither sqlite nor postgres://…")),
            };
            Ok(())
        },
        get: |config| match &config.store {
            StoreChoice::Sqlite => "sqlite".into(),
            StoreChoice::Memory => "memory".into(),
            StoreChoice::Postgres(url) => hide_password(url),
        },
    },
    key!(
        "log",
        Text,
        "info",
        "info,abri=debug",
        log,
        "What is logged, on standard error: `error`, `warn`, `info`, `debug`, `trace`, or pairs like `abri=debug`. At `debug` every request gives one line. Names of files, bodies and secrets are never logged."
    ),
    Key {
        name: "log_format",
        shape: Shape::Text,
        default: "text",
        example: "json",
        meaning: "`text` for people, `json` for machines.",
        set: |config, text| {
            config.log_format = match text {
                "text" => LogFormat::Text,
                "json" => LogFormat::Json,
                other => return Err(format!("{other:?} is neither text nor json")),
            };
            Ok(())
        },
        get: |config| match config.log_format {
            LogFormat::Text => "text".into(),
            LogFormat::Json => "json".into(),
        },
    },
    key!(
        "proxies",
        List,
        "",
        "127.0.0.1",
        proxies,
        "Addresses or networks (`10.0.0.0/8`) of proxies before this server. Only from them are `Forwarded` and `X-Forwarded-For`, `-Proto` and `-Host` believed."
    ),
    key!("tls.listen", List, "", "0.0.0.0:443", tls.listen, "Addresses and ports for HTTPS (HTTP/2 and HTTP/1.1)."),
    key!(
        "tls.certificate",
        Text,
        "",
        "/etc/abri/fullchain.pem",
        tls.certificate,
        "A certificate with its chain, PEM. Read again when the file changes."
    ),
    key!("tls.key", Text, "", "/etc/abri/privkey.pem", tls.key, "The private key of that certificate, PEM."),
    key!("tls.redirect", Bool, "false", "true", tls.redirect, "Whether plain HTTP only sends browsers to HTTPS."),
    key!(
        "acme.hosts",
        List,
        "",
        "cloud.example",
        acme.hosts,
        "Host names for which certificates are fetched and renewed by ACME (TLS-ALPN-01: port 443 of each name must lead to `tls.listen`). No other name is ever asked for."
    ),
    key!("acme.contact", Text, "", "mailto:admin@cloud.example", acme.contact, "Where the authority may write to."),
    key!(
        "acme.directory",
        Text,
        "https://acme-v02.api.letsencrypt.org/directory",
        "",
        acme.directory,
        "The authority's directory. The default is Let's Encrypt; naming it means agreeing to its terms."
    ),
    key!(
        "acme.root",
        Text,
        "",
        "/etc/abri/authority.pem",
        acme.root,
        "The root certificate of a private authority, PEM."
    ),
    key!(
        "limits.connections",
        Number,
        "4096",
        "",
        limits.connections,
        "Connections at once. Further ones wait until one ends."
    ),
    key!(
        "limits.head_seconds",
        Number,
        "60",
        "",
        limits.head_seconds,
        "Seconds a client may take to send a request's head, or may rest between two requests."
    ),
    key!("limits.head_bytes", Number, "65536", "", limits.head_bytes, "Longest request head in bytes (at least 8192)."),
    key!(
        "limits.body_seconds",
        Number,
        "300",
        "",
        limits.body_seconds,
        "Seconds a client may pause while it sends a body; then the upload is cut off."
    ),
    key!(
        "limits.stop_seconds",
        Number,
        "20",
        "",
        limits.stop_seconds,
        "Seconds that requests under way get to finish when the server stops."
    ),
    key!(
        "limits.open_spaces",
        Number,
        "256",
        "",
        limits.open_spaces,
        "Spaces kept open with their caches though nobody uses them just now: about a quarter of a megabyte each."
    ),
    key!("limits.threads", Number, "0", "4", limits.threads, "Threads that serve; 0 means one per core."),
    key!(
        "files.trash_days",
        Number,
        "30",
        "",
        files.trash_days,
        "Days after which what is in the trash is removed for good; 0 means never."
    ),
    key!(
        "files.versions",
        Bool,
        "true",
        "",
        files.versions,
        "Whether former contents of files are kept: all of the last hours, then fewer and fewer."
    ),
    Key {
        name: "accounts.quota",
        shape: Shape::Text,
        default: "none",
        example: "10GiB",
        meaning: "What each new account may store, unless said otherwise when it is made.",
        set: |config, text| {
            config.accounts.quota = read_size(text)?;
            Ok(())
        },
        get: |config| write_size(config.accounts.quota),
    },
    Key {
        name: "accounts.locale",
        shape: Shape::Text,
        default: "en",
        example: "fr",
        meaning: "The language (`en` or `fr`) of accounts that have not chosen one, and of the pages before anybody has logged in.",
        set: |config, text| match text {
            "en" | "fr" => {
                config.accounts.locale = text.to_owned();
                Ok(())
            }
            other => Err(format!("{other:?} is neither en nor fr")),
        },
        get: |config| config.accounts.locale.clone(),
    },
    key!(
        "sweep_minutes",
        Number,
        "60",
        "",
        sweep_minutes,
        "Minutes between two rounds of upkeep: expired trash, locks and unfinished uploads, contents that nothing names any more."
    ),
];

/// An address of a site: a scheme and an authority, no path.
fn read_url(text: &str) -> Result<Option<String>, String> {
    let text = text.trim_end_matches('/');
    if text.is_empty() {
        return Ok(None);
    }
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    match rest {
        Some(authority) if authority.parse::<http::uri::Authority>().is_ok() => Ok(Some(text.to_owned())),
        _ => Err(format!("{text:?} is not the address of a site, like https://cloud.example")),
    }
}

/// A database address without its password.
fn hide_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let Some((login, place)) = rest.rsplit_once('@') else { return url.to_owned() };
    match login.split_once(':') {
        Some((user, _)) => format!("{scheme}://{user}:***@{place}"),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_and_example_is_itself_a_good_value() {
        for key in KEYS {
            let mut config = Config::default();
            if key.name != "tls.certificate" || !key.default.is_empty() {
                (key.set)(&mut config, key.default).unwrap_or_else(|why| panic!("{}: {why}", key.name));
                assert_eq!((key.get)(&config), key.default, "{}", key.name);
            }
            if !key.example.is_empty() {
                (key.set)(&mut config, key.example).unwrap_or_else(|why| panic!("{}: {why}", key.name));
            }
        }
    }

    #[test]
    fn names_are_unique_also_in_the_environment() {
        let mut names: Vec<String> = KEYS.iter().map(Key::env).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), KEYS.len());
    }

    #[test]
    fn a_password_is_not_shown() {
        assert_eq!(hide_password("postgres://abri:s3cret@db/abri"), "postgres://abri:***@db/abri");
        assert_eq!(hide_password("postgres://abri@db/abri"), "postgres://abri@db/abri");
    }
}
