//! Nextcloud's desktop client 3.7 without its windows (nextcloudcmd): two computers and one server.

use abri_house::desktop::{self, Desktop};

const CLIENT: Desktop = Desktop::Nextcloud;

#[test]
fn two_computers_stay_the_same() {
    desktop::two_computers_stay_the_same(CLIENT);
}

#[test]
fn a_large_file_goes_in_chunks() {
    desktop::a_large_file_goes_in_chunks(CLIENT);
}

#[test]
fn a_conflict_keeps_both() {
    desktop::a_conflict_keeps_both(CLIENT);
}
