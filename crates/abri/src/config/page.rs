//! The table of keys as people read it: the effective values, the sample file, the administrators' page.

use std::fmt::Write;

use super::Config;
use super::keys::{KEYS, Key, Shape};

/// The configuration in force, as a TOML file.
pub fn effective(config: &Config) -> String {
    file(|key, out| {
        let _ = writeln!(out, "{} = {}", leaf(key), toml(key.shape, &(key.get)(config)));
    })
}

/// A file with every key explained and commented out at its default.
pub fn sample() -> String {
    let head = "# Configuration of Abri. Every key is shown with its default; remove the `#` before those you change.\n\
                # The environment (`ABRI_…`) wins over this file, the command line over both. Unknown keys are refused.\n";
    let body = file(|key, out| {
        out.push('\n');
        for line in wrapped(key.meaning) {
            let _ = writeln!(out, "# {line}");
        }
        if !key.example.is_empty() {
            let _ = writeln!(out, "# For example: {} = {}", leaf(key), toml(key.shape, key.example));
        }
        let _ = writeln!(out, "#{} = {}", leaf(key), toml(key.shape, key.default));
    });
    format!("{head}{body}")
}

/// The administrators' page `docs/admins/configuration.md`.
pub fn markdown() -> String {
    let mut out = String::from(
        "# Configuration\n\n\
         <!-- Made from the table of keys in crates/abri/src/config/keys.rs: `abri config --page > docs/admins/configuration.md`. -->\n\n\
         Abri needs no configuration to run. Settings come from four places; later ones win:\n\n\
         1. the defaults below;\n\
         2. a TOML file: the one named by `--config` or `ABRI_CONFIG`, else `/etc/abri/abri.toml` when it is there;\n\
         3. the environment;\n\
         4. the command line: `--data`, `--listen`, and `--set KEY=VALUE` for every key.\n\n\
         A key that does not exist is refused by name. `abri config` prints the settings in force, `abri config --sample` a file to start\n\
         from. Lists are written `[\"a\", \"b\"]` in the file and `a,b` elsewhere.\n\n\
         | key | default | environment | meaning |\n|---|---|---|---|\n",
    );
    for key in KEYS {
        let default = if key.default.is_empty() { "–".to_owned() } else { format!("`{}`", key.default) };
        let example = if key.example.is_empty() { String::new() } else { format!(" Example: `{}`.", key.example) };
        let _ = writeln!(
            out,
            "| `{}` | {default} | `{}` | {}{example} |",
            key.name,
            key.env(),
            key.meaning.replace('|', "\\|")
        );
    }
    out
}

/// All keys table by table, top-level ones first as TOML demands.
fn file(write: impl Fn(&Key, &mut String)) -> String {
    let mut out = String::new();
    for key in KEYS.iter().filter(|key| !key.name.contains('.')) {
        write(key, &mut out);
    }
    let mut table = "";
    for key in KEYS {
        let Some((name, _)) = key.name.split_once('.') else { continue };
        if name != table {
            table = name;
            let _ = writeln!(out, "\n[{name}]");
        }
        write(key, &mut out);
    }
    out
}

fn leaf(key: &Key) -> &str {
    key.name.rsplit('.').next().unwrap_or(key.name)
}

fn toml(shape: Shape, text: &str) -> String {
    match shape {
        Shape::Number | Shape::Bool => text.to_owned(),
        Shape::Text => quoted(text),
        Shape::List => {
            format!("[{}]", text.split(',').filter(|part| !part.is_empty()).map(quoted).collect::<Vec<_>>().join(", "))
        }
    }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// Lines of at most about 100 characters.
fn wrapped(text: &str) -> Vec<String> {
    const WIDTH: usize = 100;
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() || line.len() + word.len() < WIDTH => {
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::super::read::{Sources, load, read_toml};
    use super::*;

    #[test]
    fn the_effective_file_says_the_same_when_read_back() {
        let config = load(&Sources {
            flags: vec![("listen".into(), "127.0.0.1:1,[::1]:2".into()), ("accounts.quota".into(), "3GiB".into())],
            ..Sources::default()
        })
        .expect("good");
        let mut again = load(&Sources::default()).expect("defaults");
        read_toml(&mut again, &effective(&config), "printed").expect("what is printed can be read");
        assert_eq!(again, config);
    }

    #[test]
    fn the_sample_changes_nothing_and_its_keys_can_be_uncommented() {
        let defaults = load(&Sources::default()).expect("defaults");
        let mut config = defaults.clone();
        read_toml(&mut config, &sample(), "sample").expect("a sample is a good file");
        assert_eq!(config, defaults);
        let bare: String = sample()
            .lines()
            .map(|line| match line.strip_prefix('#') {
                Some(key) if !key.starts_with(' ') && !key.ends_with("\"\"") => format!("{key}\n"),
                _ => format!("{line}\n"),
            })
            .collect();
        read_toml(&mut config, &bare, "sample").expect("its keys are good");
        assert_eq!(config, defaults);
    }

    #[test]
    fn the_administrators_page_is_current() {
        let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/admins/configuration.md"))
            .unwrap_or_default();
        assert_eq!(page, markdown(), "run: cargo run -p abri -- config --page > docs/admins/configuration.md");
    }
}
