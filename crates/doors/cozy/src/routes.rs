//! The table: which call goes where.

use abri_data::Data;
use abri_files::Files;
use abri_identity::Identity;
use abri_model::Error;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::IntoResponse;
use axum::routing::{delete, get, patch, post, put};

use crate::door::Door;
use crate::error::Refusal;
use crate::{auth, data, files, settings};

/// The door: `/public`, `/auth`, `/settings`, `/files` and `/data` with everything below.
pub fn router(data: Data, identity: Identity, files: Files) -> Router {
    let door = Door::open(data, identity, files);
    Router::new()
        .route("/public/status", get(auth::status::status))
        .route("/auth/setup", get(auth::setup::check).post(auth::setup::setup))
        .route("/auth/login", post(auth::login::login).delete(auth::login::logout))
        .route("/auth/login/others", delete(auth::login::logout_others))
        .route("/settings/instance", get(settings::instance::show).put(settings::instance::change))
        .route("/settings/passphrase", put(settings::passphrase::change))
        .route("/settings/disk-usage", get(settings::fixed::disk_usage))
        .route("/settings/capabilities", get(settings::fixed::capabilities))
        .route("/settings/flags", get(settings::fixed::flags))
        .route("/settings/sessions", get(settings::sessions::list))
        .route("/settings/sessions/{id}", delete(settings::sessions::end))
        .route("/settings/app-passwords", get(settings::app_passwords::list).post(settings::app_passwords::add))
        .route("/settings/app-passwords/{id}", delete(settings::app_passwords::revoke))
        .route("/settings/audit", get(settings::audit::list))
        .route("/files/metadata", get(files::read::by_path))
        .route("/files/_recent", get(files::read::recent))
        .route("/files/_changes", get(files::changes::changes))
        .route("/files/_batch", post(files::batch::batch))
        .route("/files/trash", get(files::trash::list).delete(files::trash::empty))
        .route("/files/trash/{id}", post(files::trash::restore).delete(files::trash::destroy))
        .route("/files/download/{id}", get(files::download::own))
        .route("/files/download/{id}/{version}", get(files::download::own_version))
        .route("/files/downloads", post(files::secret::download))
        .route("/files/downloads/{word}/{name}", get(files::secret::give))
        .route("/files/archive", post(files::secret::archive))
        .route("/files/archive/{word}/{name}", get(files::secret::give))
        .route("/files/revert/{id}/{version}", post(files::versions::revert))
        .route("/files/{id}", get(files::read::by_id).post(files::create::create).put(files::content::replace))
        .route("/files/{id}", patch(files::update::update).delete(files::trash::trash))
        .route("/files/{id}/copy", post(files::copy::copy))
        .route("/files/{id}/versions", get(files::versions::list))
        .route("/files/{id}/{version}", delete(files::versions::forget))
        .route("/data/_all_doctypes", get(data::kinds::kinds))
        .route("/data/{kind}", post(data::write::create))
        .route("/data/{kind}/", post(data::write::create))
        .route("/data/{kind}/_all_docs", get(data::list::all_docs).post(data::list::all_docs_of))
        .route("/data/{kind}/_normal_docs", get(data::list::normal_docs))
        .route("/data/{kind}/_changes", get(data::changes::changes))
        .route("/data/{kind}/{id}", get(data::read::read).put(data::write::put).delete(data::write::delete))
        .fallback(async || Refusal::House(Error::NotFound).into_response())
        // Bodies are bounded where they are read: JSON in `request`, contents of files by the quota.
        .layer(DefaultBodyLimit::disable())
        .with_state(door)
}
