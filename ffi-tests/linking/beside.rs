//! A Rust archive as a language runtime has one: std with threads, an allocator's worth of
//! collections, and a panic that it catches.

use std::collections::HashMap;

#[no_mangle]
pub extern "C" fn other_works() -> i32 {
    let squares: HashMap<u32, String> = (0..100).map(|n| (n, (n * n).to_string())).collect();
    let sum = std::thread::spawn(move || squares.values().map(|it| it.len()).sum::<usize>());
    i32::from(sum.join().ok() != Some(354))
}

#[no_mangle]
pub extern "C" fn other_fails_inside() -> i32 {
    std::panic::set_hook(Box::new(|_| {}));
    let caught = std::panic::catch_unwind(|| panic!("{}", std::hint::black_box(7)));
    let _ = std::panic::take_hook();
    i32::from(caught.is_ok())
}
