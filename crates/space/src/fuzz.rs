//! What the fuzz target runs: each packed form of the rows on any bytes, with the laws it must obey.
//!
//! Rows are our own, but a damaged disk writes what it likes: reading them must fail, not panic.

use crate::batch::docs::unpack_keys;
use crate::blob::Running;
use crate::collate;
use crate::content::{pack_extents, unpack_extents};

/// Reads bytes as every packed form.
pub fn packed_rows(bytes: &[u8]) {
    if let Some(extents) = unpack_extents(bytes) {
        assert_eq!(&pack_extents(&extents)[..], bytes, "what was read is written the same");
    }
    let _ = unpack_keys(bytes);
    if let Some(running) = Running::unpack(bytes) {
        let packed = running.pack();
        assert!(packed.and_then(|packed| Running::unpack(&packed)).is_some(), "a hash that goes on can be kept again");
    }
}

/// Orders any two values by their keys as by their keys again, prefixed alike.
pub fn index_keys(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Some((one, two)) = text.split_once('\n') else { return };
    let (Ok(one), Ok(two)) = (serde_json::from_str(one), serde_json::from_str(two)) else { return };
    let key = |values: &[serde_json::Value]| collate::encode(values);
    let (first, second) = (key(std::slice::from_ref(&one)), key(std::slice::from_ref(&two)));
    let nested = |value: &serde_json::Value| key(&[serde_json::json!("prefix"), value.clone()]);
    assert_eq!(first.cmp(&second), nested(&one).cmp(&nested(&two)), "a common prefix does not change the order");
    if let Some(end) = collate::after_prefix(&first) {
        assert!(end > first);
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn seeds_obey_the_laws() {
        let seeds = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds");
        for (target, run) in [("space_rows", super::packed_rows as fn(&[u8])), ("space_keys", super::index_keys)] {
            let mut count = 0;
            for seed in std::fs::read_dir(seeds.join(target)).expect("the seeds are there").flatten() {
                run(&std::fs::read(seed.path()).expect("a seed can be read"));
                count += 1;
            }
            assert!(count > 0, "{target} has seeds");
        }
    }
}
