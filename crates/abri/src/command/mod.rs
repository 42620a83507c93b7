//! Commands of the administrator: the same function does them inside a running server and without one.

pub mod backup;
pub mod check;
pub mod doctor;
pub mod manifest;
pub mod restore;
pub mod socket;
pub mod space;
pub mod user;

use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use tokio::sync::mpsc;

use crate::house::House;

/// Lines that wait to be shown before a command waits for its reader.
const LINES_MAX: usize = 64;

/// What can be asked of a house.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Command {
    /// See [`user::add`].
    UserAdd(user::Add),
    /// Lists accounts.
    UserList {
        /// The organisation, by host; none: the default one.
        organisation: Option<String>,
    },
    /// Gives an account a new passphrase.
    UserPasswd {
        /// The account.
        user: user::Named,
        /// The new passphrase.
        passphrase: String,
    },
    /// Disables or enables an account.
    UserDisable {
        /// The account.
        user: user::Named,
        /// Whether it is to be disabled.
        disabled: bool,
    },
    /// Sets what an account may store.
    UserQuota {
        /// The account.
        user: user::Named,
        /// Bytes; none: no limit.
        quota: Option<u64>,
    },
    /// Makes an app password.
    AppPassword {
        /// The account.
        user: user::Named,
        /// What it is for.
        label: String,
    },
    /// See [`space::add`].
    SpaceAdd(space::Add),
    /// Lists spaces.
    SpaceList {
        /// The organisation, by host; none: the default one.
        organisation: Option<String>,
    },
    /// Makes an organisation.
    OrganisationAdd {
        /// What people call it.
        name: String,
        /// Host names that lead to it.
        hosts: Vec<String>,
    },
    /// Lists organisations.
    OrganisationList,
    /// Recomputes and compares.
    Check,
    /// Recomputes and puts right.
    Rebuild,
    /// Writes a backup.
    Backup {
        /// Where, absolute.
        target: PathBuf,
        /// A former backup to link from.
        link_from: Option<PathBuf>,
    },
}

/// What a command says while it runs, and how it ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// For standard output.
    Out(String),
    /// For standard error.
    Err(String),
    /// The end: whether all went well.
    End(bool),
}

/// Where a command says things.
#[derive(Clone, Debug)]
pub struct Out(mpsc::Sender<Line>);

impl Out {
    /// An output and the end from which it is read.
    pub fn new() -> (Out, mpsc::Receiver<Line>) {
        let (sender, receiver) = mpsc::channel(LINES_MAX);
        (Out(sender), receiver)
    }

    /// Says a line on standard output. A reader that is gone is no reason to stop half-way.
    pub async fn say(&self, line: impl Into<String>) {
        let _ = self.0.send(Line::Out(line.into())).await;
    }

    /// Says a line on standard error.
    pub async fn warn(&self, line: impl Into<String>) {
        let _ = self.0.send(Line::Err(line.into())).await;
    }
}

/// Why a command did not do what was asked: a sentence for the one who asked.
#[derive(Debug)]
pub struct Fault(pub String);

impl From<abri_model::Error> for Fault {
    fn from(error: abri_model::Error) -> Fault {
        match &error {
            abri_model::Error::Internal(cause) => Fault(format!("internal error: {cause}")),
            other => Fault(other.to_string()),
        }
    }
}

impl From<String> for Fault {
    fn from(text: String) -> Fault {
        Fault(text)
    }
}

/// Does `command` in `house` and says the end.
pub async fn run(command: Command, house: &House, out: &Out) {
    let done = match dispatch(command, house, out).await {
        Ok(good) => good,
        Err(Fault(why)) => {
            out.warn(why).await;
            false
        }
    };
    let _ = out.0.send(Line::End(done)).await;
}

async fn dispatch(command: Command, house: &House, out: &Out) -> Result<bool, Fault> {
    match command {
        Command::UserAdd(new) => user::add(house, new, out).await?,
        Command::UserList { organisation } => user::list(house, organisation, out).await?,
        Command::UserPasswd { user, passphrase } => user::passwd(house, user, &passphrase).await?,
        Command::UserDisable { user, disabled } => user::disable(house, user, disabled).await?,
        Command::UserQuota { user, quota } => user::quota(house, user, quota).await?,
        Command::AppPassword { user, label } => user::app_password(house, user, &label, out).await?,
        Command::SpaceAdd(new) => space::add(house, new, out).await?,
        Command::SpaceList { organisation } => space::list(house, organisation, out).await?,
        Command::OrganisationAdd { name, hosts } => space::add_organisation(house, &name, &hosts, out).await?,
        Command::OrganisationList => space::list_organisations(house, out).await?,
        Command::Check => return check::check(house, out).await,
        Command::Rebuild => check::rebuild(house, out).await?,
        Command::Backup { target, link_from } => backup::backup(house, &target, link_from.as_deref(), out).await?,
    }
    Ok(true)
}
