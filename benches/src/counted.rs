//! What peers/counted.c counts.

#[repr(C)]
#[derive(Clone, Copy)]
struct Counted {
    live: usize,
    peak: usize,
    allocations: usize,
    reads: usize,
    writes: usize,
}

unsafe extern "C" {
    static mut counted: Counted;
}

fn now() -> Counted {
    // SAFETY: there is one thread.
    unsafe { counted }
}

/// What one side asked for, in the calls that were charged to it.
#[derive(Default)]
pub struct Account {
    /// Bytes of heap held now, and at most.
    pub live: isize,
    pub peak: isize,
    pub allocations: usize,
    /// System calls.
    pub reads: usize,
    pub writes: usize,
}

impl Account {
    pub fn charge<T>(&mut self, call: impl FnOnce() -> T) -> T {
        let before = now();
        // SAFETY: there is one thread.
        unsafe { counted.peak = before.live };
        let answer = call();
        let after = now();
        self.peak = self.peak.max(self.live + (after.peak - before.live) as isize);
        self.live += after.live as isize - before.live as isize;
        self.allocations += after.allocations - before.allocations;
        self.reads += after.reads - before.reads;
        self.writes += after.writes - before.writes;
        answer
    }
}
