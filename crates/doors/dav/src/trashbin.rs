//! The trash as Nextcloud's clients see it: list, restore, destroy.

use std::sync::Arc;

use abri_data::{Node, Trashed};
use abri_files::{Condition, Place, Tree};
use abri_model::{Error, Name, NodeId};
use abri_proto_dav::multistatus::Response;
use abri_proto_dav::{Depth, Multistatus, Ns, PropName, Propfind};
use axum::body::Body;
use http::StatusCode;

use crate::answer::{empty, href_of, multistatus};
use crate::area::{Area, TrashPlace, Which};
use crate::door::Door;
use crate::error::{Outcome, Refusal};
use crate::options::ALLOW_TRASH;
use crate::plan::Plan;
use crate::properties::Teller;
use crate::request::{Asked, Verb, XML_BYTES_MAX, read_body};

/// Things of the trash read at once.
const PAGE_NODES: usize = 500;
/// Most things of the trash listed in one answer.
const LISTED_MAX: usize = 20_000;
/// How many segments lead to an item: `/remote.php/dav/trashbin/{user}/trash/{item}`.
const ITEM_SEGMENTS: usize = 6;

/// Answers whatever is asked of the trash.
pub async fn serve(door: &Door, asked: &Asked, user: &str, at: &TrashPlace, body: &mut Option<Body>) -> Outcome {
    let tree = door.tree(&asked.session, &Which::Named(user.to_owned())).await?;
    match (at, asked.verb) {
        (TrashPlace::Home | TrashPlace::Items | TrashPlace::Item, Verb::PropFind) => {
            propfind(asked, &tree, user, at, body.take().unwrap_or_default()).await
        }
        (TrashPlace::Items, Verb::Delete) => {
            tree.empty_trash().await?;
            Ok(empty(StatusCode::NO_CONTENT))
        }
        (TrashPlace::Item, Verb::Delete) => {
            let (node, _) = item(asked, &tree).await?;
            tree.destroy(node.id, Condition::Any, Vec::new()).await?;
            Ok(empty(StatusCode::NO_CONTENT))
        }
        (TrashPlace::Item, Verb::Get | Verb::Head) => {
            let (node, _) = item(asked, &tree).await?;
            crate::get::file(&tree, asked, tree.open_node(node)?).await
        }
        (TrashPlace::Item, Verb::Move) => restore(door, asked, &tree).await,
        _ => Err(Refusal::NotAllowed(ALLOW_TRASH)),
    }
}

/// MOVE to `/restore/…` puts it back where it was; MOVE to a path among the files puts it there.
async fn restore(door: &Door, asked: &Asked, tree: &Tree) -> Outcome {
    let (node, was) = item(asked, tree).await?;
    let was = was.ok_or(Error::Forbidden)?;
    let destination = asked.destination()?;
    match Area::of(&destination) {
        Area::Trash { at: TrashPlace::Restore, .. } => {
            tree.restore(was.node).await?;
        }
        Area::Files(base) => {
            let target = door.tree(&asked.session, &base.which).await?;
            let names = base.names(&destination);
            let (name, folders) = names.split_last().ok_or(Error::Forbidden)?;
            if target.id() != tree.id() {
                return Err(Error::Forbidden.into());
            }
            let found = tree.find(folders).await?;
            let parent = found.node().ok_or(Error::NoParent)?.id;
            let to = Place { parent, name: Name::parse(name).map_err(Error::from)? };
            tree.restore_to(node.id, to).await.map_err(Refusal::Precondition)?;
        }
        _ => return Err(Refusal::Bad("restore by MOVE to /remote.php/dav/trashbin/NAME/restore/".to_owned())),
    }
    Ok(empty(StatusCode::CREATED))
}

/// The node that a path in the trash names, and where it came from if it is directly there.
async fn item(asked: &Asked, tree: &Tree) -> Result<(Arc<Node>, Option<Trashed>), Refusal> {
    let segments = &asked.path.segments;
    let name = segments.get(ITEM_SEGMENTS - 1).ok_or(Error::NotFound)?;
    let below = segments.get(ITEM_SEGMENTS..).unwrap_or_default();
    // The node's number stands behind the last dash of `photo.jpg.d1700000000-123`.
    let id = name.rsplit_once('-').and_then(|(_, id)| id.parse().ok()).map(NodeId).ok_or(Error::NotFound)?;
    let was = tree.trashed(id).await?.ok_or(Error::NotFound)?;
    if below.is_empty() {
        return Ok((tree.node(id).await?, Some(was)));
    }
    let found = tree.find_from(id, below).await?;
    Ok((found.node().ok_or(Error::NotFound)?.clone(), None))
}

