//! The log: sentences with fields on standard error. Never bodies, tokens or names of files.

use std::io;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::config::{Config, LogFormat};

/// Starts the log; an error says what is wrong with the `log` key.
pub fn start(config: &Config) -> Result<(), String> {
    let filter = filter(&config.log)?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_span_events(FmtSpan::NONE);
    let started = match config.log_format {
        LogFormat::Text => log.with_ansi(io::IsTerminal::is_terminal(&io::stderr())).with_target(false).try_init(),
        LogFormat::Json => log.json().flatten_event(true).try_init(),
    };
    started.map_err(|error| error.to_string())
}

/// A bare level speaks of our own crates; what others log below `warn` is noise unless asked for by name.
fn filter(text: &str) -> Result<EnvFilter, String> {
    let bare = text.parse::<tracing::Level>().is_ok();
    let ours = [
        "abri",
        "abri_model",
        "abri_store",
        "abri_store_sqlite",
        "abri_store_cluster",
        "abri_space",
        "abri_data",
        "abri_identity",
        "abri_files",
        "abri_door_dav",
        "abri_door_nextcloud",
        "abri_door_cozy",
        "abri_door_realtime",
        "abri_door_web",
    ];
    let text = if bare {
        ours.iter().fold("warn".to_owned(), |all, target| format!("{all},{target}={text}"))
    } else {
        text.to_owned()
    };
    EnvFilter::try_new(&text).map_err(|error| format!("`log`: {text:?} cannot be read: {error}"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn levels_and_pairs_are_read() {
        for text in ["info", "debug", "error", "info,abri=debug", "abri_space=trace", "off"] {
            assert!(super::filter(text).is_ok(), "{text}");
        }
        assert!(super::filter("abri=loud").is_err());
    }
}
