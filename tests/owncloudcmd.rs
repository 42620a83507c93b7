//! ownCloud's desktop client 2.11 without its windows (owncloudcmd): two computers and one server.

use abri_house::desktop::{self, Desktop};

const CLIENT: Desktop = Desktop::Owncloud;

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
