#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| abri_proto_dav::fuzz::destination(bytes));
