//! Reading the settings from the file, the environment and the command line.

use std::path::{Path, PathBuf};

use super::Config;
use super::keys::{KEYS, Key};

/// Where the file is looked for when nobody names one.
pub const FILE_DEFAULT: &str = "/etc/abri/abri.toml";
/// The variable that names the file.
pub const FILE_ENV: &str = "ABRI_CONFIG";

/// What the settings are read from.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The file, when named on the command line or in the environment.
    pub file: Option<PathBuf>,
    /// The environment: names and values.
    pub env: Vec<(String, String)>,
    /// The command line: names of keys and values.
    pub flags: Vec<(String, String)>,
}

impl Sources {
    /// The present environment and no flags.
    pub fn of_process() -> Sources {
        let env: Vec<(String, String)> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(name, _)| name.starts_with("ABRI_"))
            .collect();
        let file = env.iter().find(|(name, _)| name == FILE_ENV).map(|(_, path)| path.into());
        Sources { file, env, flags: Vec::new() }
    }
}

/// The settings; an error names the key or the place of the fault.
pub fn load(sources: &Sources) -> Result<Config, String> {
    let mut config = Config::default();
    for key in KEYS {
        (key.set)(&mut config, key.default).map_err(|why| format!("{}: {why}", key.name))?;
    }
    match &sources.file {
        Some(path) => read_file(&mut config, path)?,
        None if Path::new(FILE_DEFAULT).exists() => read_file(&mut config, Path::new(FILE_DEFAULT))?,
        None => {}
    }
    for (name, text) in &sources.env {
        match KEYS.iter().find(|key| key.env() == *name) {
            Some(key) => {
                (key.set)(&mut config, text).map_err(|why| format!("the environment variable {name}: {why}"))?
            }
            None if name != FILE_ENV => {
                // Other programs, our own tests among them, have variables of this prefix: only what looks like a slip is refused.
                if let Some(near) = nearest(name, KEYS.iter().map(Key::env)) {
                    return Err(format!("the environment variable {name} is not known: did you mean {near}?"));
                }
            }
            None => {}
        }
    }
    for (name, text) in &sources.flags {
        set(&mut config, name, text, "the command line")?;
    }
    Ok(config)
}

/// Settings from a TOML file.
fn read_file(config: &mut Config, path: &Path) -> Result<(), String> {
    let place = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| format!("{place} cannot be read: {error}"))?;
    read_toml(config, &text, &place)
}

/// Settings from the text of a TOML file; `place` is its name in errors.
pub fn read_toml(config: &mut Config, text: &str, place: &str) -> Result<(), String> {
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| format!("{place}: {error}"))?;
    for (name, value) in &table {
        match value {
            toml::Value::Table(inner) => {
                for (rest, value) in inner {
                    set_toml(config, &format!("{name}.{rest}"), value, place)?;
                }
            }
            value => set_toml(config, name, value, place)?,
        }
    }
    Ok(())
}

fn set_toml(config: &mut Config, name: &str, value: &toml::Value, place: &str) -> Result<(), String> {
    let text = toml_text(value)
        .ok_or_else(|| format!("{place}: {name} must be a text, a number, true or false, or a list of texts"))?;
    set(config, name, &text, place)
}

fn toml_text(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(yes) => Some(yes.to_string()),
        toml::Value::Array(parts) => {
            parts.iter().map(toml_text).collect::<Option<Vec<_>>>().map(|parts| parts.join(","))
        }
        _ => None,
    }
}

fn set(config: &mut Config, name: &str, text: &str, place: &str) -> Result<(), String> {
    let Some(key) = Key::named(name) else {
        let hint = nearest(name, KEYS.iter().map(|key| key.name.to_owned()))
            .map_or_else(String::new, |near| format!(": did you mean `{near}`?"));
        return Err(format!("{place}: there is no key `{name}`{hint}"));
    };
    (key.set)(config, text).map_err(|why| format!("{place}: `{name}`: {why}"))
}