async fn propfind(asked: &Asked, tree: &Tree, user: &str, at: &TrashPlace, body: Body) -> Outcome {
    let wanted = Propfind::parse(&read_body(body, XML_BYTES_MAX).await?, XML_BYTES_MAX)?;
    let plan = Plan::of(&wanted, asked.prefer().is_minimal);
    let mut teller = Teller::new(tree, &asked.session, plan.clone()).await?;
    let mut out = Multistatus::new(plan.is_minimal);
    let deep = asked.depth()? != Some(Depth::Zero);
    let base = href_of("/remote.php/dav/trashbin", &[user, "trash"], false);
    match at {
        TrashPlace::Item => {
            let (node, was) = item(asked, tree).await?;
            let href = format!("{}{}", asked.href().trim_end_matches('/'), if node.is_directory() { "/" } else { "" });
            teller.prepare(std::slice::from_ref(&node)).await?;
            tell(&mut out, &teller, &plan, &href, &node, was.as_ref());
            if node.is_directory() && deep {
                let children = tree.children(node.id, None, PAGE_NODES).await?;
                teller.prepare(&children).await?;
                for child in &children {
                    let href = href_of(href.trim_end_matches('/'), &[&child.name], child.is_directory());
                    tell(&mut out, &teller, &plan, &href, child, None);
                }
            }
        }
        _ => {
            let root = tree.node(tree.trash_root()).await?;
            let here = format!("{}/", asked.href().trim_end_matches('/'));
            tell(&mut out, &teller, &plan, &here, &root, None);
            if matches!(at, TrashPlace::Home) && deep {
                tell(&mut out, &teller, &plan, &format!("{base}/"), &root, None);
            } else if deep {
                items(tree, &mut teller, &plan, &mut out, &base).await?;
            }
        }
    }
    Ok(multistatus(out.end()))
}

async fn items(
    tree: &Tree,
    teller: &mut Teller,
    plan: &Plan,
    out: &mut Multistatus,
    base: &str,
) -> Result<(), Refusal> {
    let (mut after, mut count) = (None, 0);
    while count < LISTED_MAX {
        let page = tree.trash_list(after, PAGE_NODES).await?;
        let Some((_, last)) = page.last() else { break };
        after = Some(last.id);
        count += page.len();
        let nodes: Vec<Arc<Node>> = page.iter().map(|(_, node)| node.clone()).collect();
        teller.prepare(&nodes).await?;
        for (was, node) in &page {
            let name = format!("{}.d{}-{}", was.name, was.at.seconds(), node.id.0);
            tell(out, teller, plan, &href_of(base, &[name], node.is_directory()), node, Some(was));
        }
    }
    Ok(())
}

/// One line: the node's own properties, and the three of the trash.
fn tell(out: &mut Multistatus, teller: &Teller, plan: &Plan, href: &str, node: &Node, was: Option<&Trashed>) {
    let mut response = out.response(href);
    // What the trash itself has to say goes first: a property answered twice is answered as it was first.
    let (own, rest): (Vec<_>, Vec<_>) = plan.props.iter().cloned().partition(|(_, name)| is_own(name));
    for (_, name) in &own {
        tell_own(&mut response, name, node, was);
    }
    teller.tell_some(&mut response, href, node, &rest);
    response.end();
}

fn is_own(name: &PropName) -> bool {
    name.ns == Ns::Nextcloud && name.local.starts_with("trashbin-")
}

fn tell_own(response: &mut Response<'_>, name: &PropName, node: &Node, was: Option<&Trashed>) {
    match (&*name.local, was) {
        ("trashbin-filename", Some(was)) => response.text(name, &was.name),
        ("trashbin-filename", None) => response.text(name, &node.name),
        ("trashbin-original-location", Some(was)) => response.text(name, was.path.trim_start_matches('/')),
        ("trashbin-deletion-time", Some(was)) => response.number(name, was.at.seconds()),
        _ => response.missing(name),
    }
}
