//! The command line: what can be said, and how `--help` teaches it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::config::value::read_size;

/// A free personal cloud: files over WebDAV and in the browser, for one person or ten thousand.
#[derive(Debug, Parser)]
#[command(name = "abri", version, about, long_about = None, propagate_version = true, max_term_width = 100, after_help = "\
First steps:
  abri serve                          start; open the set-up link that is printed
  abri user add ada --admin           or make the first account here
  abri app-password ada               a password for a WebDAV or phone client

Settings come from /etc/abri/abri.toml, the environment (ABRI_…) and the command line; `abri config --sample`
explains each of them. Commands work while the server runs and while it does not.")]
pub struct Cli {
    /// Where the settings come from.
    #[command(flatten)]
    pub common: Common,
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// Words that go with every command.
#[derive(Args, Debug, Default)]
pub struct Common {
    /// The data directory [default: abri-data]
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The file with the settings [default: /etc/abri/abri.toml, when it is there]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Any setting by its name, such as --set tls.redirect=true
    #[arg(long, global = true, value_name = "KEY=VALUE", value_parser = pair)]
    pub set: Vec<(String, String)>,
}

/// Commands.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Run the server until it is told to stop (SIGTERM or Ctrl-C)
    #[command(after_help = "\
Prints `ready http://ADDRESS:PORT` when it answers; at the very first start, before that, a link for making the first account.

Examples:
  abri serve --data /srv/abri
  abri serve --listen 0.0.0.0:8080 --set proxies=10.0.0.0/8
  abri serve --set tls.listen=0.0.0.0:443 --set acme.hosts=cloud.example")]
    Serve {
        /// Where to listen for plain HTTP; may be said several times [default: 127.0.0.1:8080]
        #[arg(long, value_name = "ADDRESS:PORT")]
        listen: Vec<String>,
    },
    /// Make, list and change accounts
    #[command(subcommand)]
    User(UserVerb),
    /// Make an app password for an account and print it, this once
    #[command(after_help = "Example:\n  abri app-password ada --label \"rclone on the laptop\"")]
    AppPassword {
        /// The account.
        name: String,
        /// What it is for.
        #[arg(long, default_value = "command line")]
        label: String,
        /// The organisation of the account, by one of its host names.
        #[arg(long, value_name = "HOST")]
        organisation: Option<String>,
    },
    /// Make and list shared spaces
    #[command(subcommand)]
    Space(SpaceVerb),
    /// Make and list organisations: separate sets of accounts, each under its own host names
    #[command(subcommand)]
    Organisation(OrganisationVerb),
    /// Recompute everything derived and compare; silent when all is right
    Check,
    /// Recompute everything derived and put it right
    Rebuild,
    /// Write a consistent backup while serving
    #[command(after_help = "\
The target must be new, empty or a former backup. On the same file system contents are linked, not copied.

Examples:
  abri backup /backup/abri/monday
  abri backup /backup/abri/tuesday --link-from /backup/abri/monday     share what did not change")]
    Backup {
        /// The new backup.
        target: PathBuf,
        /// A former backup on the same file system: contents that are in it are linked, not copied.
        #[arg(long, value_name = "DIR")]
        link_from: Option<PathBuf>,
    },
    /// Put a backup back into the data directory; the server must not run
    #[command(after_help = "\
Clients notice that time went back and synchronise anew.

Example:
  abri restore /backup/abri/monday --data /srv/abri")]
    Restore {
        /// The backup.
        source: PathBuf,
        /// Replace the data that is there now. It is lost.
        #[arg(long)]
        replace: bool,
    },
    /// Look at the set-up and say in plain words what is wrong with it
    Doctor,
    /// Print the settings in force
    Config {
        /// Print a commented sample file instead.
        #[arg(long)]
        sample: bool,
        /// Print the administrators' page instead.
        #[arg(long, hide = true)]
        page: bool,
    },
}

