//! Accounts: make, list, change.

use abri_identity::{Account, NewAccount};
use abri_model::{SpaceId, Who};
use serde::{Deserialize, Serialize};

use super::{Fault, Out};
use crate::config::value::write_size;
use crate::house::House;

/// Accounts read at once.
const PAGE: usize = 500;

/// An account to be made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Add {
    /// The login.
    pub name: String,
    /// The organisation, by host; none: the default one.
    pub organisation: Option<String>,
    /// Whether they may manage the installation.
    pub admin: bool,
    /// How others see them; none: the login.
    pub public_name: Option<String>,
    /// The language of their screens.
    pub locale: String,
    /// What they may store, in bytes; none: no limit.
    pub quota: Option<u64>,
    /// Their passphrase.
    pub passphrase: String,
}

/// An account of an organisation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Named {
    /// The login.
    pub name: String,
    /// The organisation, by host; none: the default one.
    pub organisation: Option<String>,
}

/// Who acts when a command acts.
pub(super) fn system() -> Who {
    Who::system("cli")
}

/// The organisation of a host name that somebody wrote; unlike a request's, it must be known.
pub(super) async fn organisation(house: &House, host: Option<&str>) -> Result<SpaceId, Fault> {
    let Some(host) = host else { return Ok(SpaceId::ROOT) };
    let id = house.organisation(Some(host)).await?;
    if id == SpaceId::ROOT && !house.data.organisation(id).await?.hosts.iter().any(|known| known == host) {
        return Err(Fault(format!("no organisation has the host name {host}: `abri organisation list` shows them")));
    }
    Ok(id)
}

async fn find(house: &House, user: &Named) -> Result<Account, Fault> {
    let organisation = organisation(house, user.organisation.as_deref()).await?;
    match house.identity.account(organisation, &user.name).await? {
        Some(account) => Ok(account),
        None => Err(Fault(format!("there is no account {}: `abri user list` shows them", user.name))),
    }
}

/// Makes an account.
pub async fn add(house: &House, new: Add, _out: &Out) -> Result<(), Fault> {
    let organisation = organisation(house, new.organisation.as_deref()).await?;
    let account = NewAccount {
        public_name: new.public_name.unwrap_or_else(|| new.name.clone()),
        name: new.name,
        passphrase: new.passphrase,
        locale: new.locale,
        email: String::new(),
        admin: new.admin,
        quota: new.quota,
    };
    match house.identity.add_account(&system(), organisation, account).await {
        Ok(_) => Ok(()),
        Err(abri_model::Error::Exists) => Err(Fault("there is an account of this name already".into())),
        Err(error) => Err(error.into()),
    }
}

/// Lists accounts: name, what is special about them, what they use.
pub async fn list(house: &House, host: Option<String>, out: &Out) -> Result<(), Fault> {
    let organisation = organisation(house, host.as_deref()).await?;
    let mut after: Option<String> = None;
    loop {
        let page = house.identity.accounts(&system(), organisation, after.as_deref(), PAGE).await?;
        for account in &page {
            let state = house.data.personal_of(&system(), organisation, &account.name).await?.state().await?;
            let mut marks = Vec::new();
            if account.admin {
                marks.push("administrator");
            }
            if account.disabled {
                marks.push("disabled");
            }
            let line = format!(
                "{}\t{}\t{} of {}\t{}",
                account.name,
                account.public_name,
                state.used,
                write_size(state.quota),
                marks.join(", ")
            );
            out.say(line.trim_end()).await;
        }
        match page.last() {
            Some(last) if page.len() == PAGE => after = Some(last.name.clone()),
            _ => return Ok(()),
        }
    }
}

/// Gives an account a new passphrase.
pub async fn passwd(house: &House, user: Named, passphrase: &str) -> Result<(), Fault> {
    let account = find(house, &user).await?;
    house.identity.set_passphrase(&system(), account.organisation, &account.name, passphrase).await?;
    Ok(())
}

/// Disables or enables an account.
pub async fn disable(house: &House, user: Named, disabled: bool) -> Result<(), Fault> {
    let account = find(house, &user).await?;
    house.identity.disable(&system(), account.organisation, &account.name, disabled).await?;
    Ok(())
}

/// Sets what an account may store.
pub async fn quota(house: &House, user: Named, quota: Option<u64>) -> Result<(), Fault> {
    let account = find(house, &user).await?;
    house.data.set_quota(&system(), account.space, quota).await?;
    Ok(())
}

/// Makes an app password and says it.
pub async fn app_password(house: &House, user: Named, label: &str, out: &Out) -> Result<(), Fault> {
    let account = find(house, &user).await?;
    let (_, secret) =
        house.identity.add_app_password_for(&system(), account.organisation, &account.name, label).await?;
    out.say(secret).await;
    Ok(())
}
