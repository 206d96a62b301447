//! The same random bytes in every run, so that what failed once fails again.
//!
//! ring asks Linux for them through libc's `syscall`, which in these programs is the function here.

use crate::plan::next;
use std::sync::atomic::{AtomicU64, Ordering};

static STATE: AtomicU64 = AtomicU64::new(0);

pub fn reset() {
    STATE.store(0, Ordering::SeqCst);
}

/// # Safety
/// As libc's.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[unsafe(no_mangle)]
unsafe extern "C" fn syscall(number: i64, a: i64, b: i64, c: i64, d: i64, e: i64, f: i64) -> i64 {
    if number == libc::SYS_getrandom {
        // SAFETY: the caller vouches for `b` bytes at `a`.
        let buf = unsafe { std::slice::from_raw_parts_mut(a as *mut u8, b as usize) };
        let mut state = STATE.load(Ordering::SeqCst);
        buf.fill_with(|| next(&mut state) as u8);
        STATE.store(state, Ordering::SeqCst);
        return b;
    }
    let answer: i64;
    // SAFETY: the caller vouches for the arguments; the kernel's calling convention.
    unsafe {
        std::arch::asm!("syscall", inlateout("rax") number => answer, in("rdi") a, in("rsi") b,
            in("rdx") c, in("r10") d, in("r8") e, in("r9") f, out("rcx") _, out("r11") _);
    }
    if (-4095..0).contains(&answer) {
        // SAFETY: errno is the thread's own.
        unsafe { *libc::__errno_location() = -answer as i32 };
        return -1;
    }
    answer
}