/// `abri user …`
#[derive(Debug, Subcommand)]
pub enum UserVerb {
    /// Make an account; asks for its passphrase, or reads it from standard input
    #[command(
        after_help = "Examples:\n  abri user add ada --admin --public-name \"Ada Lovelace\"\n  pass abri/ada | abri user add ada --quota 50GiB"
    )]
    Add {
        /// The login: letters, digits, `.`, `-` and `_`.
        name: String,
        /// May manage accounts and the server.
        #[arg(long)]
        admin: bool,
        /// How others see them [default: the login]
        #[arg(long, value_name = "NAME")]
        public_name: Option<String>,
        /// What they may store, like 10GiB, or none [default: accounts.quota]
        #[arg(long, value_name = "SIZE", value_parser = size)]
        quota: Option<Quota>,
        /// The language of their screens: en or fr [default: accounts.locale]
        #[arg(long)]
        locale: Option<String>,
        /// Their organisation, by one of its host names.
        #[arg(long, value_name = "HOST")]
        organisation: Option<String>,
    },
    /// List accounts
    List {
        /// Their organisation, by one of its host names.
        #[arg(long, value_name = "HOST")]
        organisation: Option<String>,
    },
    /// Give an account a new passphrase and end its sessions
    Passwd(Named),
    /// Keep an account from logging in, and end its sessions
    Disable(Named),
    /// Let a disabled account log in again
    Enable(Named),
    /// Set what an account may store
    Quota {
        /// The account.
        #[command(flatten)]
        named: Named,
        /// Like 10GiB, or none.
        #[arg(value_parser = size)]
        quota: Quota,
    },
}

/// An account.
#[derive(Args, Debug)]
pub struct Named {
    /// The account.
    pub name: String,
    /// Its organisation, by one of its host names.
    #[arg(long, value_name = "HOST")]
    pub organisation: Option<String>,
}

/// `abri space …`
#[derive(Debug, Subcommand)]
pub enum SpaceVerb {
    /// Make a shared space and print its id
    #[command(after_help = "Example:\n  abri space add \"Family photos\" --member ada --member grace")]
    Add {
        /// What people call it.
        name: String,
        /// An account that may use it; may be said several times. The first one manages it.
        #[arg(long = "member", value_name = "ACCOUNT", required = true)]
        members: Vec<String>,
        /// What it may hold, like 10GiB, or none.
        #[arg(long, value_name = "SIZE", value_parser = size)]
        quota: Option<Quota>,
        /// The organisation, by one of its host names.
        #[arg(long, value_name = "HOST")]
        organisation: Option<String>,
    },
    /// List spaces
    List {
        /// The organisation, by one of its host names.
        #[arg(long, value_name = "HOST")]
        organisation: Option<String>,
    },
}

/// `abri organisation …`
#[derive(Debug, Subcommand)]
pub enum OrganisationVerb {
    /// Make an organisation
    #[command(after_help = "Example:\n  abri organisation add \"The choir\" --host cloud.choir.example")]
    Add {
        /// What people call it.
        name: String,
        /// A host name that leads to it; may be said several times.
        #[arg(long = "host", value_name = "HOST", required = true)]
        hosts: Vec<String>,
    },
    /// List organisations
    List,
}

/// Bytes, or no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota(pub Option<u64>);

fn size(text: &str) -> Result<Quota, String> {
    read_size(text).map(Quota)
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write it KEY=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(std::iter::once("abri").chain(line.split(' ')))
    }

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn what_people_type_is_understood() {
        let good = [
            "serve",
            "serve --data /srv/abri --listen 127.0.0.1:0",
            "--data /srv/abri serve --listen 0.0.0.0:80 --listen [::]:80 --set tls.redirect=true",
            "user add ada --admin --public-name Ada --quota 10GiB --data /srv/abri",
            "user list",
            "user passwd ada",
            "user disable ada",
            "user enable ada",
            "user quota ada none",
            "user quota ada 5GB --organisation choir.example",
            "app-password ada --label rclone --data /srv/abri",
            "space add Family --member ada --member grace",
            "space list",
            "organisation add Choir --host choir.example",
            "organisation list",
            "check",
            "rebuild",
            "backup /backup/1 --link-from /backup/0",
            "restore /backup/1 --replace",
            "doctor",
            "config --sample",
        ];
        for line in good {
            parse(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let bad = [
            "",
            "serv",
            "user add",
            "user quota ada",
            "user quota ada lots",
            "space add Family",
            "restore",
            "serve --set tls.redirect",
            "backup",
        ];
        for line in bad {
            assert!(parse(line).is_err(), "{line}");
        }
    }

    #[test]
    fn data_may_stand_before_and_after() {
        for line in ["--data /d check", "check --data /d"] {
            assert_eq!(parse(line).expect("good").common.data, Some("/d".into()));
        }
    }
}