/// The known name that `name` is a slip of, if there is one.
fn nearest(name: &str, known: impl Iterator<Item = String>) -> Option<String> {
    const SLIPS_MAX: usize = 2;
    known
        .map(|candidate| (distance(name, &candidate), candidate))
        .filter(|(slips, _)| *slips <= SLIPS_MAX)
        .min()
        .map(|(_, candidate)| candidate)
}

/// How many single characters must be changed, added or left out to make one text of the other.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn toml(text: &str) -> Result<Config, String> {
        let mut config = load(&Sources::default())?;
        read_toml(&mut config, text, "abri.toml")?;
        Ok(config)
    }

    fn from(env: &[(&str, &str)], flags: &[(&str, &str)]) -> Result<Config, String> {
        let own = |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        load(&Sources { file: None, env: own(env), flags: own(flags) })
    }

    #[test]
    fn tables_lists_numbers_and_texts_are_read() {
        let config = toml("listen = [\"127.0.0.1:1\", \"[::1]:2\"]\n[limits]\nconnections = 7\n[tls]\nredirect = true\n[accounts]\nquota = \"1GiB\"").expect("good");
        assert_eq!(config.listen.len(), 2);
        assert_eq!(config.limits.connections, 7);
        assert!(config.tls.redirect);
        assert_eq!(config.accounts.quota, Some(1 << 30));
    }

    #[test]
    fn faults_name_the_key() {
        let cases = [
            ("lisen = [\"127.0.0.1:1\"]", "abri.toml: there is no key `lisen`: did you mean `listen`?"),
            ("[limits]\ncolour = 1", "abri.toml: there is no key `limits.colour`"),
            (
                "listen = [\"here\"]",
                "abri.toml: `listen`: \"here\" is not ADDRESS:PORT, like 127.0.0.1:8080 or [::]:8080",
            ),
            ("[tls]\nredirect = \"maybe\"", "abri.toml: `tls.redirect`: \"maybe\" is neither true nor false"),
            (
                "sweep_minutes = 1.5",
                "abri.toml: sweep_minutes must be a text, a number, true or false, or a list of texts",
            ),
            (
                "proxies = [\"10.0.0.0/99\"]",
                "abri.toml: `proxies`: \"10.0.0.0/99\" is not an address or a network like 10.0.0.0/8",
            ),
        ];
        for (text, why) in cases {
            assert_eq!(toml(text).expect_err(text), why);
        }
        assert!(toml("listen = [").expect_err("not TOML").starts_with("abri.toml: "));
    }

    #[test]
    fn the_command_line_wins_over_the_environment() {
        let config =
            from(&[("ABRI_LISTEN", "127.0.0.1:1"), ("ABRI_LOG", "debug")], &[("listen", "127.0.0.1:2")]).expect("good");
        assert_eq!(config.listen, ["127.0.0.1:2".parse().expect("an address")]);
        assert_eq!(config.log, "debug");
    }

    #[test]
    fn a_slip_in_the_environment_is_refused_and_strangers_are_left_alone() {
        assert_eq!(
            from(&[("ABRI_LISTN", "x")], &[]).expect_err("a slip"),
            "the environment variable ABRI_LISTN is not known: did you mean ABRI_LISTEN?"
        );
        assert!(from(&[("ABRI_SEED", "7"), ("ABRI_CONFIG", "/x")], &[]).is_ok());
    }

    #[test]
    fn contradictions_are_told() {
        let cases: [&[(&str, &str)]; 5] = [
            &[("listen", "")],
            &[("tls.certificate", "/c")],
            &[("tls.listen", "127.0.0.1:0")],
            &[("acme.hosts", "a.example")],
            &[("tls.redirect", "true")],
        ];
        for flags in cases {
            assert!(from(&[], flags).expect("each key is good").contradiction().is_some(), "{flags:?}");
        }
        assert_eq!(from(&[], &[]).expect("defaults").contradiction(), None);
    }
}
