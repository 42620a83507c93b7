//! What every engine must do, as behaviours to run against it.
//!
//! Each behaviour has a space of its own and fails by panicking, as tests do. An engine under test is opened with
//! [`fixture::SCHEMA`].
#![allow(clippy::unwrap_used, reason = "a behaviour fails by panicking")]

mod fences;
pub mod fixture;
pub mod migration;
mod order;
mod pages;
mod readers;
mod rows;
mod spaces;

use std::path::Path;

use abri_model::SpaceId;

use crate::{Fence, Snapshots};

/// What a behaviour works with: an engine and a space in it that is empty and the behaviour's own.
struct Case<'a, S> {
    engine: &'a S,
    space: SpaceId,
    /// A space that does not exist, also its own.
    other: SpaceId,
    /// Where snapshots may go.
    directory: &'a Path,
}

impl<S: Snapshots> Case<'_, S> {
    async fn acquire(&self) -> Fence {
        self.engine.acquire(self.space).await.unwrap()
    }
}

macro_rules! behaviours {
    ($engine:ident, $directory:ident: $($group:ident :: $behaviour:ident),+ $(,)?) => {{
        let mut number = 0;
        $(
            let (space, other) = (SpaceId(0x5eed_0000 + number), SpaceId(0x7eed_0000_0000 + number));
            $engine.create_space(space).await.unwrap();
            eprintln!("behaviour: {}", stringify!($behaviour));
            $group::$behaviour(&Case { engine: $engine, space, other, directory: $directory }).await;
            $engine.delete_space(space).await.unwrap();
            number += 1;
        )+
        number
    }};
}

/// Runs every behaviour against `engine`, with snapshots in `directory`: how many there were.
pub async fn all<S: Snapshots>(engine: &S, directory: &Path) -> i64 {
    behaviours!(engine, directory:
        rows::a_new_space_is_empty,
        rows::a_batch_puts_and_deletes_together,
        rows::a_put_replaces_the_whole_row,
        rows::deleting_what_is_not_there_is_fine,
        rows::an_empty_batch_only_moves_the_position,
        rows::many_keys_with_duplicates_and_misses,
        rows::text_is_kept_byte_for_byte,
        rows::bytes_are_kept_byte_for_byte,
        rows::numbers_reach_both_ends,
        rows::empty_is_not_null,
        rows::rows_may_be_all_key,
        rows::names_swap_in_a_batch,
        rows::large_batches_are_written_whole,
        rows::two_changes_of_one_row_are_refused,
        rows::a_bad_row_leaves_nothing,
        fences::a_newer_writer_fences_the_older_off,
        fences::the_older_may_take_the_space_back,
        fences::two_holders_of_one_fence_cannot_both_commit,
        fences::positions_stand_still_or_grow,
        fences::a_fence_survives_a_refused_batch,
        fences::epoch_and_position_are_readable,
        order::text_by_bytes,
        order::bytes_by_bytes,
        order::numbers_from_end_to_end_after_null,
        order::keys_of_several_columns,
        order::indexes_of_several_columns,
        order::an_index_follows_its_rows,
        order::bounds_with_and_without_their_value,
        order::bounds_at_null,
        order::partial_indexes_leave_rows_out,
        pages::equal_values_are_neither_lost_nor_doubled,
        pages::pages_pass_over_nulls,
        pages::pages_within_a_prefix,
        pages::pages_go_on_where_a_row_was_removed,
        pages::bounds_and_places_agree,
        pages::several_scans_in_the_order_asked,
        pages::limits,
        pages::misfits_are_refused,
        spaces::a_missing_space_is_told,
        spaces::creating_twice_changes_nothing,
        spaces::spaces_are_apart,
        spaces::deleting_leaves_nothing,
        spaces::every_space_is_listed,
        spaces::a_snapshot_brings_everything_back,
        spaces::a_snapshot_makes_a_space,
        spaces::a_broken_snapshot_changes_nothing,
        spaces::a_healthy_space_verifies,
        readers::a_read_after_a_commit_sees_it,
        readers::readers_see_whole_batches,
        readers::many_spaces_are_written_at_once,
    )
}
