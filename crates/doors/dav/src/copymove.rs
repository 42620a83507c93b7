//! COPY and MOVE (RFC 4918 §9.8, §9.9).

use abri_files::{Condition, Copy, Found, Move, Moved, Place, Tree};
use abri_model::{Error, Name};
use abri_proto_dav::{DavPath, Depth, Precondition};
use http::{StatusCode, header};

use crate::answer::{empty, value, written_headers};
use crate::area::{Area, Base};
use crate::door::Door;
use crate::error::{Outcome, Refusal};
use crate::precondition::{Guarded, guard};
use crate::request::{Asked, Verb};

/// Where something shall go.
struct Target {
    tree: Tree,
    place: Place,
    path: DavPath,
}

/// Answers COPY and MOVE.
pub async fn copymove(door: &Door, asked: &Asked, base: &Base) -> Outcome {
    let tree = door.tree(&asked.session, &base.which).await?;
    let found = tree.find(base.names(&asked.path)).await?;
    let guarded = guard(door, asked, &tree, &found, false).await?;
    let replace = asked.overwrite()?;
    let is_deep = is_deep(asked, &found)?;
    let target = target(door, asked).await?;
    let same_space = target.tree.id() == tree.id();
    let moved = match (asked.verb, same_space) {
        (Verb::Copy, true) => copy(&tree, &found, &target, guarded, replace, is_deep).await?,
        (Verb::Copy, false) => tree
            .copy_across(source(&found)?, &target.tree, target.place.clone(), replace, is_deep)
            .await
            .map_err(Refusal::Precondition)?,
        (_, true) => rename(&tree, &found, &target, guarded, replace).await?,
        (_, false) => {
            let id = source(&found)?;
            let moved = tree
                .copy_across(id, &target.tree, target.place.clone(), replace, true)
                .await
                .map_err(Refusal::Precondition)?;
            tree.trash(id, guarded.condition, guarded.tokens).await.map_err(Refusal::Precondition)?;
            moved
        }
    };
    let mut answer = empty(if moved.replaced { StatusCode::NO_CONTENT } else { StatusCode::CREATED });
    written_headers(answer.headers_mut(), &target.tree, &moved.node, asked);
    if !moved.replaced {
        answer.headers_mut().insert(header::LOCATION, value(&target.path.to_href()));
    }
    Ok(answer)
}

fn source(found: &Found) -> Result<abri_model::NodeId, Refusal> {
    Ok(found.node().ok_or(Error::NotFound)?.id)
}

async fn copy(
    tree: &Tree,
    found: &Found,
    target: &Target,
    guarded: Guarded,
    replace: bool,
    deep: bool,
) -> Result<Moved, Refusal> {
    let node = found.node().ok_or(Error::NotFound)?;
    refuse_same(found, target)?;
    let ask = Copy {
        node: node.id,
        condition: guarded.condition,
        to: target.place.clone(),
        replace,
        deep,
        tokens: guarded.tokens,
    };
    tree.copy(ask).await.map_err(Refusal::Precondition)
}

async fn rename(
    tree: &Tree,
    found: &Found,
    target: &Target,
    guarded: Guarded,
    replace: bool,
) -> Result<Moved, Refusal> {
    let node = found.node().ok_or(Error::NotFound)?;
    // The very same spelling: §9.9.4. Another spelling of the same name is a rename.
    if node.parent == target.place.parent && node.name == target.place.name.as_str() {
        return Err(same());
    }
    let condition = match guarded.condition {
        Condition::Absent => return Err(Refusal::Failed),
        other => other,
    };
    let ask = Move { node: node.id, condition, to: target.place.clone(), replace, tokens: guarded.tokens };
    tree.move_to(ask).await.map_err(Refusal::Precondition)
}

fn refuse_same(found: &Found, target: &Target) -> Result<(), Refusal> {
    let is_same =
        found.node().is_some_and(|node| node.parent == target.place.parent && node.key == target.place.name.key());
    if is_same { Err(same()) } else { Ok(()) }
}

fn same() -> Refusal {
    Refusal::House(Error::Forbidden)
}

/// Whether everything below comes along: §9.8.3, §9.9.2.
fn is_deep(asked: &Asked, found: &Found) -> Result<bool, Refusal> {
    let is_directory = found.node().is_some_and(|node| node.is_directory());
    match (asked.verb, asked.depth()?) {
        (_, None | Some(Depth::Infinity)) => Ok(true),
        (Verb::Copy, Some(Depth::Zero)) => Ok(false),
        (_, Some(_)) if !is_directory => Ok(true),
        (Verb::Copy, Some(_)) => Err(Refusal::Bad("COPY of a folder takes Depth: 0 or infinity".to_owned())),
        (_, Some(_)) => Err(Refusal::Bad("MOVE of a folder takes Depth: infinity, or no Depth".to_owned())),
    }
}

async fn target(door: &Door, asked: &Asked) -> Result<Target, Refusal> {
    let path = asked.destination()?;
    let Area::Files(base) = Area::of(&path) else {
        return Err(Refusal::Rule(
            StatusCode::CONFLICT,
            Precondition::PreservedLiveProperties,
            "the destination is not among the files: choose a path below /remote.php/dav/files/",
        ));
    };
    let tree = door.tree(&asked.session, &base.which).await.map_err(|error| match error {
        Error::NotFound => Error::NoParent,
        other => other,
    })?;
    let names = base.names(&path);
    let (name, folders) = names.split_last().ok_or(Refusal::House(Error::Forbidden))?;
    let name = Name::parse(name).map_err(Error::from)?;
    let parent = tree.find(folders).await?;
    let parent = parent.node().filter(|parent| parent.is_directory()).ok_or(Error::NoParent)?.id;
    Ok(Target { tree, place: Place { parent, name }, path })
}
