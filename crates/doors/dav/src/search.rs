//! SEARCH with `DAV:basicsearch` (RFC 5323), as the phones' galleries and search fields send it.

use abri_data::NodeKind;
use abri_files::{Compare, Field, Filter, Pattern, Piece, Query, Sort, SortBy, Tree};
use abri_model::Error;
use abri_proto_dav::search::{Condition, LikePart, Operator, Order, Scope, Select, like};
use abri_proto_dav::{DavPath, Depth, Ns, Precondition, PropName, Propfind, SearchRequest, date};
use axum::body::Body;
use http::StatusCode;

use crate::answer::href_of;
use crate::area::{Area, Base};
use crate::door::Door;
use crate::error::{Outcome, Refusal};
use crate::plan::{Plan, Prop};
use crate::properties::Teller;
use crate::request::{Asked, XML_BYTES_MAX, read_body};
use crate::rows::{Row, Rows, Source};

/// Hits when no limit is named.
const HITS_DEFAULT: usize = 1_000;

/// Answers SEARCH, wherever it was sent.
pub async fn search(door: &Door, asked: &Asked, body: Body) -> Outcome {
    let request = SearchRequest::parse(&read_body(body, XML_BYTES_MAX).await?, XML_BYTES_MAX)?;
    let scope = match &request.scopes[..] {
        [scope] => scope,
        _ => return Err(out_of_scope()),
    };
    let (path, base) = scope_path(asked, scope).ok_or_else(out_of_scope)?;
    let tree = door.tree(&asked.session, &base.which).await.map_err(|error| match error {
        Error::NotFound => out_of_scope(),
        other => other.into(),
    })?;
    let names = base.names(&path);
    let found = tree.find(names).await?;
    let node = found.node().ok_or_else(out_of_scope)?;
    let query = Query {
        dir: node.id,
        depth: match scope.depth {
            Depth::Zero => 0,
            Depth::One => 1,
            Depth::Infinity => Tree::DEPTH_MAX,
        },
        filter: request.condition.as_ref().map_or(Ok(Filter::All), filter)?,
        sort: sort(&request.order),
        offset: usize::try_from(request.offset.unwrap_or(0)).unwrap_or(usize::MAX),
        limit: request.limit.map_or(HITS_DEFAULT, |limit| usize::try_from(limit).unwrap_or(usize::MAX)),
    };
    let hits = tree.search(&query).await?;
    let wanted = match request.select {
        Select::AllProp => Propfind::AllProp { include: Vec::new() },
        Select::Prop(names) => Propfind::Prop(names),
    };
    let root = base.href(&path);
    let href = href_of(&root, names, false);
    let teller = Teller::new(&tree, &asked.session, Plan::of(&wanted, asked.prefer().is_minimal)).await?;
    let mut rows = Rows::new(teller, tree, root, href.clone(), Source::Hits(hits.hits.into()));
    if hits.is_partial {
        rows.first.push_back(Row::More(href));
    }
    rows.answer().await
}

/// RFC 5323 §2.4.
fn out_of_scope() -> Refusal {
    Refusal::Rule(
        StatusCode::CONFLICT,
        Precondition::SearchScopeValid,
        "the scope is not one folder of yours: send /files/NAME or the path of a folder",
    )
}

/// Clients name the scope from `/remote.php/dav` on, by path, or by URI.
fn scope_path(asked: &Asked, scope: &Scope) -> Option<(DavPath, Base)> {
    let relative = format!("/remote.php/dav/{}", scope.href.trim_start_matches('/'));
    for href in [scope.href.as_str(), &relative] {
        if let Ok(path) = asked.path_of(href)
            && let Area::Files(base) = Area::of(&path)
        {
            return Some((path, base));
        }
    }
    None
}

