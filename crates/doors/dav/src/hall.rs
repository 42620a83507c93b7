//! Collections that only lead to others: what generic clients find when they start at the top.

use abri_data::SpaceKind;
use abri_model::Error;
use abri_proto_dav::{Depth, Multistatus, PropName, Propfind};
use axum::body::Body;

use crate::answer::multistatus;
use crate::area::Hall;
use crate::door::Door;
use crate::error::Outcome;
use crate::plan::{Plan, Prop};
use crate::properties::push_principal;
use crate::request::{Asked, XML_BYTES_MAX, read_body};

/// A collection shown in a hall.
struct Sight {
    href: String,
    name: String,
    is_principal: bool,
}

/// Answers PROPFIND on a hall.
pub async fn propfind(door: &Door, asked: &Asked, hall: &Hall, body: Body) -> Outcome {
    let wanted = Propfind::parse(&read_body(body, XML_BYTES_MAX).await?, XML_BYTES_MAX)?;
    let user = asked.session.account.name.clone();
    if matches!(hall, Hall::User(name) if *name != user) {
        return Err(Error::NotFound.into());
    }
    let href = format!("{}/", asked.href().trim_end_matches('/'));
    let name = asked.path.segments.last().cloned().unwrap_or_default();
    let mut sights = vec![Sight { href: href.clone(), name, is_principal: matches!(hall, Hall::User(_)) }];
    if asked.depth()?.unwrap_or(Depth::Infinity) != Depth::Zero {
        sights.extend(leads_to(door, asked, hall, &href).await?);
    }
    let plan = Plan::of(&wanted, asked.prefer().is_minimal);
    let mut out = Multistatus::new(plan.is_minimal);
    for sight in &sights {
        let mut response = out.response(&sight.href);
        for (prop, name) in &plan.props {
            tell(&mut response, *prop, name, sight, &user, plan.names_only);
        }
        response.end();
    }
    Ok(multistatus(out.end()))
}

async fn leads_to(door: &Door, asked: &Asked, hall: &Hall, href: &str) -> Result<Vec<Sight>, crate::error::Refusal> {
    let account = &asked.session.account;
    let below = |name: &str| {
        let mut child = href.to_owned();
        abri_proto_dav::path::push_segment(&mut child, name);
        child.push('/');
        child
    };
    let sight = |name: &str, is_principal| Sight { href: below(name), name: name.to_owned(), is_principal };
    Ok(match hall {
        Hall::Root => ["files", "spaces", "principals"].iter().map(|name| sight(name, false)).collect(),
        Hall::Files => vec![sight(&account.name, false)],
        Hall::Principals => vec![sight("users", false)],
        Hall::Users => vec![sight(&account.name, true)],
        Hall::Spaces => {
            let spaces = door.data.spaces_of(&asked.session.who).await?;
            let shared = spaces.into_iter().filter(|space| space.kind == SpaceKind::Shared);
            shared
                .map(|space| Sight { href: below(&space.id.to_hex()), name: space.name, is_principal: false })
                .collect()
        }
        Hall::User(_) | Hall::Empty => Vec::new(),
    })
}

fn tell(
    response: &mut abri_proto_dav::multistatus::Response<'_>,
    prop: Prop,
    name: &PropName,
    sight: &Sight,
    user: &str,
    names_only: bool,
) {
    let known = matches!(prop, Prop::ResourceType | Prop::DisplayName | Prop::CurrentUserPrincipal);
    match prop {
        _ if names_only => {
            if known {
                response.empty(name);
            }
        }
        Prop::ResourceType if sight.is_principal => response.xml(name, "<d:collection/><d:principal/>"),
        Prop::ResourceType => response.xml(name, "<d:collection/>"),
        Prop::DisplayName => response.text(name, &sight.name),
        Prop::CurrentUserPrincipal => response.with(name, |out| push_principal(out, user)),
        _ => response.missing(name),
    }
}
