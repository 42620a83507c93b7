//! `abri check` and `abri rebuild`: everything derived, recomputed.

use abri_model::{Error, SpaceId, Who};
use abri_store::StoreError;

use super::{Fault, Out};
use crate::house::House;

/// Compares everything derived with what it is derived from; whether all is right. Says nothing then.
pub async fn check(house: &House, out: &Out) -> Result<bool, Fault> {
    let mut good = true;
    let there = spaces(house).await?;
    for id in &there {
        for sentence in faults(house, *id).await? {
            good = false;
            out.say(format!("space {id}: {sentence}")).await;
        }
    }
    // Only what is named and missing is a fault: a space that nobody names yet is one whose making was cut off, or under way.
    for id in house.data.all_spaces(&Who::system("check")).await? {
        if there.binary_search(&id).is_err()
            && matches!(house.engine.open(id).await, Err(Error::NotFound))
            && is_named(house, id).await?
        {
            good = false;
            out.say(format!("space {id}: the directory names it, but it is not there")).await;
        }
    }
    Ok(good)
}

async fn is_named(house: &House, id: SpaceId) -> Result<bool, Fault> {
    // Asked again: it may have been removed since the list was made. The first organisation is there from the first use on.
    Ok(id != SpaceId::ROOT && house.data.all_spaces(&Who::system("check")).await?.contains(&id))
}

/// What is wrong with one space: the engine's own structures first, for nothing else can be trusted without them.
async fn faults(house: &House, id: SpaceId) -> Result<Vec<String>, Fault> {
    if let Some(snapshots) = &house.snapshots {
        let faults = match snapshots.verify(id).await {
            Err(StoreError::NoSpace(_)) => return Ok(Vec::new()),
            verified => verified.map_err(|error| Fault(error.to_string()))?,
        };
        if !faults.is_empty() {
            return Ok(faults);
        }
    }
    match house.engine.open(id).await {
        Ok(space) => Ok(space.check(true).await?),
        // It was removed meanwhile.
        Err(Error::NotFound) => Ok(Vec::new()),
        Err(error) => Ok(vec![Fault::from(error).0]),
    }
}

/// Recomputes everything derived and writes it.
pub async fn rebuild(house: &House, out: &Out) -> Result<(), Fault> {
    for id in spaces(house).await? {
        let space = match house.engine.open(id).await {
            Err(Error::NotFound) => continue,
            opened => opened?,
        };
        for sentence in space.rebuild().await? {
            out.say(format!("space {id}: mended: {sentence}")).await;
        }
    }
    Ok(())
}

/// Every space of the installation, in order.
async fn spaces(house: &House) -> Result<Vec<SpaceId>, Fault> {
    let mut ids = match &house.snapshots {
        Some(snapshots) => snapshots.spaces().await.map_err(|error| Fault(error.to_string()))?,
        None => house.data.all_spaces(&Who::system("check")).await?,
    };
    ids.sort();
    Ok(ids)
}
