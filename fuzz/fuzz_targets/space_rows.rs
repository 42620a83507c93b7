#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| abri_space::fuzz::packed_rows(bytes));