fn sort(order: &[Order]) -> Option<Sort> {
    order.iter().find_map(|order| {
        let by = match Prop::of(&order.prop) {
            Prop::LastModified | Prop::CreationDate | Prop::CreationTime | Prop::UploadTime => SortBy::UpdatedAt,
            Prop::DisplayName => SortBy::Name,
            Prop::Size | Prop::ContentLength => SortBy::Size,
            _ => return None,
        };
        Some(Sort { by, is_descending: order.is_descending })
    })
}

fn filter(condition: &Condition) -> Result<Filter, Refusal> {
    Ok(match condition {
        Condition::And(all) => Filter::And(all.iter().map(filter).collect::<Result<_, _>>()?),
        Condition::Or(any) => Filter::Or(any.iter().map(filter).collect::<Result<_, _>>()?),
        Condition::Not(not) => Filter::Not(Box::new(filter(not)?)),
        Condition::IsCollection => Filter::Kind(NodeKind::Directory),
        Condition::IsDefined(prop) => match Prop::of(prop) {
            Prop::ContentLength | Prop::ContentType => Filter::Kind(NodeKind::File),
            Prop::Dead => return Err(unsearchable(prop)),
            _ => Filter::All,
        },
        Condition::Contains(_) => {
            return Err(Refusal::Bad("searching in contents is not offered here: search for names".to_owned()));
        }
        Condition::Compare { operator, prop, literal, .. } => compare(*operator, prop, literal)?,
    })
}

fn compare(operator: Operator, prop: &PropName, literal: &str) -> Result<Filter, Refusal> {
    let pattern = || match operator {
        Operator::Like => Ok(Pattern::new(like(literal).into_iter().map(|part| match part {
            LikePart::Text(text) => Piece::Text(text),
            LikePart::One => Piece::One,
            LikePart::Any => Piece::Any,
        }))),
        Operator::Eq => Ok(Pattern::exactly(literal)),
        _ => Err(unsearchable(prop)),
    };
    let number = |field, value: Option<i64>| {
        let value = value
            .ok_or_else(|| Refusal::Bad(format!("{literal:?} is no value for {prop}: send a number or a date")))?;
        let compare = match operator {
            Operator::Eq => Compare::Equal,
            Operator::Lt => Compare::Less,
            Operator::Lte => Compare::LessOrEqual,
            Operator::Gt => Compare::More,
            Operator::Gte => Compare::MoreOrEqual,
            Operator::Like => return Err(unsearchable(prop)),
        };
        Ok(Filter::Number(field, compare, value))
    };
    let instant = || literal.trim().parse().ok().or_else(|| date::parse_any(literal.trim()));
    let is_yes = matches!(literal.trim(), "1" | "true" | "yes");
    match (Prop::of(prop), operator) {
        (Prop::DisplayName, _) => Ok(Filter::Name(pattern()?)),
        (Prop::ContentType, _) => Ok(Filter::Mime(pattern()?)),
        (Prop::LastModified, _) => number(Field::Modified, instant()),
        (Prop::CreationDate | Prop::CreationTime, _) => number(Field::Created, instant()),
        (Prop::UploadTime, _) => number(Field::Uploaded, instant()),
        (Prop::Size | Prop::ContentLength, _) => number(Field::Size, literal.trim().parse().ok()),
        (Prop::FileId, Operator::Eq) => Ok(literal.trim().parse().map_or(Filter::Or(Vec::new()), Filter::Id)),
        (Prop::Favorite, Operator::Eq) => Ok(Filter::Starred(is_yes)),
        (Prop::OwnerId, Operator::Eq) => Ok(Filter::All),
        _ if is_photo_time(prop) => number(Field::Modified, instant()),
        _ => Err(unsearchable(prop)),
    }
}

/// iOS and Android sort their galleries by it; until pictures are looked into, the time of change stands for it.
fn is_photo_time(prop: &PropName) -> bool {
    prop.is(&Ns::Nextcloud, "metadata-photos-original_date_time")
}

fn unsearchable(prop: &PropName) -> Refusal {
    Refusal::Bad(format!("{prop} cannot be searched for like this"))
}
