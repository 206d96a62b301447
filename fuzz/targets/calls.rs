#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::calls::run(bytes));
