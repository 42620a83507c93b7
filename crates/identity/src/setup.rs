//! The first account, through a link that is good once.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use abri_data::Edit;
use abri_model::{Error, Kind, Result, SpaceId};

use crate::account::NewAccount;
use crate::audit::Event;
use crate::identity::{From, Identity};
use crate::session::NewSession;
use crate::{kinds, secret};

/// Note in the root system space: the token of the link. It is the secret itself, since it is printed at each start until it is used.
const NOTE: &str = "identity.setup";

impl Identity {
    /// Whether there is no account yet.
    pub async fn setup_needed(&self) -> Result<bool> {
        if self.inner.has_accounts.load(Ordering::Acquire) {
            return Ok(false);
        }
        let accounts = self.system(SpaceId::ROOT).await?.list(&Kind::known(kinds::ACCOUNTS), None, 1).await?;
        self.inner.has_accounts.store(!accounts.is_empty(), Ordering::Release);
        Ok(accounts.is_empty())
    }

    /// The token of the link, made when there is none yet; `None` when there is an account.
    pub async fn setup_token(&self) -> Result<Option<String>> {
        let _one = self.inner.setting_up.lock().await;
        if !self.setup_needed().await? {
            return Ok(None);
        }
        let root = self.system(SpaceId::ROOT).await?;
        if let Some(token) = root.note(NOTE).await? {
            return Ok(Some(token));
        }
        let token = secret::random_value();
        root.commit_tree(vec![Edit::PutNote { name: NOTE.to_owned(), text: Some(token.clone()) }], Vec::new()).await?;
        Ok(Some(token))
    }

    /// Whether a link's token is good now.
    pub async fn setup_token_good(&self, token: &str) -> Result<bool> {
        if !self.setup_needed().await? {
            return Ok(false);
        }
        let expected = self.system(SpaceId::ROOT).await?.note(NOTE).await?;
        Ok(expected.is_some_and(|expected| secret::same(&expected, token)))
    }

    /// Makes the first account, an administrator, and opens its session. The link is good no more.
    ///
    /// # Errors
    /// `Expired` when the token is used or wrong; those of [`Identity::add_account`], after which the link stays good.
    pub async fn setup(&self, token: &str, new: NewAccount, from: &From) -> Result<NewSession> {
        let _one = self.inner.setting_up.lock().await;
        if !self.setup_token_good(token).await? {
            return Err(Error::Expired);
        }
        let account = self.make_account(SpaceId::ROOT, NewAccount { admin: true, ..new }, None).await?;
        let root = self.system(SpaceId::ROOT).await?;
        root.commit_tree(vec![Edit::PutNote { name: NOTE.to_owned(), text: None }], Vec::new()).await?;
        let opened = self.open_session(Arc::new(account), from, false).await?;
        self.record(SpaceId::ROOT, &opened.session.account.name, Event::Login, Some(from), "").await?;
        Ok(opened)
    }
}
